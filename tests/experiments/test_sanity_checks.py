"""Sanity checks: what does not depend on the weights is told from what does."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.experiments.sanity_checks import ANEW, EDGES, OTHER_MAP, TRAINED, check_projections
from fer_probe.experiments.shuffled_networks import layers_downward, shuffled_networks
from fer_probe.harvesting import harvest
from fer_probe.projections.deconvolution import project_units
from tests.small_network import LeakyNet, SmallNet


def pictures(count=8, size=24):
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(3))


def checked(model, layer, images, **told):
    found = harvest(model, images, [layer], k=3)[layer]
    return found, check_projections(model, images, found, **told)


def test_conditions_go_downward():
    """From the probed layer to the pixels, one layer after another, then what is not shuffled."""
    _, checks = checked(SmallNet(), "deep", pictures())
    assert checks.conditions == (TRAINED, "deep shuffled", "features shuffled", ANEW, OTHER_MAP, EDGES)
    assert checks.shuffled == [1, 2]
    assert checks.pixels.shape[:3] == (6, 6, 3) and checks.correlation.shape == (6, 6, 3)


def test_the_first_condition_is_the_projection():
    """The trained network's own, with seed 1, cut to its field: like itself entirely."""
    model, images = SmallNet(), pictures()
    found, checks = checked(model, "features", images)
    assert np.allclose(checks.correlation[0], 1) and np.allclose(checks.similarity[0], 1)
    assert checks.own_share(0) == 0
    unit = found.image_index[2, 1], found.position[2, 1]
    whole = project_units(model, images[unit[0]][None], "features", [2], [unit[1]], seed="one")[0].numpy()
    top, left, bottom, right = checks.boxes[2, 1]
    inside = np.s_[:, max(top, 0) : bottom, max(left, 0) : right]
    cut = checks.pixels[0, 2, 1]
    assert np.allclose(
        cut[:, max(-top, 0) :, max(-left, 0) :][:, : whole[inside].shape[1], : whole[inside].shape[2]], whole[inside]
    )


def test_a_shuffled_network_is_projected_at_the_kept_places():
    """The same units of the same pictures, through the copy that is shuffled as far down; here each sees all of it."""
    model, images = SmallNet(), pictures()
    found, checks = checked(model, "classify", images, seed=4)
    for condition, (_, network) in enumerate(shuffled_networks(model, "classify", (1, 24, 24), seed=4), start=1):
        for row, number in enumerate(checks.maps):
            projected = project_units(
                network, images[found.image_index[row]], "classify", [number] * 3, np.zeros((3, 2), int), seed="one"
            )
            assert np.allclose(checks.pixels[condition, row], projected, atol=1e-6)
    assert condition == 3


def test_what_depends_on_no_weight_is_found_out():
    """A projection that any weights give is 1 like its shuffled ones, and another map's: nothing of it is its own."""
    model = nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), nn.MaxPool2d(4))
    with torch.no_grad():
        model[0].weight.fill_(0.7)
    _, checks = checked(model, "1", pictures())
    for condition in (1, checks.conditions.index(OTHER_MAP)):
        assert checks.mean_correlation(condition) == pytest.approx(1) and checks.own_share(condition) == pytest.approx(
            0
        )


def test_a_learnt_filter_is_its_own():
    """A gradient is the filter itself: shuffled, it is as unlike as unrelated ones."""
    torch.manual_seed(0)
    model = nn.Conv2d(1, 8, 11)
    _, checks = checked(nn.Sequential(model), "0", pictures(20), rule="gradient")
    assert abs(checks.mean_correlation(1)) < 0.2 and checks.own_share(1) > 0.7


def test_shuffling_keeps_the_numbers_and_the_model():
    """The same weights in other places, layer by layer; the model itself is as it was."""
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3), nn.Flatten())
    torch.manual_seed(1)
    for tensor in (*model[1].parameters(), model[1].running_mean, model[1].running_var):
        tensor.data.uniform_(0.5, 2)
    before = copy.deepcopy(model.state_dict())
    assert layers_downward(model, "3", (1, 9, 9)) == ("3", "0")
    for depth, (name, network) in enumerate(shuffled_networks(model, "3", (1, 9, 9))):
        after = network.state_dict()
        assert name == ("3", "0")[depth]
        for key in before:
            assert torch.equal(before[key].flatten().sort().values, after[key].flatten().sort().values)
        assert torch.equal(before["0.weight"], after["0.weight"]) == (depth == 0)
        assert not torch.equal(before["3.weight"], after["3.weight"])
    order = [before["1.weight"].tolist().index(one) for one in after["1.weight"].tolist()]
    assert order != [0, 1, 2, 3] and after["1.running_mean"].tolist() == before["1.running_mean"][order].tolist()
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_the_same_seed_is_the_same_check():
    """Whatever the batches."""
    model, images = SmallNet(), pictures()
    (_, one), (_, other) = (checked(model, "deep", images, seed=2, batch_size=size) for size in (3, 64))
    assert np.allclose(one.correlation, other.correlation, atol=1e-4, equal_nan=True)


def test_numbers_of_one_map_and_of_all():
    """A row's means are over its own pictures; over all rows they make the mean; a map that is not there has no row."""
    _, checks = checked(SmallNet(), "deep", pictures(), maps=[1, 4, 5])
    assert [checks.row(number) for number in (1, 4, 5, 2)] == [0, 1, 2, None]
    for condition in range(len(checks.conditions)):
        values, alike = checks.correlation[condition], checks.similarity[condition]
        assert checks.mean_correlation(condition, 1) == pytest.approx(np.nanmean(values[1]), nan_ok=True)
        assert checks.mean_similarity(condition) == pytest.approx(np.nanmean(alike), nan_ok=True)
        assert checks.own_share(condition, 1) == pytest.approx(
            max(0, (1 - np.nanmean(values[1])) / (1 - checks.unrelated[0])), nan_ok=True
        )
    empty = replace(checks, correlation=np.full_like(checks.correlation, np.nan))
    assert np.isnan(empty.own_share(1)) and np.isnan(empty.own_share(1, 0))


def test_bad_input():
    """One map alone, other pictures, or a rectifier without a rule."""
    found = harvest(SmallNet(), pictures(), ["deep"], k=3)["deep"]
    with pytest.raises(ValueError, match="expected two maps or more"):
        check_projections(SmallNet(), pictures(), found, maps=[1])
    with pytest.raises(ValueError, match="the 8 pictures"):
        check_projections(SmallNet(), pictures(3), found)
    with pytest.raises(RuntimeError, match="leaky_relu"):
        check_projections(LeakyNet(), pictures(), harvest(LeakyNet(), pictures(), ["deep"], k=3)["deep"])
