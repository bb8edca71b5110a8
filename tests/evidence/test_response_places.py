"""Where maps fire, held against the activations themselves."""

import numpy as np
import torch
from torch import nn

from fer_probe.evidence.response_places import find_response_places

MODEL = nn.Sequential(nn.Conv2d(1, 2, 3, stride=2, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 16, 2))
PICTURES = torch.randn(9, 1, 9, 9, generator=torch.Generator().manual_seed(0))


def test_means_and_strongest_places_are_those_of_the_activations():
    """Mean rectified response and the count of strongest places, for any batch size."""
    maps = torch.relu(MODEL[0](PICTURES)).detach().numpy()
    for batch_size in (2, 9):
        found = find_response_places(MODEL, PICTURES, ["0"], batch_size=batch_size)["0"]
        assert np.allclose(found.mean_response, maps.mean(0), atol=1e-6)
        expected = np.zeros(found.strongest.shape, dtype=int)
        for picture in maps:
            for m, values in enumerate(picture):
                if values.max() > 0:
                    expected[(m, *np.unravel_index(values.argmax(), values.shape))] += 1
        assert np.array_equal(found.strongest, expected)


def test_centres_are_the_middles_of_the_fields():
    """A 3×3 window with stride 2 has its middle at 1, 3, 5, 7."""
    found = find_response_places(MODEL, PICTURES, ["0"])["0"]
    assert found.centres[:, 0, 0].tolist() == [1, 3, 5, 7]
    assert found.centres[0, :, 1].tolist() == [1, 3, 5, 7]
