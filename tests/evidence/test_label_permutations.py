"""How labels may change places, and which picture stands for a recording."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from fer_probe.evidence.label_permutations import LabelPermutations, exchange_of, recorded_once, refusal

PERSON = np.repeat([0, 1, 2], [4, 6, 5])
PRESENCE = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bool)


def test_labels_that_vary_within_persons_stay_with_them():
    """Every labelling gives each person as many labels as observed; who has one label keeps it."""
    exchange = exchange_of(PRESENCE, PERSON)
    drawn = LabelPermutations(200, 0).labellings(exchange)
    assert exchange.scheme == "within persons"
    assert np.array_equal(drawn[:, 0], PRESENCE)
    for person, count in enumerate((2, 1, 0)):
        assert (drawn[person == PERSON].sum(axis=0) == count).all()
    assert exchange.movable.tolist() == (PERSON < 2).tolist()
    assert exchange.arrangements == pytest.approx(6 * 6)


def test_every_arrangement_is_as_likely_as_any_other():
    """Two labels on four pictures: the six ways come up equally often (chi-square below its 0.1 % point)."""
    exchange = exchange_of(PRESENCE[:4], PERSON[:4])
    drawn = LabelPermutations(6000, 1).labellings(exchange)[:, 1:]
    counts = Counter(tuple(np.flatnonzero(column)) for column in drawn.T)
    assert set(counts) == set(combinations(range(4), 2))
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 20.5


def test_whole_persons_change_labels_with_those_of_their_size():
    """One label a person: all their pictures move together, and only between persons with as many pictures."""
    person = np.repeat(np.arange(8), [3, 3, 3, 3, 5, 5, 5, 2])
    presence = np.isin(person, [0, 1, 4])
    exchange = exchange_of(presence, person)
    drawn = LabelPermutations(300, 0).labellings(exchange)
    assert exchange.scheme == "whole persons"
    for one in range(8):
        assert (drawn[person == one].all(axis=0) == drawn[person == one].any(axis=0)).all()
    assert (drawn[:12].sum(axis=0) == 6).all() and (drawn[12:27].sum(axis=0) == 5).all()
    assert not drawn[27:].any()  # nobody else has two pictures
    assert exchange.arrangements == pytest.approx(6 * 3)
    assert {tuple(np.unique(person[column])) for column in drawn.T} > {(0, 1, 4), (2, 3, 6)}


def test_labels_that_can_move_neither_way_are_refused():
    """A few persons vary, all others do not: neither pictures nor persons can change labels."""
    person = np.repeat(np.arange(20), 4)
    presence = person < 10
    presence[76:78] = True
    words = refusal(exchange_of(presence, person), presence, 9)
    assert "vary within some persons" in words and "2 with it, 2 without" in words
    presence[40:76:4] = True
    assert refusal(exchange_of(presence, person), presence, 9) == ""


def test_persons_of_unequal_size_are_refused():
    """Whole persons of whom no two have equally many pictures cannot change labels; the way out is said."""
    person = np.repeat(np.arange(6), [9, 10, 11, 12, 13, 14])
    presence = person % 2 == 0
    assert "sequence=subject takes one of each" in refusal(exchange_of(presence, person), presence, 9)


def test_too_few_ways_are_refused():
    """Four persons, two of them with the unit, can change labels in six ways: no p below 0.05."""
    person = np.repeat(np.arange(4), 10)
    presence = person < 2
    assert "6 ways" in refusal(exchange_of(presence, person), presence, 9)


def test_one_picture_stands_for_a_recording():
    """The middle one of those with the unit, or else of all that are coded; uncoded recordings are left out."""
    recording = np.repeat([0, 1, 2, 3], [5, 4, 2, 1])
    nan = np.nan
    presence = np.array([0, 0, 1, 1, 1, 0, 0, nan, 0, nan, nan, 1])
    assert recorded_once(presence, recording).tolist() == [3, 6, 11]
    assert recorded_once(presence, None).tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 11]


def test_labellings_depend_on_the_observations_alone():
    """What was asked before changes nothing."""
    one, other = exchange_of(PRESENCE, PERSON), exchange_of(~PRESENCE[3:], PERSON[3:])
    shuffles = LabelPermutations(50, 3)
    first = shuffles.labellings(one)
    shuffles.labellings(other)
    assert np.array_equal(shuffles.labellings(one), first)
