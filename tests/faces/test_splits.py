"""Splits never put one person on two sides."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.splits import own_splits, random_split, subject_folds, subject_split

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
SEEDS = st.integers(0, 99)


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


@given(subjects=st.lists(st.integers(0, 12), min_size=30, max_size=30), k=st.integers(2, 6), seed=st.none() | SEEDS)
def test_folds_never_share_a_subject(subjects, k, seed):
    """Every face has a fold, every subject one, and no fold has two subjects more than another."""
    names = np.array([f"S{n:02d}" for n in subjects])
    if len(set(subjects)) < k:
        return
    folds = subject_folds(faces(names), k, seed)
    owned = [set(names[folds == fold]) for fold in range(k)]
    assert sum(map(len, owned)) == len(set(subjects))
    assert max(map(len, owned)) - min(map(len, owned)) <= 1
    assert set(folds) == set(range(k))


def test_every_tenth_subject_as_ck_plus_is_divided():
    """Fold i is ``sorted subjects[i::10]``, whatever the order of the faces."""
    names = np.array([f"S{n:03d}" for n in np.random.default_rng(0).permutation(30)])
    folds = subject_folds(faces(names), habit="every_kth")
    for i in range(10):
        assert sorted(names[folds == i]) == sorted(names)[i::10]


def test_folds_follow_their_seed():
    """The same seed, the same folds; another, others; none, neighbours by name."""
    names = np.array([f"S{n:03d}" for n in range(30)])
    one, again, other = (subject_folds(faces(names), 5, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert np.array_equal(subject_folds(faces(names), 5), np.repeat(np.arange(5), 6))


def test_folds_that_cannot_be():
    """No subjects, an unknown one, too few, a seed beside a habit, a habit that nobody has."""
    two = np.repeat(["A", "B"], 15)
    with pytest.raises(FacesError, match="neither who is seen"):
        subject_folds(faces())
    with pytest.raises(FacesError, match="of 15 faces nobody knows who is seen"):
        subject_folds(faces(np.repeat(["A", ""], 15)))
    with pytest.raises(FacesError, match="2 subjects cannot be divided into 10 folds"):
        subject_folds(faces(two))
    with pytest.raises(FacesError, match="leave out seed=1"):
        subject_folds(faces(two), 2, 1, habit="every_kth")
    with pytest.raises(FacesError, match="habit='kth'"):
        subject_folds(faces(two), 2, habit="kth")


def test_a_random_split_that_shares_subjects_is_refused_or_stamped():
    """Refused with the reason; asked for by name, every part carries how many."""
    shares = {"train": 0.8, "test": 0.2}
    people = faces(np.repeat(["A", "B", "C"], 10))
    with pytest.raises(FacesError, match="would have 3 subjects on more than one side.*allow_shared_subjects=True"):
        random_split(people, shares)
    parts = random_split(people, shares, allow_shared_subjects=True)
    assert [len(part) for part in parts.values()] == [24, 6]
    assert not set(parts["train"].pixels.ravel()) & set(parts["test"].pixels.ravel())
    for part in parts.values():
        assert part.source.endswith("random split, seed 0: 3 subjects on more than one side")


def test_a_random_split_of_strangers():
    """Everybody seen once: nothing to refuse. Nobody known: said. Frames of one recording: refused as people are."""
    shares = {"train": 1 - 7 / 30, "test": 7 / 30}
    parts = random_split(faces(np.arange(30).astype(str)), shares, 3)
    assert len(parts["test"]) == 7 and parts["test"].source.endswith("seed 3: nobody on more than one side")
    assert random_split(faces(), shares)["test"].source.endswith("who is seen is not known")
    recorded = dataclasses.replace(faces(), sequence=np.repeat(["one", "two"], 15))
    with pytest.raises(FacesError, match="2 sequences on more than one side"):
        random_split(recorded, shares)
