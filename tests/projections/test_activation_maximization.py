"""Activation maximisation reaches what is known to be the maximum."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.projections.activation_maximization import maximize_activation


class OneConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(2, 3, 5, padding=2)

    def forward(self, x):
        return torch.relu(self.conv(x)).mean((2, 3))


SHAPE = (2, 11, 11)


@pytest.mark.parametrize("parameterization", ["pixels", "spectrum"])
def test_a_linear_unit_is_maximised_by_its_own_filter(parameterization):
    """With Σ x² held down, the best picture for a linear unit is its filter, at the unit's place."""
    model = OneConvolution()
    found = maximize_activation(
        model, "conv", [0, 2], SHAPE, steps=400, jitter=0, decay=0.1, parameterization=parameterization
    )
    for picture, number in zip(found.pixels, found.maps, strict=True):
        best = np.zeros(SHAPE)
        best[:, 3:8, 3:8] = model.conv.weight[number].detach().numpy()
        cosine = (picture * best).sum() / np.linalg.norm(picture) / np.linalg.norm(best)
        assert cosine > 0.99


def test_bounds_are_kept_and_reached():
    """Within [-1, 2] a linear unit's best picture is at a bound everywhere in its field, by the weight's sign."""
    model = OneConvolution()
    found = maximize_activation(
        model, "conv", [1], SHAPE, steps=300, jitter=0, decay=0, bounds=(-1.0, 2.0), learning_rate=0.3,
        parameterization="pixels",
    )  # fmt: skip
    weight = model.conv.weight[1].detach().numpy()
    assert found.pixels.min() >= -1 and found.pixels.max() <= 2
    field = found.pixels[0, :, 3:8, 3:8]
    assert np.array_equal(field > 0.5, weight > 0)
    ceiling = np.where(weight > 0, 2 * weight, -weight).sum() + float(model.conv.bias[1].detach())
    assert found.activation[0] == pytest.approx(ceiling, rel=0.05)
    assert found.activation[0] > found.start_activation[0]


def test_a_map_looks_the_same_in_any_company():
    """Same seed, same picture, alone or in a batch of any size; another seed, another one."""
    model = OneConvolution()
    alone = maximize_activation(model, "conv", [2], SHAPE, steps=20).pixels[0]
    together = maximize_activation(model, "conv", [0, 1, 2], SHAPE, steps=20, batch_size=2).pixels[2]
    other = maximize_activation(model, "conv", [2], SHAPE, steps=20, seed=1).pixels[0]
    assert np.allclose(alone, together, atol=1e-4)
    assert np.abs(alone - other).max() > 0.01


def test_the_mean_of_a_map_can_be_the_objective():
    """objective="mean" raises the map's mean over all places."""
    found = maximize_activation(OneConvolution(), "conv", [0], SHAPE, steps=50, objective="mean")
    assert found.activation[0] > found.start_activation[0] + 0.3


def test_a_map_that_does_not_exist_is_named():
    """An unknown map is an error with the layer's range."""
    with pytest.raises(LayerError, match="maps 0 to 2; asked for 3 to 3"):
        maximize_activation(OneConvolution(), "conv", [3], SHAPE)
