"""Fired maps: for each face the maps with its largest values, each projected from its strongest place."""

import numpy as np
import pytest
import torch

from fer_probe.activations import LayerError, record_activations
from fer_probe.projections.deconvolution import project_units
from fer_probe.projections.fired_maps import project_fired_maps
from tests.small_network import SmallNet


def test_the_strongest_maps_of_each_face():
    """As the activations themselves tell; projections are those of the strongest units."""
    model, x = SmallNet(), torch.rand(3, 1, 24, 24, generator=torch.Generator().manual_seed(1))
    found = project_fired_maps(model, x, "deep", count=2, image_index=np.array([7, 8, 9]))
    with record_activations(model, ["deep"]) as seen, torch.no_grad():
        model(x)
    largest = seen["deep"].flatten(2).max(2)
    values, maps = largest.values.sort(1, descending=True)
    assert np.array_equal(found.maps, maps[:, :2]) and np.allclose(found.values, values[:, :2])
    assert found.image_index.tolist() == [7, 8, 9]
    place = int(largest.indices[1, found.maps[1, 0]])
    alone = project_units(model, x[1:2], "deep", found.maps[1, :1], [divmod(place, 12)])
    assert np.allclose(found.pixels[1, 0], alone[0] if found.values[1, 0] > 0 else 0, atol=1e-6)


def test_what_does_not_fire_was_made_to_by_nothing():
    """All maps of a layer at once: those without a positive value stay empty."""
    model = SmallNet()
    torch.nn.init.constant_(model.deep.bias, -0.2)
    found = project_fired_maps(model, torch.rand(2, 1, 24, 24), "deep", count=99)
    assert found.maps.shape == (2, 6) and (found.values <= 0).any()
    assert not found.pixels[found.values <= 0].any()


def test_bad_input():
    """No pictures is an error, and so is a layer that is not there."""
    with pytest.raises(LayerError, match="0 pictures"):
        project_fired_maps(SmallNet(), torch.rand(0, 1, 24, 24), "deep")
    with pytest.raises(LayerError, match="no layer 'deeper'"):
        project_fired_maps(SmallNet(), torch.rand(1, 1, 24, 24), "deeper")
