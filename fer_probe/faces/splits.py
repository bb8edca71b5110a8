"""Splits: which faces train, validate and test, so that no person is on two sides."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import numpy as np

from fer_probe.faces.face_images import FaceImages, FacesError

#: What the corpora call their parts.
PARTS: dict[str, tuple[str, ...]] = {
    "train": ("train", "Training"),
    "validation": ("validation", "val", "PublicTest"),
    "test": ("test", "PrivateTest"),
}


def own_splits(faces: FaceImages) -> dict[str, FaceImages] | None:
    """A corpus's own ``train``, ``validation`` and ``test``; None where it does not have all three."""
    if faces.split is None:
        return None
    masks = {part: np.isin(faces.split, names) for part, names in PARTS.items()}
    return {part: faces.select(mask) for part, mask in masks.items()} if all(m.any() for m in masks.values()) else None


def subject_split(faces: FaceImages, shares: Mapping[str, float], seed: int = 0) -> dict[str, FaceImages]:
    """Divide faces by whole subjects, at random.

    Args:
        faces: with known subjects.
        shares: part → share of the subjects, such as ``{"train": 0.7, "validation": 0.1, "test": 0.2}``; sum 1.
        seed: same faces and seed, same parts.

    Raises:
        FacesError: no subjects are known, or fewer than there are parts.
    """
    of_face = _subjects(faces)
    subjects = np.random.default_rng(seed).permutation(np.unique(of_face))
    groups = _divided(subjects, shares, "subjects")
    return {part: faces.select(np.isin(of_face, group)) for part, group in groups.items()}


def subject_folds(
    faces: FaceImages, k: int = 10, seed: int | None = None, *, habit: Literal["every_kth"] | None = None
) -> np.ndarray:
    """Number every face with one of k folds, whole subjects together.

        folds = subject_folds(faces)
        train, test = faces.select(folds != 3), faces.select(folds == 3)

    Args:
        faces: with known subjects.
        k: how many folds; their numbers of subjects differ by one at most.
        seed: of the order in which subjects are dealt; None deals them as their names sort, neighbours together.
        habit: ``"every_kth"`` has fold i as ``sorted(subjects)[i::k]``, as work on CK+ has it; it knows no seed.

    Returns:
        (N,) int64, 0 to k - 1.

    Raises:
        FacesError: no subjects are known, or fewer than k; k below 2; a seed beside a habit.
    """
    of_face = _subjects(faces)
    subjects, number = np.unique(of_face, return_inverse=True)
    if not 2 <= k <= len(subjects):
        raise FacesError(f"{len(subjects)} subjects cannot be divided into {k} folds; expected 2 to {len(subjects)}")
    if habit not in (None, "every_kth"):
        raise FacesError(f"habit={habit!r}: expected 'every_kth' or None")
    if habit is not None and seed is not None:
        raise FacesError(f"folds by every {k}th subject are not drawn at random: leave out seed={seed} or the habit")
    if habit == "every_kth":
        return number.astype(np.int64) % k
    places = np.arange(len(subjects)) if seed is None else np.random.default_rng(seed).permutation(len(subjects))
    fold_of_subject = np.empty(len(subjects), np.int64)
    for fold, some in enumerate(np.array_split(places, k)):
        fold_of_subject[some] = fold
    return fold_of_subject[number]


def random_split(
    faces: FaceImages, shares: Mapping[str, float], seed: int = 0, *, allow_shared_subjects: bool = False
) -> dict[str, FaceImages]:
    """Divide faces picture by picture, at random, whoever is seen. ``source`` of every part says so.

    Args:
        faces: any; where no subjects are known, ``source`` says that too.
        shares: part → share of the pictures; sum 1. The 200 test pictures of Zhu et al. are
            ``{"train": 1 - 200 / len(faces), "test": 200 / len(faces)}``.
        seed: same faces and seed, same parts.
        allow_shared_subjects: put up with subjects (recordings, where no subjects are known) on more than one side;
            their number then stands in ``source``, and with it on every result.

    Raises:
        FacesError: subjects would be on more than one side and nobody asked for it, or there are fewer pictures than
            parts.
    """
    index = np.random.default_rng(seed).permutation(len(faces))
    parts = {part: faces.select(np.sort(some)) for part, some in _divided(index, shares, "pictures").items()}
    shared = _on_two_sides(parts)
    if shared and not allow_shared_subjects:
        raise FacesError(
            f"a random split would have {shared} on more than one side: a network that knows a face by heart would "
            "pass for one that knows expressions. Divide by subject (subject_split, subject_folds), or ask for it by "
            "name: allow_shared_subjects=True"
        )
    told = f"{shared or 'nobody'} on more than one side"
    if faces.subject is None and not shared:
        told = "who is seen is not known"
    told = f"{faces.source}; random split, seed {seed}: {told}"
    return {part: dataclasses.replace(some, source=told) for part, some in parts.items()}


def _subjects(faces: FaceImages) -> np.ndarray:
    """(N,) who is seen, known of every face."""
    if faces.subject is None:
        raise FacesError(
            f"{faces.source or 'these faces'} say neither who is seen nor which split a picture belongs to: the same "
            "person in training and test would make the accuracy a fiction. Add a subject or a split"
        )
    if unknown := int((faces.subject == "").sum()):
        raise FacesError(
            f"of {unknown} faces nobody knows who is seen; leave them out: faces.select(faces.subject != '')"
        )
    return faces.subject


def _divided(things: np.ndarray, shares: Mapping[str, float], noun: str) -> dict[str, np.ndarray]:
    """Part → its things, in the order they come; every part gets something, however small its share."""
    if abs(sum(shares.values()) - 1) > 1e-6 or min(shares.values()) <= 0:
        raise FacesError(f"shares {dict(shares)} must be above 0 and sum to 1")
    if len(things) < len(shares):
        raise FacesError(f"{len(things)} {noun} cannot be divided into {', '.join(shares)}")
    ends = np.round(np.cumsum(list(shares.values())) * len(things)).astype(int)
    ends = np.clip(ends, np.arange(1, len(ends) + 1), len(things) - np.arange(len(ends))[::-1])
    return dict(zip(shares, np.split(things, ends[:-1]), strict=True))


def _on_two_sides(parts: Mapping[str, FaceImages]) -> str:
    """Who is on more than one side, in words: subjects, or recordings where no subjects are known; empty if nobody."""
    for noun in ("subject", "sequence"):
        if all(getattr(part, noun) is not None for part in parts.values()):
            names = np.concatenate([np.unique(getattr(part, noun)) for part in parts.values()])
            counts = np.unique(names[names != ""], return_counts=True)[1]
            shared = int((counts > 1).sum())
            return f"{shared} {noun}{'s' * (shared != 1)}" if shared else ""
    return ""
