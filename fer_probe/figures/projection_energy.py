"""Where projections' energy falls: on the pixels that an action unit moved, the same shape elsewhere, other maps'."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.projection_energy import OTHERS, ProjectionEnergy
from fer_probe.figures.theme import AU_SIDE, BLUE, GREY, themed, titled


def energy_figure(found: ProjectionEnergy, *, dark: bool = False) -> go.Figure:
    """A row an action unit, means over its map's strongest faces; the share of the energy on the unit's own pixels."""
    order = np.argsort(-_mean(found.own - found.other_maps), kind="stable")
    names = [f"{action_unit_label(int(found.action_unit_numbers[i]))}, map {found.maps[i]}" for i in order]
    figure = go.Figure()
    for values, colour, symbol, words in (
        (found.elsewhere, GREY, "line-ns-open", "the same shape elsewhere"),
        (found.other_maps, BLUE, "circle-open", f"{OTHERS} other maps, on the unit's pixels"),
        (found.own, AU_SIDE, "circle", "the map, on the unit's pixels"),
    ):
        figure.add_scatter(
            x=100 * _mean(values)[order], y=names, mode="markers", name=words,
            marker={"color": colour, "size": 10, "symbol": symbol, "line": {"width": 2, "color": colour}},
            hovertemplate="%{y}: %{x:.0f} %<extra>" + words + "</extra>",
        )  # fmt: skip
    figure.update_layout(height=170 + 24 * max(len(names), 3))
    figure.update_yaxes(autorange="reversed", ticks="")
    figure.update_xaxes(title_text="share of the projection's energy, %", range=[-2, 102], showgrid=True)
    note = (
        f"{found.layer} · {found.rule} · means over n ≤ {found.own.shape[1]} strongest faces that show the unit, "
        "without intervals, not tested"
    )
    return themed(titled(figure, "Does a map look at what its unit moves?", note), dark)


def energy_in_words(found: ProjectionEnergy) -> str:
    """For how many units the map beats both comparisons."""
    own, elsewhere, other = _mean(found.own), _mean(found.elsewhere), _mean(found.other_maps)
    known, above = np.isfinite(own), own > elsewhere
    beats_both = above & (own > other)
    return (
        f"Of {int(known.sum())} units' maps {int(above[known].sum())} have more of their energy on the unit's pixels "
        f"than on the same shape elsewhere, and {int(beats_both[known].sum())} also more than other maps have there: "
        f"{np.nanmean(own):.0%} on average, against {np.nanmean(elsewhere):.0%} and {np.nanmean(other):.0%}."
    )


def _mean(values: np.ndarray) -> np.ndarray:
    """(A,) over the faces that there were; NaN for none."""
    known = np.isfinite(values)
    return np.divide(np.nansum(values, 1), known.sum(1), out=np.full(len(values), np.nan), where=known.any(1))
