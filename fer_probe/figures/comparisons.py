"""Two networks side by side: which of their maps correspond, how alike their layers are, what they see and answer."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.comparisons.answer_agreement import AnswerAgreement
from fer_probe.comparisons.layer_similarity import LayerSimilarity
from fer_probe.comparisons.map_matches import MapMatches
from fer_probe.comparisons.seen_units import SeenUnits
from fer_probe.figures.theme import AU_SIDE, BLUE, GREY, themed, titled

#: What is told of each action unit; the columns of either network are named after it.
SEEN_UNIT_COLUMNS = ("Action unit", "Map", "AUROC", "Map of the other", "AUROC", "Difference", "r", "Pair")


def map_matches_figure(found: MapMatches, *, dark: bool = False) -> go.Figure:
    """Every pair's correlation, the largest first, over chance and over what untrained networks reach.

    ``customdata`` of a point is the first network's map.
    """
    order = np.argsort(-np.nan_to_num(found.assigned_correlation, nan=-2), kind="stable")
    order = order[np.asarray(found.assigned)[order] >= 0]
    place = dict(zip(order.tolist(), range(1, len(order) + 1), strict=True))
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(1, len(order) + 1), y=found.untrained[order], mode="markers", name="best of untrained, mean",
        marker={"symbol": "line-ew-open", "size": 7, "color": GREY}, hoverinfo="skip",
    )  # fmt: skip
    for words, those, colour in (
        ("more alike than untrained networks’", found.learnt, AU_SIDE),
        ("not shown to be", ~found.learnt, GREY),
    ):
        maps = [number for number in order.tolist() if those[number]]
        figure.add_scatter(
            x=[place[number] for number in maps], y=found.assigned_correlation[maps], mode="markers", name=words,
            marker={"color": colour, "size": 8}, customdata=maps, text=[f"{found.assigned[i]}" for i in maps],
            hovertemplate="map %{customdata} and map %{text}: r = %{y:.2f}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[0.5, len(order) + 0.5], y=[found.chance] * 2, mode="lines", name=_level(found), hoverinfo="skip",
        line={"color": GREY, "dash": "dash", "width": 2},
    )  # fmt: skip
    figure.update_layout(height=380, showlegend=True, margin_b=90)
    figure.update_xaxes(title_text="pairs of maps, the most alike first")
    figure.update_yaxes(title_text="correlation r", range=[min(-0.05, *_least(found, order)), 1.03])
    return themed(titled(figure, "Which maps correspond?", map_matches_note(found)), dark)


def layer_similarity_figure(found: LayerSimilarity, *, dark: bool = False) -> go.Figure:
    """CKA of every pair of layers; below each, in brackets, that with untrained networks."""
    values, untrained = np.asarray(found.cka), np.asarray(found.untrained)
    known = found.untrained_networks > 0
    text = [
        [f"{one:.2f}" + (f"<br>({other:.2f})" if known else "") for one, other in zip(*rows, strict=True)]
        for rows in zip(values, untrained, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(found.other_layers), y=list(found.layers), zmin=0, zmax=1, autocolorscale=True,
            showscale=False, xgap=1, ygap=1, text=text, customdata=untrained,
            texttemplate="%{text}" if values.size <= 100 else None, textfont_size=11,
            hovertemplate=f"{found.one}’s %{{y}}, {found.other}’s %{{x}}<br>CKA %{{z:.2f}}, untrained "
            "%{customdata:.2f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=150 + 40 * max(3, len(found.layers)))
    figure.update_xaxes(title_text=f"layers of {found.other}", type="category", ticks="", side="bottom")
    figure.update_yaxes(title_text=f"layers of {found.one}", type="category", autorange="reversed", ticks="")
    facts = f"linear CKA, unbiased · {found.pictures} faces"
    facts += f" · in brackets: the mean with {found.untrained_networks} untrained networks" if known else ""
    return themed(titled(figure, "How alike are the layers?", facts), dark)


def answers_figure(found: AnswerAgreement, *, dark: bool = False) -> go.Figure:
    """How many faces were answered each pair of classes, in per cent of all."""
    share = 100 * np.asarray(found.answers) / found.pictures
    figure = go.Figure(
        go.Heatmap(
            z=share, x=list(found.other_class_names), y=list(found.class_names), zmin=0, autocolorscale=True,
            showscale=False, xgap=1, ygap=1, text=np.where(share >= 0.5, np.char.mod("%.0f", share), ""),
            texttemplate="%{text}", textfont_size=11, customdata=found.answers,
            hovertemplate=f"{found.one}: %{{y}}, {found.other}: %{{x}}<br>%{{customdata}} faces<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=160 + 26 * len(found.class_names))
    figure.update_xaxes(title_text=f"answers of {found.other}", ticks="", side="bottom")
    figure.update_yaxes(title_text=f"answers of {found.one}", autorange="reversed", ticks="")
    facts = (
        f"% of n = {found.pictures} faces of {found.persons} people · alike {found.agreement:.0%}, "
        f"κ = {found.kappa:.2f} (Cohen’s)"
    )
    return themed(titled(figure, "What do they answer?", facts), dark)


def seen_units_figure(found: SeenUnits, *, dark: bool = False) -> go.Figure:
    """AUROC of either network's best map for every action unit; filled where it is a detector.

    A star stands where one of them is a detector and the AUROCs differ. ``customdata`` of a point is the map.
    """
    units = np.arange(len(found.action_unit_numbers))
    stars = np.where(found.differs & (np.asarray(found.detector) | found.other_detector), "✱ ", "")
    labels = [f"{star}{action_unit_label(int(au))}" for star, au in zip(stars, found.action_unit_numbers, strict=True)]
    figure = go.Figure()
    between = [[one, other, None] for one, other in zip(found.auroc, found.other_auroc, strict=True)]
    figure.add_scatter(
        x=np.array(between, object).ravel(), y=np.repeat(units, 3), mode="lines", line={"color": GREY, "width": 1.5},
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    sides = (
        (found.one, found.auroc, found.maps, found.detector, AU_SIDE, "circle"),
        (found.other, found.other_auroc, found.other_maps, found.other_detector, BLUE, "diamond"),
    )
    for name, auroc, maps, detector, colour, symbol in sides:
        figure.add_scatter(
            x=auroc, y=units, mode="markers", name=name, customdata=maps,
            marker={"color": colour, "size": 9, "line": {"width": 1.5, "color": colour},
                    "symbol": [symbol if one else f"{symbol}-open" for one in detector]},
            hovertemplate="map %{customdata}: AUROC %{x:.2f}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.add_vline(x=0.5, line={"color": GREY, "dash": "dash"})
    figure.update_layout(height=170 + 22 * max(4, len(units)), showlegend=True, margin_b=60)
    figure.update_xaxes(title_text="AUROC of the best map; dashed: chance", showgrid=True)
    figure.update_yaxes(tickvals=units, ticktext=labels, range=[len(units) - 0.5, -0.5], showgrid=False, ticks="")
    faces = f"n = {found.pictures} faces" + (f" of {found.persons} people" if found.persons else "")
    facts = f"{found.layer} and {found.other_layer} · {faces} · filled: above chance, q ≤ 0.05 by label permutations"
    facts += " · ✱ 95 % interval of the difference by jackknife" if found.persons else ", difference not tested"
    return themed(titled(figure, "Which action units do they see?", facts), dark)


def map_matches_note(found: MapMatches) -> str:
    """The facts under a figure: how many faces, and how either level was found."""
    people = f" of {found.persons} people" if found.persons else ""
    words = f"{found.layer} and {found.other_layer} · {found.pictures} faces{people}"
    words += f" · dashed: 95 % of {found.shufflings} shufflings of {found.shuffled}"
    if found.untrained_networks:
        words += f" · {found.untrained_networks} untrained networks of either kind, q ≤ 0.05 over pairs"
    return words


def map_matches_in_words(found: MapMatches) -> str:
    """How many maps correspond, and what that is worth."""
    pairs, above = int((np.asarray(found.assigned) >= 0).sum()), int(found.above_chance.sum())
    middle = float(np.nanmedian(found.assigned_correlation))
    words = f"The middle one of {pairs} pairs of maps has r = {middle:.2f}. "
    if found.untrained_networks:
        words += (
            f"{_counted(int(found.learnt.sum()))} more alike than maps of untrained networks, which share what any "
            f"such network sees of light and contrast (best r {np.median(found.untrained):.2f} in the middle, up to "
            f"{np.max(found.untrained):.2f}){': these both have learnt' if found.learnt.any() else ''}. "
        )
    else:
        words += "No untrained network was asked, so that nothing is said of learning. "
    if found.expressions > 1:
        return (
            f"{words}{_counted(above)} above what maps that follow the same expressions share on other faces "
            f"(r above {found.chance:.2f}), and so alike on the single face."
        )
    return f"{words}{_counted(above)} more alike than chance would have it (r above {found.chance:.2f})."


def layer_similarity_in_words(found: LayerSimilarity) -> str:
    """Which layers stand above untrained ones."""
    if not found.untrained_networks:
        return "CKA has no scale of its own; no untrained network was asked."
    gap = np.asarray(found.cka) - np.asarray(found.untrained)
    row, column = np.unravel_index(int(np.argmax(gap)), gap.shape)
    return (
        f"Farthest above untrained networks are {found.one}’s {found.layers[row]} and {found.other}’s "
        f"{found.other_layers[column]}: {found.cka[row, column]:.2f}, untrained {found.untrained[row, column]:.2f}."
    )


def answers_in_words(found: AnswerAgreement) -> str:
    """How often they agree, and whether one is right more often."""
    alike = f"{found.agreement_low:.0%} to {found.agreement_high:.0%}"
    words = f"Both answer {found.agreement:.0%} of the faces alike ({alike})."
    if not found.labelled:
        return f"{words} None of the faces has a label that both have a class for."
    verdict = "differ" if found.p_value < 0.05 else "are not shown to differ"
    return (
        f"{words} Of {found.labelled} labelled ones {found.one} reads {found.accuracy:.1%} rightly and {found.other} "
        f"{found.other_accuracy:.1%}: {found.one_right} {found.one} alone, {found.other_right} {found.other} alone, "
        f"{found.neither_right} neither. They {verdict} ({100 * found.difference:+.1f} ± {100 * found.half_width:.1f} "
        f"points, p = {found.p_value:.2g} by sign flips of {found.persons} people)."
    )


def seen_units_in_words(found: SeenUnits) -> str:
    """Which units both see, and which one alone."""
    one, other = np.asarray(found.detector), np.asarray(found.other_detector)
    listed = {
        "Both have a detector of": one & other,
        f"Only {found.one} of": one & ~other,
        f"Only {found.other} of": other & ~one,
    }
    parts = [f"{words} {_units(found, those)}." for words, those in listed.items() if those.any()]
    if not parts:
        parts = ["Neither has a detector of any unit."]
    only = (one != other) & found.differs
    if (one != other).any():
        told = _units(found, only) if only.any() else "none of them"
        parts.append(f"Of those that one has alone the AUROCs differ, by their interval, for {told}.")
    return " ".join(parts)


def seen_unit_rows(found: SeenUnits) -> tuple[tuple[str, ...], ...]:
    """A row a unit, by ``SEEN_UNIT_COLUMNS``, those with a detector first."""
    order = np.argsort(-(found.detector.astype(int) + found.other_detector), kind="stable")
    return tuple(_row(found, int(unit)) for unit in order)


def _row(found: SeenUnits, unit: int) -> tuple[str, ...]:
    half = found.half_width[unit]
    return (
        action_unit_label(int(found.action_unit_numbers[unit])),
        f"map {found.maps[unit]}" + (", a detector" if found.detector[unit] else ""), f"{found.auroc[unit]:.2f}",
        f"map {found.other_maps[unit]}" + (", a detector" if found.other_detector[unit] else ""),
        f"{found.other_auroc[unit]:.2f}",
        f"{found.difference[unit]:+.2f}" + ("" if np.isnan(half) else f" ± {half:.2f}"),
        f"{found.correlation[unit]:.2f}", "yes" if found.paired[unit] else "no",
    )  # fmt: skip


def _units(found: SeenUnits, those: np.ndarray) -> str:
    return ", ".join(f"AU{au}" for au in np.asarray(found.action_unit_numbers)[those])


def _counted(count: int) -> str:
    return "None is" if count == 0 else "One is" if count == 1 else f"{count} are"


def _level(found: MapMatches) -> str:
    return "same expressions on other faces" if found.expressions > 1 else "chance"


def _least(found: MapMatches, order: np.ndarray) -> tuple[float, ...]:
    return (float(found.assigned_correlation[order].min()) - 0.05,) if len(order) else ()
