"""Two networks, drawn: points, tables and words are the records'."""

from dataclasses import replace

import numpy as np

from fer_probe.comparisons.answer_agreement import compare_answers
from fer_probe.comparisons.layer_similarity import LayerSimilarity
from fer_probe.comparisons.map_matches import match_maps
from fer_probe.comparisons.seen_units import SeenUnits
from fer_probe.figures.comparisons import (
    answers_figure,
    answers_in_words,
    layer_similarity_figure,
    layer_similarity_in_words,
    map_matches_figure,
    map_matches_in_words,
    seen_unit_rows,
    seen_units_figure,
    seen_units_in_words,
)
from tests.comparisons.test_answer_agreement import random_answers

NAMES = ("mine", "theirs")


def matches(untrained=8, maps=6):
    """Map 0 is paired with 1 and learnt; of six maps one has no partner among five."""
    rng = np.random.default_rng(0)
    one, other = rng.gamma(2, 1, (30, maps)), rng.gamma(2, 1, (30, 5))
    other[:, 1] = one[:, 0]
    forgotten = [rng.gamma(2, 1, (30, maps)) for _ in range(untrained)]
    others = [some[:, :5] for some in forgotten]
    told = {"names": NAMES, "layers": ("conv", "deep"), "expression": np.arange(30) % 3}
    return match_maps(one, other, untrained=forgotten, other_untrained=others, **told)


def similarity():
    cka, untrained = np.array([[0.9, 0.2], [0.3, 0.8]]), np.array([[0.8, 0.2], [0.2, 0.1]])
    return LayerSimilarity(*NAMES, ("conv", "fc"), ("deep", "out"), cka, untrained, 30, 8)


def units():
    """Both see AU12, mine alone AU4, theirs alone AU1, and AU4 is told better by mine."""
    yes = np.array([True, True, False])
    return SeenUnits(
        *NAMES, "conv", "deep", np.array([12, 4, 1]), np.array([0, 3, 2]), np.array([1, 4, 2]), yes, yes[[0, 2, 1]],
        np.full(3, 0.01), np.full(3, 0.01), np.array([0.9, 0.8, 0.55]), np.array([0.88, 0.6, 0.7]),
        np.array([0.02, 0.2, -0.15]), np.array([0.1, 0.1, 0.2]), np.array([1.0, 0.1, 0.2]),
        np.array([True, False, False]), 10, 30,
    )  # fmt: skip


def answers():
    return compare_answers(*random_answers(), subject=np.arange(200) // 4, names=NAMES)


def test_pairs_stand_by_their_correlation():
    """Every pair once, the largest first, its map in ``customdata``; what was learnt has its colour."""
    found = matches()
    figure = map_matches_figure(found)
    learnt, others = figure.data[1], figure.data[2]
    assert tuple(learnt.customdata) == (0,) and learnt.text == ("1",) and np.allclose(learnt.y, 1)
    assert sorted([*learnt.customdata, *others.customdata]) == np.flatnonzero(found.assigned >= 0).tolist()
    assert (np.diff(others.y) <= 0).all() and set(figure.data[3].y) == {found.chance}


def test_words_on_maps_tell_what_was_asked():
    """How many were learnt, and what stands above expressions; nothing of learning without untrained networks."""
    words = map_matches_in_words(matches())
    assert "of 5 pairs" in words and "One is more alike than maps of untrained networks" in words
    assert "One is above what maps that follow the same expressions" in words
    assert "nothing is said of learning" in map_matches_in_words(matches(untrained=0))


def test_layers_stand_beside_untrained_ones():
    """Both numbers in every cell; words name the pair farthest above."""
    figure = layer_similarity_figure(similarity())
    assert figure.data[0].text[1][1] == "0.80<br>(0.10)" and figure.data[0].x == ("deep", "out")
    assert "mine’s fc and theirs’s out: 0.80, untrained 0.10" in layer_similarity_in_words(similarity())
    bare = replace(similarity(), untrained=np.full((2, 2), np.nan), untrained_networks=0)
    assert layer_similarity_figure(bare).data[0].text[0][0] == "0.90"


def test_answers_are_shares_of_all_faces():
    """The cells sum to 100 %; words tell agreement and the test, or that nothing is labelled."""
    found = answers()
    assert np.isclose(np.sum(answers_figure(found).data[0].z), 100)
    assert "by sign flips of 50 people" in answers_in_words(found) and "mine alone" in answers_in_words(found)
    assert "None of the faces has a label" in answers_in_words(replace(found, labelled=0))


def test_units_that_one_alone_sees():
    """Filled points are detectors, a star where their AUROCs differ; rows begin with the unit that both see."""
    figure = seen_units_figure(units())
    assert figure.data[1].marker.symbol == ("circle", "circle", "circle-open")
    assert figure.layout.yaxis.ticktext == ("AU12 lip corner puller", "✱ AU4 brow lowerer", "AU1 inner brow raiser")
    words = seen_units_in_words(units())
    assert words == (
        "Both have a detector of AU12. Only mine of AU4. Only theirs of AU1. "
        "Of those that one has alone the AUROCs differ, by their interval, for AU4."
    )
    assert seen_unit_rows(units())[0][:4] == (
        "AU12 lip corner puller",
        "map 0, a detector",
        "0.90",
        "map 1, a detector",
    )
