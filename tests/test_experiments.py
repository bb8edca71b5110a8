"""Experiments of a probe: what is made of a checkpoint, and on which faces."""

import numpy as np

from fer_probe.ablation import AblatedMaps, ablate_each
from fer_probe.experiments import Experiments, spread_over_classes
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.study import Study
from tests.small_network import CLASSES, SmallNet
from tests.test_probe import checkpoint


def test_faces_are_spread_over_the_classes():
    """As many of each class, evenly over the set, none twice; all of a class that has few."""
    expected = np.array([0] * 50 + [1] * 3 + [-1] * 5 + [2] * 20)
    chosen = spread_over_classes(expected, 30)
    assert np.bincount(expected[chosen]).tolist() == [10, 3, 10]
    assert len(set(chosen.tolist())) == len(chosen) and np.all(np.diff(chosen) > 0)
    assert chosen[0] == 0 and 49 in chosen
    assert np.bincount(expected[spread_over_classes(expected, 1)]).tolist() == [4, 3, 4]


def test_maps_are_set_where_expressions_are_known(tmp_path):
    """The record is the analysis on the chosen faces; faces without a known expression have none."""
    labelled, bare = draw_faces(3, 24), draw_faces(2, 24, pictures="action_units")
    study = Study.create(tmp_path / "s", {"name": "s"})
    for name, faces in (("labelled", labelled), ("bare", bare)):
        stranger = checkpoint(SmallNet())
        experiments = Experiments(study, stranger, "deep", {"seed": 0}, 64, lambda sentence: None)
        experiments.on_faces(name, stranger.preprocessing(faces))
    assert study.find(AblatedMaps, "bare", "deep") is None
    found = study.load(AblatedMaps, "labelled", "deep")
    images = stranger.preprocessing(labelled)
    expected = ablate_each(SmallNet(), images, "deep", CLASSES, expected=labelled.expression, subject=labelled.subject)
    assert np.allclose(found.own_change, expected.own_change, atol=1e-6) and found.observations == 3
    assert study.entries("ablated_maps")[0].provenance()["parameters"] == {"faces": 21}
