"""For whom a network works: accuracy, and what its detectors tell, group of people by group."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.group_comparisons import GroupAccuracy, GroupDetectors
from fer_probe.figures.theme import CYCLE, GREY, themed, titled

#: What is told of each detector and grouping.
GROUP_DETECTOR_COLUMNS = (
    "Action unit",
    "Map",
    "By",
    "Tells it best",
    "Tells it least",
    "Difference",
    "p",
    "p adjusted",
)
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")


def group_accuracy_figure(found: GroupAccuracy, *, dark: bool = False) -> go.Figure:
    """Every group's accuracy and its interval, grouping by grouping, over the accuracy on all people."""
    figure, labels = go.Figure(), list[str]()
    for grouping, name in enumerate(found.groupings):
        rows = found.rows(grouping)
        labels += [f"<b>{name}</b>, p = {found.p_adjusted[grouping]:.2g}", *(found.groups[row] for row in rows)]
        share, low, high = (100 * np.asarray(part)[rows] for part in (found.accuracy, found.low, found.high))
        figure.add_scatter(
            x=share, y=np.arange(len(labels) - len(rows), len(labels)), mode="markers", name=name, showlegend=False,
            marker={"color": CYCLE[grouping % len(CYCLE)], "size": 10}, text=[found.groups[row] for row in rows],
            error_x={"array": high - share, "arrayminus": share - low, "thickness": 1.5, "width": 4},
            customdata=np.stack([found.persons[rows], found.pictures[rows], low, high], 1),
            hovertemplate="%{text}: %{x:.1f} % (%{customdata[2]:.1f} to %{customdata[3]:.1f})<br>"
            "%{customdata[1]} faces of %{customdata[0]} people<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=100 * found.overall, line={"color": GREY, "dash": "dash"})
    figure.update_layout(height=140 + 25 * len(labels))
    figure.update_xaxes(title_text="% read rightly; dashed: all", showgrid=True)
    ticks = {"tickvals": np.arange(len(labels)), "ticktext": labels, "range": [len(labels) - 0.5, -0.5]}
    figure.update_yaxes(**ticks, showgrid=False, ticks="")
    people = max(int(found.persons[found.rows(i)].sum()) for i in range(len(found.groupings)))
    facts = (
        f"n = {people} people · 95 % intervals over persons · {_tested(found)}, p adjusted over "
        f"{len(found.groupings)} groupings"
    )
    return themed(titled(figure, f"Accuracy by {_listed(found.groupings)}", facts), dark)


def group_detectors_figure(found: GroupDetectors, grouping: int, *, dark: bool = False) -> go.Figure:
    """AUROC of every detector within each group of a grouping; a star where the groups differ, 0.5 is chance."""
    rows, units = found.rows(grouping), len(found.action_unit_numbers)
    labels = [
        ("✱ " if (unit, grouping) in found.differing else "") + action_unit_label(int(au))
        for unit, au in enumerate(found.action_unit_numbers)
    ]
    apart = np.linspace(-0.24, 0.24, len(rows)) if len(rows) > 1 else np.zeros(1)
    figure = go.Figure()
    for place, row in enumerate(rows):
        value, low, high = (np.asarray(part)[:, row] for part in (found.auroc, found.low, found.high))
        figure.add_scatter(
            x=value, y=np.arange(units) + apart[place], mode="markers", name=found.groups[row],
            marker={"color": CYCLE[place % len(CYCLE)], "symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 8},
            error_x={"array": high - value, "arrayminus": value - low, "thickness": 1.2, "width": 0},
            customdata=np.stack([found.maps, found.with_count[:, row], found.without_count[:, row]], 1),
            hovertemplate="map %{customdata[0]}: AUROC %{x:.2f}<br>%{customdata[1]} faces with the unit, "
            "%{customdata[2]} without<extra>" + found.groups[row] + "</extra>",
        )  # fmt: skip
    figure.add_vline(x=0.5, line={"color": GREY, "dash": "dash"})
    figure.update_layout(height=190 + 12 * max(1, len(rows)) * max(units, 3), showlegend=True, margin_b=70)
    figure.update_xaxes(title_text="AUROC; dashed: chance", showgrid=True)
    figure.update_yaxes(tickvals=np.arange(units), ticktext=labels, range=[units - 0.5, -0.5], showgrid=False, ticks="")
    family = f"{units} detectors × {len(found.groupings)} groupings"
    people = int(found.persons[rows].sum())
    facts = (
        f"{found.layer} · n = {people} people, 95 % over persons · {_tested(found)}, ✱ p < 0.05 adjusted over {family}"
    )
    return themed(titled(figure, f"What detectors tell, by {found.groupings[grouping]}", facts), dark)


def group_accuracy_in_words(found: GroupAccuracy) -> str:
    """Of every grouping whether its groups are read alike, and by how much they may differ."""
    sentences = []
    for grouping, name in enumerate(found.groupings):
        told = found.difference(grouping)
        if told is None:
            sentences.append(f"By {name} no two groups have people enough to be compared.")
            continue
        best, worst, gap, low, high = told
        groups = f"{_short(found.groups[best])} and {_short(found.groups[worst])} people"
        span = f"{100 * gap:.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
        verdict = "differs" if found.differs(grouping) else "is not shown to differ"
        sentences.append(
            f"By {name} accuracy {verdict} (p = {found.p_adjusted[grouping]:.2g}): between {groups} lie {span}."
        )
    return " ".join(sentences)


def group_detectors_in_words(found: GroupDetectors) -> str:
    """Which detectors hold in every group, which differ, and how sure that is."""
    units, groups = found.auroc.shape
    all_hold = sum(all(found.holds(unit, group) for group in range(groups)) for unit in range(units))
    words = [
        f"{all_hold} of {units} detectors of {found.layer} tell their unit better than chance in every one of the "
        f"{groups} groups, as far as each group's own interval goes."
    ]
    for unit, grouping in found.differing:
        told = found.difference(unit, grouping)
        if told is None:
            continue
        best, worst, gap, low, high = told
        au, number = action_unit_label(int(found.action_unit_numbers[unit])), found.maps[unit]
        better, worse = _short(found.groups[best]), _short(found.groups[worst])
        words.append(
            f"Map {number} tells {au} better of {better} people than of {worse} ones: "
            f"AUROC {found.auroc[unit, best]:.2f} and {found.auroc[unit, worst]:.2f}, {gap:.2f} apart "
            f"({low:+.2f} to {high:+.2f}), p = {found.p_adjusted[unit, grouping]:.2g}."
        )
    if not found.differing:
        words.append("No detector is shown to differ between groups; that is no proof that they are alike.")
    return " ".join(words)


def group_detector_rows(found: GroupDetectors) -> tuple[dict[str, str], ...]:
    """A row a detector and grouping, by ``GROUP_DETECTOR_COLUMNS``, the surest difference first."""
    pairs = [(unit, grouping) for unit in range(len(found.maps)) for grouping in range(len(found.groupings))]
    order = sorted(pairs, key=lambda pair: (found.p_adjusted[pair], found.p_value[pair]))
    return tuple(_row(found, *pair) for pair in order)


def _row(found: GroupDetectors, unit: int, grouping: int) -> dict[str, str]:
    told = found.difference(unit, grouping)
    best, worst, gap = ("–", "–", "–")
    if told is not None:
        best, worst = (f"{_short(found.groups[row])} {found.auroc[unit, row]:.2f}" for row in told[:2])
        gap = f"{told[2]:.2f} ({told[3]:+.2f} to {told[4]:+.2f})"
    cells = (
        action_unit_label(int(found.action_unit_numbers[unit])), f"map {found.maps[unit]}", found.groupings[grouping],
        best, worst, gap, f"{found.p_value[unit, grouping]:.2g}", f"{found.p_adjusted[unit, grouping]:.2g}",
    )  # fmt: skip
    return dict(zip(GROUP_DETECTOR_COLUMNS, cells, strict=True))


def _short(group: str) -> str:
    """A group without its borders."""
    return group.partition(",")[0]


def _tested(found: GroupAccuracy | GroupDetectors) -> str:
    return f"{found.permutations:,} exchanges of persons"


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
