"""The distance D over all feature maps for an action unit: Zhu et al., figures 5 and 6.

Where D was tested, the strong colour is kept for maps that stand above chance, and only such a map is named.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.figures.theme import AU_SIDE, BAR_WIDTH, say, themed, titled
from fer_probe.figures.verdicts import above_chance, best_map_in_words, significance_note, verdict_groups

_D_AXIS = "distance D"


def distance_figure(
    distances: AUDistances, au: int, significance: AUSignificance | None = None, *, dark: bool = False
) -> go.Figure:
    """D of every map for one action unit (Zhu et al., figure 5); the detector named, or the largest D if not tested.

    ``customdata`` of a bar is its map.

    Raises:
        KeyError: the unit is not among the record's.
    """
    figure = go.Figure()
    _add_maps(figure, distances, significance, au, legend=True)
    figure.update_layout(height=300, hovermode="x", hoverdistance=-1, barmode="overlay", bargap=0.15)
    figure.update_xaxes(title_text="feature map").update_yaxes(title_text=_D_AXIS)
    return themed(titled(figure, action_unit_label(au), distance_note(distances, au, significance)), dark)


def distance_grid_figure(
    distances: AUDistances,
    aus: Sequence[int] | None = None,
    significance: AUSignificance | None = None,
    *,
    columns: int = 2,
    dark: bool = False,
) -> go.Figure:
    """D of every map, one panel an action unit (Zhu et al., figure 6).

    Args:
        distances: the record.
        aus: which action units; None takes all of the record.
        significance: which maps stand above chance, of the same layer and faces.
        columns: how many panels stand side by side.
        dark: for a dark page.
    """
    chosen = [int(au) for au in (distances.action_unit_numbers if aus is None else aus)]
    rows = max(1, -(-len(chosen) // columns))
    titles = [action_unit_label(au) for au in chosen]
    figure = make_subplots(rows, columns, subplot_titles=titles, vertical_spacing=min(0.2, 0.36 / rows))
    for place, au in enumerate(chosen):
        _add_maps(
            figure, distances, significance, au, row=place // columns + 1, col=place % columns + 1, legend=place == 0
        )
    figure.update_layout(height=110 + 200 * rows, hovermode="closest", barmode="overlay", bargap=0.15)
    figure.update_layout(margin_t=84).update_annotations(font_size=12)
    figure.update_yaxes(title_text=_D_AXIS, col=1).update_xaxes(title_text="feature map", row=rows)
    note = f"{_method(distances)} strongest faces of each kind · {significance_note(significance)}"
    return themed(titled(figure, "Distance D over all feature maps", note), dark)


def distance_heatmap_figure(
    distances: AUDistances, significance: AUSignificance | None = None, *, dark: bool = False
) -> go.Figure:
    """D of every action unit (rows) and map (columns); below 0 where the faces without the unit are stronger.

    Every row is shown relative to its own largest D; the hover text holds D itself. ``customdata`` of a cell is
    its map. Rows of units with too few pictures stay empty. Cells that stand above chance have a dot.
    """
    signed = distances.distance * distances.direction
    largest = np.fmax.reduce(distances.distance, axis=1, keepdims=True, initial=0)
    shown = np.divide(signed, largest, out=np.full_like(signed, np.nan), where=largest > 0)
    labels = [action_unit_label(int(au)) for au in distances.action_unit_numbers]
    maps = np.arange(signed.shape[1])
    figure = go.Figure(
        go.Heatmap(
            z=shown, x=maps, y=labels, zmin=-1, zmax=1, autocolorscale=True, text=_cell_texts(distances),
            customdata=np.broadcast_to(maps, signed.shape), hoverongaps=False,
            hovertemplate="%{y}<br>map %{x}<br>%{text}<extra></extra>",
            colorbar={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0.4,
                      "thickness": 8, "lenmode": "pixels", "len": 200, "tickvals": [-0.75, 0, 0.75],
                      "ticktext": ["without the AU", "0", "with the AU"], "ticks": "", "tickangle": 0},
        )
    )  # fmt: skip
    _add_dots(figure, significance, labels)
    figure.update_layout(height=160 + 20 * max(len(labels), 4), margin_b=60, showlegend=False)
    figure.update_yaxes(autorange="reversed", showgrid=False).update_xaxes(title_text="feature map")
    dots = "" if significance is None else " · dots: above chance (p adjusted over maps ≤ 0.05, q ≤ 0.05)"
    test = significance_note(significance)
    note = f"{_method(distances)} strongest faces of each kind · rows scaled to their largest · {test}{dots}"
    return themed(titled(figure, "D of every action unit and map", note), dark)


def _add_dots(figure: go.Figure, significance: AUSignificance | None, labels: Sequence[str]) -> None:
    if significance is None:
        return
    units = enumerate(significance.action_unit_numbers)
    cells = [(int(m), labels[row]) for row, au in units for m in significance.detectors(int(au))]
    figure.add_scatter(
        x=[m for m, _ in cells], y=[label for _, label in cells], mode="markers", hoverinfo="skip",
        marker={"size": 5, "color": "white", "line": {"width": 1, "color": "black"}},
    )  # fmt: skip


def distance_note(distances: AUDistances, au: int, significance: AUSignificance | None = None) -> str:
    """The facts under a figure: layer, n, how many pictures with and without the unit, and the test."""
    row = distances.row(au)
    counts = f"{distances.with_count[row]} faces with, {distances.without_count[row]} without"
    return f"{_method(distances)} · {counts} · {significance_note(significance, au)}"


def _method(distances: AUDistances) -> str:
    scaled = "" if distances.scale == "raw" else ", maps scaled to their maximum"
    return " · ".join(filter(None, (distances.layer, f"n = {distances.n}{scaled}")))


def _add_maps(
    figure: go.Figure,
    distances: AUDistances,
    significance: AUSignificance | None,
    au: int,
    *,
    legend: bool,
    **place: Any,
) -> None:
    """The bars of one action unit and the name of its detector, or why there is none."""
    row = distances.row(au)
    if distances.too_few[row]:
        say(figure, best_map_in_words(distances, au).replace(" (", "<br>(").replace("; ", ";<br>"), **place)
        figure.update_xaxes(showticklabels=False, ticks="", **place).update_yaxes(
            showticklabels=False, showgrid=False, ticks="", **place
        )
        return
    for maps, colour, words in verdict_groups(distances.direction[row], above_chance(significance, au)):
        figure.add_bar(
            x=maps, y=distances.distance[row, maps], customdata=maps, marker_color=colour, marker_line_width=0,
            width=BAR_WIDTH, name=words, legendgroup=words, showlegend=legend,
            hovertemplate=f"map %{{x}}<br>D = %{{y:.3g}}<br>{words}<extra></extra>", **place,
        )  # fmt: skip
    top = 1.25 * float(distances.distance[row].max()) or 1.0
    figure.update_yaxes(range=[0, top], **place).update_xaxes(range=[-1, distances.distance.shape[1]], **place)
    named = distances.best_map(au) if significance is None else significance.detector(au)
    if named is None:
        say(figure, best_map_in_words(distances, au, significance).partition(":")[0].replace(" (", "<br>("), 1, **place)
    else:
        _name_best(figure, named, distances.distance[row], top, place)


def _name_best(figure: go.Figure, best: int, distance: np.ndarray, top: float, place: dict[str, Any]) -> None:
    """The best map's number above all bars, with a line down to its own."""
    side = best / max(1, len(distance) - 1)
    axes = figure.get_subplot(**place) if place else None
    axref, ayref = ("x", "y") if axes is None else (name.plotly_name.replace("axis", "") for name in axes)
    figure.add_annotation(
        x=best, y=distance[best], ax=best, ay=0.93 * top, axref=axref, ayref=ayref, text=f"<b>map {best}</b>",
        xanchor="left" if side < 0.15 else "right" if side > 0.85 else "center", showarrow=True,
        arrowcolor=AU_SIDE, **place,
    )  # fmt: skip


def _cell_texts(distances: AUDistances) -> np.ndarray:
    """(A, M) what hovering over a cell says."""
    words = {1: "stronger with the AU", -1: "stronger without it", 0: "on neither side"}
    rows = zip(distances.distance, distances.direction, strict=True)
    return np.array([[f"D = {d:.3g}, {words[int(s)]}" for d, s in zip(*row, strict=True)] for row in rows])
