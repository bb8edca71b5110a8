"""Linear probes: what was put into features is read off them, what was not stays at chance, people stay apart."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.latents.linear_probes import LinearProbes, probe_linearly
from fer_probe.records import load_record, save_record


@pytest.fixture(scope="module")
def faces():
    """Thirty people with eight expressions' worth of faces each, units switched by themselves, labels by turns."""
    drawn = fp.draw_faces(30, 16, seed=2, pictures="action_units", per_subject=8, switched_on=0.4)
    return dataclasses.replace(drawn, expression=np.arange(240) % 4)


def score(found, name):
    return dict(zip(found.names, found.score, strict=True))[name]


def test_what_was_put_in_is_read_and_nothing_else(faces):
    """Expression and AU12 are linear in the features; identity and AU4 are not in them."""
    rng = np.random.default_rng(0)
    shown = np.eye(4)[faces.expression]
    smile = faces.action_unit_intensity[:, list(faces.action_unit_numbers).index(12)][:, None]
    features = np.hstack([shown, smile, np.zeros((240, 3))]) @ rng.normal(size=(8, 20)) + 0.02 * rng.normal(
        size=(240, 20)
    )
    found = probe_linearly(features, faces, layer="fc1")
    assert score(found, "expression") > 0.98 and score(found, "AU12") > 0.95
    assert score(found, "identity") < 0.15 and score(found, "AU4") < 0.1
    assert found.layer == "fc1" and found.faces == 240


def test_who_is_seen_is_read_off_held_out_faces(faces):
    """Features that are a person's own tell the person, and no expression of people who were held out."""
    rng = np.random.default_rng(1)
    person = np.unique(faces.subject, return_inverse=True)[1]
    own = rng.normal(size=(30, 40))[person] + 0.1 * rng.normal(size=(240, 40))
    found = probe_linearly(own, dataclasses.replace(faces, expression=person % 2))
    assert score(found, "identity") > 0.95 and score(found, "expression") < 0.75
    told = dict(zip(found.names, found.people_apart, strict=True))
    assert told["expression"] and not told["identity"] and told["AU1"]


def test_noise_is_at_chance(faces):
    """1 / classes, and R² not above 0; longer than the axes allow."""
    found = probe_linearly(np.random.default_rng(3).normal(size=(240, 5, 6, 6)), faces)
    assert found.chance[:2] == pytest.approx([1 / 4, 1 / 30])
    assert abs(score(found, "expression") - 0.25) < 0.1 and abs(score(found, "identity") - 1 / 30) < 0.05
    assert max(score(found, name) for name in found.names if name.startswith("AU")) < 0.05


def test_what_is_not_known_is_not_read(faces, tmp_path):
    """Without subjects, labels or units there is nothing of them; without any there is a sentence."""
    features = np.random.default_rng(4).normal(size=(240, 6))
    unnamed = dataclasses.replace(faces, subject=None, expression=np.full(240, -1))
    found = probe_linearly(features, unnamed)
    assert {"expression", "identity"} & set(found.names) == set() and not found.people_apart.any()
    back = load_record(save_record(found, tmp_path / "p", {}), LinearProbes)
    assert back.names == found.names and np.array_equal(back.score, found.score)
    bare = dataclasses.replace(
        unnamed, action_units=np.empty((240, 0)), action_unit_numbers=np.empty(0, int), action_unit_intensity=None
    )
    with pytest.raises(ValueError, match="too few known"):
        probe_linearly(features, bare)
    with pytest.raises(ValueError, match="features of 10 pictures but 240 faces"):
        probe_linearly(features[:10], faces)
    with pytest.raises(ValueError, match="features of fc1 are not all finite"):
        probe_linearly(features * np.inf, faces, layer="fc1")


def test_the_same_seed_gives_the_same_numbers(faces):
    """Folds are drawn by it."""
    features = np.random.default_rng(5).normal(size=(240, 6))
    assert np.array_equal(probe_linearly(features, faces, seed=1).score, probe_linearly(features, faces, seed=1).score)


def test_folds_of_unequal_size_are_enough():
    """Few people and long features: the axes are as many as the smallest of the parts that are learnt from allows."""
    faces = fp.draw_faces(8, 16, seed=1)
    found = probe_linearly(np.random.default_rng(0).normal(size=(56, 350)), faces)
    assert "expression" in found.names
