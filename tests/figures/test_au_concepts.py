"""Concepts drawn: significant scores with their numbers, others empty, and what could not be told."""

import numpy as np

from fer_probe.experiments.au_concepts import ConceptTests
from fer_probe.figures.au_concepts import concepts_figure, concepts_in_words, concepts_note


def concepts(layer="conv"):
    """Happiness rises along AU12, anger falls; AU4 tells nothing; AU23 is not told, whatever its q."""
    scores = np.full((3, 4, 2), 0.5)
    scores[0, :, 0], scores[0, :, 1], scores[2, :, 0] = 1, 0, 1
    q_value = np.array([[0.01, 0.02], [0.8, 0.9], [0.01, 0.9]])
    accuracy = np.array([[1, 0.9, 1, 1], [1, 1, 0.9, 1], [0.6, 0.4, 0.5, 0.5]])
    return ConceptTests(
        layer, ("happiness", "anger"), np.array([12, 4, 23]), scores, np.full((9, 2), 0.5), accuracy, q_value, q_value,
        5, 10, 1.0, 0,
    )  # fmt: skip


def test_only_what_is_significant_has_a_number():
    """Raised and lowered on either side of nothing; a unit that is not told has none."""
    heat = concepts_figure(concepts()).data[0]
    assert heat.x == ("happiness", "anger") and heat.y[2] == "AU23 lip tightener, not told"
    assert np.allclose(heat.z[0], [1, -1]) and np.isnan(heat.z[1:]).all()
    assert heat.text.tolist() == [["1", "0"], ["", ""], ["", ""]]
    assert np.allclose(heat.customdata[2, 0], [1, 0.01, 0.5])


def test_scores_take_little_room():
    """Without what every score has."""
    found = concepts()
    found.scores[0, :, 0] = 0.97
    assert concepts_figure(found).data[0].text[0].tolist() == [".97", "0"]


def test_method_numbers_test_and_correction():
    """Stand under the title."""
    assert concepts_note(concepts()) == (
        "TCAV, conv · 4 runs of 5 people, 9 random concepts, 10 faces a class · t-test, q below 0.05 "
        "(Benjamini–Hochberg)"
    )


def test_in_words():
    """Which units raise each class, and which could not be told."""
    words = concepts_in_words(concepts())
    assert "happiness along AU12; anger along none." in words
    assert "not told by AU23: those scores say nothing" in words
