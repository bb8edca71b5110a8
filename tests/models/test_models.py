"""Models: parameter counts of the papers, names of layers, sizes of maps, seeds, and two steps of falling loss."""

import pytest
import torch
from torch import nn

from fer_probe.activations import check_layers
from fer_probe.models import MODELS, ModelError, architecture_of, build_model

PARAMETERS = {
    "zhu_cnn": 38_782_983,
    "jahromi_shallow": 4_741_703,
    "jahromi_medium": 2_436_263,
    "jahromi_deep": 9_411_015,
    "action_unit_regressor": 5_021_031,
}
PAPER_SIZE = {
    "zhu_cnn": 96,
    "jahromi_shallow": 48,
    "jahromi_medium": 48,
    "jahromi_deep": 48,
    "action_unit_regressor": 96,
}
SMALL = {"zhu_cnn": 16, "jahromi_shallow": 24, "jahromi_medium": 24, "jahromi_deep": 24, "action_unit_regressor": 24}


@pytest.mark.parametrize("name", MODELS)
def test_parameter_count_is_the_papers(name):
    """Every model has exactly the parameters its description implies."""
    assert sum(p.numel() for p in build_model(name).parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", MODELS)
def test_the_papers_size_gives_logits(name):
    """One picture of the paper's size gives seven logits, not probabilities."""
    side = PAPER_SIZE[name]
    with torch.no_grad():
        logits = build_model(name).eval()(torch.randn(2, 1, side, side))
    assert logits.shape == (2, 7)
    assert not torch.allclose(logits.sum(1), torch.ones(2))


def test_zhu_maps_are_the_papers():
    """64, 128 and 256 maps; the third is 24×24."""
    shapes = check_layers(build_model("zhu_cnn"), ["conv1", "conv2", "conv3", "fc1"], torch.zeros(1, 1, 96, 96))
    assert [s[1:] for s in shapes.values()] == [(64, 96, 96), (128, 48, 48), (256, 24, 24), (1024,)]


def test_jahromi_maps_are_the_papers():
    """48-24-12-6 by overlapping pooling; every convolution keeps the size, the 4×4 too."""
    layers = ["conv1", "norm1", "conv2", "norm2", "conv3", "norm3", "fc1"]
    shapes = check_layers(build_model("jahromi_medium"), layers, torch.zeros(1, 1, 48, 48))
    sizes = [(32, 48, 48), (32, 24, 24), (32, 24, 24), (32, 12, 12), (64, 12, 12), (64, 6, 6), (1024,)]
    assert [s[1:] for s in shapes.values()] == sizes


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_the_even_kernel_pads_as_same_padding_does():
    """The padding before the 4×4 convolution is torch's own "same"."""
    model = build_model("jahromi_medium")
    same = nn.Conv2d(32, 32, 4, padding="same")
    same.load_state_dict(model.conv2.state_dict())
    maps = torch.randn(1, 32, 7, 9)
    torch.testing.assert_close(model.conv2(model.pad2(maps)), same(maps))


@pytest.mark.parametrize("name", MODELS)
def test_layers_are_named_in_reading_order(name):
    """named_modules lists the layers in the order in which they run."""
    model, order = build_model(name, size=SMALL[name]), []
    for layer, module in model.named_children():
        module.register_forward_hook(lambda *_, layer=layer: order.append(layer))
    model(torch.zeros(2, 1, SMALL[name], SMALL[name]))
    assert order == [layer for layer, _ in model.named_children()]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [(16, 24), 17])
def test_other_sizes_channels_and_classes(name, size):
    """Sizes that no pooling divides, colour, and any number of classes."""
    height, width = (size, size) if isinstance(size, int) else size
    model = build_model(name, 3, size=size, channels=3).eval()
    assert model(torch.zeros(2, 3, height, width)).shape == (2, 3)


@pytest.mark.parametrize("name", MODELS)
def test_two_steps_lower_the_loss(name):
    """The gradient reaches the weights and points downward."""
    model = build_model(name, size=SMALL[name])
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    images, labels = torch.randn(16, 1, SMALL[name], SMALL[name]), torch.arange(16) % 7
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    losses = []
    for _ in range(3):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] > losses[1] > losses[2]


def test_weights_come_from_the_seed_alone():
    """The same seed gives the same weights; the global generator is neither used nor moved."""
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first = build_model("jahromi_medium", size=16, seed=1)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(6)
    again, other = (build_model("jahromi_medium", size=16, seed=seed) for seed in (1, 2))
    assert torch.equal(first.conv1.weight, again.conv1.weight)
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


def test_literal_initialisation_explodes_and_he_does_not():
    """Why deviation 1, the paper's words, is an option and no default."""
    images = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        he, literal = (
            build_model("zhu_cnn", size=32, initialisation=way).eval()(images).abs().mean() for way in ("he", "literal")
        )
    assert he < 10
    assert literal > 1e5


def test_a_model_knows_how_it_was_built():
    """Name and options are enough to build it again; a stranger's model tells its class."""
    model = build_model("zhu_cnn", 5, size=16, dropout=0.1)
    noted = architecture_of(model)
    again = build_model(noted["name"], **noted["options"])
    assert [p.shape for p in again.parameters()] == [p.shape for p in model.parameters()]
    assert again.dropout.p == 0.1
    assert architecture_of(nn.ReLU())["class"].endswith(":ReLU")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: build_model("zhu"), "known are zhu_cnn, jahromi_shallow"),
        (lambda: build_model("zhu_cnn", size=4), "at least 8×8"),
        (lambda: build_model("zhu_cnn", depth=3), "depth"),
        (lambda: build_model("zhu_cnn", size=16, initialisation="xavier"), "'he' and 'literal'"),
    ],
)
def test_what_cannot_be_built_is_refused(call, told):
    """The message names what is known."""
    with pytest.raises(ModelError, match=told):
        call()
