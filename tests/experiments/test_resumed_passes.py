"""Resuming a pass behind a layer gives what the whole pass gives, whatever the graph."""

import pytest
import torch
from torch import nn

from fer_probe.experiments.resumed_passes import ResumablePass
from tests.small_network import SmallNet


class Residual(nn.Module):
    """Rectifiers in place, a branch around the layer, a product and a view of what lies before it."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.stem, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.first, self.second = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.relu, self.gate, self.classify = nn.ReLU(inplace=True), nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        x = self.relu(self.norm(self.stem(x)))
        branch = self.second(self.relu(self.first(x)))
        gate = torch.sigmoid(self.gate(x.mean((2, 3))))[:, :, None, None]
        return self.classify((x + branch * gate).flatten(2).amax(2))


class WritesBefore(Residual):
    """Writes into what lies before the layer, once the layer has run."""

    def forward(self, x):
        x = self.stem(x)
        branch = self.first(x)
        x += self.second(branch)
        return self.classify(x.mean((2, 3)))


class Alternates(Residual):
    """Takes another way every second time."""

    calls = 0

    def forward(self, x):
        self.calls += 1
        x = torch.tanh(self.stem(x)) if self.calls % 2 else torch.sigmoid(self.stem(x))
        return self.classify(self.first(x).mean((2, 3)))


def whole_pass(model, batch, layer, output):
    """The reference: the model's own forward, with the layer's output exchanged."""
    handle = model.get_submodule(layer).register_forward_hook(lambda *_: output.clone())
    with torch.no_grad():
        answer = model(batch)
    handle.remove()
    return answer


@pytest.mark.parametrize("model", [
    SmallNet(), Residual(), WritesBefore(),
    nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(True), nn.Flatten(), nn.Linear(1936, 3)),
], ids=lambda model: type(model).__name__)  # fmt: skip
def test_resuming_is_the_whole_pass(model):
    """Every layer's output, changed: the same answer as of the whole model, and the first output is left as it was."""
    model.eval()
    batch = torch.randn(3, 1, 24, 24)
    for layer in [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]:
        resumable = ResumablePass(model, batch, layer)
        kept = resumable.output.clone()
        for _ in range(2):
            changed = kept * torch.rand_like(kept)
            assert torch.equal(resumable.resume(changed), whole_pass(model, batch, layer, changed))
        assert torch.equal(resumable.output, kept) and torch.equal(resumable.answer, model(batch))


def test_nothing_before_the_layer_is_computed_again():
    """A convolution before the layer runs once, the part behind as often as it is asked for."""
    model, ran = Residual().eval(), []
    resumable = ResumablePass(model, torch.randn(2, 1, 8, 8), "second")
    replaced = {name: model.get_submodule(name).weight for name in ("stem", "first")}
    with torch.no_grad():
        for weight in replaced.values():
            weight.fill_(torch.nan)
    model.classify.register_forward_hook(lambda *_: ran.append(1))
    assert not resumable.whole
    assert torch.isfinite(resumable.resume(torch.zeros_like(resumable.output))).all() and len(ran) == 1


def test_what_writes_into_the_part_before_takes_whole_passes():
    """The way that is not safe is seen, and not taken."""
    resumable = ResumablePass(WritesBefore().eval(), torch.randn(2, 1, 8, 8), "first")
    assert resumable.whole


def test_another_order_of_operators_takes_whole_passes():
    """A model that runs other operators the next time is never answered from memory."""
    model, batch = Alternates().eval(), torch.randn(2, 1, 8, 8)
    resumable = ResumablePass(model, batch, "first")
    assert resumable.whole


@pytest.mark.filterwarnings("ignore")
def test_a_scripted_part_is_resumed_too():
    """Operators inside a scripted module are noted like any others."""
    model = nn.Sequential(
        torch.jit.script(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())), nn.Conv2d(2, 2, 3), nn.Flatten()
    )
    batch = torch.randn(2, 1, 8, 8)
    resumable = ResumablePass(model.eval(), batch, "1")
    changed = torch.randn_like(resumable.output)
    assert torch.equal(resumable.resume(changed), changed.flatten(1))


def test_no_hook_is_left():
    """Also after an exception in the part behind."""
    model = SmallNet().eval()
    resumable = ResumablePass(model, torch.randn(2, 1, 24, 24), "features")
    with pytest.raises(RuntimeError):
        resumable.resume(torch.randn(2, 9, 24, 24))
    assert not any(module._forward_hooks for module in model.modules())
