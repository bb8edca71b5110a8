"""Recording activations of any network, without leaving a trace."""

import pytest
import torch
from torch import nn

from fer_probe.activations import (
    LayerError,
    check_layers,
    evaluation_mode,
    feature_maps,
    record_activations,
    run_to_layers,
)


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Flatten(), nn.Linear(3 * 36, 5))


def test_records_what_a_layer_gives():
    """The recorded tensor is the layer's own output, and the model works on as before."""
    model, batch = net().eval(), torch.randn(2, 1, 8, 8)
    with record_activations(model, ["0", "4"]) as activations:
        output = model(batch)
    assert torch.equal(activations["4"], output)
    assert torch.equal(activations["0"], model[0](batch))


def test_an_in_place_rectifier_does_not_change_the_record():
    """What stands behind a layer and writes over its output leaves the recorded one negative where it was."""
    model = net().eval()
    with record_activations(model, ["0"]) as activations:
        model(torch.randn(2, 1, 8, 8))
    assert activations["0"].min() < 0


def test_no_hook_is_left_after_an_exception():
    """Hooks are gone after the block, also when the model raised."""
    model = net()
    with pytest.raises(RuntimeError), record_activations(model, ["0"]):
        model(torch.randn(2, 7, 8, 8))
    assert not any(module._forward_hooks for module in model.modules())


def test_every_module_gets_its_own_mode_back():
    """A frozen batch norm in a training model stays frozen, also after an exception."""
    model = nn.Sequential(nn.BatchNorm2d(1), nn.Dropout(), nn.BatchNorm2d(1))
    model[0].eval()
    with pytest.raises(KeyError), evaluation_mode(model):
        assert not any(module.training for module in model.modules())
        raise KeyError
    assert [module.training for module in model.modules()] == [True, False, True, True]


def test_unknown_layer_is_named_with_those_there_are():
    """A wrong layer name is answered with the right ones."""
    with (
        pytest.raises(LayerError, match="no layer 'conv9'; it has: 0, 1, 2, 3, 4"),
        record_activations(net(), ["conv9"]),
    ):
        pass


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.relu, self.unused = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        return self.relu(self.relu(x))


@pytest.mark.parametrize("layer, reason", [("relu", "runs 2 times"), ("unused", "did not run")])
def test_ambiguous_and_silent_layers_are_refused(layer, reason):
    """A layer that runs twice, or never, is an error that says so."""
    with pytest.raises(LayerError, match=reason):
        check_layers(Twice(), [layer], torch.zeros(1, 1, 4, 4))


def test_the_pass_stops_at_the_deepest_layer():
    """Nothing behind the last layer asked for is computed."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3), nn.Conv2d(99, 1, 1))
    seen = []
    run_to_layers(model, torch.zeros(1, 1, 8, 8), ["0", "1"], lambda layer, output: seen.append(layer))
    assert seen == ["0", "1"]


def test_vectors_are_maps_of_one_place_and_sequences_are_refused():
    """(N, M) becomes (N, M, 1, 1); (N, T, C) has no maps."""
    assert feature_maps(torch.zeros(2, 5), "fc").shape == (2, 5, 1, 1)
    with pytest.raises(LayerError, match="name another layer"):
        feature_maps(torch.zeros(2, 5, 7), "tokens")


def test_a_layer_that_mixes_pictures_is_refused():
    """Test-time augmentation doubles the batch: which entry is which picture would be a guess."""

    class Doubled(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x):
            return self.conv(torch.cat([x, x.flip(3)]))

    with pytest.raises(LayerError, match="gives 4 entries for 2 pictures"):
        run_to_layers(Doubled(), torch.zeros(2, 1, 8, 8), ["conv"], lambda layer, output: None)


def test_a_model_that_catches_everything_still_stops():
    """``except Exception`` in a forward does not swallow the end of the pass."""

    class Careful(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x):
            try:
                return self.conv(x)
            except Exception:
                return None

    seen = []
    run_to_layers(Careful(), torch.zeros(1, 1, 8, 8), ["conv"], lambda layer, output: seen.append(layer))
    assert seen == ["conv"]
