"""The backward rules: every spelling of a rectifier is reached, or refused."""

import threading

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fer_probe.harvesting import harvest
from fer_probe.projections.backward_rules import RectifierError, backward_rule
from fer_probe.projections.deconvolution import deconvolve, project_units
from tests.hand_built_deconvolution import Tape

torch.manual_seed(0)
RULES = ("deconvnet", "guided", "gradient")
MAPS, POSITIONS = [0, 2, 1], [(1, 1), (0, 2), (2, 0)]


def relu_in_place(x):
    x.relu_()
    return x


SPELLINGS = {
    "nn.ReLU": nn.ReLU(),
    "nn.ReLU in place": nn.ReLU(inplace=True),
    "torch.relu": torch.relu,
    "torch.relu_": torch.relu_,
    "F.relu": F.relu,
    "F.relu in place": lambda x: F.relu(x, inplace=True),
    "F.relu in place by position": lambda x: F.relu(x, True),
    "Tensor.relu": lambda x: x.relu(),
    "Tensor.relu_, its result dropped": relu_in_place,
    "clamp": lambda x: x.clamp(min=0),
    "clamp by position": lambda x: torch.clamp(x, 0.0),
    "clamp_min_": lambda x: x.clamp_min_(0),
    "compiled": torch.compile(nn.ReLU(), backend="eager"),
}


class TwoConvolutions(nn.Module):
    """conv – rectifier – conv, with any spelling in the middle."""

    def __init__(self, rectify):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 3, 3)
        self.rectify = rectify

    def forward(self, x):
        return self.second(self.rectify(self.first(x)))

    def by_hand(self, tape, x):
        return tape.conv(tape.relu(tape.conv(tape.start(x), self.first)), self.second)


class Reused(nn.Module):
    """One rectifier module at two places, its input used again: h + conv(relu(h))."""

    def __init__(self, inplace=False):
        super().__init__()
        self.first, self.second, self.third = (
            nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 3, 3),
        )  # fmt: skip
        self.relu, self.layer = nn.ReLU(inplace), nn.Identity()

    def forward(self, x):
        h = self.first(x)
        h = h + self.second(self.relu(h.clone() if self.relu.inplace else h))
        return self.layer(self.third(self.relu(h)))

    def by_hand(self, tape, x):
        h = tape.conv(tape.start(x), self.first)
        h = tape.add(h, tape.conv(tape.relu(h), self.second))
        return tape.conv(tape.relu(h), self.third)


class Branched(nn.Module):
    """One tensor through two rectified branches and past them, then concatenated."""

    def __init__(self):
        super().__init__()
        self.first, self.left, self.right = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 2, 3), nn.Conv2d(4, 3, 3)
        self.last = nn.Conv2d(5, 3, 3)
        self.relu = nn.ReLU()

    def forward(self, x):
        h = self.first(x)
        left, right = self.left(self.relu(h)), self.right(self.relu(h))
        return self.last(F.relu(torch.cat([left, right], 1)))

    def by_hand(self, tape, x):
        h = tape.conv(tape.start(x), self.first)
        left, right = tape.conv(tape.relu(h), self.left), tape.conv(tape.relu(h), self.right)
        return tape.conv(tape.relu(tape.concatenate(left, right)), self.last)


class NormalizedAndPooled(nn.Module):
    """Batch norm with negative γ, overlapping pooling, stride, dilation and groups in one stack."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=2, dilation=2), nn.Conv2d(4, 6, 3, groups=2)
        self.norm, self.last = nn.BatchNorm2d(4), nn.Conv2d(6, 3, 2, stride=2)
        with torch.no_grad():
            self.norm.weight.copy_(torch.tensor([-1.5, 0.5, -0.2, 2.0]))
            self.norm.bias.copy_(torch.tensor([0.3, -0.1, 0.2, 0.0]))
            self.norm.running_mean.copy_(torch.tensor([0.1, -0.2, 0.0, 0.3]))
            self.norm.running_var.copy_(torch.tensor([0.5, 2.0, 1.0, 0.1]))

    def forward(self, x):
        h = F.max_pool2d(F.relu(self.norm(self.first(x))), 3, 2)
        return self.last(F.relu(self.second(h)))

    def by_hand(self, tape, x):
        h = tape.relu(tape.batch_norm(tape.conv(tape.start(x), self.first), self.norm))
        return tape.conv(tape.relu(tape.conv(tape.max_pool(h, 3, 2), self.second)), self.last)


def pictures(size=21):
    return torch.randn(3, 1, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


def agrees_by_hand(net, layer, rule, seed):
    net = net.double().eval()
    tape = Tape(rule)
    with torch.no_grad():
        expected = tape.project(net.by_hand(tape, pictures()), MAPS, POSITIONS, seed)
    ours = project_units(net, pictures(), layer, MAPS, POSITIONS, rule=rule, seed=seed)
    return float((ours - expected).norm() / expected.norm())


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("rule", RULES)
def test_every_spelling_equals_the_hand_built_reference(spelling, rule):
    """However a rectifier is called, its signal goes back by the rule, to 1e-9 in float64."""
    assert agrees_by_hand(TwoConvolutions(SPELLINGS[spelling]), "second", rule, "activation") < 1e-9


@pytest.mark.parametrize("net, layer", [
    (Reused(), "layer"), (Reused(inplace=True), "layer"), (Branched(), "last"), (NormalizedAndPooled(), "last"),
], ids=["h + conv(relu(h))", "in place", "branched", "normalized and pooled"])  # fmt: skip
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", ["activation", "one"])
def test_graphs_equal_the_hand_built_reference(net, layer, rule, seed):
    """Reuse, branches, negative γ, overlapping pools, stride, dilation and groups go back as by hand."""
    assert agrees_by_hand(net, layer, rule, seed) < 1e-9


UNSEEN = {
    "a product": lambda x: x * (x > 0),
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "max with a number": lambda x: torch.max(x, torch.zeros((), dtype=x.dtype)),
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "half the sum with abs": lambda x: (x + x.abs()) / 2,
    "scripted": torch.jit.script(nn.ReLU()),
    "scripted functional": torch.jit.script(F.relu),
}


class CustomRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.relu(x)

    @staticmethod
    def backward(ctx, signal):
        return signal * (ctx.saved_tensors[0] > 0)


class CustomSwish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, signal):
        (x,) = ctx.saved_tensors
        return signal * torch.sigmoid(x) * (1 + x * (1 - torch.sigmoid(x)))


def in_another_thread(x):
    """As the replicas of DataParallel run."""
    found = []

    def work():
        with torch.enable_grad():
            found.append(torch.relu(x))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


UNSEEN |= {
    "swish as a product": lambda x: x * torch.sigmoid(x),
    "swish as a custom function": CustomSwish.apply,
    "gelu by erf": lambda x: x * 0.5 * (1 + torch.erf(x)),
    "minimum": lambda x: -torch.minimum(-x, torch.zeros_like(x)),
    "clamp_max": lambda x: -(-x).clamp_max(0),
    "a root of a square": lambda x: (x + torch.sqrt(x * x + 1e-12)) / 2,
    "masked": lambda x: x.masked_fill(x.signbit(), 0),
    "soft plus by hand": lambda x: torch.log1p(torch.exp(x)),
    "in another thread": in_another_thread,
}
UNSEEN["a custom autograd.Function"] = CustomRelu.apply


@pytest.mark.parametrize("spelling", UNSEEN)
@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
def test_a_rectifier_out_of_reach_is_refused(spelling, rule):
    """What cannot be given the rule is an error that says so, never a silent gradient."""
    net = TwoConvolutions(UNSEEN[spelling]).double()
    with pytest.raises(RectifierError, match="acts as a rectifier|no backward rule is defined|no gradient is taken"):
        project_units(net, pictures(), "second", MAPS, POSITIONS, rule=rule)


def test_the_gradient_rule_needs_no_reach():
    """Under the gradient rule a scripted rectifier goes back like any other."""
    scripted = TwoConvolutions(UNSEEN["scripted"])
    assert agrees_by_hand(scripted, "second", "gradient", "activation") < 1e-9


SMOOTH = [
    nn.LeakyReLU(), nn.GELU(), nn.SiLU(), nn.ELU(), nn.SELU(), nn.PReLU(), nn.Softplus(), nn.ReLU6(),
    nn.Hardswish(), nn.Mish(), nn.CELU(),
]  # fmt: skip


@pytest.mark.parametrize("rectifier", SMOOTH, ids=lambda module: type(module).__name__)
def test_smooth_rectifiers_are_refused_or_labelled(rectifier):
    """A rectifier that no paper gives a rule for is refused, or counted as an extension of max(g, 0)."""
    net = TwoConvolutions(rectifier).double()
    with pytest.raises(RectifierError, match="extensions=True"):
        project_units(net, pictures(), "second", MAPS, POSITIONS)
    ours = project_units(net, pictures(), "second", MAPS, POSITIONS, seed="one", extensions=True)
    signal = torch.zeros(3, 3, 19, 19, dtype=torch.float64)
    for b, (number, (row, column)) in enumerate(zip(MAPS, POSITIONS, strict=True)):
        signal[b, number, row, column] = 1
    above = F.conv_transpose2d(signal, net.second.weight).clamp(min=0)
    expected = F.conv_transpose2d(above, net.first.weight, padding=1)
    assert torch.allclose(ours, expected, rtol=1e-9)
    with backward_rule("deconvnet", extensions=True) as seen:
        net(pictures().requires_grad_())
    assert (seen.rectifiers, seen.extensions) == (1, 1)


def test_unknown_rule_is_refused():
    """A rule that does not exist is named, with those that do."""
    with pytest.raises(ValueError, match="deconvnet, guided, gradient"), backward_rule("relevance"):
        pass


class Gated(nn.Module):
    """Squeeze-excite, layer scale, a maximum of two signals, layer norm: all in use, none a rectifier."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3), nn.Conv2d(2, 3, 3)
        self.gate, self.scale = nn.Conv2d(4, 4, 1), nn.Parameter(torch.rand(1, 4, 1, 1))
        self.norm = nn.GroupNorm(2, 4)

    def forward(self, x):
        h = self.norm(F.relu(self.first(x)))
        h = h * torch.sigmoid(self.gate(h.mean((2, 3), keepdim=True))) * self.scale
        return self.second(torch.max(*h.chunk(2, 1)))


def test_gates_scales_and_switches_are_no_rectifiers():
    """What merely weighs or chooses a signal is let through without being asked for extensions."""
    projected = project_units(Gated().double(), pictures(), "second", MAPS, POSITIONS)
    assert projected.abs().sum() > 0


def test_operations_without_a_rule_are_counted_as_extensions():
    """With extensions=True the signal goes through by its gradient, and the projections say how often."""
    net = TwoConvolutions(lambda x: x * torch.sigmoid(x)).double()
    found = harvest(net, pictures(), ["second"], k=2)["second"]
    assert deconvolve(net, pictures(), found, extensions=True).extended_rectifiers == 1
