"""Judges: how they read, what they are called, and who cannot be one."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.latents.judges import judges_of

NAMES = ("anger", "happiness", "neutral")


@pytest.fixture(scope="module")
def coding():
    return fp.coding(lambda images: images.flatten(1), lambda latent: latent.reshape(-1, 1, 4, 4), fp.Preprocessing(4))


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """``judge("name", NAMES)``: a small untrained network with these outputs, in a file of that name."""
    folder = tmp_path_factory.mktemp("judges")

    def make(name, names=NAMES, model="jahromi_shallow", **options):
        (folder / name).parent.mkdir(exist_ok=True)
        path = folder / f"{name}.safetensors"
        made = fp.build_model(model, len(names), **options) if names else fp.build_model(model, 7, **options)
        size = options.get("size", 48)
        fp.save_checkpoint(path, made, preprocessing=fp.Preprocessing(size), class_names=names)
        return fp.load_checkpoint(path)

    return make


def test_outputs_named_after_units_are_intensities(coding, judge):
    """And are read as they are; all others are probabilities."""
    expressions, units = judge("expressions"), judge("units", ("AU1", "AU12"))
    pixels = np.random.default_rng(0).random((5, 1, 20, 20)).astype(np.float32)
    one, other = judges_of([expressions, units], coding)
    assert (one.name, one.reading_names, one.intensities) == ("expressions", NAMES, False)
    assert (other.name, other.reading_names, other.intensities) == ("units", ("AU1", "AU12"), True)
    np.testing.assert_allclose(one.read(pixels).sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(other.read(pixels), fp.reading_by(units, probabilities=False)(pixels))


def test_files_of_one_name_are_told_apart_by_their_folders(coding, judge):
    """Two judges keep a record each."""
    made = [judge("a/net"), judge("b/net"), judge("else")]
    assert [one.name for one in judges_of(made, coding)] == ["a-net", "b-net", "else"]


def test_a_latents_classification_judges_too(coding, judge):
    """What reads expressions off its own latent, of all classes or of all but neutral."""
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    (one,) = judges_of([judge("fader", names, "barradas_fader", size=16)], coding)
    assert one.reading_names == names[:6] and one.read(np.zeros((2, 1, 16, 16), np.float32)).shape == (2, 6)


def test_who_cannot_judge_is_said(coding, judge):
    """The network itself, the same judge twice, one that reads nothing; and where nothing is decoded."""
    one = judge("one")
    with pytest.raises(fp.CheckpointError, match="one.safetensors is the network that is probed"):
        judges_of([one], coding, one.sha256)
    with pytest.raises(fp.CheckpointError, match="given twice"):
        judges_of([one, one], coding)
    with pytest.raises(fp.CheckpointError, match="reads neither classes nor action units"):
        judges_of([judge("blind", (), "cubarrubia_dense_ae", size=16)], coding)
    for bare in (None, dataclasses.replace(coding, decode=None)):
        with pytest.raises(fp.CheckpointError, match="decodes none"):
            judges_of([one], bare)
        assert judges_of([], bare) == ()
