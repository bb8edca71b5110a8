"""The harvest equals a full sort, whatever the batches."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fer_probe.activations import LayerError, record_activations
from fer_probe.harvesting import harvest


def net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))


def coarse_pictures(count=23):
    """Pictures of few grey levels, some of them equal: ties abound."""
    pictures = torch.randint(0, 2, (count, 1, 8, 8), generator=torch.Generator().manual_seed(2)).float()
    pictures[5::6] = pictures[3 % count]
    return pictures


def by_full_sort(model, pictures, layer, k):
    """Every value of every place of every picture, sorted by (value, picture, place)."""
    with torch.no_grad(), record_activations(model, [layer]) as activations:
        model(pictures)
    maps = activations[layer].numpy()
    result = []
    for m in range(maps.shape[1]):
        flat = maps[:, m].reshape(len(maps), -1)
        best = sorted((-row.max(), i, int(row.argmax())) for i, row in enumerate(flat))[:k]
        result.append([(-value, i, *divmod(place, maps.shape[3])) for value, i, place in best])
    return np.array(result)


@pytest.mark.parametrize("layer", ["0", "1", "2"])
@settings(deadline=None, max_examples=15)
@given(batch_size=st.integers(1, 30), k=st.integers(1, 9))
def test_equals_a_full_sort_for_any_batch_size(layer, batch_size, k):
    """Values, pictures and places are those of a full sort, ties included."""
    model, pictures = net().double(), coarse_pictures().double()
    found = harvest(model, pictures, [layer], k, batch_size=batch_size)[layer]
    expected = by_full_sort(model, pictures, layer, k)
    assert np.allclose(found.values, expected[..., 0], rtol=1e-12)
    assert np.array_equal(found.image_index, expected[..., 1])
    assert np.array_equal(found.position, expected[..., 2:])


def test_responses_are_each_pictures_largest_value():
    """responses (N, M) hold the maximum over places, of every layer asked for in one pass."""
    model, pictures = net(), coarse_pictures()
    with torch.no_grad(), record_activations(model, ["0", "2"]) as activations:
        model(pictures)
    found = harvest(model, pictures, ["2", "0"], batch_size=7)
    for layer in ("0", "2"):
        assert np.allclose(found[layer].responses, activations[layer].amax((2, 3)).numpy(), atol=1e-6)


def test_a_functional_rectifier_gives_the_same_responses_through_its_convolution():
    """max over places of relu(x) is relu(max over places of x)."""
    found = harvest(net(), coarse_pictures(), ["0", "1"])
    assert np.array_equal(np.maximum(found["0"].responses, 0), found["1"].responses)


def test_fewer_pictures_than_k_lower_k():
    """Three pictures give three columns, and say how many pictures there were."""
    with pytest.warns(UserWarning, match="k is lowered to 3"):
        found = harvest(net(), coarse_pictures(3), ["0"], k=9)["0"]
    assert found.values.shape == (6, 3)
    assert found.image_count == 3


def test_fully_connected_units_are_maps_of_one_place():
    """A layer of vectors is harvested at place (0, 0)."""
    found = harvest(net(), coarse_pictures(), ["5"])["5"]
    assert found.map_size == (1, 1)
    assert not found.position.any()


def test_responses_can_be_left_out():
    """Past the stated size, or on request, nothing but the k best is kept."""
    assert harvest(net(), coarse_pictures(), ["0"], responses=False)["0"].responses is None


def test_a_value_that_is_no_number_is_named():
    """NaN in a picture is an error with layer, map and picture, not a wrong order."""
    pictures = coarse_pictures()
    pictures[9, 0, 0, 0] = float("nan")
    with pytest.raises(LayerError, match="layer '0', map 0: not a number on picture 9"):
        harvest(net(), pictures, ["0"], batch_size=4)


def test_nothing_to_harvest_is_refused():
    """No pictures, or no layers, is an error."""
    with pytest.raises(ValueError, match="nothing to harvest: 0 pictures"):
        harvest(net(), torch.zeros(0, 1, 8, 8), ["0"])
