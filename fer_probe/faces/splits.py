"""Splits: which faces train, validate and test, so that no person is on two sides."""

from collections.abc import Mapping

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
    if faces.subject is None:
        raise FacesError(
            f"{faces.source or 'these faces'} say neither who is seen nor which split a picture belongs to: the same "
            "person in training and test would make the accuracy a fiction. Add a subject or a split"
        )
    if abs(sum(shares.values()) - 1) > 1e-6 or min(shares.values()) <= 0:
        raise FacesError(f"shares {dict(shares)} must be above 0 and sum to 1")
    subjects = np.random.default_rng(seed).permutation(np.unique(faces.subject))
    if len(subjects) < len(shares):
        raise FacesError(f"{len(subjects)} subjects cannot be divided into {', '.join(shares)}")
    # Every part gets somebody, however small its share.
    ends = np.round(np.cumsum(list(shares.values())) * len(subjects)).astype(int)
    ends = np.clip(ends, np.arange(1, len(ends) + 1), len(subjects) - np.arange(len(ends))[::-1])
    groups = np.split(subjects, ends[:-1])
    return {part: faces.select(np.isin(faces.subject, group)) for part, group in zip(shares, groups, strict=True)}
