"""For whom, of a study: what is compared is what the study's other records say, where the faces tell of people."""

import dataclasses

import numpy as np
import pytest

from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_evidence import measure_evidence
from fer_probe.evidence.group_comparisons import GroupAccuracy, GroupDetectors
from fer_probe.evidence.group_probe import probe_groups
from fer_probe.faces.groups import why_no_groups
from fer_probe.study import Study
from tests.planted_evidence import PERSON, planted_faces, planted_harvest


@pytest.fixture
def faces():
    """AU12 raises map 4, of men and women alike."""
    return dataclasses.replace(planted_faces(), attributes={"sex": np.where(PERSON % 2, "male", "female")})


@pytest.fixture
def study(faces, tmp_path):
    study = Study.create(tmp_path / "study", {}).add_faces("planted", faces, {})
    found = planted_harvest(faces)
    for record in (found, *measure_evidence(found, faces, permutations=200).records):
        study.add(record, "planted", {})
    return study


def evaluated(study):
    """Right on women, wrong on men; the first face has no label."""
    expected = np.zeros(len(PERSON), np.int64)
    expected[0] = -1
    study.add(
        Evaluation(
            np.full((len(PERSON), 2), 0.5, np.float32), PERSON % 2, expected, ("a", "b"), 0.5, np.zeros((2, 2), int),
            (), (), 0,
        ),
        "planted",
        {},
    )  # fmt: skip
    return study


def kept(study, faces):
    found = []
    probe_groups(study, "planted", faces, ["shallow", "deep"], found.append)
    return found


def test_accuracy_and_the_detectors_are_compared(study, faces):
    """Every labelled face, and the one map that stands above chance, of the last layer."""
    accuracy, detectors = kept(evaluated(study), faces)
    assert isinstance(accuracy, GroupAccuracy) and isinstance(detectors, GroupDetectors)
    assert accuracy.accuracy.tolist() == [1, 0] and accuracy.pictures.tolist() == [119, 120]
    assert detectors.layer == "deep" and (detectors.action_unit_numbers, detectors.maps) == ([12], [4])
    assert all(detectors.holds(0, group) for group in (0, 1)) and not detectors.differing


def test_what_is_not_known_is_not_compared(study, faces):
    """Without labels no accuracy; without sexes, or people, nothing, and why is said."""
    assert [record.kind() for record in kept(study, faces)] == ["group_detectors"]
    untold = dataclasses.replace(faces, attributes={})
    assert kept(study, untold) == [] and "Neither sex nor age nor skin" in why_no_groups(untold)
    nobody = dataclasses.replace(faces, subject=None)
    assert kept(study, nobody) == [] and "give each picture its subject" in why_no_groups(nobody)
    alike = dataclasses.replace(faces, attributes={"sex": np.full(len(PERSON), "male")})
    assert kept(study, alike) == [] and why_no_groups(alike).startswith("Nothing parts these people")


def test_records_come_back_as_they_were(study, faces):
    """To the disk and back, with every array and name."""
    for record in kept(evaluated(study), faces):
        study.add(record, "planted", {})
        back = study.load(type(record), "planted", record.variant())
        for field in dataclasses.fields(record):
            assert np.array_equal(getattr(record, field.name), getattr(back, field.name)), field.name
