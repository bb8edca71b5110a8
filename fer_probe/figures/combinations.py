"""Action units alone and together: Honari Jahromi & Fyshe, figure 6, as numbers with intervals."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_probe.experiments.combinations import SCALES, SIGNIFICANT, Combinations, Scale
from fer_probe.faces.drawn_faces import random_identity, render_face
from fer_probe.figures.mosaics import mosaic
from fer_probe.figures.pictures import channels_last
from fer_probe.figures.theme import BLUE, GREY, ORANGE, VERMILLION, themed, titled

#: Of two units: none, the second, the first, both.
_COLOURS = (GREY, BLUE, ORANGE, VERMILLION)
_DODGE = 0.16
_EXEMPLAR_SEED = 3
#: So many interactions are told in words.
_TOLD = 3


def combinations_figure(found: Combinations, *, dark: bool = False) -> go.Figure:
    """The classes' mean probabilities under every combination.

    Two units: a point a combination and class, with its 95 % interval. More: a heat map, a row a combination.
    """
    return _points(found, dark) if len(found.action_unit_numbers) == 2 else _table(found, dark)


def combination_effects_figure(found: Combinations, scale: Scale = "probability", *, dark: bool = False) -> go.Figure:
    """Main effects and interactions (rows) on the classes, in percentage points or logits.

    Cells that are not significant, or less than half a point or 0.05 logits, are empty.
    """
    at, factor = SCALES.index(scale), 100 if scale == "probability" else 1
    least, form, unit = (0.5, "%+.0f", "points") if scale == "probability" else (0.05, "%+.1f", "logits")
    effect = factor * found.effect[at]
    told = (found.p_adjusted[at] < SIGNIFICANT) & (np.abs(effect) >= least)
    values = np.where(told, effect, np.nan)
    reach = float(np.nanmax(np.abs(values), initial=0)) or 1.0
    names = [combination_words(found.units(row), " × ") for row in found.members]
    half = np.char.mod("%.2f", factor * found.half_width[at])
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(found.class_names), y=names, zmid=0, zmin=-reach, zmax=reach, autocolorscale=True,
            showscale=False, xgap=1, ygap=1, hoverongaps=False, customdata=half, textfont_size=11,
            text=np.where(told, np.char.mod(form, np.nan_to_num(values)), ""), texttemplate="%{text}",
            hovertemplate=f"%{{y}}<br>%{{x}}: %{{z:+.2f}} ± %{{customdata}} {unit}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=130 + 26 * max(len(names), 3))
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="").update_xaxes(ticks="", side="bottom")
    what = "probability, percentage points" if scale == "probability" else "logits"
    note = f"{_people(found)} · {found.flips} sign flips, p adjusted over all cells"
    return themed(titled(figure, f"Effects on the {what}", note), dark)


def combination_words(units: tuple[int, ...], between: str = " + ") -> str:
    """``AU4 + AU22``; ``at rest`` for none."""
    return between.join(f"AU{au}" for au in units) or "at rest"


def combination_faces(found: Combinations, size: int = 128, columns: int = 4) -> NDArray[np.uint8]:
    """One person who shows every combination, in the order of ``shown``, as a mosaic."""
    person = random_identity(_EXEMPLAR_SEED)
    shown = [dict.fromkeys(found.units(row), found.intensity) for row in found.shown]
    return mosaic(np.stack([channels_last(render_face(person, units, size=size)) for units in shown]), columns)


def interactions_in_words(found: Combinations) -> str:
    """Which classes take units together: the largest interactions that probabilities and logits both show, alike."""
    told = [
        _interaction(found, row, label)
        for row, label in found.interactions("logit")
        if found.p_adjusted[0, row, label] < SIGNIFICANT
        and found.effect[0, row, label] * found.effect[1, row, label] > 0
    ]
    if not told:
        return "No class takes these units together: what each adds, it adds by itself, as far as is shown."
    words = f"{'; '.join(told[:_TOLD])}."
    return words[0].upper() + words[1:]


def _interaction(found: Combinations, row: int, label: int) -> str:
    points = 100 * found.effect[0, row, label]
    units = combination_words(found.units(found.members[row]), " and ")
    more = "more" if points > 0 else "less"
    return f"{found.class_names[label]} rises by {abs(points):.0f} points {more} with {units} than they add one by one"


def _points(found: Combinations, dark: bool) -> go.Figure:
    names, places = list(found.class_names), np.arange(len(found.class_names))
    figure = go.Figure()
    for row, colour in enumerate(_COLOURS):
        figure.add_scatter(
            x=places + _DODGE * (row - 1.5), y=100 * found.answer[0, row], mode="markers",
            name=combination_words(found.units(found.shown[row])), marker={"color": colour, "size": 9}, text=names,
            error_y={"array": 100 * found.answer_half_width[0, row], "thickness": 1.5, "width": 3},
            hovertemplate="%{text}: %{y:.1f} %<extra>" + combination_words(found.units(found.shown[row])) + "</extra>",
        )  # fmt: skip
    figure.update_layout(height=340)
    figure.update_xaxes(tickvals=places, ticktext=names, ticks="")
    figure.update_yaxes(title_text="mean probability, %", range=[-2, 102])
    return themed(
        titled(figure, f"{found.variant().replace('+', ' and ')}, alone and together", _answers_note(found)), dark
    )


def _table(found: Combinations, dark: bool) -> go.Figure:
    percent = 100 * found.answer[0]
    names = [combination_words(found.units(row)) for row in found.shown]
    figure = go.Figure(
        go.Heatmap(
            z=percent, x=list(found.class_names), y=names, zmin=0, zmax=100, autocolorscale=True, showscale=False,
            xgap=1, ygap=1, text=np.char.mod("%.0f", percent), texttemplate="%{text}", textfont_size=11,
            customdata=np.char.mod("%.1f", 100 * found.answer_half_width[0]),
            hovertemplate="%{y}<br>%{x}: %{z:.1f} ± %{customdata} %<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=130 + 26 * len(names))
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="").update_xaxes(ticks="", side="bottom")
    return themed(
        titled(figure, f"{found.variant().replace('+', ', ')}, alone and together, %", _answers_note(found)), dark
    )


def _people(found: Combinations) -> str:
    return f"n = {found.people} drawn people, units at {found.intensity:g}"


def _answers_note(found: Combinations) -> str:
    return f"{_people(found)} · means with 95 % intervals by t, not adjusted"
