"""Combinations: factorial effects are those of the formula; a planted interaction is found, and no other."""

from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evaluation import class_scores
from fer_probe.experiments.combinations import combine
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing
from tests.template_network import SIZE, TemplateNet

CLASSES = ("anger", "happiness", "neutral")


class NeedsBoth(nn.Module):
    """Anger takes AU4 and AU22 together; happiness adds them up; neutral looks at neither."""

    def __init__(self, gives="logits"):
        super().__init__()
        self.templates, self.gives = TemplateNet((4, 22), spare=0, seed=0, people=25), gives

    def forward(self, x):
        four, lips = torch.relu(self.templates.maps(x)).flatten(1).unbind(1)  # about 3 at rest, 4 with the unit
        logits = torch.stack([8 * torch.relu(four + lips - 7.4), four + 0.5 * lips, torch.full_like(four, 5)], 1)
        return logits.softmax(1) if self.gives == "probabilities" else logits


@pytest.fixture(scope="module")
def net():
    return NeedsBoth()


@pytest.fixture(scope="module")
def found(net):
    return combine(net, Preprocessing(SIZE), (4, 22), CLASSES, people=25, size=SIZE)


def test_the_planted_interaction_is_the_only_one_on_logits(found):
    """The class that needs both shows it, the additive ones show none; each unit by itself adds to happiness."""
    assert found.interactions("logit") == [(found.effect_of(4, 22), 0)]
    alone = found.effect[1, found.effect_of(4)], found.p_adjusted[1, found.effect_of(4)]
    assert alone[0][1] == pytest.approx(1, abs=0.2) and alone[1][1] < 0.01
    assert not found.effect[1, :, 2].any() and (found.p_adjusted[1, :, 2] == 1).all()


def test_probabilities_interact_where_the_network_does_not(found):
    """Softmax makes of anger's interaction one of the others too: why both scales are told."""
    assert {label for _, label in found.interactions("probability")} >= {0, 2}


@pytest.mark.parametrize("units", [(4, 22), (1, 12, 25)])
def test_effects_are_the_formula(units):
    """Written out over all settings, on the same pictures; means and intervals by combination."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 3, 5), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 20 * 20, 3)).eval()
    found = combine(net, Preprocessing(24), units, CLASSES, people=6, size=24, intensity=0.8)
    shown = list(product((0, 1), repeat=len(units)))
    faces = pose_people(6, size=24).showing(
        [{au: 0.8 for au, on in zip(units, row, strict=True) if on} for row in shown]
    )
    logits = class_scores(net, Preprocessing(24)(faces)).reshape(6, len(shown), 3)
    assert np.allclose(found.answer[1], logits.mean(0))
    for row, members in enumerate(found.members):
        chosen = np.flatnonzero(members)
        total = np.zeros(3)
        for others in product((0, 1), repeat=len(units) - len(chosen)):
            for subset in product((0, 1), repeat=len(chosen)):
                setting = np.zeros(len(units), int)
                setting[chosen], setting[np.setdiff1d(np.arange(len(units)), chosen)] = subset, others
                sign = (-1) ** (len(chosen) - sum(subset))
                total += sign * logits[:, shown.index(tuple(setting))].mean(0) / 2 ** (len(units) - len(chosen))
        assert np.allclose(found.effect[1, row], total)
    assert len(found.members) == 2 ** len(units) - 1 and found.variant() == "+".join(f"AU{au}" for au in units)


def test_a_model_of_probabilities_is_asked_on_their_logarithm(found):
    """Its probabilities are the same; their logarithms differ as logits do."""
    other = combine(
        NeedsBoth("probabilities"), Preprocessing(SIZE), (4, 22), CLASSES, people=25, size=SIZE, gives="probabilities"
    )
    assert np.allclose(other.answer[0], found.answer[0], atol=1e-6)
    assert np.allclose(np.diff(other.answer[1]), np.diff(found.answer[1]), atol=1e-4)


@pytest.mark.parametrize("units, message", [
    ((4,), "give two to 4 different ones"), ((4, 4), "two to 4 different"), ((1, 2, 4, 5, 6), "two to 4"),
    ((26, 27), "exclude each other"), ((4, 99), "AU99 cannot be drawn"),
])  # fmt: skip
def test_impossible_combinations_are_refused(net, units, message):
    """With the reason."""
    with pytest.raises(FacesError, match=message):
        combine(net, Preprocessing(SIZE), units, CLASSES, people=2, size=SIZE)


def test_what_was_not_combined_is_said(found):
    """An effect of other units, or names that do not fit the outputs."""
    with pytest.raises(KeyError, match="these were: AU4\\+AU22"):
        found.effect_of(4, 12)
    with pytest.raises(ValueError, match="3 outputs but there are 2 class names"):
        combine(NeedsBoth(), Preprocessing(SIZE), (4, 22), CLASSES[:2], people=2, size=SIZE)
