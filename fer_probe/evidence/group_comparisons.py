"""For whom: accuracy, and what a detector tells, within groups of people – does either hold for all alike?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_probe.evidence import person_statistics as statistics
from fer_probe.faces.groups import Grouping, PersonGroups
from fer_probe.records import Record

#: A difference is told where its p, adjusted over all questions of a record, is below.
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class GroupAccuracy(Record):
    """Accuracy within G groups of people, by Q groupings; every labelled picture counts once, persons are exchanged.

    Attributes:
        groupings: (Q) what people are parted by.
        grouping: (G,) of which grouping each group is, an index into ``groupings``.
        groups: (G) what the groups are called.
        persons, pictures: (G,) how many have a label.
        accuracy, low, high: (G,) share of them that is read rightly, and its 95 % interval over persons.
        p_value: (Q,) of the groups of each grouping being one and the same, by exchanging persons.
        p_adjusted: (Q,) the same, over all groupings.
        overall: accuracy on all labelled pictures.
        permutations: exchanges besides the observed one.
        seed: of the exchanges.
    """

    groupings: tuple[str, ...]
    grouping: np.ndarray
    groups: tuple[str, ...]
    persons: np.ndarray
    pictures: np.ndarray
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray
    p_adjusted: np.ndarray
    overall: float
    permutations: int
    seed: int

    def rows(self, grouping: int) -> NDArray[np.intp]:
        """The groups of a grouping."""
        return np.flatnonzero(self.grouping == grouping)

    def differs(self, grouping: int) -> bool:
        """Whether the groups of a grouping differ, adjusted over all groupings."""
        return bool(self.p_adjusted[grouping] < SIGNIFICANT)

    def difference(self, grouping: int) -> tuple[int, int, float, float, float] | None:
        """The groups of the largest and of the least accuracy, their difference and its 95 % interval."""
        return _largest_difference(self.rows(grouping), self.accuracy, self.low, self.high)


@dataclass(frozen=True, eq=False)
class GroupDetectors(Record):
    """What a layer's map tells of its action unit within G groups of people, as AUROC; U units, Q groupings.

    Attributes:
        layer: the layer's name.
        action_unit_numbers: (U,) FACS numbers.
        maps: (U,) the map that is asked of each unit.
        groupings, grouping, groups: as in :class:`GroupAccuracy`.
        persons: (G,) how many.
        with_count, without_count: (U, G) pictures of the group with and without the unit.
        auroc, low, high: (U, G) 0.5 by chance, and its 95 % interval over persons; NaN where a side is empty.
        overall: (U,) AUROC over all people.
        p_value: (U, Q) of the groups being one and the same, by exchanging persons.
        p_adjusted: (U, Q) the same, over all units and groupings.
        permutations, seed: as in :class:`GroupAccuracy`.
    """

    layer: str
    action_unit_numbers: np.ndarray
    maps: np.ndarray
    groupings: tuple[str, ...]
    grouping: np.ndarray
    groups: tuple[str, ...]
    persons: np.ndarray
    with_count: np.ndarray
    without_count: np.ndarray
    auroc: np.ndarray
    low: np.ndarray
    high: np.ndarray
    overall: np.ndarray
    p_value: np.ndarray
    p_adjusted: np.ndarray
    permutations: int
    seed: int

    def rows(self, grouping: int) -> NDArray[np.intp]:
        """The groups of a grouping."""
        return np.flatnonzero(self.grouping == grouping)

    @property
    def differing(self) -> list[tuple[int, int]]:
        """Rows of units and groupings whose groups differ, adjusted, the surest first."""
        pairs = np.argwhere(self.p_adjusted < SIGNIFICANT)
        return [(int(u), int(q)) for u, q in sorted(pairs.tolist(), key=lambda one: self.p_adjusted[tuple(one)])]

    def holds(self, unit: int, group: int) -> bool:
        """Whether the map tells its unit in a group: its whole interval lies above chance."""
        return bool(self.low[unit, group] > 0.5)

    def difference(self, unit: int, grouping: int) -> tuple[int, int, float, float, float] | None:
        """The groups of the largest and of the least AUROC, their difference and its 95 % interval."""
        return _largest_difference(self.rows(grouping), self.auroc[unit], self.low[unit], self.high[unit])


def accuracy_by_group(
    right: Sequence[float] | np.ndarray, people: PersonGroups, *, permutations: int = 2000, seed: int = 0
) -> GroupAccuracy:
    """Compare accuracy between groups of people.

    Args:
        right: (N,) 1 where a picture is read rightly, 0 where not, NaN where it has no label.
        people: who is on the pictures, and what parts them.
        permutations: exchanges of persons; no p is below 1 / (permutations + 1).
        seed: of the exchanges.

    Raises:
        ValueError: values other than 0, 1 and NaN, or of other pictures; no grouping; nothing labelled.
    """
    values = np.asarray(right, np.float64)
    labelled = np.isfinite(values)
    if values.shape != people.person.shape or not np.isin(values[labelled], (0, 1)).all() or not labelled.any():
        raise ValueError(f"right is {values.shape} for {len(people.person)} pictures; expected 0, 1 and NaN for each")
    exchanges, persons = _exchanges(people, permutations, seed), len(people.persons)
    count = np.bincount(people.person, labelled, persons)
    hits = np.bincount(people.person, np.where(labelled, values, 0), persons)
    found = [_shares(hits, count, one, exchanges) for one in people.groupings]
    told = np.concatenate([rows for rows, _ in found])
    p_value, p_adjusted = statistics.p_values(np.stack([spreads for _, spreads in found], 1))
    return GroupAccuracy(
        **_names(people),
        persons=told[:, 0].astype(np.int64), pictures=told[:, 1].astype(np.int64),
        accuracy=told[:, 2], low=told[:, 3], high=told[:, 4],
        p_value=p_value, p_adjusted=p_adjusted, overall=float(values[labelled].mean()),
        permutations=permutations, seed=seed,
    )  # fmt: skip


def _shares(
    hits: np.ndarray, count: np.ndarray, grouping: Grouping, exchanges: statistics.PersonExchanges
) -> tuple[np.ndarray, np.ndarray]:
    """(K, 5) persons, pictures, share and its limits of each group; how far they lie apart under each exchange."""
    inside = exchanges.members(np.where(count > 0, grouping.member, -1), len(grouping.groups))
    pictures = inside @ count
    share = np.divide(inside @ hits, pictures, out=np.full(pictures.shape, np.nan), where=pictures > 0)
    rows = []
    for group, mine in enumerate(inside[0] > 0):
        variance = statistics.jackknife_variance(statistics.accuracy_without_each(hits[mine], count[mine]))
        interval = statistics.wilson_interval(share[0, group], variance, int(mine.sum()))
        rows.append((mine.sum(), pictures[0, group], share[0, group], *interval))
    return np.array(rows, np.float64), statistics.spread_between(share, pictures)


def detectors_by_group(
    responses: np.ndarray,
    action_units: np.ndarray,
    action_unit_numbers: Sequence[int] | np.ndarray,
    maps: Mapping[int, int],
    people: PersonGroups,
    *,
    permutations: int = 2000,
    seed: int = 0,
    layer: str = "",
) -> GroupDetectors:
    """Compare between groups of people what maps tell of their action units.

    Args:
        responses: (N, M) the largest value of each map on each picture.
        action_units: (N, A) 1 present, 0 absent, NaN not coded.
        action_unit_numbers: (A,) FACS numbers.
        maps: which map is asked of which unit, such as each unit's detector.
        people, permutations, seed: as for :func:`accuracy_by_group`.
        layer: noted in the record.

    Raises:
        ValueError: no units or groupings, or pictures of other number; a unit or map that is not there.
    """
    numbers = np.asarray(action_unit_numbers, np.int64)
    columns = {int(au): column for column, au in enumerate(numbers)}
    if len(responses) != len(people.person) or action_units.shape != (len(responses), len(numbers)) or not maps:
        raise ValueError(f"{len(responses)} responses, units {action_units.shape} and {len(maps)} maps do not fit")
    if unknown := [f"AU{au}: map {m}" for au, m in maps.items() if au not in columns or m >= responses.shape[1]]:
        raise ValueError(f"{', '.join(unknown)}: no such unit or map here")
    exchanges = _exchanges(people, permutations, seed)
    inside = [exchanges.members(one.member, len(one.groups)) for one in people.groupings]
    of_units = [
        _unit(np.asarray(responses[:, number], np.float64), action_units[:, columns[au]], people.person, inside)
        for au, number in maps.items()
    ]
    spreads = np.stack([unit.spreads for unit in of_units], 1)
    p_value, p_adjusted = (p.reshape(spreads.shape[1:]) for p in statistics.p_values(spreads.reshape(len(spreads), -1)))
    arrays: dict[str, Any] = {name: np.array([getattr(unit, name) for unit in of_units]) for name in _PER_UNIT}
    return GroupDetectors(
        layer=layer, action_unit_numbers=np.array(list(maps)), maps=np.array(list(maps.values())), **_names(people),
        persons=np.concatenate([one[0].sum(1) for one in inside]).astype(np.int64), **arrays,
        p_value=p_value, p_adjusted=p_adjusted, permutations=permutations, seed=seed,
    )  # fmt: skip


_PER_UNIT = ("with_count", "without_count", "auroc", "low", "high", "overall")


@dataclass(frozen=True, eq=False)
class _Unit:
    """One unit's part of the record: (G,) arrays, and how far its groups lie apart, (1 + permutations, Q)."""

    with_count: np.ndarray
    without_count: np.ndarray
    auroc: np.ndarray
    low: np.ndarray
    high: np.ndarray
    overall: float
    spreads: np.ndarray


def _unit(response: np.ndarray, presence: np.ndarray, person: np.ndarray, inside: list[np.ndarray]) -> _Unit:
    coded, persons = ~np.isnan(presence), inside[0].shape[-1]
    present = presence[coded] == 1
    won = statistics.pairs_won(response[coded], present, person[coded], persons)
    sides = (present.astype(np.float64), (~present).astype(np.float64))
    ones, zeros = (np.asarray(np.bincount(person[coded], side, persons), np.float64) for side in sides)
    found = [statistics.auroc_of_groups(won, ones, zeros, groups) for groups in inside]
    observed = np.concatenate([groups[0] for groups in inside])
    area = np.concatenate([one[0][0] for one in found])
    limits = np.array([
        _limits(value, won, ones, zeros, mine > 0) for value, mine in zip(area, observed, strict=True)
    ])  # fmt: skip
    return _Unit(
        with_count=(observed @ ones).astype(np.int64), without_count=(observed @ zeros).astype(np.int64),
        auroc=area, low=limits[:, 0], high=limits[:, 1],
        overall=float(statistics.auroc_of_groups(won, ones, zeros, np.ones(persons))[0]),
        spreads=np.stack([statistics.spread_between(*one) for one in found], 1),
    )  # fmt: skip


def _limits(
    value: float, won: np.ndarray, ones: np.ndarray, zeros: np.ndarray, mine: np.ndarray
) -> tuple[float, float]:
    left_out = statistics.auroc_without_each(won[np.ix_(mine, mine)], ones[mine], zeros[mine])
    return statistics.wilson_interval(value, statistics.jackknife_variance(left_out), int(mine.sum()))


def _exchanges(people: PersonGroups, permutations: int, seed: int) -> statistics.PersonExchanges:
    if not people.groupings or permutations < 1:
        told = "; ".join(people.left_out) or "no sex, age or skin is told of these people"
        raise ValueError(f"nothing parts these people into groups ({told}), or {permutations} permutations")
    return statistics.PersonExchanges(len(people.persons), permutations, seed)


def _names(people: PersonGroups) -> dict[str, Any]:
    sizes = [len(one.groups) for one in people.groupings]
    return {
        "groupings": tuple(one.name for one in people.groupings),
        "grouping": np.repeat(np.arange(len(sizes)), sizes),
        "groups": tuple(name for one in people.groupings for name in one.groups),
    }


def _largest_difference(
    rows: np.ndarray, value: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[int, int, float, float, float] | None:
    known = rows[np.isfinite(value[rows]) & np.isfinite(low[rows])]
    if len(known) < 2:
        return None
    best, worst = int(known[np.argmax(value[known])]), int(known[np.argmin(value[known])])
    one, other = ((float(value[row]), float(low[row]), float(high[row])) for row in (best, worst))
    return best, worst, *statistics.difference_interval(one, other)
