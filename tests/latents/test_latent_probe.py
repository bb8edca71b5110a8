"""Probing what has a latent: every record, for every model of ours and for a stranger's two functions."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import fer_probe as fp
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import Evaluation
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest
from fer_probe.latents.clusters import Clusters, ClusterScores
from fer_probe.latents.disentanglement import Disentanglement
from fer_probe.latents.embeddings import Embedding, EmbeddingSeries
from fer_probe.latents.latent_probe import one_of_each
from fer_probe.latents.latent_variables import LatentDistributions, Latents
from fer_probe.latents.linear_probes import LinearProbes
from fer_probe.latents.reconstructions import Reconstructions
from fer_probe.latents.transfers import Transfers
from fer_probe.latents.traversal_readings import TraversalReadings
from fer_probe.latents.traversals import Interpolations, Traversals
from fer_probe.probe_settings import ProbeSettings
from fer_probe.report.report_page import write_report
from fer_probe.study import Study, StudyError

QUICK = ProbeSettings(steps=2, maximized=1)
SPACE = (Latents, LatentDistributions, Embedding, EmbeddingSeries, Clusters, LinearProbes, Disentanglement)
DECODED = (Traversals, Interpolations, Reconstructions)
NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


@pytest.fixture(scope="module")
def faces():
    return fp.draw_faces(8, 24, seed=3)


def checkpoint(model, names=NAMES, **metrics):
    return Checkpoint(
        model=model.eval(), preprocessing=Preprocessing(16), class_names=tuple(names),
        architecture={"class": "Stranger"}, recipe={}, metrics=metrics, curves={}, data={}, path=Path("net.pth"),
        sha256="0" * 64,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "options", "reads", "told"), [
    ("barradas_beta_vae", {}, True, None),
    ("barradas_fader", {}, True, "emotion"),
    ("ali_degan", {"identities": 3}, False, "identity"),
    ("cubarrubia_dense_ae", {}, False, None),
])  # fmt: skip
def test_every_model_with_a_latent_is_probed(faces, tmp_path, name, options, reads, told):
    """Space, distributions and what is decoded; accuracy where the latent reads, a transfer where something is told."""
    model = fp.build_model(name, 7, size=16, **options)
    probed = checkpoint(model, NAMES if reads or told else (), people=["Ada", "Ben", "Cy"])
    study = fp.probe_checkpoint(probed, {"drawn": faces}, tmp_path / "s", QUICK)
    for kind in (*SPACE, *DECODED):
        expected = not (kind is Reconstructions and told == "identity")
        assert bool(study.layers(kind, "drawn")) == expected, kind
    assert (study.find(Evaluation, "drawn") is not None) == reads
    assert bool(study.layers(Transfers, "drawn")) == (told is not None)
    if told:
        assert study.load(Transfers, "drawn", "latent").attribute == told
    assert bool(study.layers(Harvest, "drawn")) == (name != "cubarrubia_dense_ae")
    assert "drawn" in write_report(study).read_text(encoding="utf-8")


class Stranger:
    """An autoencoder that is none of ours, nor a module: pixels in −1 to 1 by a random basis."""

    def __init__(self, length=6):
        self.basis = torch.linalg.qr(torch.randn(256, length, generator=torch.Generator().manual_seed(0)))[0]

    def squeeze(self, images):
        return images.flatten(1) @ self.basis

    def unsqueeze(self, codes):
        return (codes @ self.basis.T).reshape(-1, 1, 16, 16)


def test_a_strangers_autoencoder_goes_through_with_two_functions(faces, tmp_path):
    """Two functions and no other code: every record, the report, and numbers that are those of the functions."""
    theirs, prep = Stranger(), Preprocessing(16, mean=0.5, std=0.5)
    study = fp.probe_functions(
        theirs.squeeze, theirs.unsqueeze, {"drawn": faces}, tmp_path / "theirs", preprocessing=prep
    )
    for kind in (*SPACE, *DECODED):
        assert study.layers(kind, "drawn") == ("latent",), kind
    latents = study.load(Latents, "drawn", "latent").values
    np.testing.assert_allclose(latents, theirs.squeeze(prep(faces)[:]).numpy(), rtol=1e-4, atol=1e-4)
    moved = study.load(Traversals, "drawn", "latent")
    latent = torch.from_numpy(np.array(moved.latent)).clone()
    latent[moved.dimensions[0]] = float(moved.values[0, -1])
    expected = prep.to_pixels(theirs.unsqueeze(latent[None]))[0]
    np.testing.assert_allclose(moved.pixels[0, -1], expected, atol=1e-5)
    back = study.load(Reconstructions, "drawn", "latent")
    shown = prep.to_pixels(theirs.unsqueeze(theirs.squeeze(prep(faces)[:])))
    pixels = Preprocessing(16)(faces)[:]
    np.testing.assert_allclose(back.error, ((pixels - shown) ** 2).mean((1, 2, 3)), rtol=1e-3)
    assert Study.open(tmp_path / "theirs").about["model"] == {"class": "two functions"}
    page = write_report(study).read_text(encoding="utf-8")
    assert "two functions" in page


def test_what_two_functions_need_not_have(tmp_path, faces):
    """Nothing decodes: the space is told all the same. No labels: no distributions, no scores, and no error."""
    bare = dataclasses.replace(faces, expression=np.full(len(faces), -1), subject=None)
    study = fp.probe_functions(
        Stranger().squeeze, None, {"bare": bare}, tmp_path / "s", preprocessing=Preprocessing(16)
    )
    assert study.layers(Clusters, "bare") and not study.layers(Traversals, "bare")
    assert study.find(ClusterScores, "bare") is None and not study.layers(LatentDistributions, "bare")


def test_a_study_that_stands_for_something_else_is_kept(tmp_path, faces):
    """A folder with other things in it is refused."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StudyError, match="neither empty nor a study"):
        fp.probe_functions(Stranger().squeeze, None, {"f": faces}, tmp_path, preprocessing=Preprocessing(16))


def test_clusters_are_scored_on_other_people_than_they_were_named_by(tmp_path, faces):
    """Half of the eight people name them, the other half is scored."""
    study = fp.probe_functions(Stranger().squeeze, None, {"f": faces}, tmp_path / "s", preprocessing=Preprocessing(16))
    scores = study.load(ClusterScores, "f")
    assert len(scores.expected) == len(faces) // 2 and len(scores.names) == 7


def test_latents_too_many_to_be_held_are_told_of_the_first_faces(tmp_path, faces, monkeypatch):
    """What needs all faces is left out and said; the rest is of the first ones."""
    monkeypatch.setattr("fer_probe.latents.latent_probe._NUMBERS", 42 * 6)
    theirs = Stranger()
    study = fp.probe_functions(
        theirs.squeeze, theirs.unsqueeze, {"f": faces}, tmp_path / "s", preprocessing=Preprocessing(16)
    )
    assert not study.layers(Latents, "f") and not study.layers(Embedding, "f")
    assert len(study.load(Reconstructions, "f", "latent").error) == 42
    assert "too many to be held" in " ".join(study.about["notes"])


def test_one_of_each_is_of_different_people(faces):
    """Seven expressions by seven people; evenly spread where nothing is labelled."""
    chosen = one_of_each(faces)
    assert sorted(faces.expression[chosen]) == list(range(7)) and len(set(faces.subject[chosen])) == 7
    bare = dataclasses.replace(faces, expression=np.full(len(faces), -1))
    assert one_of_each(bare).tolist() == [0, 7, 15, 23, 31, 39, 47, 55]


@pytest.fixture(scope="module")
def judges(tmp_path_factory):
    """A classifier and a regressor, untrained."""
    folder = tmp_path_factory.mktemp("judges")
    for name, names in (("mood", NAMES), ("units", ("AU6", "AU12"))):
        net = fp.build_model("jahromi_shallow", len(names))
        fp.save_checkpoint(folder / f"{name}.safetensors", net, preprocessing=Preprocessing(48), class_names=names)
    return [fp.load_checkpoint(folder / f"{name}.safetensors") for name in ("mood", "units")]


@pytest.mark.parametrize(("name", "options", "told"), [
    ("barradas_beta_vae", {}, None), ("barradas_fader", {}, "emotion"), ("ali_degan", {"identities": 3}, "identity"),
])  # fmt: skip
def test_judges_read_what_is_decoded(faces, tmp_path, judges, monkeypatch, name, options, told):
    """A record each, of a sample of faces, between the extremes of all; each face told what is told of it."""
    monkeypatch.setattr("fer_probe.latents.latent_probe._READ_FACES", 6)
    probed = checkpoint(fp.build_model(name, 7, size=16, **options), () if told == "identity" else NAMES)
    settings = dataclasses.replace(QUICK, judges=judges, people=0, seed=2)
    study = fp.probe_checkpoint(probed, {"drawn": faces}, tmp_path / "s", settings)
    found = {one.read_by: one for one in study.of_layer(TraversalReadings, "drawn", "latent")}
    assert list(found) == ["mood", "units"] and found["units"].intensities and not found["mood"].intensities
    moved, latents = study.load(Traversals, "drawn", "latent"), study.load(Latents, "drawn", "latent").values
    some = np.sort(np.random.default_rng(2).permutation(len(faces))[:6])
    coding = fp.coding_of(probed)
    beside = {
        None: {}, "emotion": {"emotion": (faces.expression[some] != faces.expression_names.index("neutral")) * 1.0},
        "identity": {"identity": np.zeros(6, np.int64)},
    }[told]  # fmt: skip
    expected = fp.read_traversals(
        coding.decode, latents[some], fp.reading_by(judges[1], probabilities=False), ("AU6", "AU12"),
        dimensions=moved.dimensions, extremes=(latents.min(0), latents.max(0)), beside=beside,
    )  # fmt: skip
    assert found["units"].faces == 6
    np.testing.assert_allclose(found["units"].mean, expected.mean, atol=1e-4)
    np.testing.assert_allclose(found["units"].values[:, [0, -1]], moved.values[:, [0, -1]], rtol=1e-5)


def test_of_many_variables_those_named_after_expressions_are_read(faces, tmp_path, judges):
    """A fader's rest, which stands for nothing, is traversed and not judged."""
    probed = checkpoint(fp.build_model("barradas_fader", 7, size=16, rest=9))
    settings = dataclasses.replace(QUICK, judges=judges[:1], people=0)
    study = fp.probe_checkpoint(probed, {"drawn": faces}, tmp_path / "s", settings)
    (found,) = study.of_layer(TraversalReadings, "drawn", "latent")
    assert found.names == NAMES[:6] and len(study.load(Traversals, "drawn", "latent").names) == 15


def test_two_functions_are_judged_too(faces, tmp_path, judges):
    """What a stranger's decoder makes, by the same judges; and none where nothing is decoded."""
    theirs, told = Stranger(), {"preprocessing": Preprocessing(16, mean=0.5, std=0.5), "judges": judges}
    study = fp.probe_functions(theirs.squeeze, theirs.unsqueeze, {"f": faces}, tmp_path / "s", **told)
    assert [one.read_by for one in study.of_layer(TraversalReadings, "f", "latent")] == ["mood", "units"]
    page = write_report(study).read_text(encoding="utf-8")
    assert "What mood reads as each variable is moved" in page and "What units reads" in page
    with pytest.raises(fp.CheckpointError, match="decodes none"):
        fp.probe_functions(theirs.squeeze, None, {"f": faces}, tmp_path / "t", **told)
    assert not (tmp_path / "t").exists()


def test_a_space_of_its_own_leaves_nothing_to_judge(faces, tmp_path, judges):
    """Said before anything is written."""
    probed = checkpoint(fp.build_model("barradas_beta_vae", 7, size=16))
    settings = dataclasses.replace(QUICK, judges=judges, space="encoder")
    with pytest.raises(fp.CheckpointError, match="decodes none"):
        fp.probe_checkpoint(probed, {"drawn": faces}, tmp_path / "s", settings)
    assert not (tmp_path / "s").exists()


def test_a_model_with_batch_normalisation_is_coded_in_eval_mode(tmp_path, faces):
    """A checkpoint's latents are those of a model at rest, whatever mode it is in."""

    class Normed(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(256)

        def encode(self, images):
            return self.norm(images.flatten(1))[:, :9]

        def forward(self, images):
            return self.encode(images)

    model = Normed()
    probed = dataclasses.replace(checkpoint(model, ()), model=model.train())
    study = fp.probe_checkpoint(probed, {"f": faces}, tmp_path / "s", QUICK)
    expected = model.eval().encode(Preprocessing(16)(faces)[:]).detach()
    np.testing.assert_allclose(study.load(Latents, "f", "latent").values, expected, atol=1e-5)
