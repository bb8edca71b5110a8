"""Posed people: what is switched is all that differs."""

import dataclasses

import numpy as np
import pytest

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.drawn_faces.posed_people import pose_people, prepared_alike
from fer_probe.faces.face_crops import HaarCrop, LandmarkCrop
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing


def test_everybody_under_every_condition():
    """Person by person, conditions in their order, and the units that were told."""
    faces = pose_people(3, size=24).showing([{}, {12: 1.0}, {4: 0.5, 12: 1.0}])
    assert faces.subject.tolist() == ["D000"] * 3 + ["D001"] * 3 + ["D002"] * 3
    shown = faces.action_unit_intensity[:, np.isin(faces.action_unit_numbers, (4, 12))]
    assert np.allclose(shown, np.tile([[0, 0], [0, 1], [0.5, 1]], (3, 1)))
    assert faces.action_units.sum() == 3 * 3


def test_only_the_unit_changes_a_picture():
    """Twice the same condition is the same picture to the bit; a smile leaves the brows and the background alone."""
    faces = pose_people(2, size=48).showing([{}, {}, {12: 1.0}])
    pixels = faces.pixels.astype(int)
    assert np.array_equal(pixels[0], pixels[1])
    moved = np.abs(pixels[2] - pixels[0])[0] > 2
    assert moved.any() and not moved[:16].any()
    assert np.array_equal(moved, faces.action_unit_mask(2, 12))


def test_people_are_those_of_the_seed():
    """More people never change the ones before; another seed is other people; they are draw_faces's."""
    few, more = (pose_people(count, size=24).showing([{}]) for count in (2, 4))
    assert np.array_equal(few.pixels, more.pixels[:2])
    assert not np.array_equal(few.pixels, pose_people(2, seed=1, size=24).showing([{}]).pixels)
    assert few.identity(1) == draw_faces(2, 24).identity(7)


def test_another_light_is_all_that_changes():
    """A changed scene keeps person and pose."""
    people = pose_people(2, size=24)
    darker = people.seen(
        lambda scene: dataclasses.replace(scene, camera=dataclasses.replace(scene.camera, exposure=0.3))
    )
    one, other = people.showing([{}]), darker.showing([{}])
    cheeks = np.s_[:, :, 8:16, 8:16]
    assert other.pixels[cheeks].mean() < 0.6 * one.pixels[cheeks].mean()
    assert np.array_equal(one.landmarks, other.landmarks)


def test_what_a_detector_finds_at_rest_is_cut_out_of_all():
    """An open mouth would make the box of landmarks longer; in an experiment it stays, for each person."""
    faces = pose_people(2, size=64).showing([{}, {27: 1.0}])
    cropping = Preprocessing(24, crop=LandmarkCrop())
    alone, alike = cropping(faces).shown_boxes(), prepared_alike(cropping, faces).shown_boxes()
    assert not np.array_equal(alone[0], alone[1])
    assert np.array_equal(alike[[0, 2]], alike[[1, 3]]) and np.array_equal(alike[::2], alone[::2])
    whole = Preprocessing(24)
    assert np.array_equal(prepared_alike(whole, faces)[:], whole(faces)[:])


def test_a_face_that_is_not_found_is_named():
    """As without an experiment."""
    faces = pose_people(2, size=64).showing([{}, {12: 1.0}])
    flat = dataclasses.replace(faces, pixels=np.full_like(faces.pixels, 90))
    with pytest.raises(FacesError, match="cannot be cropped"):
        prepared_alike(Preprocessing(24, crop=HaarCrop()), flat)[:]


@pytest.mark.parametrize("units, message", [
    ({26: 1.0, 27: 1.0}, "AU26 and AU27 exclude each other"),
    ({99: 1.0}, "AU99 cannot be drawn"),
    ({4: 1.5}, "expected 0 to 1"),
])  # fmt: skip
def test_impossible_units_are_refused(units, message):
    """Named, with the reason."""
    with pytest.raises(ValueError, match=message):
        pose_people(2, size=24).showing([units])


def test_other_bad_input():
    """One person is no experiment; nor is no condition."""
    with pytest.raises(FacesError, match="1 people"):
        pose_people(1)
    with pytest.raises(FacesError, match="no condition"):
        pose_people(2).showing([])
