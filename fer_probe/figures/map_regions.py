"""Which part of the face a layer's maps fire on: all of them at once, and one of them."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.evidence.map_regions import ELSEWHERE, MapRegions
from fer_probe.figures.theme import AU_SIDE, GREY, themed, titled

_GOLDEN = (5**0.5 - 1) / 2
_SPREAD = 0.6


def map_regions_figure(found: MapRegions, *, dark: bool = False) -> go.Figure:
    """A dot a map and region, at the share of faces on which it fires there; the tick is the region's own area.

    A map's dot is coloured in the row of its region; ``customdata`` is the map. Within a row, heights mean nothing.
    """
    rows, maps = np.arange(len(found.region_names)), np.flatnonzero(found.fired)
    height = _SPREAD * ((np.arange(len(found.share)) * _GOLDEN) % 1 - 0.5)  # spreads the dots evenly, and anew alike
    figure = go.Figure()
    for own, colour, words in ((False, GREY, "other maps"), (True, AU_SIDE, "maps of the region")):
        shown = (found.region[maps, None] == rows) == own
        row, each = (axis[shown.T.ravel()] for axis in (np.repeat(rows, len(maps)), np.tile(maps, len(rows))))
        pairs = list(zip(each, row, strict=True))
        figure.add_scatter(
            x=100 * found.share[each, row], y=row + height[each], mode="markers", name=words, customdata=each,
            marker={"color": colour, "size": 8 if own else 6, "opacity": 0.9 if own else 0.45},
            text=[f"{found.region_names[r]}: {share_in_words(found, int(m), int(r))}" for m, r in pairs],
            hovertemplate="map %{customdata}<br>%{text}<extra></extra>",
        )  # fmt: skip
    _add_areas(figure, 100 * np.nanmean(found.area, axis=0), list(found.region_names))
    figure.update_layout(height=140 + 62 * len(rows), showlegend=True, margin_b=84)
    figure.update_yaxes(
        tickvals=rows, ticktext=list(found.region_names), autorange="reversed", showgrid=False, ticks=""
    )
    note = f"{found.layer} · {len(found.share)} maps · {_facts(found)}"
    return themed(titled(figure, "Which part of the face do maps fire on?", note), dark)


def region_shares_figure(found: MapRegions, number: int, *, dark: bool = False) -> go.Figure:
    """One map: share of faces on which it fires in each region with its interval; the tick is the region's area.

    Raises:
        IndexError: the layer has no such map.
    """
    if not 0 <= number < len(found.share):
        raise IndexError(f"map {number} is not among the {len(found.share)} maps of {found.layer}")
    names, share = list(found.region_names), 100 * np.asarray(found.share[number])
    figure = go.Figure(
        go.Scatter(
            x=share, y=names, mode="markers", name="share of faces",
            marker={"size": 11, "color": [AU_SIDE if found.region[number] == r else GREY for r in range(len(names))]},
            error_x={
                "array": 100 * np.asarray(found.high[number]) - share, "symmetric": False, "thickness": 2, "width": 5,
                "arrayminus": share - 100 * np.asarray(found.low[number]), "color": GREY,
            },
            text=[share_in_words(found, number, row) for row in range(len(names))],
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )  # fmt: skip
    _add_areas(figure, 100 * np.asarray(found.area[number]), names)
    figure.update_layout(height=280, showlegend=True, margin_b=84)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], showgrid=False, ticks="")
    figure.update_yaxes(range=[-0.6, len(names) - 0.4])
    facts = f"{_facts(found, number)} · 95 % Wilson intervals over people, not adjusted for the number of maps"
    return themed(titled(figure, f"Map {number}: which part of the face?", facts), dark)


def share_in_words(found: MapRegions, number: int, row: int) -> str:
    """``41 % of faces (35–47)``, with the interval where there is one."""
    share, low, high = (100 * float(limit[number, row]) for limit in (found.share, found.low, found.high))
    if np.isnan(share):
        return "never fires"
    return f"{share:.0f} % of faces" + ("" if np.isnan(low) else f" ({low:.0f}–{high:.0f})")


def regions_in_words(found: MapRegions) -> str:
    """How many maps each region has."""
    counts = [f"{name} {len(found.maps_of(name))}" for name in found.region_names]
    others = len(found.maps_of(ELSEWHERE))
    return f"Maps of {found.layer}: {', '.join(counts)}; the other {others} fire elsewhere or here and there."


def _add_areas(figure: go.Figure, area: np.ndarray, rows: list[str]) -> None:
    numeric = len(figure.data) > 1  # rows are numbers where dots lie beside one another
    figure.add_scatter(
        x=area, y=list(range(len(rows))) if numeric else rows, mode="markers", name="the region's area",
        marker={"symbol": "line-ns-open", "size": 24 if not numeric else 40, "color": "#2C82C9", "line": {"width": 2}},
        hovertemplate="area: %{x:.1f} %<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title_text="% of faces with the strongest response there", showgrid=True, rangemode="tozero")


def _facts(found: MapRegions, number: int | None = None) -> str:
    faces = found.face_count if number is None else int(found.fired[number])
    people = "" if found.persons == found.face_count else f" of {found.persons} people"
    return f"{faces} faces{people}"
