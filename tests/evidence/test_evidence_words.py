"""What is said of evidence: every verdict in words, with its numbers."""

import dataclasses

import pytest

from fer_probe.evidence.au_evidence import measure_evidence
from fer_probe.evidence.evidence_words import confirmed_in_words, method_sentence, untested_in_words, verdict_sentence
from tests.planted_evidence import planted_faces, planted_harvest


@pytest.fixture(scope="module")
def evidence():
    faces = planted_faces()
    return measure_evidence(planted_harvest(faces), faces, permutations=100)


def test_a_detector_comes_with_its_numbers(evidence):
    """Map, D, z, p and q of the record, and that the other half of the people has it too."""
    unit, words = evidence.unit(12), verdict_sentence(evidence, 12)
    assert words.startswith(f"Map 4 is a detector: D = {unit.distance:.3g}, {unit.z:.2g} deviations above")
    assert f"q {unit.q_value:.2g} over all units" in words
    assert "Chosen on half of the people, it holds on the others" in words


def test_no_detector_is_never_called_one(evidence):
    """The best map is named with its numbers, as one that does not stand above chance."""
    words = verdict_sentence(evidence, 1)
    assert words.startswith(f"None: no map stands above chance. The best one, map {evidence.unit(1).map}, has D")
    assert "is a detector" not in words


def test_why_nothing_can_be_told(evidence):
    """Too few faces with their counts; labels that cannot change places with the way out."""
    assert verdict_sentence(evidence, 28) == "Too few: 3 faces with it, 237 without; 9 of each are needed."
    assert verdict_sentence(evidence, 43).startswith("Not testable: its labels vary within some persons")
    (sentence,) = untested_in_words(evidence)
    assert sentence.startswith("AU43 could not be tested: its labels vary within some persons")


def test_faces_of_unknown_people_are_said_not_to_be_tested():
    """The largest D is called just that."""
    faces = dataclasses.replace(planted_faces(), subject=None)
    untested = measure_evidence(planted_harvest(faces), faces)
    assert verdict_sentence(untested, 12) == (
        "Map 4 has the largest D. Whether that stands above chance was not tested."
    )
    assert "who is seen is not told of all" in untested_in_words(untested)[0]


def test_a_map_that_others_do_not_have_is_said_not_to_be_confirmed(evidence):
    """Another map, or none, on the other half of the people."""
    unit = evidence.unit(12)
    assert "map 7 holds on the others" in confirmed_in_words(dataclasses.replace(unit, confirmed=7))
    none = dataclasses.replace(unit, confirmed=None, confirmed_q=0.4)
    assert confirmed_in_words(none) == "Chosen on half of the people, no map was confirmed on the others (q 0.4)."
    assert confirmed_in_words(dataclasses.replace(unit, confirmed_q=float("nan"))) == ""


def test_the_method_names_test_and_corrections(evidence):
    """How often and among whom labels were shuffled, n, how many maps and units p and q are corrected for."""
    words = method_sentence(evidence.significance)
    for part in ("100 times within each person", "n = 9", "10 maps", "2 units", "Westfall & Young", "Benjamini"):
        assert part in words
