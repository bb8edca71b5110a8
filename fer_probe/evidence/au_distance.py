"""The distance between feature maps and action units of Zhu et al., section 4.1, equations 8-15.

For a map and an action unit, R are the map's n largest responses to pictures that show the unit, Q those to
pictures that do not, both sorted downward:

    D = Σₖ Rₖ·log(Rₖ/Qₖ) + Σₖ Qₖ·log(Qₖ/Rₖ) = Σₖ (Rₖ − Qₖ)·log(Rₖ/Qₖ)          (13), n = 9

What it can say: which map separates the strongest pictures of both sets most. What it cannot: D confounds effect
and prevalence (the nine largest of many are larger than the nine largest of few, by sampling alone), and every
unit has a largest D. A map is evidence of a detector only where D stands above its permutation null.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.records import Record

Scale = Literal["raw", "map_maximum"]


@dataclass(frozen=True, eq=False)
class AUDistances(Record):
    """D of every action unit and feature map, with the side that is the stronger one.

    Attributes:
        action_unit_numbers: (A,) FACS numbers.
        distance: (A, M) float64, D ≥ 0; NaN in the rows of units with too few pictures.
        direction: (A, M) int8, +1 where the pictures with the unit give the larger responses, -1 where those
            without do, 0 where neither.
        with_count, without_count: (A,) pictures with and without the unit; not coded ones are in neither.
        too_few: (A,) bool, fewer than n pictures on one side.
        floored: (A, M) int64, how many of the 2n responses were lifted to the floor.
        n: how many of the strongest responses were compared.
        scale: ``"raw"`` responses as in the paper, or each map divided by its ``"map_maximum"``.
        floor: the least response, as a fraction of the map's own maximum.
        layer: the layer's name, where it was given.
    """

    action_unit_numbers: np.ndarray
    distance: np.ndarray
    direction: np.ndarray
    with_count: np.ndarray
    without_count: np.ndarray
    too_few: np.ndarray
    floored: np.ndarray
    n: int
    scale: str
    floor: float
    layer: str = ""

    def row(self, au: int) -> int:
        """The row of an action unit.

        Raises:
            KeyError: the unit is not among these.
        """
        return action_unit_row(self.action_unit_numbers, au)

    def ranking(self, au: int) -> np.ndarray:
        """Maps on the unit's side (direction +1, D > 0), the largest D first; empty where there is none."""
        row = self.row(au)
        if self.too_few[row]:
            return np.empty(0, dtype=np.int64)
        order = np.argsort(-self.distance[row], kind="stable")
        return order[(self.direction[row, order] > 0) & (self.distance[row, order] > 0)]

    def best_map(self, au: int) -> int | None:
        """The map with the largest D on the unit's side (15); None where there is none, or too few pictures."""
        ranking = self.ranking(au)
        return int(ranking[0]) if len(ranking) else None


def au_distances(
    responses: np.ndarray,
    action_units: np.ndarray,
    action_unit_numbers: Sequence[int] | np.ndarray,
    *,
    n: int = 9,
    scale: Scale = "raw",
    floor: float = 1e-6,
    layer: str = "",
) -> AUDistances:
    """Measure D between every action unit and every feature map.

    Args:
        responses: (N, M) the largest value of each map on each picture; what is below 0 is rectified to 0.
        action_units: (N, A) 1 present, 0 absent, NaN not coded.
        action_unit_numbers: (A,) FACS numbers.
        n: how many of the strongest responses are compared (9 in the paper).
        scale: ``"raw"`` favours maps with large activations, as the paper's form does; ``"map_maximum"`` divides
            each map by its largest response, so that maps can be compared with one another.
        floor: a response of 0 has no logarithm: both sides are lifted to this fraction of the map's maximum. A
            map that is dead in both sets has distance 0.
        layer: noted in the record.

    Raises:
        ValueError: shapes that do not fit, responses that are not finite, labels other than 0, 1 and NaN.
    """
    responses, action_units = np.asarray(responses), np.asarray(action_units, dtype=np.float64)
    numbers = np.asarray(action_unit_numbers, dtype=np.int64)
    check_responses(responses, action_units, numbers)
    if n < 1 or scale not in ("raw", "map_maximum"):
        raise ValueError(f"n is {n} and scale {scale!r}; expected n ≥ 1 and 'raw' or 'map_maximum'")
    strength = np.maximum(responses, 0).astype(np.float64)
    maximum = strength.max(axis=0)
    if scale == "map_maximum":
        strength, maximum = strength / np.where(maximum > 0, maximum, 1), np.sign(maximum)
    rows = [_row(strength, column, n, floor * maximum) for column in action_units.T]
    counts = np.array([[(column == 1).sum(), (column == 0).sum()] for column in action_units.T]).reshape(-1, 2)
    maps = responses.shape[1]
    return AUDistances(
        action_unit_numbers=numbers,
        distance=np.array([row[0] for row in rows]).reshape(-1, maps),
        direction=np.array([row[1] for row in rows], dtype=np.int8).reshape(-1, maps),
        with_count=counts[:, 0],
        without_count=counts[:, 1],
        too_few=counts.min(axis=1) < n if len(counts) else np.empty(0, dtype=bool),
        floored=np.array([row[2] for row in rows], dtype=np.int64).reshape(-1, maps),
        n=n,
        scale=scale,
        floor=floor,
        layer=layer,
    )


def action_unit_row(numbers: np.ndarray, au: int) -> int:
    """The row of an action unit among FACS numbers, (A,).

    Raises:
        KeyError: the unit is not among them.
    """
    found = np.flatnonzero(numbers == au)
    if not len(found):
        raise KeyError(f"AU{au} is not among {[f'AU{n}' for n in numbers]}")
    return int(found[0])


def symmetric_distance(present: np.ndarray, absent: np.ndarray) -> np.ndarray:
    """Equation 13 over the first axis: Σₖ (Rₖ − Qₖ)·log(Rₖ/Qₖ), of positive responses sorted downward."""
    ratio = np.divide(present, absent, out=np.ones_like(present), where=(present > 0) & (absent > 0))
    return ((present - absent) * np.log(ratio)).sum(axis=0)


def check_responses(responses: np.ndarray, units: np.ndarray, numbers: np.ndarray) -> None:
    """Refuse responses and action units that do not belong together.

    Raises:
        ValueError: shapes that do not fit, responses that are not finite, labels other than 0, 1 and NaN.
    """
    if responses.ndim != 2 or not len(responses):
        raise ValueError(f"responses have shape {responses.shape}, expected (pictures, maps), at least one picture")
    if units.shape != (len(responses), len(numbers)):
        raise ValueError(
            f"action units have shape {units.shape}, expected ({len(responses)}, {len(numbers)}): "
            "one row a picture, one column an action unit"
        )
    if not np.isfinite(responses).all():
        picture, unit = np.argwhere(~np.isfinite(responses))[0]
        raise ValueError(f"the response of map {unit} to picture {picture} is {responses[picture, unit]}")
    wrong = ~(np.isnan(units) | (units == 0) | (units == 1))
    if wrong.any():
        picture, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"{action_unit_label(int(numbers[column]))} of picture {picture} is {units[picture, column]}; "
            "presence is 1, 0 or NaN (not coded): threshold intensities first"
        )


def _row(
    strength: np.ndarray, presence: np.ndarray, n: int, least: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D, direction and count of floored responses of every map (M,), for one action unit."""
    maps = strength.shape[1]
    if min((presence == 1).sum(), (presence == 0).sum()) < n:
        return np.full(maps, np.nan), np.zeros(maps), np.zeros(maps)
    present, absent = _strongest(strength[presence == 1], n), _strongest(strength[presence == 0], n)
    floored = (present < least).sum(axis=0) + (absent < least).sum(axis=0)
    present, absent = np.maximum(present, least), np.maximum(absent, least)
    return symmetric_distance(present, absent), np.sign((present - absent).sum(axis=0)), floored


def _strongest(strength: np.ndarray, n: int) -> np.ndarray:
    """(n, M) the n largest of every map, sorted downward (8, 9)."""
    return np.sort(np.partition(strength, len(strength) - n, axis=0)[-n:], axis=0)[::-1]
