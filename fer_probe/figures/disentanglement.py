"""Disentanglement as a map of variables by factors, and linear probes as bars beside their chance."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer_probe.figures.theme import CYCLE, GREY, themed, titled
from fer_probe.latents.disentanglement import Disentanglement
from fer_probe.latents.linear_probes import FOLDS, LinearProbes

#: Variables past this many are not drawn: those that matter most for some factor are.
_VARIABLES = 24


def disentanglement_figure(found: Disentanglement, names: Sequence[str] = (), *, dark: bool = False) -> go.Figure:
    """What share of each factor's importances a variable has: one bright cell a column and a row is disentangled.

    Args:
        found: of a latent.
        names: of the variables; their numbers where empty.
        dark: for a dark page.
    """
    importance = np.asarray(found.importance)
    chosen = np.sort(np.argsort(-importance.max(1), kind="stable")[:_VARIABLES])
    numbers = chosen if found.variables is None else np.asarray(found.variables)[chosen]
    called = [names[number] if names else f"variable {number}" for number in numbers]
    information = np.asarray(found.mutual_information)[chosen] / np.asarray(found.entropy)
    figure = go.Figure(
        go.Heatmap(
            z=importance[chosen], x=list(found.factors), y=called, zmin=0, zmax=1, autocolorscale=True, xgap=1, ygap=1,
            customdata=information, colorbar={"thickness": 10, "title": {"text": "share"}, "len": 0.9},
            hovertemplate="%{y} for %{x}<br>share of importance %{z:.2f}<br>knows %{customdata:.0%} of its entropy"
            "<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=150 + 22 * max(len(chosen), 3))
    figure.update_xaxes(tickangle=-45, ticks="").update_yaxes(autorange="reversed", showgrid=False, ticks="")
    scores = " · ".join(f"{name} {score:.2f}" for name, (score, _, _) in found.scores.items())
    told = (
        f"{scores} · n = {found.faces} faces, {found.votes} votes · by chance near 0, FactorVAE’s at least "
        f"{1 / len(found.factors):.2f}; not tested"
    )
    return themed(titled(figure, f"Variables of {found.layer} by known factors", told), dark)


def linear_probes_figure(found: Sequence[LinearProbes], *, dark: bool = False) -> go.Figure:
    """Bars of what is read off each layer, in the order given; a tick marks chance.

    Args:
        found: of one layer each, on the same faces.
        dark: for a dark page.

    Raises:
        ValueError: no probes.
    """
    if not found:
        raise ValueError("no linear probes to draw")
    names = list(dict.fromkeys(name for one in found for name in one.names))
    figure = go.Figure()
    for place, one in enumerate(found):
        figure.add_bar(
            y=list(one.names), x=np.maximum(one.score, 0), name=one.layer or "features", orientation="h",
            marker={"color": CYCLE[place % len(CYCLE)], "line": {"width": 0}},
            customdata=np.stack([one.score, one.chance], -1), text=list(one.measures), textposition="none",
            hovertemplate="%{y}: %{text} %{customdata[0]:.2f}<br>chance %{customdata[1]:.2f}"
            "<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    chance = {name: float(level) for one in found for name, level in zip(one.names, one.chance, strict=True)}
    figure.add_scatter(
        y=names, x=[chance[name] for name in names], mode="markers", name="chance", hoverinfo="skip",
        marker={"symbol": "line-ns-open", "size": 13, "color": GREY, "line": {"width": 2}},
    )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.25, height=150 + (10 + 9 * len(found)) * len(names))
    figure.update_xaxes(range=[-0.02, 1.02], showgrid=True, title_text="balanced accuracy, or R² of an action unit")
    figure.update_yaxes(categoryorder="array", categoryarray=names, autorange="reversed", showgrid=False, ticks="")
    facts = (
        f"n = {found[0].faces} faces, {FOLDS} folds; held out: people, for identity faces · linear discriminant, ridge "
        "regression of a unit · not tested"
    )
    return themed(titled(figure, "What can be read off linearly", facts), dark)
