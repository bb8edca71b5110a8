"""Expressions are matched by name, whatever they are called."""

import pytest

from fer_probe.expressions import EXPRESSIONS, FER2013_ORDER, FERPLUS_ORDER, expression_name, match_by_name


def test_synonyms_have_one_name():
    """Angry is anger, whatever its case and spaces."""
    assert [expression_name(word) for word in ("Angry", " happy ", "SU", "sadness")] == [
        "anger", "happiness", "surprise", "sadness",
    ]  # fmt: skip


def test_unknown_words_are_refused():
    """A word that is no expression is an error with the known ones."""
    with pytest.raises(ValueError, match="'bored' is no known expression; known are anger"):
        expression_name("bored")


def test_the_kaggle_folders_do_not_shift_the_labels():
    """Alphabetical folders put neutral at 4, the CSV at 6: by name each finds its own."""
    folders = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
    assert match_by_name(folders, FER2013_ORDER) == [0, 1, 2, 3, 6, 4, 5]


def test_missing_classes_are_minus_one():
    """A class that the other side lacks is not matched; unknown names match to the letter."""
    assert match_by_name(["contempt", "NF"], FER2013_ORDER) == [-1, -1]
    assert match_by_name(["NF"], FERPLUS_ORDER) == [9]


def test_orders_are_made_of_known_expressions():
    """Every corpus's order names known expressions once."""
    assert set(FER2013_ORDER) < set(EXPRESSIONS) and len(set(FER2013_ORDER)) == 7
    assert len(set(FERPLUS_ORDER)) == 10
