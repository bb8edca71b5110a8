"""Combinations of action units: what they do to the classes alone and together, as a factorial experiment.

Honari Jahromi & Fyshe, figure 6: a face is read as angry only where AU4 and AU22 come together. The same drawn people
show each of the 2ᵏ combinations of k units, all else equal. With x ∈ {0, 1}ᵏ and y(x) a person's answer, the effect of
a set T of units is

    effect(T) = mean over the settings of all other units of  Σ_{U ⊆ T} (−1)^(|T| − |U|) · y(U)

For one unit that is what it adds, on average over the others; for two, by how much more the one adds where the other
is there (a difference of differences); and so on. It is asked of probabilities and of logits, for a probability is
bound to 0–1: where a class is sure of two units by themselves they cannot add up, and show an interaction that the
network does not compute. Only what shows on the logits as well is the network's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from torch import nn

from fer_probe.evaluation import class_scores
from fer_probe.experiments.paired_effects import paired_effects, t_half_width
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.posed_people import check_together, pose_people, prepared_alike
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.records import Record

Scale = Literal["probability", "logit"]
SCALES: tuple[Scale, ...] = ("probability", "logit")

#: More would be more than 16 faces of each person, and interactions that nobody can read.
MOST_UNITS = 4
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class Combinations(Record):
    """k action units alone and together: C = 2ᵏ combinations, K classes, E = 2ᵏ − 1 main effects and interactions.

    Attributes:
        action_unit_numbers: (k,) FACS numbers.
        class_names: the K classes.
        shown: (C, k) 1 where a combination shows a unit; the first one shows none.
        answer: (2, C, K) mean over people, by ``SCALES``: probabilities and logits.
        answer_half_width: (2, C, K) of its 95 % interval, by t.
        members: (E, k) 1 where an effect is of a unit: main effects first, then pairs, and so on.
        effect: (2, E, K) by ``SCALES``.
        half_width: (2, E, K) of its 95 % interval, by t.
        p_adjusted: (2, E, K) by sign flips, adjusted over all effects and classes of a scale.
        intensity: of the units that are shown, 0–1.
        people: how many.
        flips: how many.
        seed: of the people and the flips.
    """

    action_unit_numbers: np.ndarray
    class_names: tuple[str, ...]
    shown: np.ndarray
    answer: np.ndarray
    answer_half_width: np.ndarray
    members: np.ndarray
    effect: np.ndarray
    half_width: np.ndarray
    p_adjusted: np.ndarray
    intensity: float
    people: int
    flips: int
    seed: int

    def variant(self) -> str:
        """What tells it from others in a study: ``AU4+AU22``."""
        return "+".join(f"AU{au}" for au in self.action_unit_numbers)

    def units(self, chosen: NDArray[np.integer]) -> tuple[int, ...]:
        """The action units of a row of ``shown`` or ``members``."""
        return tuple(int(au) for au in self.action_unit_numbers[np.asarray(chosen) > 0])

    def effect_of(self, *units: int) -> int:
        """The row of the effect of one unit, or of the interaction of several.

        Raises:
            KeyError: they are not among those that were combined.
        """
        for row, members in enumerate(self.members):
            if set(self.units(members)) == set(units):
                return row
        raise KeyError(f"{units} were not combined; these were: {self.variant()}")

    def interactions(self, scale: Scale = "logit") -> list[tuple[int, int]]:
        """(effect, class) of the interactions that are significant on a scale, the largest first."""
        at = SCALES.index(scale)
        several = self.members.sum(1)[:, None] > 1
        found = np.argwhere(several & (self.p_adjusted[at] < SIGNIFICANT))
        return sorted(((int(e), int(k)) for e, k in found), key=lambda one: -abs(self.effect[at][one]))


def combine(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    action_units: Sequence[int],
    class_names: Sequence[str],
    *,
    people: int = 40,
    intensity: float = 1.0,
    size: int = 96,
    channels: int = 1,
    flips: int = 1000,
    seed: int = 0,
    batch_size: int = 64,
    gives: str = "logits",
) -> Combinations:
    """Show every combination of action units on the same drawn people, and read the classes.

    Args:
        model: any classifier; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        action_units: two to four that one face can show together.
        class_names: in the order of the model's outputs.
        people: how many, at least 2.
        intensity: of the units, above 0 and at most 1.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        flips: of the test.
        seed: of the people and the flips.
        batch_size: changes speed only.
        gives: what the model's output is, ``"logits"`` or ``"probabilities"``, of which the logarithm is taken.

    Raises:
        FacesError: units as :func:`check_combination` refuses them, fewer than two people, or a face that cannot be
            cropped.
        ValueError: another number of classes, or an intensity outside 0–1.
    """
    check_combination(action_units)
    units = [int(au) for au in action_units]
    shown = np.array(list(product((0, 1), repeat=len(units))))
    faces = pose_people(people, seed=seed, size=size, channels=channels).showing(
        [{au: intensity for au, on in zip(units, row, strict=True) if on} for row in shown]
    )
    images = prepared_alike(prepare, faces)
    logits = class_scores(model, images, batch_size=batch_size, gives=gives)
    if logits.shape[1] != len(class_names):
        raise ValueError(f"the model has {logits.shape[1]} outputs but there are {len(class_names)} class names")
    answers = np.stack([softmax(logits, axis=1), logits]).reshape(2, people, len(shown), -1)
    members = _members(len(units))
    contrasts = np.einsum("ec,spck->spek", _weights(shown, members), answers)
    found = [paired_effects(one.reshape(people, 1, -1), flips=flips, seed=seed) for one in contrasts]
    like = (len(SCALES), len(members), len(class_names))
    return Combinations(
        action_unit_numbers=np.array(units),
        class_names=tuple(class_names),
        shown=shown,
        answer=answers.mean(1),
        answer_half_width=np.stack([t_half_width(one) for one in answers]),
        members=members,
        effect=np.stack([one.effect for one in found]).reshape(like),
        half_width=np.stack([one.half_width for one in found]).reshape(like),
        p_adjusted=np.stack([one.p_adjusted for one in found]).reshape(like),
        intensity=intensity,
        people=people,
        flips=flips,
        seed=seed,
    )


def check_combination(action_units: Sequence[int]) -> None:
    """Refuse units that cannot be combined, before any work is done.

    Raises:
        FacesError: fewer than two, more than four, one twice, one that cannot be drawn, or two that exclude each other.
    """
    if len(set(action_units)) != len(action_units) or not 2 <= len(action_units) <= MOST_UNITS:
        raise FacesError(f"action units {list(action_units)}: give two to {MOST_UNITS} different ones")
    if unknown := [au for au in action_units if au not in DRAWN_ACTION_UNITS]:
        known = ", ".join(map(str, DRAWN_ACTION_UNITS))
        raise FacesError(f"AU{unknown[0]} cannot be drawn; these can: {known}")
    check_together(dict.fromkeys(action_units, 1.0))


def _members(count: int) -> NDArray[np.int64]:
    """(E, k) every set of units but the empty one, the smaller first."""
    sets = [chosen for size in range(1, count + 1) for chosen in combinations(range(count), size)]
    return np.array([[int(unit in chosen) for unit in range(count)] for chosen in sets])


def _weights(shown: np.ndarray, members: np.ndarray) -> NDArray[np.float64]:
    """(E, C) what each combination counts in each effect.

    The sign is −1 to the number of the effect's units that it does not show; all settings of the others count alike.
    """
    missing = members @ (1 - shown).T
    others = members.shape[1] - members.sum(1, keepdims=True)
    return np.asarray((-1.0) ** missing / 2.0**others)
