"""A study stores and finds records, and nothing else."""

import json

import numpy as np
import pytest

from fer_probe.evidence.au_distance import AUDistances, au_distances
from fer_probe.faces.face_images import FaceImages
from fer_probe.latents.traversal_readings import TraversalReadings
from fer_probe.study import Study, StudyError


def faces(count=20):
    return FaceImages(
        np.zeros((count, 1, 4, 4), np.uint8), np.full(count, -1), (), np.empty((count, 0)), np.empty(0, int)
    )


def distances(layer, seed=0):
    rng = np.random.default_rng(seed)
    return au_distances(rng.gamma(2, 1, (40, 3)), rng.integers(0, 2, (40, 1)), [12], layer=layer)


@pytest.fixture
def study(tmp_path):
    return Study.create(tmp_path / "s", {"layers": ["b", "a.0"]}).add_faces("seen", faces(), {})


def test_what_is_added_is_found_again(study):
    """By kind, faces and layer, also after opening the folder anew; layers come in the model's order."""
    for layer in ("a.0", "b"):
        study.add(distances(layer), "seen", {"seed": 4})
    back = Study.open(study.folder)
    assert back.face_sets == ("seen",)
    assert len(back.faces("seen")) == 20
    assert back.layers(AUDistances, "seen") == ("b", "a.0")
    assert np.array_equal(back.load(AUDistances, "seen", "a.0").distance, distances("a.0").distance)
    (entry, _) = back.entries("au_distances")
    assert (entry.layer, entry.provenance()["seed"], entry.provenance()["faces"]) == ("a.0", 4, "seen")


def test_a_record_of_the_same_kind_and_layer_is_replaced(study):
    """The newer one stands, once."""
    study.add(distances("b", 0), "seen", {})
    study.add(distances("b", 1), "seen", {})
    assert len(study.entries()) == 1
    assert np.array_equal(study.load(AUDistances, "seen", "b").distance, distances("b", 1).distance)


def test_several_of_a_layer_are_found_together(study):
    """Records that something else than their layer tells apart, and those of other layers not among them."""
    for layer, reader in (("b", "one"), ("b", "two"), ("b", ""), ("a.0", "one")):
        nothing = np.zeros((1, 2, 1), np.float32)
        read = TraversalReadings(
            np.array([0]), ("v",), nothing[..., 0], ("k",), nothing, nothing, nothing[..., 0], np.zeros(1),
            np.zeros((1, 1)), 1, reader, layer,
        )  # fmt: skip
        study.add(read, "seen", {})
    assert sorted(one.read_by for one in study.of_layer(TraversalReadings, "seen", "b")) == ["", "one", "two"]
    assert [one.read_by for one in study.of_layer(TraversalReadings, "seen", "a.0")] == ["one"]
    assert study.of_layer(TraversalReadings, "seen", "c") == []


def test_what_is_missing_is_named_with_what_there_is(study):
    """A record, faces or a study that are not there; find gives None."""
    study.add(distances("b"), "seen", {})
    with pytest.raises(StudyError, match="no au_distances conv9 on faces 'seen'; it has au_distances b"):
        study.load(AUDistances, "seen", "conv9")
    assert study.find(AUDistances, "seen", "conv9") is None
    with pytest.raises(StudyError, match="no faces 'other'; it has seen"):
        study.faces("other")
    with pytest.raises(StudyError, match="fer-probe demo"):
        Study.open(study.folder / "nowhere")


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    """A study is never begun on top of somebody's files."""
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(StudyError, match="neither empty nor a study"):
        Study.create(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_beginning_again_leaves_no_old_record(study):
    """A study of another checkpoint does not show what belonged to the old one."""
    study.add(distances("b"), "seen", {})
    again = Study.create(study.folder, {})
    assert again.entries() == [] and again.face_sets == ()


def test_a_torn_file_is_said(study):
    """A study.json that is no JSON is an error with its path."""
    (study.folder / "study.json").write_text("{")
    with pytest.raises(StudyError, match=r"study\.json is not readable JSON"):
        Study.open(study.folder)


def test_names_that_could_leave_the_folder_are_refused(study):
    """A set of faces cannot be called ../../home."""
    with pytest.raises(StudyError, match="cannot name a set of faces"):
        study.add_faces("../up", faces(), {})


def test_notes_are_kept(study):
    """What was left out is told in the study's own file."""
    study.with_note("No action unit is coded.")
    assert json.loads((study.folder / "study.json").read_text())["notes"] == ["No action unit is coded."]


def test_layers_of_any_name_are_found_again(study):
    """A slash or a colon in a layer's name does not lead out of the study."""
    for name in ("conv/1", "blocks.0:é|*"):
        study.add(distances(name), "seen", {})
        assert study.load(AUDistances, "seen", name).layer == name
    assert set(study.layers(AUDistances, "seen")) == {"conv/1", "blocks.0:é|*"}
