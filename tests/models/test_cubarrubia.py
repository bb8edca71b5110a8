"""Cubarrubia's autoencoders: layers and counts of the paper, mirrors, the crops of 150, and the SELU's rules."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from fer_probe.harvesting import harvest
from fer_probe.models import ModelError, build_model
from fer_probe.projections.backward_rules import RectifierError
from fer_probe.projections.deconvolution import deconvolve


def on_no_device(name, **options):
    """A model in colour whose weights take no memory."""
    with torch.device("meta"):
        return build_model(name, 8, channels=3, **options)


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def test_counts_at_the_papers_size():
    """485 M of the dense one, written out; the others as their docstrings say."""
    widths = [200 * 200 * 3, 2000, 1000, 500, 200, 100]
    both_ways = [*widths, *widths[-2::-1]]
    dense = sum(units * out + out for units, out in pairwise(both_ways))
    assert parameters(on_no_device("cubarrubia_dense_ae")) == dense == 485_367_500
    assert parameters(on_no_device("cubarrubia_conv_ae")) == 573_891
    semisupervised = on_no_device("cubarrubia_semisupervised")
    assert parameters(semisupervised) == 91_089_483
    assert semisupervised.head.fc1.weight.numel() == 81_920_000


@pytest.mark.parametrize(
    ("name", "maps"), [("cubarrubia_conv_ae", [32, 64, 128]), ("cubarrubia_semisupervised", [128, 256, 512])]
)
def test_six_convolutions_and_their_mirrors(name, maps):
    """Two of each width; each transposed convolution gives what its convolution takes; three undo a pooling."""
    model = on_no_device(name)
    there = [layer for layer in model.encoder if isinstance(layer, nn.Conv2d)]
    back = [layer for layer in model.decoder if isinstance(layer, nn.ConvTranspose2d)]
    assert [layer.out_channels for layer in there] == [maps[0], maps[0], maps[1], maps[1], maps[2], maps[2]]
    assert [layer.weight.shape for layer in back] == [layer.weight.shape for layer in reversed(there)]
    assert [layer.stride[0] for layer in back] == [2, 1, 2, 1, 2, 1]
    assert sum(isinstance(layer, nn.MaxPool2d) for layer in model.encoder) == 3
    assert sum(isinstance(layer, nn.SELU) for layer in [*model.encoder, *model.decoder]) == 11


@pytest.mark.parametrize(("pools", "side"), [((2, 2, 2), 19), ((2, 3, 5), 5)])
def test_the_crops_come_back_at_150(pools, side):
    """Rounded up on the way there, exact on the way back, whatever the pools."""
    model = on_no_device("cubarrubia_conv_ae", size=150, pools=pools)
    images = torch.zeros(1, 3, 150, 150, device="meta")
    assert model.latent_length == 128 * side * side
    assert model.encode(images).shape == (1, model.latent_length)
    assert model(images).shape == images.shape


def test_places_stay_where_they_are():
    """Across the flattening too: what is changed in one corner of the latent changes that corner of the picture."""
    model = build_model("cubarrubia_conv_ae", size=64)
    latent = torch.zeros(1, 128, 8, 8)
    latent[..., 0, 0] = 5
    with torch.no_grad():
        changed = (model.decode(latent.flatten(1)) - model.decode(torch.zeros(1, 128 * 64))).abs()[0, 0]
    assert changed[:8, :8].any()
    assert not changed[32:].any()
    assert not changed[:, 32:].any()


@pytest.mark.parametrize("name", ["cubarrubia_dense_ae", "cubarrubia_conv_ae", "cubarrubia_semisupervised"])
def test_signal_survives_there_and_back(name):
    """LeCun's weights keep the size of a standardised picture to the latent, and to the values before the sigmoid."""
    model, outputs = build_model(name, size=32), []
    last = [layer for layer in model.decoder if isinstance(layer, nn.Linear | nn.ConvTranspose2d)][-1]
    last.register_forward_hook(lambda _m, _i, output: outputs.append(output))
    with torch.no_grad():
        latent = model.encode(torch.randn(16, 1, 32, 32))
        model.decode(latent)
    assert 0.3 < latent.std() < 3
    assert 0.3 < outputs[0].std() < 3


def test_stage_two_has_three_layers_on_the_encoder():
    """256, 64, classes; its loss reaches no weight of the decoder."""
    model = build_model("cubarrubia_semisupervised", 5, size=16)
    assert [layer.out_features for layer in model.head if isinstance(layer, nn.Linear)] == [256, 64, 5]
    model(torch.rand(2, 1, 16, 16)).sum().backward()
    assert all(p.grad is None for p in model.decoder.parameters())
    assert all(p.grad.any() for part in (model.encoder, model.head) for p in part.parameters())


@pytest.mark.parametrize("name", ["cubarrubia_conv_ae", "cubarrubia_semisupervised"])
def test_behind_a_selu_only_the_gradient_is_defined(name):
    """The first convolution is behind none; the last goes back by the gradient, or by an extension asked for."""
    model, images = build_model(name, size=16).eval(), torch.rand(3, 1, 16, 16)
    found = harvest(model, images, ["encoder.conv1", "encoder.conv6"], k=1)
    assert deconvolve(model, images, found["encoder.conv1"], rule="deconvnet", maps=[0]).pixels.any()
    last = found["encoder.conv6"]
    with pytest.raises(RectifierError, match="extensions=True"):
        deconvolve(model, images, last, rule="deconvnet", maps=[0])
    assert deconvolve(model, images, last, rule="gradient", maps=[0]).pixels.any()
    assert deconvolve(model, images, last, rule="deconvnet", maps=[0], extensions=True).extended_rectifiers == 5


@pytest.mark.parametrize("options", [{"pools": (2, 2)}, {"pools": (2, 0, 2)}, {"maps": (8, 16, 32, 64)}])
def test_three_pairs_and_three_poolings(options):
    """Other numbers are refused."""
    with pytest.raises(ModelError, match="expected three numbers each"):
        build_model("cubarrubia_conv_ae", size=16, **options)
