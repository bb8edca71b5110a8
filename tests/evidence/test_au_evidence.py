"""Evidence: what several records say of one action unit, in one place."""

import dataclasses

import numpy as np
import pytest

from fer_probe.evidence.au_evidence import AUEvidence, find_evidence, measure_evidence
from fer_probe.study import Study
from tests.planted_evidence import PERSON, planted_faces, planted_harvest


@pytest.fixture(scope="module")
def faces():
    return planted_faces()


@pytest.fixture(scope="module")
def found(faces):
    return planted_harvest(faces)


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
    """Distances and agreement alone: the map is the one with the largest D, and no detector."""
    untested = measure_evidence(found, dataclasses.replace(faces, subject=None))
    assert untested.significance is None and untested.confirmation is None
    unit = untested.unit(12)
    assert (unit.verdict, unit.map, unit.detector) == ("not tested", 4, None)
    assert unit.distance == untested.distances.distance[0, 4] and np.isnan(unit.q_value)
    assert untested.unit(28).verdict == "too few"


def test_one_face_of_an_unknown_person_leaves_all_untested(found, faces):
    """A name that is missing is no name of a person."""
    subject = np.where(np.arange(len(faces)) == 5, "", faces.subject)
    assert measure_evidence(found, dataclasses.replace(faces, subject=subject)).significance is None


def test_one_person_is_tested_and_not_halved(found, faces):
    """There is nobody else to confirm a map on."""
    one = measure_evidence(found, dataclasses.replace(faces, subject=np.full(len(faces), "S00")), permutations=100)
    assert one.confirmation is None and one.unit(12).detector == 4 and one.unit(12).confirmed is None


def test_the_surest_detector_comes_first(evidence, found, faces):
    """Detectors by q, then units without one, those without any map last; by D where nothing was tested."""
    assert evidence.ranked()[0].au == 12 and evidence.ranked()[0].detector is not None
    assert {unit.au for unit in evidence.ranked()[-2:]} == {28, 43}
    untested = measure_evidence(found, dataclasses.replace(faces, subject=None)).ranked()
    distances = [unit.distance for unit in untested if unit.map is not None]
    assert untested[0].au == 12 and distances == sorted(distances, reverse=True)


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
