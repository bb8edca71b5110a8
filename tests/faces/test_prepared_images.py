"""Prepared images: crops found lazily and once, the middle of a picture, and what of a face the network is shown."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from fer_probe import records
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_crops import FixedCrop, HaarCrop, LandmarkCrop, shown_box
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing


@pytest.fixture(scope="module")
def drawn():
    return draw_faces(2, 48, 1)


class Counting:
    """Pixels that note which pictures are read."""

    def __init__(self, pixels):
        self.pixels, self.shape, self.read = pixels, pixels.shape, []

    def __getitem__(self, index):
        self.read += np.arange(len(self.pixels))[index].reshape(-1).tolist()
        return self.pixels[index]


def test_landmarks_crop_every_face_by_its_own_box(drawn):
    """Cut out by hand and resized by OpenCV."""
    images = Preprocessing(20, crop=LandmarkCrop())(drawn)
    for number in (0, 3, 9):
        points = drawn.landmarks[number]
        (left, top), (right, bottom) = (np.rint(end).astype(int) for end in (points.min(0), points.max(0) + 1))
        cut = drawn.pixels[number, 0, max(top, 0) : bottom, max(left, 0) : right].copy()
        by_hand = cv2.resize(cut, (20, 20), interpolation=cv2.INTER_AREA)
        np.testing.assert_allclose(images[number][0] * 255, by_hand, atol=1e-4)


def test_crops_are_lazy_and_the_same_however_asked_for(drawn):
    """Nothing is read before; slices, indices and masks agree; another selection of the faces has its own boxes."""
    source = Counting(drawn.pixels)
    prep = Preprocessing(16, crop=HaarCrop(), per_picture=True)
    images = prep(replace(drawn, pixels=source))
    assert (images.shape, source.read) == ((14, 1, 16, 16), [])
    some = images[[11, 2]]
    assert source.read == [11, 2]
    whole = images[:]
    assert torch.equal(some, whole[[11, 2]])
    assert torch.equal(images[np.arange(14) == 11], whole[11:12])
    assert torch.equal(prep(drawn.select(slice(2, 12, 9)))[:], whole[[2, 11]])
    torch.testing.assert_close(whole, prep.tensor(drawn.pixels))  # Haar needs nothing but the pictures


def test_a_crop_does_not_depend_on_the_batch(drawn):
    """One by one or all at once."""
    images = Preprocessing(16, crop=HaarCrop(0.1, fallback=FixedCrop()))(drawn)
    one_by_one = torch.stack([images[i] for i in range(len(images))])
    assert torch.equal(one_by_one, images[:])


def test_boxes_are_kept_between_passes(drawn):
    """Telling the boxes after a pass reads nothing anew; before it, every picture once."""
    source = Counting(drawn.pixels)
    images = Preprocessing(16, crop=HaarCrop())(replace(drawn, pixels=source))
    boxes = images.shown_boxes()
    assert sorted(source.read) == list(range(14))
    assert np.array_equal(images.shown_boxes(), boxes) and len(source.read) == 14


def test_landmarks_need_faces(drawn):
    """Bare pixels have none: the picture is refused, not shown whole."""
    with pytest.raises(FacesError, match="picture 0 cannot be cropped: it has no landmarks"):
        Preprocessing(16, crop=LandmarkCrop()).tensor(drawn.pixels)


def test_fallbacks_are_counted_in_words(drawn):
    """One flat picture among fourteen; none, no words."""
    pixels = drawn.pixels.copy()
    pixels[6] = 100
    images = Preprocessing(16, crop=HaarCrop(fallback=FixedCrop()))(replace(drawn, pixels=pixels))
    assert images.fallbacks == ""  # nothing was looked for yet
    images.shown_boxes()
    assert images.fallbacks.startswith("in 1 of 14 pictures HaarCrop(")
    assert "FixedCrop" in images.fallbacks


def test_what_is_shown_of_a_face_is_told_in_its_own_pixels(drawn):
    """A box, its middle, and the middle of the whole; nothing where all of it is shown."""
    box = FixedCrop((0.25, 0.0, 0.75, 1.0))
    assert Preprocessing(24, crop=box)(drawn).shown_boxes()[3].tolist() == [12, 0, 36, 48]
    assert Preprocessing(24, crop=box, center_crop=12)(drawn).shown_boxes()[3].tolist() == [18, 12, 30, 36]
    middle = Preprocessing((24, 12), center_crop=(12, 12))(drawn).shown_faces()
    assert shown_box(middle, 0) == (12, 0, 36, 48)
    assert Preprocessing(24)(drawn).shown_faces() is drawn
    tiny = Preprocessing(200, crop=FixedCrop((0, 0, 2 / 48, 2 / 48)), center_crop=2)(drawn).shown_boxes()
    assert tiny[0].tolist() == [1, 1, 2, 2]


def test_resized_pictures_are_the_tensors_bytes(drawn):
    """Before any arithmetic, by the same boxes."""
    images = Preprocessing(16, crop=LandmarkCrop(0.1))(drawn)
    assert torch.equal(torch.from_numpy(images.resized(slice(2, 6))).float() / 255, images[2:6])


@pytest.mark.parametrize("size", [12, 96])
def test_all_pictures_are_resized_a_stretch_at_a_time(drawn, monkeypatch, size):
    """Neither of the raw pictures nor of the resized ones, whichever are larger, more than a stretch at once."""
    most = 3 * max(size, 48) ** 2
    monkeypatch.setattr(records, "_STRETCH_BYTES", most)
    source = Counting(drawn.pixels)
    images = Preprocessing(size, crop=LandmarkCrop())(replace(drawn, pixels=source))
    lengths = [len(resized) for _, resized in images.resized_stretches()]
    assert lengths == [3, 3, 3, 3, 2]
    assert np.array_equal(images.all_resized(), images.resized(slice(None)))
