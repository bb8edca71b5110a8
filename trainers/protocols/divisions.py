"""Divisions: which faces of a corpus train, choose the epoch, and are read once at the end, as a paper has it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.splits import PARTS, random_split, subject_folds

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Parts:
    """Three parts of a set of faces, as indices into it.

    Attributes:
        name: of this division among others of the same faces, such as ``"fold-3"``; empty where it is the only one.
        training, validation, test: what is learnt from, what chooses the epoch, and what is read once.
        told: how the faces were divided, for a table.
    """

    name: str
    training: Index
    validation: Index
    test: Index
    told: str

    @property
    def sides(self) -> tuple[Index, Index, Index]:
        """Training, validation and test."""
        return self.training, self.validation, self.test


#: Faces and a seed → every division that is to be run.
Division = Callable[[FaceImages, int], list[Parts]]


def own_parts(faces: FaceImages, seed: int) -> list[Parts]:
    """The corpus's own three parts; the seed changes nothing.

    Raises:
        FacesError: one of the three is missing.
    """
    split = np.full(len(faces), "") if faces.split is None else faces.split
    found = {part: np.flatnonzero(np.isin(split, names)) for part, names in PARTS.items()}
    if missing := [part for part, index in found.items() if not len(index)]:
        raise FacesError(
            f"{faces.source or 'these faces'} have no {' and no '.join(missing)} part of their own, which this "
            f"protocol reads; splits called {', '.join(sum(PARTS.values(), ()))} are known"
        )
    called = ", ".join(f"{part} {' and '.join(np.unique(split[index]))}" for part, index in found.items())
    return [Parts("", found["train"], found["validation"], found["test"], f"the corpus's own parts: {called}")]


def subject_folds_of(k: int) -> Division:
    """Each of k folds of whole subjects is read once; the next one chooses the epoch, the others train."""

    def divided(faces: FaceImages, seed: int) -> list[Parts]:
        folds = subject_folds(faces, k, habit="every_kth")
        told = f"{k} folds, to which subjects are dealt in turn; the fold after the test fold chooses the epoch"
        return [
            Parts(
                f"fold-{fold}",
                np.flatnonzero((folds != fold) & (folds != (fold + 1) % k)),
                np.flatnonzero(folds == (fold + 1) % k),
                np.flatnonzero(folds == fold),
                told,
            )
            for fold in range(k)
        ]

    return divided


def every_tenth_person(faces: FaceImages) -> Parts:
    """Nothing is tested: every tenth person validates, the others train."""
    folds = subject_folds(faces, 10, habit="every_kth")
    told = "every tenth person validates"
    return Parts("", np.flatnonzero(folds != 0), np.flatnonzero(folds == 0), np.zeros(0, np.intp), told)


def pictures_at_random(most: int) -> Callable[[FaceImages], Parts]:
    """Nothing is tested: so many pictures train, at most, and a tenth as many others choose the epoch.

    The training ones stand in random order, so that the first of them are a sample again.
    """

    def divided(faces: FaceImages) -> Parts:
        order = np.random.default_rng(0).permutation(len(faces))
        choosing = min(most, len(faces) * 10 // 11) // 10
        training = order[choosing : choosing + most]
        told = f"{len(training):,} pictures at random learn, {choosing:,} others choose the epoch"
        return Parts("", training, order[:choosing], np.zeros(0, np.intp), told)

    return divided


def part_of_each(faces: FaceImages, among: Index, share: float, seed: int) -> Index:
    """Of some faces so many of each expression as are a share of all that show it; one at least.

    Args:
        faces: all of them.
        among: indices of those that may be taken.
        share: of all faces of an expression, 0–1.
        seed: which are taken.

    Returns:
        Indices in rising order.
    """
    draws, chosen = np.random.default_rng(seed), []
    for expression in np.unique(faces.expression[among]):
        some = among[faces.expression[among] == expression]
        count = max(1, round(share * int((faces.expression == expression).sum())))
        chosen.append(draws.permutation(some)[:count])
    return np.sort(np.concatenate(chosen))


def random_pictures(test: float, validation: float, told: str) -> Division:
    """Pictures at random, whoever is seen, drawn anew for each seed.

    Args:
        test: share of the pictures that are read once, below 1; or their number, of which a fifth of the pictures is
            taken where that is fewer.
        validation: likewise, of those that choose the epoch.
        told: what the paper has of it.
    """

    def divided(faces: FaceImages, seed: int) -> list[Parts]:
        some = {"validation": _share(validation, len(faces)), "test": _share(test, len(faces))}
        numbered = replace(faces, attributes={**faces.attributes, "place": np.arange(len(faces))})
        shares = {"train": 1 - sum(some.values()), **some}
        parts = random_split(numbered, shares, seed, allow_shared_subjects=True)
        training, choosing, tested = (parts[part].attributes["place"] for part in shares)
        counts = f"{len(tested):,} pictures at random for the test, {len(choosing):,} choose the epoch"
        return [Parts("", training, choosing, tested, f"{counts}; {told}")]

    return divided


def shared_people(faces: FaceImages, parts: Parts) -> tuple[int | None, str]:
    """How many subjects are on more than one side, None where nobody knows who is seen; and the same in words."""
    if faces.subject is None:
        return None, "who is seen is not known"
    sides = np.concatenate([np.unique(faces.subject[side]) for side in parts.sides])
    shared = int((np.unique(sides[sides != ""], return_counts=True)[1] > 1).sum())
    return shared, f"{shared or 'no'} subject{'s' * (shared != 1)} on more than one side"


def _share(told: float, pictures: int) -> float:
    return told if told < 1 else min(told / pictures, 0.2)
