"""Transfers: every latent under everything told, each in its place."""

import numpy as np
import pytest
import torch

import fer_probe as fp
from fer_probe.activations import LayerError
from fer_probe.latents.transfers import Transfers, transfer
from fer_probe.records import load_record, save_record

LATENTS = np.arange(10, dtype=np.float32).reshape(5, 2)


def decode(latent, who):
    """The picture's one row is the latent and the number told."""
    return torch.cat([latent, who[:, None].to(latent)], 1)[:, None, None]


@pytest.mark.parametrize("size", [1, 64])
def test_every_face_is_shown_under_everything(size):
    """Row a face, column what was told; portraits are of the mean latent."""
    found = transfer(decode, LATENTS, [4, 1], "who", [7, 8, 9], batch_size=size)
    assert found.pixels.shape == (2, 3, 1, 1, 3) and found.image_index.tolist() == [4, 1]
    assert found.pixels[0, :, 0, 0].tolist() == [[8, 9, 7], [8, 9, 8], [8, 9, 9]]
    assert found.portraits[1, 0, 0].tolist() == [4, 5, 8]
    assert found.names == ("7", "8", "9")


def test_our_models_transfer_and_slide():
    """DE-GAN's identities, by number or code, are its own ``transfer``; the fader's attribute is its ``emotion``."""
    model, images = fp.build_model("ali_degan", size=16, identities=3, seed=0).eval(), torch.rand(4, 1, 16, 16)
    latents = model.encode(images).detach().numpy()
    found = transfer(model.decode, latents, [2], "identity", [0, 2], names=["Ada", "Cy"])
    expected = model.transfer(images[[2, 2]], torch.tensor([0, 2])).detach()
    np.testing.assert_allclose(found.pixels[0], expected, atol=1e-5)
    codes = transfer(model.decode, latents, [2], "identity", np.eye(3, dtype=np.float32)[[0, 2]], names=["Ada", "Cy"])
    np.testing.assert_allclose(codes.pixels, found.pixels, atol=1e-6)
    fader = fp.build_model("barradas_fader", size=16, seed=0).eval()
    slid = transfer(fader.decode, np.zeros((1, 6)), [0], "emotion", [0.0, 0.5, 1.0])
    np.testing.assert_allclose(slid.pixels[0, 2], fader.decode(torch.zeros(1, 6), 1.0)[0].detach(), atol=1e-6)
    assert slid.names == ("0", "0.5", "1")


def test_what_is_missing_is_said(tmp_path):
    """No face, nothing told, too few names; a record comes back."""
    with pytest.raises(LayerError, match="0 faces under 1 values of who"):
        transfer(decode, LATENTS, [], "who", [1])
    with pytest.raises(LayerError, match="1 names for 2 values of who"):
        transfer(decode, LATENTS, [0], "who", [1, 2], names=["a"])
    found = transfer(decode, LATENTS, [0], "who", [1])
    assert load_record(save_record(found, tmp_path / "t", {}), Transfers).attribute == "who"
