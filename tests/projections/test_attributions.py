"""Attributions: a linear model's are written out; sums are the logit's; what Captum gets wrong is refused."""

import numpy as np
import pytest
import torch
from captum.attr import GuidedGradCam
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.projections.attributions import METHODS, attribute
from fer_probe.projections.backward_rules import RectifierError
from tests.small_network import LeakyNet, SmallNet


def pictures(count=3, size=24, channels=1):
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(3))


class Linear(nn.Module):
    """Two logits, each a weighted sum of all pixels."""

    def __init__(self, size=12, channels=2):
        super().__init__()
        torch.manual_seed(1)
        self.flatten = nn.Flatten()
        self.classify = nn.Linear(channels * size * size, 2)

    def forward(self, x):
        return self.classify(self.flatten(x))


class Modules(nn.Module):
    """A rectifier network all of modules, works in place where it is told."""

    def __init__(self, inplace=False):
        super().__init__()
        torch.manual_seed(2)
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(inplace), nn.MaxPool2d(2), nn.BatchNorm2d(4),
            nn.Conv2d(4, 5, 3, padding=1), nn.ReLU(inplace), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(45, 3),
        )  # fmt: skip
        self.layers[3].running_mean.uniform_(-0.1, 0.1)

    def forward(self, x):
        return self.layers(x)


class Residual(nn.Module):
    """What Captum's hooks corrupt: the rectifier's input feeds a sum too."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(4)
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.relu, self.classify = nn.ReLU(), nn.Linear(4 * 144, 3)

    def forward(self, x):
        h = self.first(x)
        return self.classify((h + self.second(self.relu(h))).flatten(1))


class Region(nn.Module):
    """Class 1 answers to rows 4–8, columns 12–20 alone, through rectifiers."""

    def __init__(self):
        super().__init__()
        self.maps = nn.Conv2d(1, 2, 3, padding=1)
        with torch.no_grad():
            self.maps.weight.copy_(torch.tensor([1.0, -1.0])[:, None, None, None].expand(2, 1, 3, 3))
            self.maps.bias.zero_()
        mask = torch.zeros(24, 24)
        mask[5:8, 13:20] = 1
        self.register_buffer("mask", mask)

    def forward(self, x):
        seen = torch.relu(self.maps(x)) * self.mask
        answer = seen.sum((1, 2, 3))
        return torch.stack([-answer, answer], 1)


def test_of_a_linear_model():
    """Integrated gradients are w·(x − b); occlusion the same, summed over each window; their sum is f(x) − f(b)."""
    model, x = Linear(), pictures(2, 12, 2)
    found = attribute(model, x, [0, 1], methods=["integrated_gradients", "occlusion"], window=4)
    weights = model.classify.weight.detach().reshape(2, 2, 12, 12)
    expected = (weights * (x - x.mean((2, 3), keepdim=True))).numpy()
    assert np.allclose(found.pixels[0], expected, atol=1e-5)
    corners = [(t, t + 4) for t in range(0, 9, 2)]
    total, covered = np.zeros((2, 12, 12)), np.zeros((12, 12))
    for top, bottom in corners:
        for left, right in corners:
            total[:, top:bottom, left:right] += expected[:, :, top:bottom, left:right].sum((1, 2, 3))[:, None, None]
            covered[top:bottom, left:right] += 1
    assert np.allclose(found.pixels[1], (total / covered)[:, None], atol=1e-5)
    assert (found.incompleteness < 1e-4).all()


def test_integrated_gradients_are_complete():
    """Their sum is the logit's difference to the flat picture's, the better the more steps."""
    model, x = SmallNet(), pictures()
    few, many = (attribute(model, x, methods=["integrated_gradients"], steps=steps) for steps in (3, 200))
    assert many.incompleteness.max() < 0.005 and many.incompleteness.max() < few.incompleteness.max()
    flat = x.mean((2, 3), keepdim=True).expand_as(x)
    assert np.allclose(many.baseline_logit, model(flat).detach().numpy()[range(3), many.targets], atol=1e-5)


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize("inplace", [False, True])
def test_grad_cam_and_its_guided_product(inplace):
    """Grad-CAM as written out; where Captum's guided backpropagation is right, ours times it is Captum's own."""
    model, x = Modules(inplace).eval(), pictures()
    found = attribute(model, x, [0, 1, 2], methods=["grad_cam", "guided_grad_cam"], layer="layers.4")
    maps = Modules().eval().layers[:5](x).detach().requires_grad_()
    logits = Modules().eval().layers[5:](maps)
    gradient = torch.autograd.grad(logits[range(3), [0, 1, 2]].sum(), maps)[0].mean((2, 3), keepdim=True)
    cam = torch.relu((gradient * maps).sum(1, keepdim=True)).detach()
    large = nn.functional.interpolate(cam, (24, 24), mode="bilinear")
    assert np.allclose(found.pixels[0], large, atol=1e-6)
    plain = Modules().eval()
    captums = GuidedGradCam(plain, plain.layers[4]).attribute(
        x.clone().requires_grad_(), target=[0, 1, 2], interpolate_mode="bilinear"
    )
    assert np.allclose(found.pixels[1], captums.detach(), atol=1e-4 * np.abs(found.pixels[1]).max())
    assert (np.abs(found.pixels[1]).max((1, 2, 3)) > 0).all()


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
def test_guided_grad_cam_reaches_rectifiers_that_are_functions():
    """Captum's would be the plain gradient here; ours is what the same network of modules gives."""
    functions = SmallNet()
    modules = nn.Sequential(
        functions.features, nn.ReLU(), nn.MaxPool2d(2), functions.deep, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        functions.classify,
    )  # fmt: skip
    x = pictures()
    ours = attribute(functions, x, methods=["guided_grad_cam"], layer="deep")
    theirs = attribute(modules, x, methods=["guided_grad_cam"], layer="3")
    captums = GuidedGradCam(functions, functions.deep).attribute(
        x.clone().requires_grad_(), target=ours.targets.tolist(), interpolate_mode="bilinear"
    )
    largest = np.abs(ours.pixels).max()
    assert np.allclose(ours.pixels, theirs.pixels, atol=1e-5 * largest) and largest > 0
    assert np.abs(ours.pixels[0] - captums.detach().numpy()).max() > 0.1 * largest


@pytest.mark.parametrize("model", [SmallNet(), Modules(), Modules(inplace=True), Linear(24, 1)])
def test_relevance_is_gradient_times_picture(model):
    """Ancona et al. 2018: by the ε-rule, in a network of rectifiers."""
    x = pictures()
    found = attribute(model, x, [1, 1, 0], methods=["lrp"])
    model.eval()
    pixels = x.clone().requires_grad_()
    gradient = torch.autograd.grad(model(pixels * 1)[range(3), [1, 1, 0]].sum(), pixels)[0]
    assert np.allclose(found.pixels[0], gradient * x, atol=1e-5)


def test_relevance_is_refused_where_captum_is_wrong():
    """A tensor that feeds two things, a module used twice, and one that Captum has no rule for."""
    twice = nn.Sequential(nn.Flatten(), shared := nn.Linear(576, 576), nn.ReLU(), shared)
    smooth = nn.Sequential(nn.Flatten(), nn.Linear(576, 4), nn.GELU(), nn.Linear(4, 2))
    for model, x, said in (
        (Residual(), pictures(size=12), "off by"),
        (twice, pictures(), "more than once"),
        (smooth, pictures(), "GELU"),
    ):
        with pytest.raises(LayerError, match=said):
            attribute(model, x, methods=["lrp"])


def test_residual_networks_have_all_other_methods():
    """And there they are complete."""
    found = attribute(Residual(), pictures(size=12), methods=METHODS[:-1], layer="second", steps=200)
    assert np.isfinite(found.pixels).all() and found.incompleteness.max() < 0.02


def test_a_rectifier_without_a_rule_is_refused():
    """By guided Grad-CAM alone, and not where the extension is asked for."""
    with pytest.raises(RectifierError, match="leaky_relu"):
        attribute(LeakyNet(), pictures(), methods=["guided_grad_cam"], layer="deep")
    asked = attribute(LeakyNet(), pictures(), methods=["guided_grad_cam"], layer="deep", extensions=True)
    assert np.isfinite(asked.pixels).all()


def test_a_network_without_gradients_has_occlusion():
    """All others are refused by name."""

    class Detached(SmallNet):
        def forward(self, x):
            return super().forward(x.detach()).detach()

    found = attribute(Detached(), pictures(), methods=["occlusion"])
    assert np.allclose(found.pixels, attribute(SmallNet(), pictures(), methods=["occlusion"]).pixels, atol=1e-6)
    for method in set(METHODS) - {"occlusion"}:
        with pytest.raises(
            (LayerError, RectifierError), match="does not require grad|cannot pass|no gradient is taken"
        ):
            attribute(Detached(), pictures(), methods=[method], layer="deep")


def test_attributions_land_where_the_model_reads():
    """A network that reads one region gets nothing elsewhere; windows that touch it reach a little further."""
    found = attribute(Region(), pictures(), [1, 1, 1], methods=METHODS[:3] + METHODS[4:5], layer="maps", window=4)
    read = np.zeros((24, 24), bool)
    read[4:9, 12:21] = True
    for method, strength in zip(found.methods, found.strength, strict=True):
        inside = strength[:, read].sum(1) / strength.sum((1, 2))
        assert (inside > (0.5 if method == "occlusion" else 0.999)).all(), method


def test_batch_size_and_company_change_nothing():
    """A picture's attributions are its own; the model is given back as it was."""
    model, x = Modules(), pictures()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    together = attribute(model, x, layer="layers.4", batch_size=64)
    alone = attribute(model, x[2:3], layer="layers.4", batch_size=5, image_index=[2])
    assert np.allclose(together.pixels[:, 2:], alone.pixels, atol=1e-5)
    assert model.training and all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(not module._forward_hooks and not hasattr(module, "rule") for module in model.modules())


def test_bad_input():
    """Unknown methods, classes and layers are named."""
    model, x = SmallNet(), pictures()
    with pytest.raises(ValueError, match="no methods like shap; there are saliency"):
        attribute(model, x, methods=["shap"])
    with pytest.raises(ValueError, match=r"targets \[7, 0, 0\] for 3 pictures; outputs are 0 to 6"):
        attribute(model, x, [7, 0, 0])
    with pytest.raises(ValueError, match="7 outputs but there are 2 class names"):
        attribute(model, x, class_names=("a", "b"))
    with pytest.raises(LayerError, match="name one"):
        attribute(model, x, methods=["grad_cam"])
    with pytest.raises(LayerError, match="needs maps"):
        attribute(model, x, methods=["grad_cam"], layer="classify")
