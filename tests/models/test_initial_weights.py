"""LeCun's weights keep a signal's power through each kind of layer, a stride of the way back included."""

import pytest
import torch
from torch import nn

from fer_probe.models.initial_weights import lecun_weights


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(64, 400),
        nn.Conv2d(16, 64, 3),
        nn.ConvTranspose2d(16, 64, 3),
        nn.ConvTranspose2d(64, 16, 3, stride=2, padding=1, output_padding=1),
    ],
    ids=["linear", "convolution", "transposed", "transposed of stride 2"],
)
def test_power_is_kept(layer):
    """Noise of deviation 1 comes out with deviation 1, away from the border."""
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    lecun_weights(layer)
    shape = (200, 64) if isinstance(layer, nn.Linear) else (8, layer.in_channels, 24, 24)
    with torch.no_grad():
        out = layer(torch.randn(shape, generator=generator))
    inner = out if out.ndim == 2 else out[..., 4:-4, 4:-4]
    assert inner.std().item() == pytest.approx(1, rel=0.1)
    assert not layer.bias.any()
