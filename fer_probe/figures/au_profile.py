"""One feature map's distance D over all action units: which of them, if any, it tells."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.au_distance import AUDistances
from fer_probe.figures.theme import AU_SIDE, OTHER_SIDE, themed, titled


def au_profile_figure(distances: AUDistances, map_number: int, *, dark: bool = False) -> go.Figure:
    """Bars of D by action unit for one map, coloured by the side that is the stronger one.

    Units with too few pictures stand last and say so. ``customdata`` of a bar is its action unit.

    Raises:
        IndexError: the layer has no such map.
    """
    maps = distances.distance.shape[1]
    if not 0 <= map_number < maps:
        raise IndexError(f"map {map_number} is not among the {maps} maps of {distances.layer or 'this layer'}")
    signed = distances.distance[:, map_number] * distances.direction[:, map_number]
    order = np.argsort(-signed, kind="stable")  # NaN, the units with too few pictures, sorts last
    figure = go.Figure()
    for wanted, colour, words in ((1, AU_SIDE, "with the AU"), (-1, OTHER_SIDE, "without it")):
        _add_side(figure, distances, map_number, order[_side(distances, order, map_number) == wanted], colour, words)
    labels = [_label(distances, row) for row in order]
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1], range=[-0.6, len(labels) - 0.4])
    figure.update_yaxes(showgrid=False, ticks="").update_xaxes(
        title_text="distance D", showgrid=True, rangemode="tozero"
    )
    figure.update_layout(height=140 + 20 * max(len(labels), 3), bargap=0.3, barmode="overlay")
    note = " · ".join(filter(None, (distances.layer, f"n = {distances.n} strongest faces of each kind")))
    return themed(titled(figure, f"Map {map_number}: distance to every AU", note), dark)


def _side(distances: AUDistances, rows: np.ndarray, map_number: int) -> np.ndarray:
    """+1 on the unit's side; -1 for all others, the ones without a side among them."""
    return np.where(distances.direction[rows, map_number] > 0, 1, -1)


def _add_side(
    figure: go.Figure, distances: AUDistances, map_number: int, rows: np.ndarray, colour: str, words: str
) -> None:
    figure.add_bar(
        y=[_label(distances, row) for row in rows], x=np.nan_to_num(distances.distance[rows, map_number]),
        customdata=distances.action_unit_numbers[rows], orientation="h", marker_color=colour, marker_line_width=0,
        name=f"stronger {words}", hovertemplate="%{y}<br>D = %{x:.3g}<extra></extra>",
    )  # fmt: skip


def _label(distances: AUDistances, row: int) -> str:
    label = action_unit_label(int(distances.action_unit_numbers[row]))
    return f"{label} (too few)" if distances.too_few[row] else label
