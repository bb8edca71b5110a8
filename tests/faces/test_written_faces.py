"""Written faces: what a layout lacks is left out and said, people are counted, splits have the corpus's words."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.written_faces import expression_words, split_words, subject_numbers, with_expressions

FACES = FaceImages(
    pixels=np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1),
    expression=np.array([0, 1, -1, 1, 0]),
    expression_names=("neutral", "happiness"),
    action_units=np.zeros((5, 0), np.float32),
    action_unit_numbers=np.zeros(0, np.int64),
    subject=np.array(["D7", "D2", "D2", "D9", "D7"]),
)
SUBJECTS = np.array([f"D{i:02d}" for i in range(10)]).repeat(2)
MANY = FaceImages(
    pixels=np.zeros((20, 1, 1, 1), np.uint8),
    expression=np.zeros(20, np.int64),
    expression_names=("neutral",),
    action_units=np.zeros((20, 0), np.float32),
    action_unit_numbers=np.zeros(0, np.int64),
    subject=SUBJECTS,
)


def test_expressions_that_a_layout_lacks_are_left_out_and_said():
    """By name, with their number; a face without a label goes too."""
    with pytest.warns(UserWarning, match="CK\\+48 has no neutral: 3 of 5 faces are left out"):
        left = with_expressions(FACES, ("happiness", "anger"), "CK+48")
    assert left.pixels.ravel().tolist() == [1, 3]
    with pytest.warns(UserWarning, match="has no face without an expression: 1 of 5"):
        assert len(with_expressions(FACES, ("happiness", "neutral"), "FER2013")) == 4


def test_a_layout_that_has_all_says_nothing():
    """No warning, and the same faces."""
    labelled = FACES.select(FACES.expression >= 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(with_expressions(labelled, ("happiness", "neutral"), "FER2013")) == 4


def test_a_layout_that_has_none_is_an_error():
    """There would be nothing to write."""
    with pytest.raises(FacesError, match="no face shows an expression that X has: fear"):
        with_expressions(FACES, ("fear",), "X")


def test_words_and_numbers():
    """Expressions by name, empty where unknown; people counted in the order of their names."""
    assert expression_words(FACES).tolist() == ["neutral", "happiness", "", "happiness", "neutral"]
    assert subject_numbers(FACES, "CK+").tolist() == [1, 0, 0, 2, 1]
    with pytest.raises(FacesError, match="JAFFE tells who is seen"):
        subject_numbers(replace(FACES, subject=None), "JAFFE")


WORDS = {"train": "Training", "validation": "PublicTest", "test": "PrivateTest"}


def test_people_are_divided_where_no_split_is_known():
    """Nobody is on two sides; each fifth person is tested, another validates where the corpus does so."""
    three, two = split_words(MANY, WORDS), split_words(MANY, {"train": "train", "test": "test"})
    assert [sorted(set(SUBJECTS[three == word])) for word in WORDS.values()] == [
        ["D00", "D01", "D02", "D05", "D06", "D07"], ["D03", "D08"], ["D04", "D09"],
    ]  # fmt: skip
    assert sorted(set(SUBJECTS[two == "test"])) == ["D04", "D09"] and set(two) == {"train", "test"}


def test_known_splits_are_kept_in_the_corpus_words():
    """Usual words and the corpus's own; one that it lacks is an error."""
    split = np.array(["train", "Training", "validation", "PrivateTest", "test"])
    told = split_words(replace(FACES, split=split), WORDS)
    assert told.tolist() == ["Training", "Training", "PublicTest", "PrivateTest", "PrivateTest"]
    with pytest.raises(FacesError, match="no split 'validation' in this layout; it has train, test"):
        split_words(replace(FACES, split=split), {"train": "Training", "test": "PrivateTest"})


def test_a_layout_without_a_test_set():
    """Each fifth subject validates; nobody else leaves the training set, and a test set is refused."""
    names = {"train": "training", "validation": "validation"}
    words = split_words(MANY, names)
    assert set(SUBJECTS[words == "validation"]) == {"D04", "D09"} and (words == "training").sum() == 16
    with pytest.raises(FacesError, match="no split 'test' in this layout; it has train, validation"):
        split_words(replace(MANY, split=np.full(20, "test")), names)
