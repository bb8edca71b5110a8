"""Augmented faces: each picture changed once, the labels kept."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import fer_probe as fp
from fer_probe.faces.face_crops import FixedCrop
from fer_probe.faces.face_images import FacesError
from trainers.augmentation import Flip, Shift
from trainers.protocols.augmented_faces import augmented_faces
from trainers.recipe import Recipe

RECIPE = Recipe("mirrored", "jahromi_medium", 24, augmentation=(Flip(1.0),))


@pytest.fixture(scope="module")
def faces():
    return fp.draw_faces(4, 24, seed=0)


def test_a_certain_flip_mirrors_every_picture(faces):
    """Pixel by pixel; expressions stay, landmarks are no longer told, and the source says what was done."""
    found = augmented_faces(faces, RECIPE, 0)
    assert np.array_equal(found.pixels, np.asarray(faces.pixels)[..., ::-1])
    assert np.array_equal(found.expression, faces.expression)
    assert found.landmarks is None and "augmented once, seed 0" in found.source


def test_each_picture_has_its_own_draw(faces):
    """The same seed gives the same pictures, another one others; of one flipped by chance some are flipped."""
    recipe = replace(RECIPE, augmentation=(Flip(0.5), Shift(0.1)))
    first, again, other = (augmented_faces(faces, recipe, seed).pixels for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    mirrored = augmented_faces(faces, replace(RECIPE, augmentation=(Flip(0.5),)), 0).pixels
    kept = (mirrored == faces.pixels).all((1, 2, 3))
    assert kept.any() and not kept.all()


def test_pictures_are_augmented_at_the_networks_size(faces):
    """A recipe of half the size shifts by pixels of that size; its own preparation changes nothing afterwards."""
    recipe = replace(RECIPE, size=12)
    found = augmented_faces(faces, recipe, 0)
    assert found.pixels.shape == (len(faces), 1, 12, 12)
    expected = recipe.preprocessing(faces)(faces)[:].flip(-1)
    assert torch.equal(recipe.preprocessing(found)(found)[:], expected)


def test_what_has_no_augmentation_stays_and_what_is_cut_out_is_refused(faces):
    """N alone is evaluated as it is trained; a crop would be made twice."""
    assert augmented_faces(faces, replace(RECIPE, augmentation=()), 0) is faces
    with pytest.raises(FacesError, match="second time"):
        augmented_faces(faces, replace(RECIPE, crop=FixedCrop()), 0)
