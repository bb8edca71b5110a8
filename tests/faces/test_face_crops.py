"""Face crops: known boxes in known places, fallbacks that are told, refusals by name, and settings that come back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_crops import (
    EyeCrop,
    FaceBoxes,
    FixedCrop,
    HaarCrop,
    LandmarkCrop,
    can_be_cropped,
    crop_of,
    crop_settings,
    find_box,
    shown_box,
    with_shown_boxes,
)
from fer_probe.faces.face_images import FacesError

PICTURE = np.zeros((1, 40, 60), np.uint8)
WHOLE = FixedCrop()


def enclosing(top, left, bottom, right):
    """Landmarks whose outermost ones stand in the corner pixels of a box; the others within."""
    points = np.full((68, 2), ((left + right) / 2, (top + bottom) / 2))
    points[:2] = (left, top), (right - 1, bottom - 1)
    return points


@pytest.fixture(scope="module")
def drawn():
    return draw_faces(2, 64, 0)


def test_a_fixed_box_is_shares_of_any_picture():
    """Of 40 rows and 60 columns; the whole picture if nothing is said."""
    assert find_box(FixedCrop((0.1, 0.25, 0.9, 0.75)), PICTURE) == ((4, 15, 36, 45), False)
    assert find_box(WHOLE, PICTURE) == ((0, 0, 40, 60), False)


def test_landmarks_are_enclosed_to_the_pixel():
    """The box that the landmarks were put into comes back; a margin of a half is half its sides on each side."""
    points = enclosing(10, 20, 18, 32)
    assert find_box(LandmarkCrop(), PICTURE, points)[0] == (10, 20, 18, 32)
    assert find_box(LandmarkCrop(0.5), PICTURE, points)[0] == (6, 14, 22, 38)
    assert find_box(LandmarkCrop(-0.25), PICTURE, points)[0] == (12, 23, 16, 29)


def test_a_box_ends_where_the_picture_does():
    """What lies outside is left out; landmarks that lie outside altogether are none."""
    assert find_box(LandmarkCrop(1.0), PICTURE, enclosing(10, 2, 18, 12))[0] == (2, 0, 26, 22)
    with pytest.raises(FacesError, match="no landmarks within the picture"):
        find_box(LandmarkCrop(), PICTURE, enclosing(100, 100, 110, 110))


def test_the_haar_box_is_where_the_drawn_face_is(drawn):
    """Pasted into the corner of an empty picture, a face is found there: its box holds eyes and nose."""
    for number in range(len(drawn)):
        scene = np.full((1, 160, 200), 128, np.uint8)
        scene[:, 80:144, 120:184] = drawn.pixels[number]
        (top, left, bottom, right), fell_back = find_box(HaarCrop(), scene)
        inner = drawn.landmarks[number, 27:48] + (120, 80)
        assert (inner > (left, top)).all() and (inner < (right, bottom)).all()
        assert not fell_back and bottom - top == right - left <= 64
        wider = find_box(HaarCrop(margin=0.1), scene)[0]
        assert wider[0] == round(top - 0.1 * (bottom - top)) and wider[2] == round(bottom + 0.1 * (bottom - top))


def eyes_at(left, right):
    """Landmarks of which those of the eyes stand in two points (x, y)."""
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = left, right
    return points


def test_eyes_place_the_square_around_them():
    """Eyes 39.5 apart make a square of 100, in which they stand where they do in a detected face; a margin widens."""
    picture = np.zeros((1, 200, 300), np.uint8)
    points = eyes_at((99.0, 80.0), (138.5, 80.0))  # middles of pixels: 99.5 and 139 from the edge
    assert find_box(EyeCrop(), picture, points)[0] == (40, 70, 140, 170)
    assert find_box(EyeCrop(0.1), picture, points)[0] == (30, 60, 150, 180)


def test_eyes_are_seen_alike_with_and_without_landmarks():
    """The square that landmarks tell and that found eyes tell differ by a tenth of their side at most."""
    faces = draw_faces(2, 128, 4)
    told = [EyeCrop().box_of(*face) for face in zip(faces.pixels, faces.landmarks, strict=True)]
    found = [EyeCrop().box_of(picture, None) for picture in faces.pixels]
    pairs = [(one, other) for one, other in zip(told, found, strict=True) if other is not None]
    assert len(pairs) >= 12
    assert max(np.abs(np.subtract(*pair)).max() for pair in pairs) < 0.1 * np.mean([box[2] - box[0] for box in told])


def test_a_face_smaller_than_asked_for_is_none(drawn):
    """At most half the height: not a face of two thirds."""
    scene = np.full((1, 160, 160), 128, np.uint8)
    scene[:, 80:144, 80:144] = drawn.pixels[0]
    assert HaarCrop(smallest=0.2).box_of(scene, None) is not None
    assert HaarCrop(smallest=0.6).box_of(scene, None) is None


def test_what_is_not_found_is_refused_or_handed_over():
    """Without a fallback an error that says what to do; with one its box, and that it was one."""
    with pytest.raises(FacesError, match=r"the picture cannot be cropped: no frontal face .* FixedCrop\(\)"):
        find_box(HaarCrop(), PICTURE)
    assert find_box(HaarCrop(fallback=WHOLE), PICTURE) == ((0, 0, 40, 60), True)
    with pytest.raises(FacesError, match="the eyes of no frontal face"):
        find_box(EyeCrop(), PICTURE)
    assert find_box(EyeCrop(fallback=WHOLE), PICTURE) == ((0, 0, 40, 60), True)
    chain = LandmarkCrop(fallback=HaarCrop(fallback=FixedCrop((0, 0, 0.5, 0.5))))
    assert find_box(chain, PICTURE) == ((0, 0, 20, 30), True)
    assert find_box(chain, PICTURE, enclosing(1, 1, 5, 5)) == ((1, 1, 5, 5), False)


def test_faces_that_can_be_cropped_are_told(drawn):
    """A flat picture has no face, landmarks that are not numbers are none."""
    pixels, points = drawn.pixels.copy(), drawn.landmarks.copy()
    pixels[3], points[5, 60] = 90, np.nan
    faces = replace(drawn, pixels=pixels, landmarks=points)
    assert np.flatnonzero(~can_be_cropped(faces, HaarCrop())).tolist() == [3]
    assert np.flatnonzero(~can_be_cropped(faces, LandmarkCrop())).tolist() == [5]
    assert can_be_cropped(faces, WHOLE).all()


def test_each_box_is_looked_for_once(drawn, monkeypatch):
    """However often and in whatever order it is asked for."""
    looked = []
    find = HaarCrop.box_of
    monkeypatch.setattr(HaarCrop, "box_of", lambda crop, p, points: looked.append(p.sum()) or find(crop, p, points))
    boxes = FaceBoxes(HaarCrop(), drawn)
    some = boxes.of(np.array([5, 2]), drawn.pixels[[5, 2]])
    everything = boxes.all()
    assert np.array_equal(everything[[5, 2]], some)
    assert np.array_equal(boxes.of(np.array([2]), drawn.pixels[2:3]), some[1:])
    assert len(looked) == len(drawn) == len(set(looked))


def test_a_face_that_cannot_be_cropped_is_named(drawn):
    """By its path where it has one, else by its number."""
    flat = replace(drawn, pixels=np.full_like(drawn.pixels, 70))
    with pytest.raises(FacesError, match="face 4 cannot be cropped"):
        FaceBoxes(HaarCrop(), flat).of(np.array([4]), flat.pixels[4:5])
    named = replace(flat, path=np.array([f"S{i:03d}.png" for i in range(len(flat))]))
    with pytest.raises(FacesError, match=r"S004\.png cannot be cropped"):
        FaceBoxes(HaarCrop(), named).of(np.array([4]), flat.pixels[4:5])


def test_faces_tell_what_was_shown_of_them(drawn):
    """The box of each travels with it through a selection; without boxes it is None."""
    boxes = np.arange(4 * len(drawn)).reshape(-1, 4)
    told = with_shown_boxes(drawn, boxes).select(np.array([7, 1]))
    assert (shown_box(told, 0), shown_box(told, 1)) == ((28, 29, 30, 31), (4, 5, 6, 7))
    assert shown_box(drawn, 0) is None


@pytest.mark.parametrize(
    "crop", [None, FixedCrop((0.1, 0.2, 0.8, 0.9)), LandmarkCrop(0.3), HaarCrop(0.1, 0.5, EyeCrop(0.2, fallback=WHOLE))]
)
def test_settings_survive_json(crop):
    """A crop and its fallbacks as JSON and back."""
    assert crop_of(json.loads(json.dumps(crop_settings(crop)))) == crop


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: FixedCrop((0.5, 0, 0.5, 1)), "top < bottom"),
        (lambda: FixedCrop((0, 0, 1, 48)), "shares"),
        (lambda: LandmarkCrop(-0.5), "margin"),
        (lambda: HaarCrop(float("nan")), "margin"),
        (lambda: HaarCrop(smallest=0), "smallest"),
        (lambda: EyeCrop(-1.0), "margin"),
        (lambda: EyeCrop(smallest=2), "smallest"),
        (lambda: crop_of({"kind": "nose"}), "no crop 'nose'; known are fixed, landmarks, haar, eyes"),
    ],
)
def test_crops_that_cannot_be_meant_are_refused(make, told):
    """The message names the setting."""
    with pytest.raises(FacesError, match=told):
        make()
