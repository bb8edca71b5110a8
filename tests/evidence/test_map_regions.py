"""Map regions: a planted map that answers at one part of the face is that part's; one that answers anywhere, none's."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evidence.map_regions import find_map_regions
from fer_probe.evidence.response_places import find_response_places
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_regions import region_masks
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import harvest

SIZE, PEOPLE = 48, 8
MAPS = ("brows", "eyes", "nose", "mouth", "corner", "anywhere", "never")


@pytest.fixture(scope="module")
def faces():
    return draw_faces(PEOPLE, SIZE)


def planted(faces, anywhere: np.ndarray) -> torch.Tensor:
    """(N, 7, H, W): in channel r one bright pixel in the middle of region r of each face, and so on."""
    pictures = torch.zeros(len(faces), len(MAPS), SIZE, SIZE)
    for i, points in enumerate(faces.landmarks):
        for r, part in enumerate((slice(17, 22), slice(36, 42), slice(27, 36), slice(48, 60))):
            column, row = np.rint(points[part].mean(0)).astype(int)
            pictures[i, r, row, column] = 1
        pictures[i, 4, 1, 1] = 1
        pictures[i, 5, anywhere[i, 0], anywhere[i, 1]] = 1
    return pictures


def regions_of(faces, pictures, model=None):
    model = model or nn.Sequential(nn.Identity())
    images = Preprocessing(SIZE)(faces)
    found = harvest(model, pictures, ["0"], responses=True)["0"]
    return find_map_regions(images, found, find_response_places(model, pictures, ["0"])["0"])


@pytest.fixture(scope="module")
def found(faces):
    anywhere = np.random.default_rng(0).integers(0, SIZE, (len(faces), 2))
    return regions_of(faces, planted(faces, anywhere))


def test_a_planted_map_is_its_regions(found):
    """All of its strongest responses lie there, the others' maps do not."""
    for r, name in enumerate(found.region_names):
        assert found.share[r, r] == 1 and found.maps_of(name).tolist() == [r]
    assert found.maps_of("elsewhere").tolist() == [4, 5, 6]


def test_areas_are_those_of_the_masks(found, faces):
    """The share of a picture's pixels, mean over the faces."""
    masks = [region_masks(points, SIZE, SIZE) for points in faces.landmarks]
    expected = [np.mean([one[name].mean() for one in masks]) for name in found.region_names]
    # Masks are cut from pictures in bytes on their way to the network: the same pixels.
    assert np.allclose(found.area[0], expected, atol=1e-6)


def test_maps_that_answer_anywhere_have_the_areas(faces):
    """Sixty of them: their mean share is the area, most intervals hold it, and none is a region's."""
    places = np.random.default_rng(0).integers(0, SIZE, (len(faces), 60, 2))
    pictures = torch.zeros(len(faces), 60, SIZE, SIZE)
    i, m = np.indices(places.shape[:2])
    pictures[i, m, places[..., 0], places[..., 1]] = 1
    found = regions_of(faces, pictures)
    held = (found.low <= found.area) & (found.area <= found.high)
    assert np.allclose(found.share.mean(0), found.area.mean(0), atol=0.015) and held.mean() > 0.85
    assert len(found.maps_of("elsewhere")) == 60


def test_a_map_that_never_fires_is_nowhere(found):
    """No share, no area, no face."""
    assert np.isnan(found.share[6]).all() and np.isnan(found.area[6]).all() and found.fired[6] == 0


def test_twice_the_same_faces_tell_no_more(faces):
    """Intervals count persons: every picture there twice changes neither share nor limits."""
    half = np.random.default_rng(1).random(len(faces)) < 0.5
    pictures = planted(faces, np.ones((len(faces), 2), int))
    pictures[half, 3] = pictures[half, 4]  # the map of the mouth looks at the corner on half of the faces
    once = regions_of(faces, pictures)
    twice = regions_of(faces.select(np.repeat(np.arange(len(faces)), 2)), pictures.repeat_interleave(2, 0))
    assert 0 < once.low[3, 3] < once.share[3, 3] < once.high[3, 3] < 1 and once.persons == PEOPLE
    for name in ("share", "low", "high", "area"):
        assert np.allclose(getattr(once, name), getattr(twice, name), equal_nan=True)


def test_what_is_not_known_is_left_out(faces):
    """No landmarks, or a layer of one place: None. A face without landmarks is not counted."""
    pictures = planted(faces, np.ones((len(faces), 2), int))
    assert regions_of(replace(faces, landmarks=None), pictures) is None
    assert regions_of(faces, pictures, nn.Sequential(nn.AdaptiveAvgPool2d(1))) is None
    some = faces.landmarks.copy()
    some[0] = np.nan
    assert regions_of(replace(faces, landmarks=some), pictures).face_count == len(faces) - 1


def test_errors_say_what_is_missing(faces, found):
    """Responses, other pictures, no such region."""
    pictures = planted(faces, np.ones((len(faces), 2), int))
    images, model = Preprocessing(SIZE)(faces), nn.Sequential(nn.Identity())
    places = find_response_places(model, pictures, ["0"])["0"]
    bare = harvest(model, pictures, ["0"], responses=False)["0"]
    with pytest.raises(ValueError, match="need a harvest with responses"):
        find_map_regions(images, bare, places)
    few = harvest(model, pictures[:9], ["0"], responses=True)["0"]
    with pytest.raises(ValueError, match="expected the same"):
        find_map_regions(images, few, places)
    with pytest.raises(ValueError, match="no region 'ear'"):
        found.maps_of("ear")
