"""What setting feature maps to zero, or to their mean, does to the classes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.experiments.ablation import MATCHED, AblatedMaps
from fer_probe.figures.theme import AU_SIDE, BLUE, GREY, say, themed, titled

#: What is told of each action unit's best map; the last two: the share of other maps that move any class less.
ABLATION_COLUMNS = (
    "Action unit", "Map", "Class moved most", "Points", "Set to its mean", "Accuracy, points", "Of other maps",
    "Of maps as strong",
)  # fmt: skip

#: The middle of the other maps that is drawn behind a map's own bar, in per cent.
_MIDDLE = (2.5, 97.5)


def ablation_figure(ablated: AblatedMaps, *, dark: bool = False) -> go.Figure:
    """How much each map (columns) moves each class (rows), in percentage points, the map that moves most first.

    Where faces are labelled, the change of a class is that on its own faces. ``customdata`` of a cell is its map.
    """
    order = np.argsort(-ablated.moved, kind="stable")
    change = 100 * ablated.told[0][order]
    reach = float(np.nanmax(np.abs(change), initial=0)) or 1.0
    ranks = np.arange(1, len(order) + 1)
    figure = go.Figure(
        go.Heatmap(
            z=change.T, x=ranks, y=list(ablated.class_names), zmid=0, zmin=-reach, zmax=reach, autocolorscale=True,
            customdata=np.broadcast_to(order, change.T.shape), hoverongaps=False,
            text=np.broadcast_to([f"map {number}" for number in order], change.T.shape),
            hovertemplate="%{text}<br>%{y}: %{z:+.1f} percentage points<extra></extra>",
            colorbar={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0.4, "thickness": 8,
                      "lenmode": "pixels", "len": 200, "tickvals": [-0.8 * reach, 0, 0.8 * reach],
                      "ticktext": [f"−{0.8 * reach:.0f} points", "0", f"+{0.8 * reach:.0f}"], "ticks": "",
                      "tickangle": 0},
        )
    )  # fmt: skip
    figure.update_layout(height=170 + 26 * len(ablated.class_names), margin_b=60)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(title_text="feature maps, the one that moves most first")
    return themed(
        titled(figure, f"Each map set to {_values(ablated, None)}", f"{ablation_note(ablated)} · means, not tested"),
        dark,
    )


def ablated_map_figure(
    ablated: AblatedMaps, number: int, mean: AblatedMaps | None = None, *, dark: bool = False
) -> go.Figure:
    """One map's effect on every class beside the middle 95 % of all other maps, and of those as strong.

    Args:
        ablated: maps set to zero.
        number: of the map.
        mean: the same maps set to their mean, on the same faces; drawn beside.
        dark: for a dark page.

    Raises:
        IndexError: the layer has no such map.
    """
    figure = _one_map(ablated, number, [*ablated.told], None if mean is None else [*mean.told], ablated.class_names)
    figure.update_xaxes(title_text="change of probability, percentage points")
    note = f"{ablation_note(ablated)} · 95 % intervals by t, not adjusted"
    return themed(titled(figure, f"Map {number} set to {_values(ablated, mean)}", note), dark)


def ablated_accuracy_figure(
    ablated: AblatedMaps, number: int, mean: AblatedMaps | None = None, *, dark: bool = False
) -> go.Figure:
    """By how much one map's absence changes the share of each class's faces that are read so, beside other maps'.

    Args:
        ablated, number, mean, dark: as for :func:`ablated_map_figure`.

    Raises:
        IndexError: the layer has no such map.
    """
    shares = np.asarray(ablated.recall)
    names = [
        f"{name}, of {share:.0%}" if np.isfinite(share) else name
        for name, share in zip(ablated.class_names, shares, strict=True)
    ]
    figure = _one_map(ablated, number, [ablated.recall_change], None if mean is None else [mean.recall_change], names)
    figure.update_xaxes(title_text="change of accuracy, percentage points")
    note = f"{ablation_note(ablated)} · means over them, not tested"
    return themed(titled(figure, f"Accuracy per class without map {number}", note), dark)


def _one_map(
    ablated: AblatedMaps, number: int, zero: Sequence[np.ndarray], mean: Sequence[np.ndarray] | None,
    names: Sequence[str],
) -> go.Figure:  # fmt: skip
    """A map's (M, K) changes, with half their intervals where there are such, over the middle of other maps'."""
    maps = len(ablated.change)
    if not 0 <= number < maps:
        raise IndexError(f"map {number} is not among the {maps} maps of {ablated.layer}")
    figure = go.Figure()
    for words, others, colour, width in (
        ("all other maps", np.delete(np.arange(maps), number), GREY, 10),
        (f"{MATCHED} maps as strong", ablated.matched(number), BLUE, 4),
    ):
        _add_middle(figure, f"middle 95 % of {words}", list(names), 100 * zero[0][others], colour, width)
    for told, to, symbol in ((zero, ablated.to, "circle"), (mean, "its mean", "diamond-open")):
        if told is None:
            continue
        half = {"array": 100 * told[1][number], "thickness": 1.5, "width": 4} if len(told) > 1 else None
        figure.add_scatter(
            x=100 * told[0][number], y=list(names), mode="markers", name=f"map {number} set to {to}", error_x=half,
            marker={"color": AU_SIDE, "size": 9, "symbol": symbol, "line": {"width": 2, "color": AU_SIDE}},
            hovertemplate="%{y}: %{x:+.1f} percentage points<extra></extra>",
        )  # fmt: skip
    figure.update_layout(height=215 + 26 * len(names))
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(showgrid=True, zeroline=True)
    if maps == 1:
        say(figure, "the layer has no other map")
    return figure


def ablation_rows(
    ablated: AblatedMaps, distances: AUDistances, mean: AblatedMaps | None = None
) -> tuple[dict[str, str], ...]:
    """Of every action unit's best map what the network does without it: a row a unit, by ``ABLATION_COLUMNS``.

    The class is the one that the map moves most, and of the others the same is asked. ``mean``: the same maps set to
    their mean; a dash where that was not asked.
    """
    best = {int(au): distances.best_map(int(au)) for au in distances.action_unit_numbers}
    return tuple(_row(ablated, mean, au, number) for au, number in best.items() if number is not None)


def ablation_note(ablated: AblatedMaps) -> str:
    """The facts under a figure: layer, whose faces, how many."""
    own = "each class on its own faces" if ablated.on_own_faces else "all faces"
    people = "" if ablated.observations == ablated.picture_count else f" of {ablated.observations} people"
    return f"{ablated.layer} · {own} · n = {ablated.picture_count} faces{people}"


def _values(ablated: AblatedMaps, mean: AblatedMaps | None) -> str:
    one = "zero" if ablated.to == "zero" else "its mean"
    return one if mean is None else f"{one}, and to its mean"


def _points(ablated: AblatedMaps, number: int, label: int) -> str:
    change, half_width = (100 * float(told[number, label]) for told in ablated.told)
    return f"{change:+.1f} ± {half_width:.1f}"


def _row(ablated: AblatedMaps, mean: AblatedMaps | None, au: int, number: int) -> dict[str, str]:
    label = ablated.most_moved(number)
    accuracy = 100 * float(ablated.recall_change[number, label])
    ranks = ablated.rank(number), ablated.rank(number, among=ablated.matched(number))
    cells = (
        action_unit_label(au), f"map {number}", ablated.class_names[label], _points(ablated, number, label),
        "–" if mean is None else _points(mean, number, label), "–" if np.isnan(accuracy) else f"{accuracy:+.0f}",
        *(f"{rank:.0%}" for rank in ranks),
    )  # fmt: skip
    return dict(zip(ABLATION_COLUMNS, cells, strict=True))


def _add_middle(figure: go.Figure, words: str, names: list[str], change: np.ndarray, colour: str, width: int) -> None:
    """A thick line a class, from the 2.5th to the 97.5th percentile of other maps."""
    low, high = np.percentile(change, _MIDDLE, axis=0) if len(change) else np.zeros((2, len(names)))
    lines = np.stack([low, high, np.full(len(names), np.nan)], 1)
    figure.add_scatter(
        x=lines.ravel(), y=np.repeat(names, 3), mode="lines", name=words, line={"color": colour, "width": width},
        opacity=0.6, hoverinfo="skip",
    )  # fmt: skip
