"""Receptive fields, held against what really reaches a unit: a pixel that is not a number."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fer_probe.activations import record_activations
from fer_probe.projections.receptive_fields import receptive_field


class Branchy(nn.Module):
    """Even kernel, batch norm, overlapping pool, dilation, groups, residual sum, concatenation."""

    def __init__(self):
        super().__init__()
        self.even, self.norm, self.pool = nn.Conv2d(1, 4, 4, padding="same"), nn.BatchNorm2d(4), nn.MaxPool2d(3, 2, 1)
        self.dilated, self.last = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2), nn.Conv2d(8, 2, 5, padding=2)
        self.sum, self.average = nn.Identity(), nn.AvgPool2d(2)
        self.squeeze, self.gated, self.head = nn.AdaptiveAvgPool2d(1), nn.Identity(), nn.Linear(2 * 11 * 11, 3)

    def forward(self, x):
        h = self.pool(F.relu(self.norm(self.even(x))))
        h = self.sum(h + self.dilated(torch.relu(h)))
        h = self.average(self.last(torch.cat([h, F.relu(h)], 1)))
        return self.head(self.gated(h * torch.sigmoid(self.squeeze(h))).flatten(1))


def seen_rows(model, layer, row, size):
    """The rows of the picture whose values reach the units of a row of the layer."""
    picture = torch.rand(1, 1, size, size, dtype=torch.float64)
    reached = []
    for poisoned in range(size):
        copy = picture.clone()
        copy[0, 0, poisoned] = float("nan")
        with torch.no_grad(), record_activations(model, [layer]) as activations:
            model(copy)
        if torch.isnan(activations[layer][0, :, row]).any():
            reached.append(poisoned)
    return reached[0], reached[-1] + 1


@pytest.mark.parametrize("layer", ["even", "norm", "pool", "dilated", "sum", "last", "average"])
@pytest.mark.parametrize("row", [5, 6])
def test_the_field_is_what_reaches_the_unit(layer, row):
    """Poisoned rows reach a unit exactly where its field says."""
    torch.manual_seed(0)
    model = Branchy().eval()
    field = receptive_field(model, layer, (1, 44, 44))
    box = field.boxes(np.array([row, row]))
    expected = seen_rows(model.double(), layer, row, 44)
    assert (max(box[0], 0), min(box[2], 44)) == expected


@pytest.mark.parametrize("layer", ["squeeze", "gated", "head"])
def test_what_mixes_all_places_sees_the_whole_picture(layer):
    """Global pooling, a gate made of it, and a fully connected layer see everything."""
    field = receptive_field(Branchy(), layer, (1, 44, 44))
    assert field.is_whole_picture
    assert field.boxes(np.array([[0, 0]])).tolist() == [[0, 0, 44, 44]]


def test_known_field_of_zhus_third_layer():
    """Three 5×5 convolutions and two 2×2 pools: 32 pixels, 4 apart, by the closed form."""
    layers = [nn.Conv2d(1, 2, 5, padding=2), nn.MaxPool2d(2), nn.Conv2d(2, 2, 5, padding=2), nn.MaxPool2d(2)]
    field = receptive_field(nn.Sequential(*layers, nn.Conv2d(2, 2, 5, padding=2)), "4", (1, 96, 96))
    assert (field.size, field.stride, field.start) == ((32, 32), (4, 4), (-14, -14))
