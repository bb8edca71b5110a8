"""Seen units: which action units two networks' maps tell, and whether one tells them better.

That one network's map stands above chance and the other's does not is no difference between them (Gelman & Stern
2006): the difference of their AUROCs on the same pictures is told with its interval, by the jackknife over persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats

from fer_probe.comparisons.map_matches import MapMatches
from fer_probe.evidence.person_statistics import (
    CONFIDENCE,
    auroc_of_groups,
    auroc_without_each,
    jackknife_variance,
    pairs_won,
)
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class SeenUnits(Record):
    """The best map of each of U action units in either network, on the same faces.

    Attributes:
        one, other: what the networks are called.
        layer, other_layer: the layers' names.
        action_unit_numbers: (U,) FACS numbers, of those with a map in both.
        maps, other_maps: (U,) the map that stands highest above chance.
        detector, other_detector: (U,) bool, whether it is one: above chance, q ≤ 0.05.
        q_value, other_q_value: (U,) of either evidence; NaN where it was not tested.
        auroc, other_auroc: (U,) over all coded pictures.
        difference, half_width: (U,) AUROC of one minus the other's, and half its 95 % interval by t over persons; NaN
            where persons are not known.
        correlation: (U,) r of the two maps.
        paired: (U,) bool, whether these two are each other's match.
        persons: how many; 0 where they are not known.
        pictures: N, of which an AUROC is over those that are coded for the unit.
    """

    one: str
    other: str
    layer: str
    other_layer: str
    action_unit_numbers: np.ndarray
    maps: np.ndarray
    other_maps: np.ndarray
    detector: np.ndarray
    other_detector: np.ndarray
    q_value: np.ndarray
    other_q_value: np.ndarray
    auroc: np.ndarray
    other_auroc: np.ndarray
    difference: np.ndarray
    half_width: np.ndarray
    correlation: np.ndarray
    paired: np.ndarray
    persons: int
    pictures: int

    def variant(self) -> str:
        """A study holds one for each other network."""
        return self.other

    @property
    def differs(self) -> np.ndarray:
        """(U,) whether the interval of the difference leaves 0 out."""
        return np.nan_to_num(np.abs(self.difference)) > np.nan_to_num(self.half_width, nan=np.inf)


class UnitVerdict(Protocol):
    """What is asked of a unit's evidence; :class:`fer_probe.evidence.au_evidence.UnitEvidence` tells it."""

    @property
    def au(self) -> int:
        """FACS number."""
        ...

    @property
    def map(self) -> int | None:
        """The map that stands highest above chance."""
        ...

    @property
    def detector(self) -> int | None:
        """That map where it is a detector."""
        ...

    @property
    def q_value(self) -> float:
        """Of the unit."""
        ...


def compare_seen_units(
    units: Sequence[UnitVerdict],
    other_units: Sequence[UnitVerdict],
    responses: np.ndarray,
    other_responses: np.ndarray,
    faces: FaceImages,
    matches: MapMatches,
) -> SeenUnits | None:
    """Set the evidence of two networks on the same faces side by side; None where no unit has a map in both.

    Args:
        units, other_units: the evidence of either layer on the same units.
        responses, other_responses: (N, M), (N, M') of either layer.
        faces: the same for both.
        matches: of the same layers.
    """
    pairs = zip(units, other_units, strict=True)
    both = [(a, b, a.map, b.map) for a, b in pairs if a.map is not None and b.map is not None]
    if not both:
        return None
    known = faces.subject is not None and not (np.asarray(faces.subject) == "").any()
    person = np.unique(np.asarray(faces.subject), return_inverse=True)[1] if known else np.arange(len(faces))
    columns = {int(au): column for column, au in enumerate(faces.action_unit_numbers)}
    areas = np.array([
        _areas(responses[:, i], other_responses[:, j], np.asarray(faces.action_units[:, columns[a.au]]), person)
        for a, _, i, j in both
    ])  # fmt: skip
    maps, other_maps = np.array([i for *_, i, _ in both]), np.array([j for *_, j in both])
    return SeenUnits(
        one=matches.one, other=matches.other, layer=matches.layer, other_layer=matches.other_layer,
        action_unit_numbers=np.array([a.au for a, *_ in both]), maps=maps, other_maps=other_maps,
        detector=np.array([a.detector is not None for a, *_ in both]),
        other_detector=np.array([b.detector is not None for _, b, *_ in both]),
        q_value=np.array([a.q_value for a, *_ in both]), other_q_value=np.array([b.q_value for _, b, *_ in both]),
        auroc=areas[:, 0], other_auroc=areas[:, 1], difference=areas[:, 0] - areas[:, 1],
        half_width=areas[:, 2] if known else np.full(len(both), np.nan),
        correlation=np.asarray(matches.correlation)[maps, other_maps].astype(np.float64),
        paired=np.asarray(matches.assigned)[maps] == other_maps,
        persons=len(np.unique(person)) if known else 0,
        pictures=len(faces),
    )  # fmt: skip


def _areas(one: np.ndarray, other: np.ndarray, presence: np.ndarray, person: np.ndarray) -> tuple[float, float, float]:
    """AUROC of either map, and half the interval of their difference."""
    coded, persons = ~np.isnan(presence), int(person.max()) + 1
    present, who = presence[coded] == 1, person[coded]
    ones, zeros = (np.asarray(np.bincount(who[side], minlength=persons), np.float64) for side in (present, ~present))
    area, left_out = [], []
    for responses in (one, other):
        won = pairs_won(np.maximum(responses[coded], 0), present, who, persons)
        area.append(float(auroc_of_groups(won, ones, zeros, np.ones(persons))[0]))
        left_out.append(auroc_without_each(won, ones, zeros)[ones + zeros > 0])
    freedom = len(left_out[0]) - 1
    if freedom < 1:
        return area[0], area[1], float("nan")
    half = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * np.sqrt(jackknife_variance(left_out[0] - left_out[1]))
    return area[0], area[1], float(half)
