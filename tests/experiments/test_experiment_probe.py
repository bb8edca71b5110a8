"""Experiments of a probe: what is made of a checkpoint, and on which faces."""

from dataclasses import replace

import numpy as np

from fer_probe.evidence.au_distance import au_distances
from fer_probe.evidence.au_evidence import AUEvidence
from fer_probe.evidence.projection_energy import ProjectionEnergy
from fer_probe.experiments.ablation import AblatedMaps, ablate_each
from fer_probe.experiments.au_emergence import AUEmergence
from fer_probe.experiments.au_experiments import AUEffects
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.experiments.combinations import Combinations
from fer_probe.experiments.experiment_probe import Experiments, for_drawn_people, looked_at_most, spread_over_classes
from fer_probe.experiments.sanity_checks import SanityChecks
from fer_probe.experiments.sweeps import Sweep
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_crops import FixedCrop, HaarCrop
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest
from fer_probe.probe import probe_checkpoint
from fer_probe.probe_settings import ProbeSettings
from fer_probe.study import DRAWN_PEOPLE, Study
from tests.small_network import CLASSES, LeakyNet, SmallNet
from tests.test_probe import checkpoint


def test_faces_are_spread_over_the_classes():
    """As many of each class, evenly over the set, none twice; all of a class that has few."""
    expected = np.array([0] * 50 + [1] * 3 + [-1] * 5 + [2] * 20)
    chosen = spread_over_classes(expected, 30)
    assert np.bincount(expected[chosen]).tolist() == [10, 3, 10]
    assert len(set(chosen.tolist())) == len(chosen) and np.all(np.diff(chosen) > 0)
    assert chosen[0] == 0 and 49 in chosen
    assert np.bincount(expected[spread_over_classes(expected, 1)]).tolist() == [4, 3, 4]


def experiments_on(study, stranger, reads=(), people=0):
    """With everything known but, where told, who reads the classes."""
    reads = (stranger.model, stranger.class_names) if reads == () else reads
    return Experiments(study, stranger, reads, ["features", "deep"], {"seed": 0}, 64, str, people)


def test_maps_are_set_where_expressions_are_known(tmp_path):
    """The record is the analysis on the chosen faces; faces without a known expression have none."""
    labelled, bare = draw_faces(3, 24), draw_faces(2, 24, pictures="action_units")
    study = Study.create(tmp_path / "s", {"name": "s"})
    for name, faces in (("labelled", labelled), ("bare", bare)):
        stranger = checkpoint(SmallNet())
        experiments_on(study, stranger).on_faces(name, stranger.preprocessing(faces))
    assert study.find(AblatedMaps, "bare", "deep") is None
    found = study.load(AblatedMaps, "labelled", "deep")
    images = stranger.preprocessing(labelled)
    expected = ablate_each(SmallNet(), images, "deep", CLASSES, expected=labelled.expression, subject=labelled.subject)
    assert np.allclose(found.own_change, expected.own_change, atol=1e-6) and found.observations == 3
    mean = study.load(AblatedMaps, "labelled", "deep, mean")
    assert (found.to, mean.to, mean.layer) == ("zero", "mean", "deep") and not np.allclose(found.change, mean.change)
    assert [entry.provenance()["parameters"] for entry in study.entries("ablated_maps")] == [
        {"faces": 21, "to": "zero"}, {"faces": 21, "to": "mean"}
    ]  # fmt: skip


def test_projections_are_checked_once(tmp_path):
    """Of the first faces that were projected; by the rule and with the extensions of those."""
    faces = draw_faces(3, 24, pictures="action_units")
    study = probe_checkpoint(
        checkpoint(LeakyNet()), {"one": faces, "two": faces}, tmp_path / "s",
        ProbeSettings(steps=1, maximized=1, people=0, extensions=True, rule="guided"),
    )  # fmt: skip
    (entry,) = study.entries("sanity_checks")
    assert (entry.faces, entry.layer) == ("one", "deep")
    assert study.load(SanityChecks, "one", "deep").rule == "guided"


def test_energy_is_located_on_drawn_faces_by_many_people(tmp_path, monkeypatch):
    """Of every unit with a best map; faces that were not drawn do not know what moved."""
    monkeypatch.setattr("fer_probe.experiments.experiment_probe._MANY", 2)
    monkeypatch.setattr(Experiments, "on_drawn_people", lambda *_: [])
    faces = draw_faces(3, 24, pictures="action_units", switched_on=0.5)
    known = FaceImages(
        faces.pixels, faces.expression, faces.expression_names, faces.action_units, faces.action_unit_numbers
    )
    settings = ProbeSettings(steps=1, maximized=1, people=2, permutations=20, n=3)
    study = probe_checkpoint(checkpoint(SmallNet()), {"known": known, "drawn": faces}, tmp_path / "s", settings)
    (entry,) = study.entries("projection_energy")
    assert (entry.faces, entry.layer) == ("drawn", "deep")
    assert set(study.load(ProjectionEnergy, "drawn", "deep").action_unit_numbers) <= set(faces.action_unit_numbers)


def test_the_maps_that_are_looked_at_most():
    """One for each action unit, then the strongest; 24 in all, in their order."""
    rng = np.random.default_rng(0)
    responses = rng.random((60, 40))
    responses[::2, 9] += 5
    values = np.sort(responses, 0)[::-1][:3].T
    values[4] += 50
    found = Harvest("x", values, np.zeros((40, 3), int), np.zeros((40, 3, 2), int), responses, (1, 1), 60)
    distances = au_distances(responses, (np.arange(60) % 2 == 0)[:, None], [12])
    chosen = looked_at_most(found, AUEvidence(distances))
    assert {4, 9} <= set(chosen) and len(chosen) == 24 and chosen == sorted(chosen)
    assert 4 in looked_at_most(found, None)


def test_units_are_switched_on_drawn_people(tmp_path):
    """Effects on classes and maps, combinations and a sweep of intensity, under the people's own name."""
    study = Study.create(tmp_path / "s", {"name": "s"})
    experiments_on(study, checkpoint(SmallNet()), people=4).on_drawn_people(0, combinations=[(4, 22), (12, 25, 6)])
    assert study.layers(AUEffects, DRAWN_PEOPLE) == ("", "deep", "features")
    assert study.load(AUEffects, DRAWN_PEOPLE).class_names == CLASSES
    assert study.load(AUEffects, DRAWN_PEOPLE, "deep").effect.shape == (25, 6)
    assert study.layers(Combinations, DRAWN_PEOPLE) == ("AU12+AU25+AU6", "AU4+AU22")
    assert study.load(Combinations, DRAWN_PEOPLE, "AU4+AU22").people == 4
    assert study.layers(Sweep, DRAWN_PEOPLE) == ("intensity",)
    assert study.load(Sweep, DRAWN_PEOPLE, "intensity").people == 2


def test_many_people_are_asked_more(tmp_path, monkeypatch):
    """From a number on: every light, every layer with weights but the last, and how the last layer's maps are tuned."""
    study = Study.create(tmp_path / "s", {"name": "s"})
    monkeypatch.setattr("fer_probe.experiments.experiment_probe._MANY", 4)
    experiments_on(study, checkpoint(SmallNet()), people=4).on_drawn_people(0)
    assert study.layers(Sweep, DRAWN_PEOPLE) == ("exposure", "intensity", "side light")
    assert study.load(AUEmergence, DRAWN_PEOPLE).layers == ("features", "deep")
    assert study.load(AUTuning, DRAWN_PEOPLE, "deep").people == 2


def test_drawn_people_that_a_detector_misses_are_cut_out_all_the_same(tmp_path):
    """By the mean of its boxes; a fallback of the checkpoint's own stands."""
    study, blind = Study.create(tmp_path / "s", {"name": "s"}), Preprocessing(24, crop=HaarCrop(smallest=1.0))
    experiments_on(study, replace(checkpoint(SmallNet()), preprocessing=blind), people=2).on_drawn_people(0)
    assert study.load(AUEffects, DRAWN_PEOPLE).people == 2
    own = Preprocessing(24, crop=HaarCrop(fallback=FixedCrop()))
    assert for_drawn_people(own) == own and for_drawn_people(Preprocessing(24)) == Preprocessing(24)


def test_classes_that_are_no_expressions_are_not_swept(tmp_path):
    """Units are switched all the same."""
    study, unnamed = (
        Study.create(tmp_path / "s", {"name": "s"}),
        replace(checkpoint(SmallNet()), class_names=tuple("abcdefg")),
    )
    experiments_on(study, unnamed, people=2).on_drawn_people(0)
    assert study.entries("au_effects") and not study.entries("sweep")


def test_what_reads_no_classes_is_not_asked(tmp_path):
    """An autoencoder, or a model that is read through another: nothing is written; nor where no people are wanted."""
    study, stranger = Study.create(tmp_path / "s", {"name": "s"}), checkpoint(SmallNet())
    for reads in (None, (SmallNet(), CLASSES)):
        experiments_on(study, stranger, reads, people=3).on_drawn_people(0)
        experiments_on(study, stranger, reads).on_faces("f", stranger.preprocessing(draw_faces(1, 24)))
    experiments_on(study, stranger).on_drawn_people(0)
    assert study.entries() == []


def test_concepts_that_cannot_be_tested_are_said(tmp_path):
    """A network that cuts its gradients off has no derivative to test; a sentence says so, and nothing is stored."""

    class Detached(SmallNet):
        def forward(self, x):
            return super().forward(x).detach()

    study = Study.create(tmp_path / "s", {"name": "s"})
    (sentence,) = experiments_on(study, checkpoint(Detached()), people=2).on_drawn_people(0)
    assert sentence.startswith("Action units were not tested as concepts: no gradient comes back to layer 'deep'")
    assert study.entries("sweep") and not study.entries("concept_tests")
