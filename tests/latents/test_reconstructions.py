"""Reconstructions: errors by hand, the mean face as the yardstick, any batch size, what stands beside the latent."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.latents.reconstructions import Reconstructions, reconstruct
from fer_probe.records import load_record, save_record

IMAGES = torch.rand(11, 1, 3, 3, generator=torch.Generator().manual_seed(0))


def flat(images):
    return images.flatten(1)


def square(latent):
    return latent.reshape(-1, 1, 3, 3)


def test_what_comes_back_whole_has_no_error():
    """R² is 1, and the pictures are the same."""
    found = reconstruct(flat, square, IMAGES, shown=[9, 2, 40])
    assert (found.error == 0).all() and found.explained == 1
    assert found.image_index.tolist() == [2, 9]
    np.testing.assert_array_equal(found.originals, IMAGES[[2, 9]].numpy())
    np.testing.assert_array_equal(found.pixels, found.originals)


def test_the_mean_face_explains_nothing():
    """A decoder that gives the mean face whatever the latent has R² 0; one that is worse has less."""
    mean = IMAGES.mean(0)
    found = reconstruct(flat, lambda latent: mean.expand(len(latent), -1, -1, -1), IMAGES)
    assert found.explained == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(found.error, ((IMAGES - mean) ** 2).mean((1, 2, 3)), rtol=1e-5)
    assert reconstruct(flat, lambda latent: 1 - square(latent), IMAGES).explained < 0


@pytest.mark.parametrize("size", [1, 4, 64])
def test_batches_change_nothing(size):
    """Errors and pictures are those of each face by itself."""
    model = nn.Linear(9, 9)
    found = reconstruct(lambda images: model(flat(images)), square, IMAGES, batch_size=size, shown=range(11))
    expected = square(model(flat(IMAGES))).detach()
    np.testing.assert_allclose(found.pixels, expected, atol=1e-6)
    np.testing.assert_allclose(found.error, ((IMAGES - expected) ** 2).mean((1, 2, 3)), rtol=1e-4)


def test_each_face_has_its_own_beside_the_latent():
    """What a decoder is told of a face reaches it with that face, in every batch."""
    more = np.arange(11.0)
    found = reconstruct(
        flat, lambda z, more: square(z) + more[:, None, None, None], IMAGES, beside={"more": more}, batch_size=4
    )
    np.testing.assert_allclose(found.error, more**2, rtol=1e-4)


def test_what_cannot_be_compared_is_refused(tmp_path):
    """No pictures; pictures of another shape. A record comes back from disk."""
    with pytest.raises(LayerError, match="no pictures"):
        reconstruct(flat, square, IMAGES[:0])
    with pytest.raises(LayerError, match=r"decode gives \(11, 1, 1, 9\) for pictures \(11, 1, 3, 3\)"):
        reconstruct(flat, lambda latent: latent[:, None, None], IMAGES)
    found = reconstruct(flat, square, IMAGES)
    assert load_record(save_record(found, tmp_path / "r", {}), Reconstructions).explained == 1
