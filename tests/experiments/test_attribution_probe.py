"""Attributions of a study: the surest faces of each class, every method that is right, and what lands where."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evaluation import expected_classes, predict
from fer_probe.evidence.attribution_regions import AttributionRegions
from fer_probe.experiments.attribution_probe import probe_attributions, set_to_attribute
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.projections.attributions import METHODS, Attributions
from fer_probe.projections.deconvolution import Projections
from fer_probe.projections.fired_maps import FiredMaps
from fer_probe.study import Study
from tests.small_network import LeakyNet, SmallNet
from tests.test_probe import checkpoint


class ResidualNet(SmallNet):
    """What Captum's layer-wise relevance is wrong on."""

    def __init__(self):
        super().__init__()
        self.deep, self.classify = nn.Conv2d(4, 4, 3, padding=1), nn.Linear(4 * 144, 7)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.features(x)), 2)
        return self.classify((x + self.deep(x)).flatten(1))


@pytest.fixture(scope="module")
def faces():
    return draw_faces(4, 24)


def probed(model, faces, folder, rule="guided", extended=0, **told):
    """A study with projections, and what is kept."""
    study, stranger, kept = Study.create(folder, {"name": "s"}), checkpoint(model), {}
    empty = np.zeros((1, 1, 1, 1, 1), np.float32)
    study.add(
        Projections("deep", rule, "activation", empty, np.zeros((1, 1, 4)), np.zeros((1, 1)), extended, 0), "a", {}
    )
    notes = probe_attributions(
        study,
        stranger,
        "deep",
        "a",
        stranger.preprocessing(faces),
        lambda one, name: kept.update({type(one): one}),
        **told,
    )
    return stranger, kept, notes


def test_the_surest_faces_of_each_class(faces, tmp_path):
    """Rightly read ones before others, each attributed to the class that it is read as."""
    stranger, kept, notes = probed(SmallNet(), faces, tmp_path / "s", faces_a_class=2)
    read = predict(stranger.model, stranger.preprocessing(faces))
    right = read.argmax(1) == expected_classes(faces, stranger.class_names)
    found = kept[Attributions]
    assert not notes and found.methods == METHODS and found.class_names == stranger.class_names
    for label in np.unique(read.argmax(1)):
        own = np.flatnonzero(read.argmax(1) == label)
        best = sorted(own, key=lambda i: (not right[i], -read[i, label]))[:2]
        assert found.image_index[found.targets == label].tolist() == best


def test_maps_and_regions_are_of_the_same_faces(faces, tmp_path):
    """By the rule that the study was projected by; with the units' own pixels of drawn faces."""
    _, kept, _ = probed(SmallNet(), faces, tmp_path / "s")
    found, fired, where = (kept[kind] for kind in (Attributions, FiredMaps, AttributionRegions))
    assert fired.rule == "guided" and np.array_equal(fired.image_index, found.image_index)
    assert np.array_equal(where.image_index, found.image_index) and where.methods == (*METHODS, "maps, guided")
    shown = faces.action_unit_numbers[(faces.action_units[found.image_index] == 1).any(0)]
    assert where.region_names == (*(f"AU{au}" for au in shown), "together")


def test_methods_that_are_wrong_are_left_out_and_said(faces, tmp_path):
    """A residual network has no relevance; leaky rectifiers have no guided backpropagation but by extension."""
    _, kept, notes = probed(ResidualNet(), faces, tmp_path / "a")
    assert kept[Attributions].methods == METHODS[:-1] and len(notes) == 1
    assert notes[0].startswith("Attribution by lrp was left out: Captum's layer-wise relevance is off by")
    _, kept, notes = probed(LeakyNet(), faces, tmp_path / "b", rule="gradient")
    assert "guided_grad_cam" not in kept[Attributions].methods and any("leaky_relu" in note for note in notes)
    _, kept, notes = probed(LeakyNet(), faces, tmp_path / "c", extended=2)
    assert "guided_grad_cam" in kept[Attributions].methods


def test_the_first_set_with_labels(faces):
    """Else the first."""
    stranger = checkpoint(SmallNet())
    labelled, bare = (stranger.preprocessing(one) for one in (faces, draw_faces(2, 24, pictures="action_units")))
    assert set_to_attribute({"bare": bare, "labelled": labelled}, stranger.class_names) == "labelled"
    assert set_to_attribute({"bare": bare}, stranger.class_names) == "bare"
