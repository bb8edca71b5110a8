"""Probing any checkpoint: every record is there, what cannot be done is said."""

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.architecture import Architecture, describe_architecture
from fer_probe.checkpoints import Checkpoint, CheckpointError
from fer_probe.evaluation import Evaluation
from fer_probe.evidence.agreement_measures import AUAgreement
from fer_probe.evidence.au_confirmation import AUConfirmation
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.evidence.map_regions import MapRegions
from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_crops import FixedCrop, HaarCrop, shown_box
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.faces.picture_files import PictureFiles
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest
from fer_probe.latents.clusters import Clusters
from fer_probe.latents.embeddings import Embedding
from fer_probe.latents.linear_probes import LinearProbes
from fer_probe.probe import embedding_layer, probe_checkpoint
from fer_probe.probe_settings import ProbeSettings
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.deconvolution import Projections
from fer_probe.report.report_page import write_report
from fer_probe.study import Study
from tests.small_network import CLASSES, LeakyNet, SmallNet

QUICK = ProbeSettings(steps=3, maximized=2, permutations=30)


class Remembers(SmallNet):
    """Answers each known picture as it was told to."""

    def __init__(self, faces, answers):
        super().__init__()
        self.known = Preprocessing(24)(faces)[:].flatten(1)
        self.answers = torch.tensor([answers[faces.expression_names[i]] for i in faces.expression])

    def forward(self, images):
        nearest = torch.cdist(images.flatten(1), self.known).argmin(1)
        return nn.functional.one_hot(self.answers[nearest], 4).float() + 0 * super().forward(images)[:, :4]


def checkpoint(model):
    return Checkpoint(
        model=model, preprocessing=Preprocessing(24), class_names=CLASSES, architecture={"class": "Stranger"},
        recipe={}, metrics={}, curves={}, data={}, path=Path("stranger.pth"), sha256="0" * 64,
    )  # fmt: skip


@pytest.fixture(scope="module")
def expressions():
    return draw_faces(5, 24, seed=3)


@pytest.fixture(scope="module")
def switched():
    return draw_faces(5, 24, seed=3, pictures="action_units", per_subject=8)


@pytest.fixture(scope="module")
def study(tmp_path_factory, expressions, switched):
    said = []
    folder = tmp_path_factory.mktemp("probe") / "study"
    faces = {"expressions": expressions, "action-units": switched}
    probed = probe_checkpoint(checkpoint(SmallNet()), faces, folder, QUICK, say=said.append)
    assert any("labelled faces" in sentence for sentence in said)
    return probed


def test_every_analysis_leaves_its_record(study):
    """Each kind, on each set of faces and each probed layer."""
    for name in ("expressions", "action-units"):
        for kind in (Harvest, Projections, ResponsePlaces, OrdinaryPictures, MapRegions):
            assert study.layers(kind, name) == ("features", "deep")
        for kind in (AUDistances, AUSignificance, AUConfirmation, AUAgreement):
            assert study.layers(kind, name) == ("features", "deep")
        assert study.find(Architecture, name) is not None
        assert study.layers(MaximizedMaps, name) == ("deep",)
        assert len(study.layers(Embedding, name)) == 1
    assert study.find(Evaluation, "expressions") is not None


def test_records_say_where_they_came_from(study, expressions):
    """Hashes of checkpoint and faces, seed, parameters and versions stand with every record."""
    for entry in study.entries(faces="expressions"):
        provenance = entry.provenance()
        assert provenance["checkpoint_sha256"] == "0" * 64
        assert len(provenance["faces_sha256"]) == 64
        assert provenance["seed"] == 0 and "torch" in provenance["versions"]


def test_the_record_is_the_analysis(study, switched):
    """What the study holds is what the functions give on the same faces."""
    found = study.load(Harvest, "action-units", "deep")
    assert found.image_count == len(switched)
    top = study.load(Projections, "action-units", "deep")
    assert np.array_equal(top.image_index, found.image_index)
    assert study.load(AUDistances, "action-units", "deep").with_count.tolist() == switched.action_units.sum(0).tolist()


@pytest.fixture
def on_the_disk(tmp_path, expressions):
    """The same faces as PNG files with a table."""
    write_face_table(expressions, tmp_path / "faces")
    return load_faces(tmp_path / "faces")


def test_pictures_on_the_disk_are_decoded_twice(study, on_the_disk, tmp_path, monkeypatch):
    """To be hashed and to be kept, whatever is analysed then; the records are those of the faces in memory."""
    read = Counter()
    decode = PictureFiles._read
    monkeypatch.setattr(PictureFiles, "_read", lambda self, i: read.update([self.files[i]]) or decode(self, i))
    probed = probe_checkpoint(checkpoint(SmallNet()), {"expressions": on_the_disk}, tmp_path / "s", QUICK)
    assert len(read) == len(on_the_disk) and set(read.values()) == {2}
    one, other = (some.load(Harvest, "expressions", "deep") for some in (study, probed))
    assert np.array_equal(one.responses, other.responses)
    one, other = (some.load(Evaluation, "expressions") for some in (study, probed))
    assert np.array_equal(one.confusion, other.confusion)
    assert np.array_equal(probed.faces("expressions").pixels, on_the_disk.pixels[:])


def test_a_damaged_picture_is_said_before_anything_is_lost(on_the_disk, tmp_path):
    """The study that stood there stands."""
    probe_checkpoint(checkpoint(SmallNet()), {"faces": on_the_disk}, tmp_path / "s", QUICK)
    file = Path(on_the_disk.pixels.files[7])
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(FacesError, match=f"{file}: cannot be decoded"):
        probe_checkpoint(checkpoint(SmallNet()), {"faces": on_the_disk}, tmp_path / "s", QUICK)
    assert Study.open(tmp_path / "s").find(Harvest, "faces", "deep") is not None


def test_what_cannot_be_done_is_noted(tmp_path, switched):
    """No expressions, no accuracy; a leaky rectifier, no projection: both are said, the rest is there."""
    study = probe_checkpoint(checkpoint(LeakyNet()), {"faces": switched}, tmp_path / "s", QUICK)
    notes = " ".join(study.about["notes"])
    assert "no accuracy" in notes and "leaky_relu" in notes
    assert study.find(Projections, "faces", "deep") is None
    assert study.find(Harvest, "faces", "deep") is not None
    extended = ProbeSettings(steps=1, maximized=1, extensions=True)
    study = probe_checkpoint(checkpoint(LeakyNet()), {"faces": switched}, tmp_path / "s", extended)
    assert study.load(Projections, "faces", "deep").extended_rectifiers == 1


def test_faces_of_unknown_people_are_not_tested(tmp_path, switched):
    """Distances are there, significance is not, and the note says what is missing."""
    study = probe_checkpoint(
        checkpoint(SmallNet()), {"faces": dataclasses.replace(switched, subject=None)}, tmp_path / "s", QUICK
    )
    assert study.layers(AUDistances, "faces") == study.layers(AUAgreement, "faces") == ("features", "deep")
    assert study.layers(AUSignificance, "faces") == study.layers(AUConfirmation, "faces") == ()
    assert any("'faces': who is seen is not told" in note for note in study.about["notes"])


def test_errors_come_before_anything_is_written(tmp_path, switched):
    """An unknown layer or an empty set of faces leaves no study behind."""
    with pytest.raises(LayerError, match="no layer 'conv9'"):
        probe_checkpoint(checkpoint(SmallNet()), {"f": switched}, tmp_path / "s", ProbeSettings(layers=["conv9"]))
    with pytest.raises(LayerError, match="no layer 'conv9'"):
        probe_checkpoint(checkpoint(SmallNet()), {"f": switched}, tmp_path / "s", ProbeSettings(space="conv9"))
    with pytest.raises(FacesError, match="no faces to probe with in f"):
        probe_checkpoint(checkpoint(SmallNet()), {"f": switched.select(slice(0, 0))}, tmp_path / "s", QUICK)
    assert not (tmp_path / "s").exists()


def test_faces_are_laid_out_by_the_layer_asked_for(tmp_path, expressions):
    """Map, clusters and linear probes are of that layer, also where a model would have another latent."""
    settings = ProbeSettings(steps=2, maximized=1, permutations=30, people=0, space="features")
    study = probe_checkpoint(checkpoint(SmallNet()), {"f": expressions}, tmp_path / "s", settings)
    assert all(study.load(kind, "f", "features").layer == "features" for kind in (Embedding, Clusters, LinearProbes))


def test_the_latent_layer_is_the_last_vector_before_the_outputs(study):
    """A network without an inner vector is laid out by its outputs."""
    assert embedding_layer(study.load(Architecture, "expressions")) == "classify"


@pytest.mark.parametrize("size, channels, classes, message", [
    (32, 1, CLASSES, "cannot take a picture of 1×32×32"),
    (24, 3, CLASSES, "cannot take a picture of 3×24×24"),
    (24, 1, CLASSES[:2], r"gives \(1, 7\) for one picture, expected \(1, 2\)"),
])  # fmt: skip
def test_a_model_that_does_not_fit_is_said_before_anything_is_written(
    tmp_path, switched, size, channels, classes, message
):
    """The wrong size, channels or number of classes is one sentence, and no study."""
    wrong = dataclasses.replace(
        checkpoint(SmallNet()), preprocessing=Preprocessing(size, channels=channels), class_names=classes
    )
    with pytest.raises(CheckpointError, match=message):
        probe_checkpoint(wrong, {"faces": switched}, tmp_path / "s", QUICK)
    assert not (tmp_path / "s").exists()


def test_classes_that_match_no_label_are_noted(tmp_path, expressions):
    """Seven made-up names give no accuracy, and the note says why."""
    stranger = dataclasses.replace(checkpoint(SmallNet()), class_names=tuple("abcdefg"))
    study = probe_checkpoint(stranger, {"faces": expressions}, tmp_path / "s", QUICK)
    assert "None of the classes a, b, c" in " ".join(study.about["notes"])


def test_a_corpus_with_other_expressions_is_read_by_name(tmp_path):
    """Trained on one set, probed on another with other expressions in another order: matched by name, gaps said."""
    read, said = draw_faces(3, 24, expressions=("surprise", "contempt", "happiness", "anger")), []
    model = Remembers(read, {"surprise": 1, "happiness": 2, "anger": 0, "contempt": 0})
    trained = dataclasses.replace(checkpoint(model), class_names=("Angry", "surprised", "joy", "fear"))
    study = probe_checkpoint(trained, {"other": read}, tmp_path / "s", QUICK, say=said.append)
    found = study.load(Evaluation, "other")
    assert (found.accuracy, found.left_out) == (1.0, 3)
    assert found.confusion.tolist() == np.diag([3, 3, 3, 0]).tolist()
    notes = " ".join(study.about["notes"])
    for sentence in ("'other': 3 labelled contempt count neither for nor against", "none is labelled fear, which"):
        assert sentence in notes and sentence in " ".join(said)
        assert sentence in write_report(study).read_text(encoding="utf-8").replace("&#39;", "'")


def test_what_a_crop_leaves_of_a_face_is_kept(tmp_path):
    """The study's faces stay whole and tell the part that was shown; a fallback is noted."""
    faces = draw_faces(1, 48)
    pixels = faces.pixels.copy()
    pixels[4] = 100
    faces = dataclasses.replace(faces, pixels=pixels)
    prep = Preprocessing(24, crop=HaarCrop(fallback=FixedCrop()))
    study = probe_checkpoint(
        dataclasses.replace(checkpoint(SmallNet()), preprocessing=prep), {"faces": faces}, tmp_path / "s", QUICK
    )
    kept = study.faces("faces")
    assert np.array_equal(kept.pixels, pixels)
    assert shown_box(kept, 4) == (0, 0, 48, 48)
    assert shown_box(kept, 0) == HaarCrop().box_of(pixels[0], None)
    assert any(
        "'faces': in 1 of 7" in note and "found nothing but by its fallback" in note for note in study.about["notes"]
    )


def test_a_face_that_cannot_be_cropped_is_said_before_anything_is_written(tmp_path, expressions):
    """By its number; no study is begun."""
    flat = dataclasses.replace(expressions, pixels=np.full_like(expressions.pixels, 100))
    cropping = dataclasses.replace(checkpoint(SmallNet()), preprocessing=Preprocessing(24, crop=HaarCrop()))
    with pytest.raises(FacesError, match="face 0 cannot be cropped"):
        probe_checkpoint(cropping, {"faces": flat}, tmp_path / "s", QUICK)
    assert not (tmp_path / "s").exists()


def test_dropout_is_not_named_as_the_latent_layer():
    """Dropout passes everything on in eval mode: the layer before it is the latent one."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 2))
    assert embedding_layer(describe_architecture(model, (1, 4, 4))) == "2"


def test_only_convolutions_that_run_are_probed_by_default(tmp_path, switched):
    """A convolution that only training uses, and one of a single place, are passed over."""

    class WithAuxiliary(SmallNet):
        def __init__(self):
            super().__init__()
            self.auxiliary = nn.Conv2d(6, 7, 1)

    study = probe_checkpoint(checkpoint(WithAuxiliary()), {"faces": switched}, tmp_path / "s", QUICK)
    assert study.layers(Harvest, "faces") == ("features", "deep")
