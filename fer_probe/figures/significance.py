"""How far maps stand above chance: z of every map of one action unit, and of all units at once."""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.figures.theme import AU_SIDE, AU_SIDE_BY_CHANCE, BAR_WIDTH, OTHER_SIDE, say, themed, titled
from fer_probe.figures.verdicts import above_chance, significance_note, verdict_groups

_Z = "z: deviations above shuffled labels"
#: Where the axis of z begins: how far a map is on the other side is not what is asked.
_CUT = -5
_CHANCE = "best of all maps by chance, 19 times in 20"


def significance_figure(significance: AUSignificance, au: int, *, dark: bool = False) -> go.Figure:
    """z of every map for one action unit, with the line that the largest of all maps stays under by chance.

    ``customdata`` of a bar is its map.

    Raises:
        KeyError: the unit is not among the record's.
    """
    figure, row = go.Figure(), significance.row(au)
    if significance.tested(au):
        for maps, colour, words in verdict_groups(significance.direction[row], above_chance(significance, au)):
            figure.add_bar(
                x=maps, y=significance.z[row, maps], customdata=maps, marker_color=colour, marker_line_width=0,
                width=BAR_WIDTH, name=words, text=_told(significance, row, maps), textposition="none",
                hovertemplate="map %{x}<br>%{text}<extra></extra>",
            )  # fmt: skip
        figure.add_hline(y=float(significance.chance_z[row]), line={"dash": "dash", "width": 1.5, "color": OTHER_SIDE})
        figure.add_scatter(x=[None], y=[None], mode="lines", name=_CHANCE, line={"dash": "dash", "color": OTHER_SIDE})
    else:
        say(figure, _why_not(significance, row))
    kind = "recordings" if significance.recorded_once else "faces"
    counts = f"n = {significance.with_count[row]} {kind} with the unit, {significance.without_count[row]} without"
    figure.update_layout(height=320, hovermode="x", hoverdistance=-1, barmode="overlay")
    figure.update_xaxes(title_text="feature map", range=[-1, significance.z.shape[1]]).update_yaxes(title_text="z")
    return themed(
        titled(figure, "How far above chance?", f"{counts} · {significance_note(significance, au)} · {_Z}"), dark
    )


def evidence_figure(significance: AUSignificance, *, dark: bool = False) -> go.Figure:
    """z of every map (dots) for every action unit (rows); a tick marks what the best of all maps reaches by chance.

    ``customdata`` of a dot is its action unit and map.
    """
    figure, units = go.Figure(), [int(au) for au in significance.action_unit_numbers if significance.tested(int(au))]
    labels = [action_unit_label(au) for au in units]
    groups = [
        (au, group)
        for au in units
        for group in verdict_groups(significance.direction[significance.row(au)], above_chance(significance, au))
    ]
    for colour in (OTHER_SIDE, AU_SIDE_BY_CHANCE, AU_SIDE):
        chosen = [(au, maps, words) for au, (maps, its_colour, words) in groups if its_colour == colour]
        figure.add_scatter(
            x=np.concatenate([significance.z[significance.row(au), maps] for au, maps, _ in chosen] or [[]]),
            y=[action_unit_label(au) for au, maps, _ in chosen for _ in maps],
            customdata=[(au, int(m)) for au, maps, _ in chosen for m in maps],
            mode="markers", marker={"color": colour, "size": 6, "opacity": 0.8}, name=chosen[0][2] if chosen else "",
            text=[text for au, maps, _ in chosen for text in _told(significance, significance.row(au), maps)],
            hovertemplate="%{y}<br>map %{customdata[1]}<br>%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[significance.chance_z[significance.row(au)] for au in units], y=labels, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": OTHER_SIDE}}, name=_CHANCE,
    )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1], showgrid=True, ticks="")
    figure.update_xaxes(title_text=f"z, from {_CUT} on", showgrid=True, range=[_CUT, _far_end(significance)])
    figure.update_layout(height=190 + 20 * max(len(labels), 4))
    facts = (significance.layer, f"n = {significance.n}", significance_note(significance), _Z)
    return themed(titled(figure, "Which maps stand above chance?", " · ".join(filter(None, facts))), dark)


def _far_end(significance: AUSignificance) -> float:
    """Where the axis of z ends, so that every map above chance is within."""
    heights = significance.z[np.isfinite(significance.z)]
    return 1.05 * max(float(heights.max(initial=0)), -_CUT)


def _why_not(significance: AUSignificance, row: int) -> str:
    """Why a unit was not tested, in lines that fit."""
    return "<br>".join(wrap(significance.refused[row] or "too few faces", 60))


def _told(significance: AUSignificance, row: int, maps: np.ndarray) -> list[str]:
    """What hovering over each map says."""
    return [
        f"z = {significance.z[row, m]:.2g}, D = {significance.distance[row, m]:.3g}<br>"
        f"p adjusted {significance.p_adjusted[row, m]:.3g}, effect δ {significance.effect[row, m]:+.2f}"
        for m in maps
    ]
