"""Models: parameter counts of the papers, names of layers, sizes of maps, seeds, and two steps of falling loss."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import check_layers
from fer_probe.architecture import convolution_layers
from fer_probe.harvesting import harvest
from fer_probe.models import MODELS, Autoencoder, ModelError, architecture_of, build_model
from fer_probe.models.barradas import BarradasClassifier, BarradasEncoder
from fer_probe.projections.backward_rules import RULES, RectifierError
from fer_probe.projections.deconvolution import deconvolve
from fer_probe.projections.receptive_fields import receptive_field

PARAMETERS = {
    "zhu_cnn": 38_782_983,
    "jahromi_shallow": 4_741_703,
    "jahromi_medium": 2_436_263,
    "jahromi_deep": 9_411_015,
    "barradas_classifier": 8_417_687,
    "barradas_comparator": 8_437_181,
    "barradas_siamese_vae": 9_277_891,
    "barradas_fader": 8_495_614,
    "barradas_beta_vae": 8_491_749,
    "ali_cnn_baseline": 9_209_399,
    "ali_degan": 33_039_675,
    "ali_degan_fer": 17_951_153,
    "cubarrubia_supervised": 41_553_543,
    "cubarrubia_dense_ae": 165_287_500,
    "cubarrubia_conv_ae": 572_737,
    "cubarrubia_semisupervised": 91_084_808,
    "khorrami_zero_bias": 1_335_207,
    "action_unit_regressor": 5_021_031,
}
PAPER_SIZE = {
    "zhu_cnn": 96,
    "jahromi_shallow": 48,
    "jahromi_medium": 48,
    "jahromi_deep": 48,
    "barradas_classifier": 128,
    "ali_cnn_baseline": 96,
    "ali_degan_fer": 96,
    "cubarrubia_supervised": 200,
    "cubarrubia_semisupervised": 200,
    "khorrami_zero_bias": 96,
    "action_unit_regressor": 96,
}
SMALL = {
    "zhu_cnn": 16,
    "jahromi_shallow": 24,
    "jahromi_medium": 24,
    "jahromi_deep": 24,
    "barradas_classifier": 16,
    "ali_cnn_baseline": 32,
    "ali_degan_fer": 32,
    "cubarrubia_supervised": 16,
    "cubarrubia_semisupervised": 16,
    "khorrami_zero_bias": 16,
    "action_unit_regressor": 24,
}

#: What gives logits of one picture; test_autoencoders has the others, test_barradas what compares two pictures.
CLASSIFIERS = [
    name
    for name, model in MODELS.items()
    if name == "cubarrubia_semisupervised" or not (issubclass(model, Autoencoder) or name == "barradas_comparator")
]
#: Every backward rule is defined for their rectifiers.
RECTIFIED = [name for name in CLASSIFIERS if name != "cubarrubia_semisupervised"]
#: Layers that a classifier has for other ends.
BESIDE = {"cubarrubia_semisupervised": ["decoder"]}


@pytest.mark.parametrize("name", MODELS)
def test_parameter_count_is_the_papers(name):
    """Every model has exactly the parameters its description implies; none of them is made here."""
    with torch.device("meta"):
        model = build_model(name)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize("name", CLASSIFIERS)
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


def test_barradas_maps_are_the_papers():
    """C8, C32, F256 and the latent F100, which is rectified; stride 2 makes 128-64-32."""
    model = build_model("barradas_classifier")
    layers = ["encoder.conv1", "encoder.relu1", "encoder.conv2", "encoder", "fc1", "latent"]
    shapes = check_layers(model, layers, torch.zeros(1, 1, 128, 128))
    sizes = [(8, 128, 128), (8, 64, 64), (32, 64, 64), (32, 32, 32), (256,), (100,)]
    assert [s[1:] for s in shapes.values()] == sizes
    assert [name for name, _ in model.encoder.named_children()] == "conv1 pool1 relu1 conv2 pool2 relu2".split()


def test_barradas_pooling_to_the_letter():
    """Stride 1 keeps 128×128, so that F256 alone has 134 M weights; nothing so large is made here."""
    with torch.device("meta"):
        model = BarradasClassifier(pool_stride=1)
    assert model.fc1.weight.numel() == 134_217_728
    assert sum(p.numel() for p in model.parameters()) == 134_246_807
    assert build_model("barradas_classifier", size=(9, 6), pool_stride=1)(torch.zeros(2, 1, 9, 6)).shape == (2, 7)


@pytest.mark.parametrize("stride", [1, 2])
def test_barradas_pooling_is_same_padding(stride):
    """Odd sides too: each place is the largest of itself and what of its right, lower and diagonal neighbour exists."""
    encoder = BarradasEncoder((5, 7), pool_stride=stride)
    maps = torch.randn(2, 8, 5, 7)
    expected = torch.empty(2, 8, -(-5 // stride), -(-7 // stride))
    for y, x in np.ndindex(expected.shape[2:]):
        expected[..., y, x] = maps[..., y * stride : y * stride + 2, x * stride : x * stride + 2].amax((2, 3))
    assert torch.equal(encoder.relu1(encoder.pool1(maps)), expected.clamp(min=0))
    assert encoder(torch.randn(2, 1, 5, 7)).shape[1:] == encoder.shape


def test_cubarrubia_maps_are_the_papers():
    """Seven, seven and three convolutions of 64 maps at 200, 100 and 50; the crops of 150 end at 37."""
    model = build_model("cubarrubia_supervised", 8, size=200, channels=3)
    layers = [*convolution_layers(model), "selu", "fc2"]
    shapes = list(check_layers(model, layers, torch.zeros(1, 3, 200, 200)).values())
    sides = [200] * 7 + [100] * 7 + [50] * 3
    assert [s[1:] for s in shapes] == [*((64, side, side) for side in sides), (256,), (8,)]
    assert sum(p.numel() for p in model.parameters()) == 41_554_952
    assert build_model("cubarrubia_supervised", 8, size=150).fc1.in_features == 64 * 37 * 37


def test_cubarrubia_signal_survives_its_seventeen_convolutions():
    """He's weights keep the size of the responses from the first convolution to the last, within a factor of 5."""
    model = build_model("cubarrubia_supervised", size=32)
    found = harvest(model, torch.randn(4, 1, 32, 32), ["block1.conv2", "block3.conv3"], k=1)
    first, last = (found[layer].values.mean() for layer in ("block1.conv2", "block3.conv3"))
    assert 0.2 < last / first < 5


def test_ali_maps_are_halved_four_times():
    """96-48-24-12-6 by strides, and the representation of 350."""
    layers = ["encoder.conv1", "encoder.conv2", "encoder.conv3", "encoder", "fc1"]
    shapes = check_layers(build_model("ali_cnn_baseline"), layers, torch.zeros(1, 1, 96, 96))
    assert [s[1:] for s in shapes.values()] == [(64, 48, 48), (128, 24, 24), (256, 12, 12), (512, 6, 6), (350,)]


def test_ali_weights_are_the_papers():
    """Every weight from N(0, 0.02)."""
    model = build_model("ali_cnn_baseline")
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            assert abs(layer.weight.mean().item()) < 0.003
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.08)


def test_khorrami_maps_are_the_papers():
    """64, 128 and 256 maps at 96, 48 and 24; quadrants of 12×12; no convolution has a bias."""
    model = build_model("khorrami_zero_bias", 8)
    shapes = check_layers(model, ["conv1", "conv2", "conv3", "pool3", "fc1"], torch.zeros(1, 1, 96, 96))
    assert [s[1:] for s in shapes.values()] == [(64, 96, 96), (128, 48, 48), (256, 24, 24), (256, 2, 2), (300,)]
    assert model.pool3.kernel_size == model.pool3.stride == (12, 12)
    assert all(model.get_submodule(layer).bias is None for layer in convolution_layers(model))
    assert sum(p.numel() for p in model.parameters()) == 1_335_508


@pytest.mark.parametrize("size", [(8, 8), (12, 20), (29, 33)])
def test_khorrami_quadrants_leave_nothing_out(size):
    """The four values are the largest of the four quarters, whatever the size; a middle belongs to both sides."""
    model = build_model("khorrami_zero_bias", size=size)
    maps = torch.randn(2, 3, size[0] // 4, size[1] // 4)
    torch.testing.assert_close(model.pool3(maps), nn.functional.adaptive_max_pool2d(maps, 2))


@pytest.mark.parametrize("name", RECTIFIED)
@pytest.mark.parametrize("rule", RULES)
def test_the_last_convolution_can_be_projected(name, rule):
    """Every rule reaches the pixels of every model, and nothing outside the field, without any extension."""
    side = SMALL[name]
    model, images = build_model(name, size=side).eval(), torch.randn(3, 1, side, side)
    layer = convolution_layers(model)[-1]
    found = harvest(model, images, [layer], k=2)[layer]
    projections = deconvolve(model, images, found, rule=rule, maps=[0, 1])
    assert projections.extended_rectifiers == 0
    assert projections.pixels.any()
    assert receptive_field(model, layer, (1, side, side)).size[0] <= projections.pixels.shape[-2]


def test_behind_a_selu_only_the_gradient_is_defined():
    """No paper has a deconvnet rule for it: it must be asked for."""
    model, images = build_model("cubarrubia_supervised", size=8).eval(), torch.randn(2, 1, 8, 8)
    found = harvest(model, images, ["fc2"], k=1)["fc2"]
    with pytest.raises(RectifierError, match="extensions=True"):
        deconvolve(model, images, found, rule="deconvnet", maps=[0])
    assert deconvolve(model, images, found, rule="deconvnet", maps=[0], extensions=True).extended_rectifiers == 1


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_layers_are_named_in_reading_order(name):
    """named_modules lists the layers in the order in which they run."""
    model, order = build_model(name, size=SMALL[name]), []
    for layer, module in model.named_children():
        module.register_forward_hook(lambda *_, layer=layer: order.append(layer))
    model(torch.zeros(2, 1, SMALL[name], SMALL[name]))
    assert order == [layer for layer, _ in model.named_children() if layer not in BESIDE.get(name, [])]


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("size", [(16, 24), 17])
def test_other_sizes_channels_and_classes(name, size):
    """Sizes that no pooling divides, colour, and any number of classes."""
    height, width = (size, size) if isinstance(size, int) else size
    model = build_model(name, 3, size=size, channels=3).eval()
    assert model(torch.zeros(2, 3, height, width)).shape == (2, 3)


@pytest.mark.parametrize("name", CLASSIFIERS)
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
        (lambda: build_model("barradas_classifier", pool_stride=3), "known are 2 and, to the letter, 1"),
        (lambda: build_model("barradas_classifier", size=0), "at least 1, not 0×0"),
        (lambda: build_model("ali_cnn_baseline", size=(16, 15)), "at least 16×16, not 16×15"),
        (lambda: build_model("cubarrubia_supervised", size=3), "at least 4×4, not 3×3"),
        (lambda: build_model("khorrami_zero_bias", size=(7, 9)), "at least 8×8, not 7×9"),
        (lambda: build_model("zhu_cnn", depth=3), "depth"),
        (lambda: build_model("zhu_cnn", size=16, initialisation="xavier"), "'he' and 'literal'"),
    ],
)
def test_what_cannot_be_built_is_refused(call, told):
    """The message names what is known."""
    with pytest.raises(ModelError, match=told):
        call()
