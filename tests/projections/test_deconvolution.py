"""Projections of harvested units: cropped and whole agree, nothing depends on the batch."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fer_probe.activations import LayerError
from fer_probe.harvesting import harvest
from fer_probe.projections.deconvolution import deconvolve, project_units


class Small(nn.Module):
    """Two pooled stages and a third convolution, as Zhu's net in small."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(4)
        self.conv1, self.norm = nn.Conv2d(1, 4, 5, padding=2), nn.BatchNorm2d(4)
        self.conv2, self.conv3 = nn.Conv2d(4, 5, 4, padding="same"), nn.Conv2d(5, 6, 3, padding=1)
        self.head = nn.Linear(6, 3)
        nn.init.uniform_(self.norm.weight, -1, 1)

    def forward(self, x):
        h = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        h = F.max_pool2d(F.relu(self.conv2(h)), 3, 2, 1)
        return self.head(F.relu(self.conv3(h)).mean((2, 3)))


class Squeezed(Small):
    """With a gate that depends on the whole picture before the probed layer."""

    def forward(self, x):
        return super().forward(x * torch.sigmoid(x.mean((2, 3), keepdim=True)))


def pictures(size=50, count=12):
    return torch.randn(count, 1, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def project(model, images, **settings):
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    return deconvolve(model, images, found, **settings)


@pytest.mark.parametrize("size", [50, 53, 64])
@pytest.mark.parametrize("rule", ["deconvnet", "guided", "gradient"])
def test_cropped_and_whole_pictures_agree(size, rule):
    """A crop on the stride's grid gives the projection of the whole picture, at borders too, to 1e-6."""
    model = Small().double()
    cropped, whole = (project(model, pictures(size), rule=rule, crop=crop) for crop in (True, False))
    assert cropped.whole_pictures == 0
    assert np.abs(whole.pixels).max() > 0
    assert np.allclose(cropped.pixels, whole.pixels, rtol=1e-6, atol=1e-6 * np.abs(whole.pixels).max())
    assert np.array_equal(cropped.boxes, whole.boxes)


def test_the_field_is_cut_from_the_whole_projection():
    """Each projection is project_units' picture inside its box, 0 where the box leaves the picture."""
    model, images = Small().double(), pictures()
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    projections = deconvolve(model, images, found)
    left_picture = 0
    for m, j in np.ndindex(found.values.shape):
        i = int(found.image_index[m, j])
        whole = project_units(model, images[i : i + 1], "conv3", [m], found.position[m, j][None])[0].numpy()
        top, left, bottom, right = projections.boxes[m, j]
        padded = np.pad(whole, ((0, 0), (60, 60), (60, 60)))
        cut = padded[:, top + 60 : bottom + 60, left + 60 : right + 60]
        fires = found.values[m, j] > 0
        assert np.allclose(projections.pixels[m, j], cut if fires else 0, atol=1e-6)
        assert np.abs(whole).sum() == pytest.approx(np.abs(cut).sum())
        left_picture += top < 0 or left < 0 or bottom > 50 or right > 50
    assert left_picture


def test_a_model_with_a_global_gate_takes_the_whole_picture():
    """Where a crop is not the same computation, the whole picture is projected, and counted."""
    model, images = Squeezed().double(), pictures()
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    projections = deconvolve(model, images, found)
    assert projections.whole_pictures == found.values.size
    assert projections.pixels.shape[-2:] == (50, 50)


def test_a_wrong_crop_is_noticed_by_the_harvested_value():
    """A model that looks at the picture's size gives other values on a crop, and falls back to the whole one."""

    class Sized(Small):
        def forward(self, x):
            return super().forward(x * (x.shape[-1] / 50))

    model, images = Sized().double(), pictures()
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    cropped, whole = deconvolve(model, images, found), deconvolve(model, images, found, crop=False)
    assert cropped.whole_pictures == found.values.size
    assert np.array_equal(cropped.pixels, whole.pixels)


@pytest.mark.parametrize("batch_size", [1, 5, 24])
def test_nothing_depends_on_the_batch_size(batch_size):
    """Any number of units a step gives the same projections."""
    expected = project(Small(), pictures().float())
    found = project(Small(), pictures().float(), batch_size=batch_size)
    assert np.allclose(found.pixels, expected.pixels, atol=1e-5 * np.abs(expected.pixels).max())


def test_other_pictures_are_refused_or_said():
    """Pictures that were not harvested: another number is an error, other content a warning."""
    model, images = Small().double(), pictures()
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    with pytest.raises(ValueError, match="harvested on 12 pictures, given are 5"):
        deconvolve(model, images[:5], found)
    with pytest.warns(UserWarning, match="do not give their harvested value"):
        deconvolve(model, images.flip(3), found)


def test_maps_can_be_chosen():
    """maps= projects these maps only, in their order."""
    every, some = project(Small(), pictures().float()), project(Small(), pictures().float(), maps=[3, 1])
    assert np.allclose(some.pixels, every.pixels[[3, 1]], atol=1e-5 * np.abs(every.pixels).max())
    assert np.array_equal(some.image_index, every.image_index[[3, 1]])


def test_rectified_input_is_the_positive_part():
    """rectify_input takes max(·, 0) of what arrives at the pixels, and is off by default."""
    plain, positive = project(Small(), pictures().float()), project(Small(), pictures().float(), rectify_input=True)
    assert plain.pixels.min() < 0
    assert np.allclose(positive.pixels, plain.pixels.clip(min=0), atol=1e-6)


def test_a_unit_that_does_not_exist_is_named():
    """A map or place outside of the layer is an error with the layer's size."""
    with pytest.raises(LayerError, match="no unit map 6 at .* 6 maps of 13×13"):
        project_units(Small(), pictures(50, 1).float(), "conv3", [6], [(0, 0)])


def test_the_model_is_given_back_as_it_was():
    """Training mode, parameters and their gradients are untouched."""
    model = Small().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    project_units(model, pictures(50, 1).float(), "conv3", [0], [(0, 0)])
    assert all(module.training for module in model.modules())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_what_does_not_fire_has_nothing_to_show():
    """A map below zero everywhere projects to nothing by the papers' rules, as its rectified twin does."""
    model = Small().double()
    with torch.no_grad():
        model.conv3.bias.fill_(-50)
    for rule in ("deconvnet", "guided"):
        assert not project(model, pictures(), rule=rule).pixels.any()
    assert project(model, pictures(), rule="gradient").pixels.any()


def test_a_model_that_takes_one_size_only_gets_the_whole_picture():
    """Where a crop cannot even run, the whole picture is projected, and counted."""

    class Placed(Small):
        def __init__(self):
            super().__init__()
            self.place = nn.Parameter(0.1 * torch.randn(1, 4, 50, 50))

        def forward(self, x):
            h = F.max_pool2d(F.relu(self.conv1(x) + self.place), 2)
            return self.head(F.relu(self.conv3(F.max_pool2d(F.relu(self.conv2(h)), 3, 2, 1))).mean((2, 3)))

    model, images = Placed().double(), pictures()
    found = harvest(model, images, ["conv3"], k=4)["conv3"]
    assert np.array_equal(deconvolve(model, images, found).pixels, deconvolve(model, images, found, crop=False).pixels)


@pytest.mark.parametrize("layers", [
    [nn.ReflectionPad2d(8), nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3, padding=1)],
    [nn.Conv2d(1, 3, 3, stride=3), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True), nn.Conv2d(3, 4, 2, padding=1)],
    [nn.Conv2d(1, 4, 1, padding=3), nn.ReLU(), nn.Conv2d(4, 4, (3, 5), padding=(1, 2), dilation=(2, 1))],
], ids=["mirrored padding", "ceil mode", "padding beyond the kernel"])  # fmt: skip
def test_odd_geometries_agree(layers):
    """Cropped and whole projections agree where padding and strides are unusual and pictures are not square."""
    torch.manual_seed(0)
    model = nn.Sequential(*layers).double()
    images = torch.randn(8, 1, 37, 64, dtype=torch.float64)
    name = str(len(layers) - 1)
    found = harvest(model, images, [name], k=3)[name]
    cropped, whole = deconvolve(model, images, found), deconvolve(model, images, found, crop=False)
    assert np.allclose(cropped.pixels, whole.pixels, atol=1e-6 * np.abs(whole.pixels).max())


def test_other_number_formats_and_inference_mode():
    """bfloat16 weights and a caller's inference_mode are no obstacle."""
    model, images = Small().bfloat16(), pictures().float()
    found = harvest(model, images, ["conv3"], k=2)["conv3"]
    with torch.inference_mode():
        assert deconvolve(model, images, found).pixels.any()
