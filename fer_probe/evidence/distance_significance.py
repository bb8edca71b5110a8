"""Significance of the AU distance: which feature maps stand above what shuffled labels give.

S is D (Zhu et al., equation 13) times +1 where the pictures with the unit give the larger responses, -1 where those
without do. Labels are permuted as :mod:`fer_probe.evidence.label_permutations` says; over all labellings, the observed
one among them, each map's S has its own median and upper deviation:

    z   = (S − median S) / √(2 · mean of max(S − median S, 0)²)
    p   = share of labellings with a z at least as large
    p adjusted over a unit's maps = share of labellings in which the largest z of any map is at least as large
                                    (single-step max-T, Westfall & Young 1993)
    q over units = Benjamini & Hochberg 1995, of the p adjusted of each unit's best map

The null of S leans far to the side with more pictures: the deviation of all of it, which this one equals where the
null is symmetric, would be that of the wrong tail and hide detectors of rare units.

All are one-sided: a map that falls silent when a unit is there is no detector of it. The null has the same pictures
on sides of the same sizes, so that prevalence, which D confounds, is in it. A map is named a detector only where q is
small and S itself is above 0: its strongest pictures with the unit must beat those without, not only come nearer to
them than chance would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import false_discovery_control

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.agreement_measures import auroc_of
from fer_probe.evidence.au_distance import action_unit_row, check_responses
from fer_probe.evidence.distance_null import signed_distances
from fer_probe.evidence.label_permutations import LabelPermutations, exchange_of, refusal
from fer_probe.evidence.observations import Observations
from fer_probe.records import Record

#: What becomes of a unit whose labels cannot be permuted.
Refused = Literal["raise", "leave out"]


@dataclass(frozen=True, eq=False)
class AUSignificance(Record):
    """How far every map's D stands above shuffled labels, for every action unit; NaN in rows that were not tested.

    Attributes:
        action_unit_numbers: (A,) FACS numbers.
        distance: (A, M) D ≥ 0 over the observations; where there are no recordings, that of ``au_distances``.
        direction: (A, M) int8, +1 where the pictures with the unit give the larger responses, -1 where those without.
        null_median, null_deviation: (A, M) median and upper deviation of signed D over all labellings.
        z: (A, M) deviations that signed D stands above its null median; at most √(permutations / 2); 0 for a map that
            no labelling changes.
        effect: (A, M) Cliff's δ = 2·AUROC − 1, from -1 to 1: how much oftener a picture with the unit has the larger
            response than one without, over all observations.
        p_value: (A, M) of each map by itself, one-sided.
        p_adjusted: (A, M) over the maps of each unit, by the largest statistic.
        q_value: (A,) of each unit's best map, over the units that were tested.
        chance_z: (A,) what the largest z of any map reaches in at most 5 % of the labellings; p adjusted is at most
            0.05 above it.
        with_count, without_count: (A,) observations on either side: pictures, or recordings.
        too_few: (A,) bool, fewer than n on one side.
        persons: (A,) how many persons' labels change places.
        scheme: (A,) what does: ``"within persons"``, ``"whole persons"``, or empty where not tested.
        refused: (A,) why labels could not be permuted; empty where they were, or where there are too few.
        recorded_once: one picture stood for each recording.
        n: how many of the strongest responses were compared.
        permutations: how many labellings besides the observed one.
        seed: of the labellings.
        floor: the least response, as a fraction of the map's own maximum.
        layer: the layer's name, where it was given.
    """

    action_unit_numbers: np.ndarray
    distance: np.ndarray
    direction: np.ndarray
    null_median: np.ndarray
    null_deviation: np.ndarray
    z: np.ndarray
    effect: np.ndarray
    p_value: np.ndarray
    p_adjusted: np.ndarray
    q_value: np.ndarray
    chance_z: np.ndarray
    with_count: np.ndarray
    without_count: np.ndarray
    too_few: np.ndarray
    persons: np.ndarray
    scheme: tuple[str, ...]
    refused: tuple[str, ...]
    recorded_once: bool
    n: int
    permutations: int
    seed: int
    floor: float
    layer: str = ""

    def row(self, au: int) -> int:
        """The row of an action unit.

        Raises:
            KeyError: the unit is not among these.
        """
        return action_unit_row(self.action_unit_numbers, au)

    def tested(self, au: int) -> bool:
        """Whether there were enough faces, and their labels could be permuted."""
        return bool(self.scheme[self.row(au)])

    def best_map(self, au: int) -> int | None:
        """The map that stands highest above its null (largest z) of those on the unit's side, or None."""
        return _best(self.z[self.row(au)], self.direction[self.row(au)])

    def detector(self, au: int, level: float = 0.05) -> int | None:
        """The best map where its q is at most ``level``; None where no map stands above chance."""
        return self.best_map(au) if self.q_value[self.row(au)] <= level else None

    def detectors(self, au: int, level: float = 0.05) -> np.ndarray:
        """Every map on the unit's side with p adjusted at most ``level``, the largest z first; empty without a best."""
        if self.detector(au, level) is None:
            return np.empty(0, dtype=np.int64)
        row = self.row(au)
        order = np.argsort(-self.z[row], kind="stable")
        return order[(self.p_adjusted[row, order] <= level) & (self.direction[row, order] > 0)]


def au_significance(
    responses: np.ndarray,
    action_units: np.ndarray,
    action_unit_numbers: Sequence[int] | np.ndarray,
    *,
    subject: Sequence[str] | np.ndarray,
    sequence: Sequence[str] | np.ndarray | None = None,
    frame: Sequence[int] | np.ndarray | None = None,
    n: int = 9,
    permutations: int = 1000,
    seed: int = 0,
    floor: float = 1e-6,
    untestable: Refused = "raise",
    layer: str = "",
) -> AUSignificance:
    """Test the AU distance of every map and action unit by permuting labels, corrected for maps and for units.

    Args:
        responses: (N, M) the largest value of each map on each picture; what is below 0 is rectified to 0.
        action_units: (N, A) 1 present, 0 absent, NaN not coded; each unit is tested on its own coded pictures.
        action_unit_numbers: (A,) FACS numbers.
        subject: (N,) who is seen. Where every picture is of another person, ``np.arange(N)``.
        sequence: (N,) which of the person's recordings a picture is from; one picture stands for each. Pictures that
            are not independent of one another given the person must share a recording.
        frame: (N,) a picture's place in its recording; None takes them as they stand.
        n: how many of the strongest responses are compared.
        permutations: how many labellings are drawn; no p is below 1 / (permutations + 1).
        seed: of the labellings.
        floor: as in :func:`fer_probe.evidence.au_distance.au_distances`.
        untestable: where a unit's labels can change places neither within persons nor between them, ``"raise"``, or
            ``"leave out"`` of the test and say so in the record.
        layer: noted in the record.

    Raises:
        ValueError: what ``au_distances`` refuses; subjects or recordings that do not fit; labels that vary within some
            persons and not within others, and too few in either way; n above 127, no permutations.
    """
    responses, action_units = np.asarray(responses), np.asarray(action_units, dtype=np.float64)
    numbers = np.asarray(action_unit_numbers, dtype=np.int64)
    check_responses(responses, action_units, numbers)
    if not 1 <= n <= 127 or permutations < 1:
        raise ValueError(f"n is {n} and permutations {permutations}; expected n from 1 to 127 and permutations above 0")
    known = Observations(responses, action_units, subject, sequence, frame, floor)
    shuffles = LabelPermutations(permutations, seed)
    rows = [_test(known, column, n, shuffles) for column in range(len(numbers))]
    refused = tuple(row.refused for row in rows)
    if untestable == "raise" and any(refused):
        units = zip(numbers, refused, strict=True)
        raise ValueError("; ".join(f"{action_unit_label(int(au))}: {why}" for au, why in units if why))
    return AUSignificance(
        action_unit_numbers=numbers,
        **{name: np.array([getattr(row, name) for row in rows]).reshape(-1, responses.shape[1]) for name in _PER_MAP},
        **{name: np.array([getattr(row, name) for row in rows]) for name in _PER_UNIT},
        q_value=benjamini_hochberg(np.array([_least(row) for row in rows])),
        scheme=tuple(row.scheme for row in rows),
        refused=refused,
        recorded_once=sequence is not None,
        n=n, permutations=permutations, seed=seed, floor=floor, layer=layer,
    )  # fmt: skip


_PER_MAP = ("distance", "direction", "null_median", "null_deviation", "z", "effect", "p_value", "p_adjusted")
_PER_UNIT = ("chance_z", "with_count", "without_count", "too_few", "persons")


@dataclass(frozen=True)
class _Row:
    """One action unit's part of the record; (M,) arrays."""

    distance: np.ndarray
    direction: np.ndarray
    null_median: np.ndarray
    null_deviation: np.ndarray
    z: np.ndarray
    effect: np.ndarray
    p_value: np.ndarray
    p_adjusted: np.ndarray
    chance_z: float
    with_count: int
    without_count: int
    too_few: bool
    persons: int = 0
    scheme: str = ""
    refused: str = ""

    @staticmethod
    def untested(maps: int, counts: tuple[int, int], refused: str = "") -> "_Row":
        nan, neither = np.full(maps, np.nan), np.zeros(maps, np.int8)
        return _Row(nan, neither, nan, nan, nan, nan, nan, nan, np.nan, *counts, too_few=not refused, refused=refused)


def _test(known: Observations, column: int, n: int, shuffles: LabelPermutations) -> _Row:
    """One action unit against every map."""
    rows = known.rows(column)
    present, strength = known.units[rows, column] == 1, known.strength[rows]
    counts = int(present.sum()), int((~present).sum())
    if min(counts) < n:
        return _Row.untested(strength.shape[1], counts)
    exchange = exchange_of(present, known.person[rows])
    if refused := refusal(exchange, present, n):
        return _Row.untested(strength.shape[1], counts, refused)
    signed = signed_distances(strength, shuffles.labellings(exchange), n)
    z, median, deviation = _standardized(signed)
    largest = z.max(axis=1, keepdims=True)
    return _Row(
        distance=np.abs(signed[0]),
        direction=np.sign(signed[0]).astype(np.int8),
        null_median=median,
        null_deviation=deviation,
        z=z[0],
        effect=2 * auroc_of(known.ranks(rows), present) - 1,
        p_value=_share_as_large(z, z[0]),
        p_adjusted=_share_as_large(largest, z[0]),
        chance_z=float(np.sort(largest[:, 0])[-1 - len(largest) // 20]),
        with_count=counts[0],
        without_count=counts[1],
        too_few=False,
        persons=len(np.unique(known.person[rows][exchange.movable])),
        scheme=exchange.scheme,
    )


def _standardized(signed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(L, M) z, with each map's median and upper deviation over the labellings; 0 where no labelling changes it."""
    median = np.median(signed, axis=0)
    deviation = np.sqrt(2 * (np.maximum(signed - median, 0) ** 2).mean(axis=0))
    changes = deviation > 1e-9 * np.abs(signed).max(axis=0)
    return np.where(changes, signed - median, 0) / np.where(changes, deviation, 1), median, deviation


def _share_as_large(null: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """(M,) the share of labellings, the observed one among them, with a z at least as large; equal up to rounding."""
    return (null >= observed - 1e-9).mean(axis=0)


def _best(z: np.ndarray, direction: np.ndarray) -> int | None:
    on_side = np.where(direction > 0, z, -np.inf)
    return int(np.argmax(on_side)) if np.isfinite(on_side).any() else None


def benjamini_hochberg(p_value: np.ndarray) -> np.ndarray:
    """(A,) q over those that were tested; the others, whose p is NaN, stay NaN."""
    q, tested = np.full(len(p_value), np.nan), ~np.isnan(p_value)
    if tested.any():
        q[tested] = false_discovery_control(p_value[tested])
    return q


def _least(row: _Row) -> float:
    """p adjusted of the best map; 1 where no map is on the unit's side, NaN where the unit was not tested."""
    best = _best(row.z, row.direction)
    if not row.scheme:
        return float("nan")
    return 1.0 if best is None else float(row.p_adjusted[best])
