"""Action units as concepts: TCAV scores of every unit for every class, and which differ from random concepts'."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.experiments.au_concepts import SIGNIFICANT, ConceptTests
from fer_probe.figures.theme import themed, titled


def concepts_figure(found: ConceptTests, *, dark: bool = False) -> go.Figure:
    """Mean scores, units in rows and classes in columns; those that differ from random concepts' carry a number."""
    mean = found.mean_score
    labels = [
        action_unit_label(int(au)) + ("" if separates else ", not told")
        for au, separates in zip(found.action_unit_numbers, found.separates, strict=True)
    ]
    # What is not significant is left empty, as far from ½ as it may be.
    from_half = np.where(found.significant, 2 * mean - 1, np.nan)
    accuracy = np.broadcast_to(np.asarray(found.accuracy).mean(1)[:, None], mean.shape)
    figure = go.Figure(
        go.Heatmap(
            z=from_half, x=list(found.class_names), y=labels, zmid=0, zmin=-1, zmax=1, autocolorscale=True,
            hoverongaps=False, xgap=1, ygap=1, showscale=False,
            customdata=np.stack([mean, found.q_value, accuracy], -1),
            text=np.where(found.significant, _short(mean), ""), texttemplate="%{text}", textfont_size=10,
            hovertemplate="%{y}, %{x}<br>score %{customdata[0]:.2f}, q = %{customdata[1]:.3f}<br>"
            "told on held-out people: %{customdata[2]:.0%}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=130 + 22 * max(len(labels), 4), margin_b=8)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(ticks="", side="bottom")
    return themed(titled(figure, "Does a class rise as the layer moves like the unit?", concepts_note(found)), dark)


def concepts_note(found: ConceptTests) -> str:
    """The facts under a figure: method, numbers, test and correction."""
    runs, random_runs = found.scores.shape[1], len(found.random_scores)
    return (
        f"TCAV, {found.layer} · {runs} runs of {found.people} people, {random_runs} random concepts, "
        f"{found.class_pictures} faces a class · t-test, q below {SIGNIFICANT:g} (Benjamini–Hochberg)"
    )


def concepts_in_words(found: ConceptTests) -> str:
    """For each class the units along which it rises, and what could not be told."""
    mean, told = found.mean_score, []
    for column, name in enumerate(found.class_names):
        raised = [
            int(au)
            for row, au in enumerate(found.action_unit_numbers)
            if found.significant[row, column] and mean[row, column] > 0.5
        ]
        told.append(f"{name} along " + (", ".join(f"AU{au}" for au in raised) or "none"))
    lost = [f"AU{au}" for au in found.action_unit_numbers[~found.separates]]
    not_told = f" Held-out people were not told by {', '.join(lost)}: those scores say nothing." if lost else ""
    return (
        f"Rises, above random concepts: {'; '.join(told)}.{not_told} A score is a derivative: it says which way a "
        "class would move, not how far, and a unit that a class answers to fully already has none."
    )


def _short(scores: np.ndarray) -> np.ndarray:
    """``.97``, ``1``, ``0``: a narrow page has little room."""
    told = np.char.lstrip(np.char.mod("%.2f", scores), "0")
    return np.char.replace(np.char.replace(told, "1.00", "1"), ".00", "0")
