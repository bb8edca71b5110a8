"""Balancing: as many of each, drawn by the seed, repeated evenly, and said."""

from collections import Counter

import numpy as np
import pytest

from fer_probe.faces.face_images import FaceImages, FacesError
from trainers.balancing import balance


def faces_labelled(labels, names=("anger", "fear", "sadness", "contempt")):
    count = len(labels)
    return FaceImages(
        np.zeros((count, 1, 4, 4), np.uint8), np.array(labels), names, np.zeros((count, 0)), np.zeros(0, int)
    )


FACES = faces_labelled([0] * 20 + [1] * 3 + [2] * 7 + [-1] * 5)


def test_as_many_of_each():
    """Seven of every expression that occurs; unlabelled faces are left out."""
    found = balance(FACES, 7)
    assert Counter(FACES.expression[found.indices].tolist()) == {0: 7, 1: 7, 2: 7}


def test_none_stands_oftener_than_it_must():
    """Of twenty, seven different ones; of seven, each once; of three, each twice or thrice."""
    counts = Counter(balance(FACES, 7).indices.tolist())
    assert all(counts[i] <= 1 for i in range(20)) and all(counts[i] == 1 for i in range(23, 30))
    assert sorted(counts[i] for i in range(20, 23)) == [2, 2, 3]


def test_repeats_are_marked_and_said():
    """The first time a face stands it is no repeat; only the expression that is short is told."""
    found = balance(FACES, 7)
    seen = set()
    for index, repeated in zip(found.indices.tolist(), found.repeated, strict=True):
        assert repeated == (index in seen)
        seen.add(index)
    assert found.told == ("fear has 3 faces for 7: each is shown up to 3 times",)
    assert balance(FACES, 3).told == () and not balance(FACES, 3).repeated.any()


def test_the_seed_decides():
    """Same seed, same faces; another, others; and no expression's draw hangs on the others."""
    assert np.array_equal(balance(FACES, 7, 1).indices, balance(FACES, 7, 1).indices)
    assert not np.array_equal(balance(FACES, 7, 1).indices, balance(FACES, 7, 2).indices)
    alone = faces_labelled([0] * 20)
    assert np.array_equal(balance(FACES, 7, 1).indices[:7], balance(alone, 7, 1).indices)


def test_nothing_to_balance_is_refused():
    """No labels, or none of each."""
    with pytest.raises(FacesError, match="no face of these has an expression"):
        balance(faces_labelled([-1, -1]), 3)
    with pytest.raises(FacesError, match="expected at least 1"):
        balance(FACES, 0)
