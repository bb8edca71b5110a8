"""Where in a network maps appear that tell action units, and how their responses rise with intensity."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.action_units import action_unit_label
from fer_probe.experiments.au_emergence import TELLS, AUEmergence
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.figures.theme import AU_SIDE, BLUE, GREEN, GREY, themed, titled

#: A map is shown with so many units.
_TUNED = 4


def emergence_figure(found: AUEmergence, *, dark: bool = False) -> go.Figure:
    """Layer by layer, of the trained network and of a shuffled one: the units that a best map tells, and mean AUROC."""
    figure = make_subplots(1, 2, subplot_titles=[f"% of units with AUROC ≥ {TELLS}", "mean AUROC"])
    lines = (
        (AU_SIDE, "trained", 100 * found.share_told, np.asarray(found.auroc).mean(1)),
        (GREY, "all layers shuffled", 100 * found.shuffled_share_told, np.asarray(found.shuffled_auroc).mean(1)),
    )
    for colour, name, *values in lines:
        for column, shown in enumerate(values, start=1):
            trace = go.Scatter(
                x=list(found.layers), y=shown, mode="lines+markers", name=name, marker_size=8, legendgroup=name,
                showlegend=column == 1, line={"color": colour, "width": 2.5},
                hovertemplate="%{x}: %{y:.3g}<extra>" + name + "</extra>",
            )  # fmt: skip
            figure.add_trace(trace, row=1, col=column)
    figure.update_layout(height=340, margin_t=92).update_annotations(font_size=12)
    figure.update_xaxes(type="category", ticks="")
    figure.update_yaxes(range=[-3, 103], col=1).update_yaxes(range=[0.4, 1.02], col=2)
    return themed(titled(figure, "Where do maps appear that tell an action unit?", _facts(found)), dark)


def emergence_heatmap_figure(found: AUEmergence, *, dark: bool = False) -> go.Figure:
    """AUROC of the best map of every layer (columns) for every action unit (rows); ``customdata`` is the map."""
    labels = [action_unit_label(int(au)) for au in found.action_unit_numbers]
    values = np.asarray(found.auroc).T
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(found.layers), y=labels, zmin=0.5, zmax=1, autocolorscale=True, showscale=False, xgap=1,
            ygap=1, text=np.char.mod("%.2f", values), texttemplate="%{text}", textfont_size=10,
            customdata=np.asarray(found.best_map).T,
            hovertemplate="%{y}<br>%{x}, map %{customdata}: AUROC %{z:.2f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=130 + 20 * max(len(labels), 4))
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(type="category", ticks="", side="bottom")
    return themed(titled(figure, "AUROC of each layer's best map", _facts(found)), dark)


def tuning_figure(found: AUTuning, au: int, numbers: tuple[int, ...] = (), *, dark: bool = False) -> go.Figure:
    """Responses of a unit's best map, and of other maps where named, against the unit's intensity.

    Raises:
        KeyError: the unit was not shown.
    """
    best = found.best_map(au)
    row = int(np.flatnonzero(found.action_unit_numbers == au)[0])
    figure = go.Figure()
    for place, number in enumerate(dict.fromkeys((best, *numbers))):
        figure.add_scatter(
            x=found.intensities, y=found.response[row, :, number], mode="lines+markers", name=f"map {number}",
            error_y={"array": found.half_width[row, :, number], "thickness": 1.5, "width": 3},
            line={"color": AU_SIDE if number == best else (BLUE, GREY)[place % 2], "width": 2.5},
            hovertemplate=f"map {number}: %{{y:.3g}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(height=320, showlegend=True)
    figure.update_xaxes(title_text="intensity").update_yaxes(title_text="response", rangemode="tozero")
    facts = f"{_tuned_by(found)} · rank correlation {found.correlation[row, best]:.2f}"
    return themed(titled(figure, f"{action_unit_label(au)}: response over intensity", facts), dark)


def map_tuning_figure(found: AUTuning, number: int, *, dark: bool = False) -> go.Figure:
    """One map's response against intensity, of the units that it rises with most surely, the surest first.

    Raises:
        IndexError: the layer has no such map.
    """
    if not 0 <= number < found.correlation.shape[1]:
        raise IndexError(f"map {number} is not among the {found.correlation.shape[1]} maps of {found.layer}")
    figure = go.Figure()
    for place, row in enumerate(np.argsort(-found.correlation[:, number], kind="stable")[:_TUNED]):
        label = action_unit_label(int(found.action_unit_numbers[row]))
        figure.add_scatter(
            x=found.intensities, y=found.response[row, :, number], mode="lines+markers",
            name=f"{label} ({found.correlation[row, number]:.2f})",
            error_y={"array": found.half_width[row, :, number], "thickness": 1.5, "width": 3},
            line={"color": (AU_SIDE, BLUE, GREEN, GREY)[place], "width": 2.5 if place == 0 else 1.5},
            hovertemplate=f"{label}: %{{y:.3g}} at %{{x}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(height=340, showlegend=True, margin_b=80)
    figure.update_xaxes(title_text="intensity").update_yaxes(title_text="response", rangemode="tozero")
    facts = f"{_tuned_by(found)} · in brackets: rank correlation"
    return themed(titled(figure, f"Map {number}: response over intensity", facts), dark)


def _facts(found: AUEmergence) -> str:
    half = found.people // 2
    return (
        f"chosen on {half} drawn people, measured on n = {found.people - half} others, units at {found.intensity:g} · "
        "beside shuffled weights, not tested"
    )


def _tuned_by(found: AUTuning) -> str:
    return (
        f"{found.layer} · n = {found.people} drawn people, each unit by itself · 95 % intervals by t, Spearman’s "
        "correlation, not tested"
    )
