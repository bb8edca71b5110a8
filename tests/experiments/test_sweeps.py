"""Sweeps: every degree is drawn as told, read by the model, and counted."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evaluation import predict
from fer_probe.experiments.sweeps import sweep
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.preprocessing import Preprocessing

CLASSES = ("happy", "neutral", "surprise")


def small_net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 400, 3)).eval()


class Brightness(nn.Module):
    """Says surprise of a bright picture, neutral of a dark one."""

    def forward(self, x):
        middle = x[:, 0, 8:16, 8:16].mean((1, 2))
        return torch.stack([torch.zeros_like(middle), 20 * (0.4 - middle), 20 * (middle - 0.4)], 1)


def test_intensities_are_drawn_and_read():
    """The first FACS prototype of each class that can be drawn, at every degree; neutral has none."""
    found = sweep(small_net(), Preprocessing(24), CLASSES, "intensity", (0.0, 0.5, 1.0), people=4, size=24)
    assert found.shown == ("happiness", "surprise") and found.own_class == [0, 2]
    faces = pose_people(4, size=24).showing([{1: 0.5, 2: 0.5, 5: 0.5, 25: 0.5, 26: 0.5}])
    probabilities = predict(small_net(), Preprocessing(24)(faces))
    assert np.allclose(found.probability[1, 1], probabilities.mean(0), atol=1e-6)
    assert found.read[1, 1] == (probabilities.argmax(1) == 2).mean()
    assert np.allclose(found.probability[0, 0], found.probability[1, 0]) and found.variant() == "intensity"


def test_exposure_darkens_and_side_light_shades():
    """A model of brightness says so; every class that can be drawn is shown, neutral among them."""
    dark = sweep(Brightness(), Preprocessing(24), CLASSES, "exposure", (0.1, 1.5), people=4, size=24)
    assert dark.shown == ("happiness", "neutral", "surprise")
    assert dark.read[1].tolist() == [1, 0] and dark.read[2].tolist() == [0, 1]
    side = sweep(Brightness(), Preprocessing(24), CLASSES, "side light", (0.0, 90.0), people=4, size=24)
    assert (side.probability[:, 1, 2] < side.probability[:, 0, 2]).all()


def test_half_of_the_people():
    """By a line between degrees; NaN where they never are, or at once."""
    found = sweep(small_net(), Preprocessing(24), CLASSES, "intensity", (0.0, 0.4, 0.8, 1.0), people=2, size=24)
    told = dataclasses.replace(found, read=np.array([[0, 0.25, 0.75, 0.7], [0.5, 1, 1, 1]]))
    assert told.half_read(0) == pytest.approx(0.6) and np.isnan(told.half_read(1))
    assert np.isnan(dataclasses.replace(found, read=np.zeros((2, 4))).half_read(0))


def test_contempt_is_shown_on_one_side():
    """As in FACS; a class that is no expression is not shown."""
    found = sweep(small_net(), Preprocessing(24), ("contempt", "x", "y"), "intensity", (1.0,), people=3, size=24)
    faces = pose_people(3, size=24).showing([{12: (1.0, 0.0), 14: (1.0, 0.0)}])
    assert found.shown == ("contempt",)
    assert np.allclose(found.probability[0, 0], predict(small_net(), Preprocessing(24)(faces)).mean(0), atol=1e-6)


@pytest.mark.parametrize("classes, condition, values, message", [
    (CLASSES, "rain", None, "there are intensity, side light, exposure"),
    (CLASSES, "intensity", (2.0,), "expected 0 to 1"), (CLASSES, "intensity", (), "no degrees"),
    (("a", "b", "c"), "intensity", None, "none of a, b, c is an expression"),
])  # fmt: skip
def test_bad_input(classes, condition, values, message):
    """One sentence each."""
    with pytest.raises(ValueError, match=message):
        sweep(small_net(), Preprocessing(24), classes, condition, values, people=2, size=24)
