"""Latents and their distributions: numbers by hand, a discriminant that must not know people, planted variables."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from fer_probe.faces.face_images import FaceImages
from fer_probe.latents.latent_variables import Latents, find_latents, latent_distributions
from fer_probe.records import load_record, save_record

NAMES = ("anger", "fear", "sadness", "neutral")


def faces_of(expression, subject=None):
    """Faces of which nothing but the expression and the person matters."""
    count = len(expression)
    return FaceImages(
        np.zeros((count, 1, 2, 2), np.uint8), np.asarray(expression), NAMES, np.empty((count, 0), np.float32),
        np.empty(0, int), subject=subject,
    )  # fmt: skip


@pytest.fixture
def planted():
    """Ninety faces of thirty people: variable 0 rises with anger, 1 falls with sadness, 2 is noise, 3 is constant."""
    rng = np.random.default_rng(0)
    shown = np.tile([0, 2, 3], 30)
    values = rng.normal(size=(90, 4)).astype(np.float32)
    values[shown == 0, 0] += 3
    values[shown == 2, 1] -= 3
    values[:, 3] = 1
    faces = faces_of(np.where(np.arange(90) % 10 == 9, -1, shown), np.repeat(np.arange(30), 3).astype(str))
    return Latents(values, ("anger", "sad", "", "fear")), faces


def test_separations_are_those_of_the_definitions(planted):
    """AUROC is Mann and Whitney's U as a share, d′ the means' distance in pooled deviations; the unlabelled are out."""
    latents, faces = planted
    found = latent_distributions(latents, faces)
    assert found.expression_names == ("anger", "sadness", "neutral") and found.counts.sum() == 81
    for place, number in enumerate((0, 2, 3)):
        own = latents.values[faces.expression == number].astype(float)
        rest = latents.values[(faces.expression != number) & (faces.expression >= 0)].astype(float)
        for variable in range(4):
            u = mannwhitneyu(own[:, variable], rest[:, variable]).statistic
            assert found.auroc[variable, place] == pytest.approx(u / (len(own) * len(rest)), abs=1e-6)
        apart = (own.mean(0) - rest.mean(0))[:3] / np.sqrt((own.var(0) + rest.var(0))[:3] / 2)
        np.testing.assert_allclose(found.d_prime[:3, place], apart, rtol=1e-4)
    assert (found.auroc[3] == 0.5).all() and (found.d_prime[3] == 0).all()


def test_extremes_are_those_of_all_faces(planted):
    """Also of the unlabelled ones: a slider reaches what was observed."""
    latents, faces = planted
    found = latent_distributions(latents, faces)
    assert np.array_equal(found.low, latents.values.min(0)) and np.array_equal(found.high, latents.values.max(0))


def test_the_most_separating_variables_are_told_in_full(planted):
    """Those of the planted effects; every density has an area of 1 and lies where its faces are."""
    latents, faces = planted
    found = latent_distributions(latents, faces, most=2)
    assert found.variables.tolist() == [0, 1]
    area = found.density.sum(2) * (found.places[:, 1] - found.places[:, 0])[:, None]
    assert (np.abs(area - 1) < 0.05).all()
    centre = (found.density[0, 0] * found.places[0]).sum() / found.density[0, 0].sum()
    assert centre == pytest.approx(found.mean[0, 0], abs=0.1)


def test_a_variable_belongs_to_the_expression_it_is_named_after(planted):
    """By any spelling; without a name, or with one that nobody shows, to the one that it separates best."""
    found = latent_distributions(*planted)
    assert [found.own(variable) for variable in (0, 1)] == [0, 1]
    assert dataclasses.replace(found, names=()).own(1) == 1
    assert found.name(0) == "anger" and dataclasses.replace(found, names=()).name(0) == "variable 0"


def test_overall_numbers_tell_planted_expressions_from_noise(planted):
    """The discriminant is near 1 where two variables tell three expressions apart, and near chance on noise."""
    latents, faces = planted
    strong = Latents(latents.values * np.array([[1, 1, 0, 0]], np.float32) * 1.0)
    noise = Latents(np.random.default_rng(1).normal(size=(90, 3)).astype(np.float32))
    told, untold = latent_distributions(strong, faces), latent_distributions(noise, faces)
    assert told.separation > 0.8 and told.silhouette > 0.3 and told.chance == pytest.approx(1 / 3)
    assert abs(untold.separation - 1 / 3) < 0.15 and abs(untold.silhouette) < 0.1


def test_people_are_never_on_both_sides():
    """A latent that tells who is seen and nothing else is near chance on people that were held out."""
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(20), 8)
    values = (rng.normal(size=(20, 19))[person] * 5).astype(np.float32)
    shown = person % 2
    apart = latent_distributions(Latents(values), faces_of(shown, person.astype(str)))
    mixed = latent_distributions(Latents(values), faces_of(shown))
    assert mixed.separation > 0.85 and apart.separation < 0.7


def test_long_latents_are_laid_on_axes():
    """More variables than faces: the numbers are there, the planted variables are found."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(60, 700)).astype(np.float32)
    shown = np.arange(60) % 2
    values[shown == 1, 300:420] += 2
    found = latent_distributions(Latents(values), faces_of(shown), most=5)
    assert ((found.variables >= 300) & (found.variables < 420)).all()
    assert found.auroc.shape == (700, 2) and found.separation > 0.9


def test_latents_are_the_encoders_for_any_batch_size():
    """A function is enough; names must fit."""
    images = torch.rand(7, 1, 2, 2)
    found = find_latents(lambda images: images.flatten(1) * 2, images, batch_size=3)
    np.testing.assert_array_equal(found.values, images.flatten(1).numpy() * 2)
    with pytest.raises(ValueError, match="2 names for 4 latent variables: a, b"):
        find_latents(lambda images: images, images, names=["a", "b"])


def test_records_come_back(planted, tmp_path):
    """To disk and back, names and all."""
    found = latent_distributions(*planted)
    back = load_record(save_record(found, tmp_path / "d", {}), type(found))
    assert back.names == found.names and np.array_equal(back.density, found.density)
    assert load_record(save_record(planted[0], tmp_path / "l", {}), Latents).names == planted[0].names


def test_what_cannot_be_told_is_said(planted):
    """Other faces, one expression, values that are no numbers."""
    latents, faces = planted
    with pytest.raises(ValueError, match="latents of 90 pictures but 5 faces"):
        latent_distributions(latents, faces.select(slice(5)))
    with pytest.raises(ValueError, match="these faces show 1 expressions"):
        latent_distributions(latents, dataclasses.replace(faces, expression=np.zeros(90, int)))
    with pytest.raises(ValueError, match="not finite"):
        latent_distributions(Latents(latents.values * np.nan), faces)
