"""Ablation: setting maps does what the same hook on the whole model does, and the maps that matter stand out."""

import numpy as np
import pytest
import torch
from scipy.stats import ttest_1samp
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.experiments.ablation import ablate, ablate_each
from tests.experiments.test_resumed_passes import WritesBefore
from tests.small_network import CLASSES, SmallNet


def pictures(count=11, size=24):
    return torch.randn(count, 1, size, size, generator=torch.Generator().manual_seed(5))


def reference(model, images, layer, maps, value=0.0):
    """The naive way: the whole forward pass under a hook that sets the maps."""

    def hook(_module, _inputs, output):
        output = output.clone()
        output[:, maps] = value
        return output

    handle = model.get_submodule(layer).register_forward_hook(hook)
    with torch.no_grad():
        probabilities = model.eval()(images).softmax(1).numpy()
    handle.remove()
    return probabilities


class MapsAreClasses(nn.Module):
    """Twenty maps; class k sees map k alone, all other maps lead nowhere."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv, self.classify = nn.Conv2d(1, 20, 3), nn.Linear(20, 3, bias=False)
        with torch.no_grad():
            self.classify.weight.copy_(4 * torch.eye(3, 20))

    def forward(self, x):
        return self.classify(torch.relu(self.conv(x)).amax((2, 3)))


@pytest.mark.parametrize("model, layer", [(SmallNet(), "features"), (SmallNet(), "deep"), (WritesBefore(), "first")])
def test_ablation_is_the_whole_pass_under_a_hook(model, layer):
    """Maps set to zero: the reference's probabilities, resumed or not, for any batch size."""
    images = pictures()
    for maps in ([1], [0, 2, 3]):
        for batch_size in (4, 64):
            found = ablate(model, images, layer, maps, batch_size=batch_size)
            assert np.allclose(found.after, reference(model, images, layer, maps), atol=1e-6)
        assert np.allclose(found.before, model.eval()(images).softmax(1).detach().numpy(), atol=1e-6)
    assert found.whole_passes == isinstance(model, WritesBefore)


def test_set_to_the_mean():
    """Every place of the map to its own mean over all pictures, whatever the batches."""
    model, images = SmallNet(), pictures()
    mean = model.features(images).detach().double().mean(0)[[2]].float()
    found = ablate(model, images, "features", [2], to="mean", batch_size=3)
    assert np.allclose(found.after, reference(model, images, "features", [2], mean), atol=1e-6)


def test_each_map_is_one_ablation():
    """Change and total variation of every map are those of ablating it alone; no label, no recall."""
    model, images = SmallNet(), pictures()
    found = ablate_each(model, images, "deep", CLASSES, batch_size=4)
    for number in range(6):
        alone = ablate(model, images, "deep", [number])
        assert np.allclose(found.change[number], alone.change.mean(0), atol=1e-6)
        assert np.isclose(found.moved[number], np.abs(alone.change).sum(1).mean() / 2, atol=1e-6)
    assert np.isnan(found.own_change).all() and np.isnan(found.recall).all()
    assert np.allclose(
        found.mean_response, torch.relu(model.deep(_before_deep(model, images))).amax((2, 3)).mean(0).detach()
    )


def _before_deep(model, images):
    return nn.functional.max_pool2d(torch.relu(model.features(images)), 2)


def test_recall_and_own_probability_by_hand():
    """On labelled faces only, and only on those of the class; a class without faces has none."""
    model, images = SmallNet(), pictures()
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 2, -1, -1, 2])
    found = ablate_each(model, images, "deep", CLASSES, expected=labels)
    before, after = (reference(model, images, "deep", maps) for maps in ([], [4]))
    for label in range(3):
        mine = labels == label
        assert np.isclose(found.own_change[4, label], (after - before)[mine, label].mean(), atol=1e-6)
        recalls = [(some[mine].argmax(1) == label).mean() for some in (before, after)]
        assert found.recall[label] == recalls[0] and np.isclose(found.recall_change[4, label], recalls[1] - recalls[0])
    assert np.isnan(found.recall[3:]).all() and np.isnan(found.own_change[:, 3:]).all()


def test_the_map_of_a_class_outranks_all_others():
    """The one map that leads to a class moves it more than every dead end, which moves nothing; matched by strength."""
    found = ablate_each(MapsAreClasses(), pictures(40, 12), "conv", ("a", "b", "c"))
    for label in range(3):
        assert found.rank(label, label, range(3, 20)) == 1 and found.rank(label, label) >= 17 / 19
    assert not found.change[3:].any() and found.rank(5, 0) == 0
    assert np.all(np.diff(np.abs(found.mean_response[found.matched(7)] - found.mean_response[7])) >= 0)


def test_copies_of_a_subject_are_one_observation():
    """Every face ten times over, told by subject: the same interval as without the copies."""
    images = pictures()
    once = ablate_each(SmallNet(), images, "deep", CLASSES)
    copied = ablate_each(SmallNet(), images.repeat(10, 1, 1, 1), "deep", CLASSES, subject=np.tile(np.arange(11), 10))
    naive = ablate_each(SmallNet(), images.repeat(10, 1, 1, 1), "deep", CLASSES)
    assert np.allclose(copied.half_width, once.half_width) and copied.observations == 11
    assert (naive.half_width < once.half_width / 2).all()


def test_a_class_is_an_observation_a_person():
    """Own changes are means over the people of a class, with the t interval of those."""
    images, labels = pictures(8), np.array([0, 0, 0, 0, 0, 0, 1, 1])
    subject = np.array(list("aaabbcde"))
    found = ablate_each(SmallNet(), images, "deep", CLASSES, expected=labels, subject=subject)
    change = reference(SmallNet(), images, "deep", [2])[:, 0] - reference(SmallNet(), images, "deep", [])[:, 0]
    people = np.array([change[:3].mean(), change[3:5].mean(), change[5]])
    assert np.isclose(found.own_change[2, 0], people.mean(), atol=1e-6)
    interval = ttest_1samp(people, 0).confidence_interval()
    assert np.isclose(found.own_half_width[2, 0], (interval.high - interval.low) / 2, atol=1e-6)


def test_without_a_class_the_one_most_moved_is_compared():
    """Every map by its own largest effect."""
    found = ablate_each(SmallNet(), pictures(), "deep", CLASSES)
    largest = np.abs(found.change).max(1)
    assert found.rank(3) == (np.delete(largest, 3) < largest[3]).mean()
    assert found.most_moved(3) == np.abs(found.change[3]).argmax()


def test_the_model_is_given_back_as_it_was():
    """No hook is left, and a model in training stays in training."""
    model = SmallNet().train()
    ablate(model, pictures(), "deep", [0])
    assert model.training and not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize("layer, maps, message", [
    ("deep", [6], "has maps 0 to 5; asked for"), ("deep", [], "maps 0 to 5"), ("nowhere", [0], "no layer 'nowhere'"),
])  # fmt: skip
def test_wrong_maps_are_named(layer, maps, message):
    """A map or layer that is not there is one sentence."""
    with pytest.raises(LayerError, match=message):
        ablate(SmallNet(), pictures(), layer, maps)


def test_other_bad_input():
    """No pictures, an unknown value, labels or class names of another number."""
    with pytest.raises(ValueError, match="'zero' or 'mean'"):
        ablate(SmallNet(), pictures(), "deep", [0], to="one")
    with pytest.raises(ValueError, match="0 pictures"):
        ablate(SmallNet(), pictures(0), "deep", [0])
    with pytest.raises(ValueError, match="2 labels for 11 pictures"):
        ablate_each(SmallNet(), pictures(), "deep", CLASSES, expected=np.zeros(2, int))
    with pytest.raises(ValueError, match="7 outputs but there are 2 class names"):
        ablate_each(SmallNet(), pictures(), "deep", CLASSES[:2])
