"""Emergence and tuning: planted detectors appear where they are, and rise with what they detect."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

from fer_probe.experiments.au_emergence import find_au_emergence
from fer_probe.experiments.au_tuning import measure_tuning
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import harvest
from tests.template_network import SIZE, TemplateNet

UNITS = (4, 12, 27)


class Later(nn.Module):
    """A layer that only copies the picture, then templates of the units."""

    def __init__(self):
        super().__init__()
        self.copy, self.templates = nn.Conv2d(1, 2, 1), TemplateNet(UNITS, seed=0, people=24)
        with torch.no_grad():
            self.copy.weight.fill_(1.0)
            self.copy.bias.zero_()

    def forward(self, x):
        return self.templates(self.copy(x)[:, :1])


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return Later()


@pytest.fixture(scope="module")
def found(net):
    layers = ["copy", "templates.maps"]
    return find_au_emergence(net, Preprocessing(SIZE), layers, action_units=UNITS, people=24, size=SIZE)


def test_detectors_appear_in_their_layer(found):
    """All units are told by their own maps in the second layer, none in the first, none where it is shuffled."""
    assert found.share_told.tolist() == [0, 1] and found.best_map[1].tolist() == [0, 1, 2]
    assert found.shuffled_share_told.tolist() == [0, 0] and found.map_counts.tolist() == [2, 5]


def test_who_chooses_does_not_measure(net, found):
    """AUROC is scikit-learn's on the half that did not choose, of the map that the other half has the largest for."""
    order = np.random.default_rng(0).permutation(24)
    faces = pose_people(24, size=SIZE).showing([{}, {12: 1.0}])
    responses = harvest(net, Preprocessing(SIZE)(faces), ["copy"], k=1)["copy"].responses.clip(0).reshape(24, 2, 2)
    by_half = []
    for half in (order[:12], order[12:]):
        truth = np.repeat([0, 1], 12)
        by_half.append([roc_auc_score(truth, responses[half, :, m].T.ravel()) for m in range(2)])
    chosen = int(np.argmax(by_half[0]))
    assert found.best_map[0, 1] == chosen and found.auroc[0, 1] == pytest.approx(by_half[1][chosen])


def test_a_detector_rises_with_its_unit(net):
    """Mean responses at every intensity, the largest correlation with its own unit; at 0 all are the same face."""
    tuned = measure_tuning(net, Preprocessing(SIZE), "templates.maps", action_units=UNITS, people=10, size=SIZE)
    for row, au in enumerate(UNITS):
        assert tuned.best_map(au) == row and tuned.correlation[row, row] > 0.8
        assert np.all(np.diff(tuned.response[row, :, row]) > 0)
    assert np.allclose(tuned.response[0, 0], tuned.response[2, 0])
    assert not tuned.correlation[:, 3:].any()  # maps that are 0 throughout
    faces = pose_people(10, size=SIZE).showing([{4: 0.5}])
    expected = harvest(net, Preprocessing(SIZE)(faces), ["templates.maps"])["templates.maps"].responses.clip(0).mean(0)
    assert np.allclose(tuned.response[0, 2], expected, atol=1e-4)


def test_bad_input(net):
    """Too few people, one intensity, no layer, a unit that was not shown."""
    with pytest.raises(FacesError, match="at least 4"):
        find_au_emergence(net, Preprocessing(SIZE), ["copy"], people=3, size=SIZE)
    with pytest.raises(ValueError, match="no layer"):
        find_au_emergence(net, Preprocessing(SIZE), [], people=4, size=SIZE, action_units=(4,))
    with pytest.raises(ValueError, match="two different ones"):
        measure_tuning(net, Preprocessing(SIZE), "copy", intensities=(1.0, 1.0), people=2, size=SIZE)
    tuned = measure_tuning(net, Preprocessing(SIZE), "copy", intensities=(0, 1), people=2, size=SIZE, action_units=(4,))
    with pytest.raises(KeyError, match="AU9 was not shown"):
        tuned.best_map(9)
