"""What switching on single action units does to classes and maps, beside what observation says of the same maps."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.experiments.au_experiments import SIGNIFICANT, AUEffects
from fer_probe.figures.theme import AU_SIDE, GREY, themed, titled

#: What is told of each action unit: what observation names, what became of it, and what the experiment names.
AU_EFFECT_COLUMNS = (
    "Action unit", "Map with the largest D", "Effect of the unit on it", "So it", "Map it raises most", "By",
    "Next unit on that map",
)  # fmt: skip

_SIDES = {1: "answers to the unit", -1: "answers to its absence", 0: "is not shown to answer to it"}
#: Effects on a probability below so many percentage points are left out, significant or not.
_LEAST_POINTS = 0.5
#: What effects on maps are told in: at most 2 of them.
_DEVIATIONS = "deviations over both states"


def au_effects_figure(effects: AUEffects, *, dark: bool = False) -> go.Figure:
    """Effects of every action unit (rows) on the classes, in percentage points, or on a layer's maps, standardized.

    Cells without a significant effect, or with less than half a point, are empty. ``customdata`` of a cell is the
    number of its outcome.
    """
    of_classes = bool(effects.class_names)
    shown = 100 * effects.effect if of_classes else effects.standardized
    told = (effects.p_adjusted < SIGNIFICANT) & (np.abs(shown) >= (_LEAST_POINTS if of_classes else 0))
    values = np.where(told, shown, np.nan)
    reach = float(np.nanmax(np.abs(values), initial=0)) or 1.0
    outcomes = np.arange(values.shape[1])
    stars = np.where(np.asarray(effects.q_value) < SIGNIFICANT, "✱ ", "")
    labels = [
        f"{star}{action_unit_label(int(au))}" for star, au in zip(stars, effects.action_unit_numbers, strict=True)
    ]
    told_q = np.array([f"q of the unit {_short(q)}" for q in effects.q_value])[:, None]
    unit, names = ("points", list(effects.class_names)) if of_classes else (_DEVIATIONS, outcomes.tolist())
    text = np.where(told, np.char.mod("%+.0f", np.nan_to_num(values)), "")
    figure = go.Figure(
        go.Heatmap(
            z=values, x=names, y=labels, zmid=0, zmin=-reach, zmax=reach, autocolorscale=True, hoverongaps=False,
            xgap=1 if of_classes else 0, ygap=1, customdata=np.broadcast_to(outcomes, values.shape),
            text=text, texttemplate="%{text}" if of_classes else None, textfont_size=11, showscale=not of_classes,
            hovertemplate=f"%{{y}}<br>{'' if of_classes else 'map '}%{{x}}: %{{z:+.2f}} {unit}<br>"
            "%{hovertext}<extra></extra>",
            hovertext=np.broadcast_to(told_q, values.shape),
            colorbar={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0.4, "thickness": 8,
                      "lenmode": "pixels", "len": 200, "tickvals": [-0.8 * reach, 0, 0.8 * reach],
                      "ticktext": [f"−{0.8 * reach:.1f} deviations", "0", f"+{0.8 * reach:.1f}"], "ticks": "",
                      "tickangle": 0},
        )
    )  # fmt: skip
    below = 8 if of_classes else 60
    figure.update_layout(height=122 + below + 22 * max(len(labels), 4), margin_b=below)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(
        title_text="" if of_classes else f"feature map; effects in {_DEVIATIONS}", ticks="", side="bottom"
    )
    what = "the classes, in percentage points" if of_classes else f"the maps of {effects.layer}"
    note = f"{au_effects_note(effects)}: ✱ below {SIGNIFICANT:g}"
    return themed(titled(figure, f"What one action unit does to {what}", note), dark)


def au_effect_figure(effects: AUEffects, distances: AUDistances, au: int, *, dark: bool = False) -> go.Figure:
    """One action unit, a point a map: what observation says (D, its side as sign) over what the unit itself does.

    A map far to the right and near zero rides on other units. ``customdata`` of a point is its map.

    Raises:
        KeyError: the unit was not switched, or is not among the distances.
    """
    row, observed = effects.row(au), distances.row(au)
    signed = np.nan_to_num(distances.distance[observed]) * distances.direction[observed]
    effect, half_width = effects.standardized[row], effects.standardized_half_width[row]
    figure = go.Figure()
    for significant, colour, words in ((True, AU_SIDE, "p < 0.05, adjusted"), (False, GREY, "not significant")):
        maps = np.flatnonzero((effects.p_adjusted[row] < SIGNIFICANT) == significant)
        figure.add_scatter(
            x=signed[maps], y=effect[maps], mode="markers", name=words, customdata=maps,
            marker={"color": colour, "size": 8, "symbol": "circle" if significant else "circle-open"},
            error_y={"array": half_width[maps], "thickness": 1, "width": 0},
            hovertemplate="map %{customdata}<br>D = %{x:.3g} (below 0: stronger without the unit)<br>"
            f"effect %{{y:+.2f}} {_DEVIATIONS}<extra></extra>",
        )  # fmt: skip
    named = {number for number in (distances.best_map(au), *effects.raised(au)[:1].tolist()) if number is not None}
    for number in sorted(named):
        figure.add_annotation(
            x=signed[number], y=effect[number], text=f"<b>map {number}</b>", ax=0, ay=-22, showarrow=True
        )
    figure.update_layout(height=340)
    figure.update_xaxes(title_text="observed: D, its side as sign", zeroline=True, showgrid=True)
    figure.update_yaxes(title_text=f"switched on: effect,<br>{_DEVIATIONS}", zeroline=True)
    note = f"{au_effects_note(effects)}: {_short(effects.q_value[row])}"
    return themed(titled(figure, action_unit_label(au), note), dark)


def au_effect_rows(effects: AUEffects, distances: AUDistances) -> tuple[dict[str, str], ...]:
    """A row an action unit that was switched and observed, by ``AU_EFFECT_COLUMNS``."""
    both = [int(au) for au in effects.action_unit_numbers if au in distances.action_unit_numbers]
    return tuple(_row(effects, distances, au) for au in both)


def au_effects_note(effects: AUEffects) -> str:
    """The facts under a figure: how many people, which test, which correction."""
    what = "classes" if effects.class_names else "maps"
    return (
        f"n = {effects.people} drawn people, at rest and with one unit at {effects.intensity:g} · "
        f"{effects.flips} sign flips, p adjusted over {what}, q by Benjamini–Hochberg over units"
    )


def _short(q: float) -> str:
    """``0.03``, ``<0.01``."""
    return "<0.01" if q < 0.01 else f"{q:.2f}"


def _row(effects: AUEffects, distances: AUDistances, au: int) -> dict[str, str]:
    observed, raised = distances.best_map(au), effects.raised(au)
    first = int(raised[0]) if len(raised) else None
    cells = (
        action_unit_label(au),
        "none" if observed is None else f"map {observed}",
        "–" if observed is None else _effect(effects, au, observed),
        "–" if observed is None else _SIDES[effects.side(au, observed)],
        "none" if first is None else f"map {first}",
        "–" if first is None else _effect(effects, au, first),
        "–" if first is None else f"{effects.others_share(au, first):.0%}",
    )
    return dict(zip(AU_EFFECT_COLUMNS, cells, strict=True))


def _effect(effects: AUEffects, au: int, number: int) -> str:
    row = effects.row(au)
    return f"{effects.standardized[row, number]:+.2f} ± {effects.standardized_half_width[row, number]:.2f}"
