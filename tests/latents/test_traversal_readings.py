"""Readings along latent variables, where what is read is known."""

import numpy as np
import pytest
import torch
from scipy.special import softmax

import fer_probe as fp
from fer_probe.activations import LayerError

RNG = np.random.default_rng(0)
LATENTS = RNG.normal(size=(40, 3)).astype(np.float32)
NAMES = ("first", "second")


def decode(latent: torch.Tensor) -> torch.Tensor:
    """Three pixels, each a latent variable."""
    return latent.sigmoid()[:, None, None, :]


def read(pixels: np.ndarray) -> np.ndarray:
    """Two classes, told by the first and the second pixel; the third says nothing."""
    return softmax(8 * pixels[:, 0, 0, :2], axis=1)


def test_each_variable_is_read_as_what_it_stands_for():
    """The first raises the first reading steadily and lowers the second; the third changes nothing."""
    found = fp.read_traversals(decode, LATENTS, read, NAMES, steps=7)
    assert found.mean.shape == (3, 7, 2) and found.faces == 40
    np.testing.assert_allclose(found.rank_correlation[:2], [[1, -1], [-1, 1]], atol=1e-6)
    assert np.isnan(found.rank_correlation[2]).all()
    np.testing.assert_array_equal(found.kept[2], 1)
    assert found.kept[0, [0, -1]].max() < 0.8
    np.testing.assert_allclose(found.share.sum(2), 1, atol=1e-6)


def test_equals_one_face_after_the_other():
    """The mean is that of traversals of single faces between the extremes of all."""
    found = fp.read_traversals(decode, LATENTS, read, NAMES, dimensions=[1], steps=5)
    ends = np.linspace(LATENTS[:, 1].min(), LATENTS[:, 1].max(), 5)
    np.testing.assert_allclose(found.values[0], ends, rtol=1e-6)
    single = [read(fp.traverse(decode, latent, 1, ends)) for latent in LATENTS]
    np.testing.assert_allclose(found.mean[0], np.mean(single, axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.unmoved, read(decode(torch.from_numpy(LATENTS)).numpy()).mean(0), rtol=1e-5)


def test_what_the_decoder_is_told_stays_with_its_face():
    """A decoder that adds what it is told beside the latent."""
    shift = RNG.normal(size=40).astype(np.float32)
    told = fp.read_traversals(lambda z, by: decode(z + by[:, None]), LATENTS, read, NAMES, beside={"by": shift},
                              extremes=[[-2] * 3, [2] * 3])  # fmt: skip
    single = [read(fp.traverse(lambda z, by=by: decode(z + by), latent, 0, np.linspace(-2, 2, 9)))
              for latent, by in zip(LATENTS, shift, strict=True)]  # fmt: skip
    np.testing.assert_allclose(told.mean[0], np.mean(single, axis=0), rtol=1e-5)


def test_a_checkpoint_reads_as_it_evaluates(tmp_path):
    """The same probabilities as for the faces themselves, resized and standardised by its own preprocessing."""
    faces = fp.draw_faces(2, 32, seed=0)
    model = fp.build_model("jahromi_medium", classes=7)
    preprocessing = fp.Preprocessing(size=48, channels=1, mean=0.4, std=0.2)
    path = tmp_path / "reader.safetensors"
    fp.save_checkpoint(path, model, preprocessing=preprocessing, class_names=faces.expression_names)
    checkpoint = fp.load_checkpoint(path)
    read_faces = fp.reading_by(checkpoint)(np.asarray(faces.pixels[:], np.float32) / 255)
    np.testing.assert_allclose(read_faces, fp.predict(checkpoint.model, preprocessing(faces)), rtol=1e-5)
    outputs = fp.reading_by(checkpoint, probabilities=False)(np.asarray(faces.pixels[:], np.float32) / 255)
    np.testing.assert_allclose(softmax(outputs, axis=1), read_faces, rtol=1e-4)


@pytest.mark.parametrize(("change", "said"), [
    ({"latents": LATENTS[0]}, "expected"), ({"steps": 1}, "two steps"), ({"reading_names": ("one",)}, "one a name"),
])  # fmt: skip
def test_what_cannot_be_read_is_said(change, said):
    """Latents of another shape, a single step, and other names than readings."""
    given = {"latents": LATENTS, "steps": 9, "reading_names": NAMES, **change}
    with pytest.raises(LayerError, match=said):
        fp.read_traversals(decode, given["latents"], read, given["reading_names"], steps=given["steps"])
