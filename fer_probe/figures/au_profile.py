"""One feature map's distance D over all action units: which of them, if any, it tells."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.figures.theme import BAR_WIDTH, themed, titled
from fer_probe.figures.verdicts import above_chance, significance_note, verdict_groups


def au_profile_figure(
    distances: AUDistances, map_number: int, significance: AUSignificance | None = None, *, dark: bool = False
) -> go.Figure:
    """Bars of D by action unit for one map, coloured by the stronger side, and by chance where that was tested.

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
    above = None if significance is None else _above_chance(significance, distances, map_number)
    for rows, colour, words in verdict_groups(
        distances.direction[order, map_number], None if above is None else above[order]
    ):
        _add_side(figure, distances, map_number, order[rows], colour, words)
    labels = [_label(distances, row) for row in order]
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1], range=[-0.6, len(labels) - 0.4])
    figure.update_yaxes(showgrid=False, ticks="").update_xaxes(
        title_text="distance D", showgrid=True, rangemode="tozero"
    )
    figure.update_layout(height=140 + 20 * max(len(labels), 3), bargap=0.3, barmode="overlay")
    facts = (distances.layer, f"n = {distances.n} strongest faces of each kind", significance_note(significance))
    return themed(titled(figure, f"Map {map_number}: distance to every AU", " · ".join(filter(None, facts))), dark)


def _above_chance(significance: AUSignificance, distances: AUDistances, map_number: int) -> np.ndarray:
    """(A,) bool, for which action units the map stands above chance."""
    maps = [above_chance(significance, int(au)) for au in distances.action_unit_numbers]
    return np.array([of_unit is not None and bool(of_unit[map_number]) for of_unit in maps])


def _add_side(
    figure: go.Figure, distances: AUDistances, map_number: int, rows: np.ndarray, colour: str, words: str
) -> None:
    figure.add_bar(
        y=[_label(distances, row) for row in rows], x=np.nan_to_num(distances.distance[rows, map_number]),
        customdata=distances.action_unit_numbers[rows], orientation="h", marker_color=colour, marker_line_width=0,
        width=BAR_WIDTH,
        name=words, hovertemplate="%{y}<br>D = %{x:.3g}<extra></extra>",
    )  # fmt: skip


def _label(distances: AUDistances, row: int) -> str:
    label = action_unit_label(int(distances.action_unit_numbers[row]))
    return f"{label} (too few)" if distances.too_few[row] else label
