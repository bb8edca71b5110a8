"""Evidence: what several records say of one action unit, in one place."""

import dataclasses

import numpy as np
import pytest

from fer_probe.au_evidence import AUEvidence, find_evidence, measure_evidence, untested_in_words
from fer_probe.faces.face_images import FaceImages
from fer_probe.harvesting import Harvest
from fer_probe.study import Study

PERSONS, PICTURES, MAPS = 30, 8, 10
PERSON = np.repeat(np.arange(PERSONS), PICTURES)


@pytest.fixture(scope="module")
def faces():
    """AU12 raises map 4; AU1 raises none; AU28 is on three faces; AU43 varies within one person only."""
    rng = np.random.default_rng(0)
    units = (rng.random((len(PERSON), 4)) < 0.4).astype(np.float32)
    units[:, 2] = np.arange(len(PERSON)) < 3
    units[:, 3] = PERSON % 2
    units[0, 3] = 1
    return FaceImages(
        np.zeros((len(PERSON), 1, 4, 4), np.uint8), np.full(len(PERSON), -1), ("neutral",), units,
        np.array([12, 1, 28, 43]), subject=np.array([f"S{i:02}" for i in PERSON]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(faces):
    rng = np.random.default_rng(1)
    responses = rng.gamma(2, 1, (len(PERSON), MAPS))
    responses[:, 4] += 8 * faces.action_units[:, 0]
    return Harvest("deep", np.ones((MAPS, 1)), np.zeros((MAPS, 1), int), np.zeros((MAPS, 1, 2), int), responses, (5, 5),
                   len(PERSON))  # fmt: skip


@pytest.fixture(scope="module")
def evidence(found, faces):
    return measure_evidence(found, faces, permutations=100)


def test_each_unit_has_its_verdict(evidence):
    """A detector, none, too few faces, labels that cannot be permuted: each is told from the others."""
    verdicts = {unit.au: unit.verdict for unit in evidence.units()}
    assert verdicts == {12: "detector", 1: "none", 28: "too few", 43: "not testable"}
    assert [unit.detector for unit in evidence.units()] == [4, None, None, None]


def test_numbers_are_those_of_the_records(evidence):
    """Map, D, z, effect, p and q of the unit's best map; the map that the other half confirms."""
    unit, significance = evidence.unit(12), evidence.significance
    assert (unit.map, unit.confirmed, unit.label) == (4, 4, "AU12 lip corner puller")
    told = (unit.distance, unit.z, unit.effect, unit.p_adjusted)
    names = ("distance", "z", "effect", "p_adjusted")
    assert told == tuple(getattr(significance, name)[0, 4] for name in names)
    assert unit.q_value == significance.q_value[0] <= 0.05
    assert unit.confirmed_q == evidence.confirmation.q_value[0]
    assert unit.with_count + unit.without_count == len(PERSON)


def test_without_persons_nothing_is_tested(found, faces):
    """Distances and agreement alone: the map is the one with the largest D, no detector, and a sentence says why."""
    untested = measure_evidence(found, dataclasses.replace(faces, subject=None))
    assert untested.significance is None and untested.confirmation is None
    unit = untested.unit(12)
    assert (unit.verdict, unit.map, unit.detector) == ("not tested", 4, None)
    assert unit.distance == untested.distances.distance[0, 4] and np.isnan(unit.q_value)
    assert untested.unit(28).verdict == "too few"
    assert "who is seen is not told" in untested_in_words(untested)[0]


def test_one_person_is_tested_and_not_halved(found, faces):
    """There is nobody else to confirm a map on."""
    one = measure_evidence(found, dataclasses.replace(faces, subject=np.full(len(faces), "S00")), permutations=100)
    assert one.confirmation is None and one.unit(12).detector == 4 and one.unit(12).confirmed is None


def test_units_that_cannot_be_tested_are_named(evidence):
    """One sentence for all units with the same reason."""
    (sentence,) = untested_in_words(evidence)
    assert sentence.startswith("AU43 could not be tested: its labels vary within some persons")


def test_a_study_gives_back_what_was_kept(tmp_path, evidence, faces):
    """Records that were kept are found again; without distances there is nothing."""
    study = Study.create(tmp_path / "s", {}).add_faces("some", faces, {})
    assert find_evidence(study, "some", "deep") is None
    for record in evidence.records:
        study.add(record, "some", {})
    back = find_evidence(study, "some", "deep")
    assert len(evidence.records) == len(back.records) == 4
    assert back.unit(12) == evidence.unit(12)
    assert AUEvidence(back.distances).unit(12).map == 4
