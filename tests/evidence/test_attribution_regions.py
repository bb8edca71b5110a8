"""Attribution regions: an even spread has a ratio of 1, a planted spot all of it; units' pixels are the drawn ones."""

from dataclasses import fields, replace

import numpy as np
import pytest

from fer_probe.evidence.attribution_regions import TOGETHER, face_region_pixels, locate_attributions
from fer_probe.evidence.projection_energy import moved_pixels
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_crops import FixedCrop
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.projections.attributions import attribute
from tests.projections.test_attributions import Region


@pytest.fixture(scope="module")
def images():
    return Preprocessing(32)(pose_people(2, size=32).showing([{12: 1.0}, {4: 1.0}]))


def plain(images):
    """The same faces as a corpus has them: pixels and landmarks, no word of what moved."""
    return FaceImages(**{field.name: getattr(images.faces, field.name) for field in fields(FaceImages)})


def test_an_even_spread_and_a_spot():
    """Written out: shares, areas, ratios; a face without the region is not asked."""
    mask = np.zeros((2, 8, 8), bool)
    mask[0, :2, :4] = True
    spot = np.zeros((2, 8, 8))
    spot[:, 0, 0], spot[:, 7, 7] = -3, 1
    found = locate_attributions({"even": np.ones((2, 8, 8)), "spot": spot}, {"AU4": mask}, np.array([5, 6]))
    assert found.region_names == ("AU4", TOGETHER)
    assert found.area[0, 0] == pytest.approx(8 / 64) and np.isnan(found.area[1, 0])
    assert found.ratio[0, 0, 0] == pytest.approx(1) and found.share[1, 0, 0] == pytest.approx(3 / 4)
    assert found.mean_ratio(1, 0) == (pytest.approx(6), pytest.approx(np.nan, nan_ok=True), 1)
    assert np.isnan(found.ratio[:, 1]).all()


def test_nothing_attributed_lands_nowhere():
    """An attribution of 0 everywhere has no shares, not shares of 0."""
    found = locate_attributions({"none": np.zeros((1, 4, 4))}, {"eyes": np.ones((1, 4, 4), bool)}, np.array([0]))
    assert np.isnan(found.share).all() and found.mean_ratio(0, 0)[2] == 0


def test_the_mean_over_faces_has_an_interval():
    """By t over the faces that have the region."""
    energy = np.zeros((3, 2, 2))
    energy[:, 0, 0] = [1, 2, 3]
    energy[:, 1, 1] = [3, 2, 1]
    mask = np.zeros((3, 2, 2), bool)
    mask[:, 0, 0] = True
    mean, half, count = locate_attributions({"a": energy}, {"nose": mask}, np.arange(3)).mean_ratio(0, 0)
    assert (mean, count) == (pytest.approx(2), 3)
    assert half == pytest.approx(4.302653 * 1 / np.sqrt(3), rel=1e-5)


def test_units_own_pixels_of_drawn_faces(images):
    """Each shown unit by its number, only where it moved something; the preprocessing's crop is followed."""
    found = face_region_pixels(images, np.array([0, 3]))
    assert set(found) == {"AU4", "AU12"}
    assert found["AU12"][0].any() and not found["AU12"][1].any() and found["AU4"][1].any()
    assert np.array_equal(found["AU12"], moved_pixels(images.faces, images, np.array([0, 3]), 12))


def test_regions_of_landmarks(images):
    """Where a smile moved pixels is the mouth's region, not the brows'; nothing is known without landmarks."""
    faces = plain(images)
    found = face_region_pixels(Preprocessing(32)(faces), np.array([0, 2]))
    moved = moved_pixels(images.faces, images, np.array([0, 2]), 12)
    shares = {name: (moved & mask).sum() / moved.sum() for name, mask in found.items()}
    assert set(found) == {"brows", "eyes", "nose", "mouth"} and max(shares, key=shares.get) == "mouth"
    lower = Preprocessing(32, crop=FixedCrop((0.5, 0.0, 1.0, 1.0)))
    below = face_region_pixels(lower(faces), np.array([0, 2]))
    assert not below["brows"].any() and below["mouth"].mean() > 1.5 * found["mouth"].mean()
    bare = replace(faces, landmarks=None)
    assert face_region_pixels(Preprocessing(32)(bare), np.array([0])) == {}


def test_a_network_that_reads_one_region():
    """Its attributions land there, and nowhere else."""
    images = Preprocessing(24)(pose_people(3, size=24).showing([{12: 1.0}]))
    found = attribute(Region(), images[0:3], [1, 1, 1], methods=["saliency", "integrated_gradients"])
    read, rest = np.zeros((3, 24, 24), bool), np.zeros((3, 24, 24), bool)
    read[:, 4:9, 12:21], rest[:, 12:] = True, True
    where = locate_attributions(dict(zip(found.methods, found.strength, strict=True)), {"a": read, "b": rest}, range(3))
    assert (where.share[:, :, 0] > 0.999).all() and (where.share[:, :, 1] < 1e-6).all()


def test_bad_input():
    """Shapes that do not go together."""
    with pytest.raises(ValueError, match="for 2 faces"):
        locate_attributions({"a": np.ones((2, 4, 4))}, {"eyes": np.ones((2, 5, 5))}, np.arange(2))
