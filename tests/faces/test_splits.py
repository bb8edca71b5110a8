"""Splits never put one person on two sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.splits import own_splits, subject_split

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}


def faces(subject=None, split=None, count=30):
    return FaceImages(
        np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1), np.full(count, -1), (), np.empty((count, 0)),
        np.empty(0, int), subject=subject, split=split,
    )  # fmt: skip


@given(subjects=st.lists(st.integers(0, 12), min_size=30, max_size=30), seed=st.integers(0, 99))
def test_no_subject_is_on_two_sides_and_no_face_is_lost(subjects, seed):
    """Whole subjects, all of them, at least one a part."""
    names = np.array([f"S{n}" for n in subjects])
    if len(set(subjects)) < 3:
        return
    parts = subject_split(faces(names), SHARES, seed)
    groups = [set(part.subject) for part in parts.values()]
    assert all(groups) and not (groups[0] & groups[1] or groups[0] & groups[2] or groups[1] & groups[2])
    assert sum(len(part) for part in parts.values()) == 30


def test_faces_without_subjects_are_refused():
    """Where nobody knows who is seen, a split is refused with the reason."""
    with pytest.raises(FacesError, match="neither who is seen nor which split"):
        subject_split(faces(), SHARES)
    with pytest.raises(FacesError, match="2 subjects cannot be divided"):
        subject_split(faces(np.repeat(["A", "B"], 15)), SHARES)


def test_a_corpuss_own_parts_are_found_by_its_names():
    """FER2013's three usages are training, validation and test; two of them are not enough."""
    usages = np.repeat(["Training", "PublicTest", "PrivateTest"], 10)
    parts = own_splits(faces(split=usages))
    assert [len(parts[name]) for name in ("train", "validation", "test")] == [10, 10, 10]
    assert parts["test"].pixels[0] == 20
    assert own_splits(faces(split=np.repeat(["train", "test"], 15))) is None
    assert own_splits(faces()) is None
