"""Confirmation: for each action unit a map chosen on one half of the persons, tested on the other half.

A map that was chosen because it looked best will look worse on faces that had no part in the choice. Here one map is
chosen for each unit, so that its p on the other half needs no correction over maps; q is over units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer_probe.evidence.au_distance import action_unit_row, check_responses
from fer_probe.evidence.distance_significance import AUSignificance, au_significance, benjamini_hochberg
from fer_probe.records import Record

#: Labellings that a map's null median and deviation are taken from where it is only to be chosen.
_CHOOSING = 200


@dataclass(frozen=True, eq=False)
class AUConfirmation(Record):
    """Each action unit's map chosen on one half of the persons, and how it fares on the other.

    Attributes:
        action_unit_numbers: (A,) FACS numbers.
        chosen: (A,) the map with the largest z on the unit's side in the first half; -1 where there is none.
        distance: (A,) its D in the second half; NaN, here and below, where no map was chosen or could be tested.
        direction: (A,) int8, +1 where there too the pictures with the unit give the larger responses.
        z: (A,) its z in the second half.
        p_value: (A,) its p in the second half, one-sided.
        q_value: (A,) Benjamini–Hochberg over the units that were tested; one whose map changed sides counts with p = 1.
        first_persons, second_persons: how many persons are in either half.
        n: how many of the strongest responses were compared.
        permutations: how many labellings of the second half besides the observed one.
        seed: of the halves and the labellings.
        layer: the layer's name, where it was given.
    """

    action_unit_numbers: np.ndarray
    chosen: np.ndarray
    distance: np.ndarray
    direction: np.ndarray
    z: np.ndarray
    p_value: np.ndarray
    q_value: np.ndarray
    first_persons: int
    second_persons: int
    n: int
    permutations: int
    seed: int
    layer: str = ""

    def row(self, au: int) -> int:
        """The row of an action unit.

        Raises:
            KeyError: the unit is not among these.
        """
        return action_unit_row(self.action_unit_numbers, au)

    def confirmed(self, au: int, level: float = 0.05) -> int | None:
        """The chosen map where the other half has it on the unit's side with q at most ``level``; else None."""
        row = self.row(au)
        return int(self.chosen[row]) if self.q_value[row] <= level else None


def confirm_au_maps(
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
    layer: str = "",
) -> AUConfirmation:
    """Choose each action unit's map on one half of the persons and test it on the other.

    Args:
        responses: (N, M) the largest value of each map on each picture.
        action_units: (N, A) 1 present, 0 absent, NaN not coded.
        action_unit_numbers: (A,) FACS numbers.
        subject: (N,) who is seen; the halves share nobody.
        sequence: (N,) which recording, as in :func:`fer_probe.evidence.distance_significance.au_significance`.
        frame: (N,) a picture's place in its recording.
        n: how many of the strongest responses are compared.
        permutations: how many labellings of the second half.
        seed: of the halves and the labellings.
        layer: noted in the record.

    Raises:
        ValueError: what ``au_significance`` refuses, but for units whose labels cannot be permuted, which are left out;
            fewer than two persons.
    """
    responses, units = np.asarray(responses), np.asarray(action_units, dtype=np.float64)
    numbers = np.asarray(action_unit_numbers, dtype=np.int64)
    check_responses(responses, units, numbers)
    first = _first_half(np.asarray(subject), len(responses), seed)

    def significance(half: np.ndarray, maps: np.ndarray, count: int) -> AUSignificance:
        told: dict[str, Any] = {
            name: None if values is None else np.asarray(values)[half]
            for name, values in (("subject", subject), ("sequence", sequence), ("frame", frame))
        }
        return au_significance(
            responses[np.ix_(half, maps)], units[half], numbers,
            n=n, permutations=count, seed=seed, untestable="leave out", **told,
        )  # fmt: skip

    choice = significance(first, np.ones(responses.shape[1], bool), min(permutations, _CHOOSING))
    best = [choice.best_map(int(au)) for au in numbers]
    chosen = np.array([-1 if number is None else number for number in best], dtype=np.int64)
    maps = np.unique(np.maximum(chosen, 0))
    tested = significance(~first, np.isin(np.arange(responses.shape[1]), maps), permutations)
    pick = np.arange(len(numbers)), np.searchsorted(maps, np.maximum(chosen, 0))
    p_value = np.where(chosen < 0, np.nan, tested.p_value[pick])
    direction = np.where(chosen < 0, 0, tested.direction[pick]).astype(np.int8)
    persons = np.asarray(subject)
    return AUConfirmation(
        action_unit_numbers=numbers,
        chosen=chosen,
        distance=np.where(chosen < 0, np.nan, tested.distance[pick]),
        direction=direction,
        z=np.where(chosen < 0, np.nan, tested.z[pick]),
        p_value=p_value,
        q_value=benjamini_hochberg(np.where((direction <= 0) & ~np.isnan(p_value), 1.0, p_value)),
        first_persons=len(np.unique(persons[first])),
        second_persons=len(np.unique(persons[~first])),
        n=n, permutations=permutations, seed=seed, layer=layer,
    )  # fmt: skip


def _first_half(subject: np.ndarray, count: int, seed: int) -> np.ndarray:
    """(N,) bool: pictures of a random half of the persons."""
    if subject.shape != (count,):
        raise ValueError(f"subject has shape {subject.shape}, expected ({count},): one for each picture")
    names, person = np.unique(subject, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"{len(names)} person cannot be halved: a map is chosen on some and confirmed on others")
    chosen = np.random.default_rng(seed).permutation(len(names)) < len(names) // 2
    half: np.ndarray = chosen[person]
    return half
