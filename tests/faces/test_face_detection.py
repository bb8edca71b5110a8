"""Face detection: eyes where they were drawn; nothing where nothing is; pictures of the wrong kind are refused."""

import numpy as np
import pytest

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_detection import EYES_IN_BOX, detect_eyes, detect_face
from fer_probe.faces.face_images import FacesError


@pytest.mark.parametrize("channels", [1, 3])
def test_no_face_in_a_flat_picture(channels):
    """A grey wall has no face."""
    wall = np.full((channels, 64, 64), 128, np.uint8)
    assert detect_face(wall) is None
    assert detect_eyes(wall) is None


def test_wrong_kind_of_picture_is_refused():
    """The message says what is expected."""
    with pytest.raises(FacesError, match="expected uint8"):
        detect_face(np.zeros((64, 64), np.uint8))
    with pytest.raises(FacesError, match="expected uint8"):
        detect_eyes(np.zeros((64, 64), np.uint8))


@pytest.fixture(scope="module")
def drawn():
    return draw_faces(4, 128, 3)


def drawn_eyes(points):
    """(2, 2) the middles of the eyes, by the landmarks of one face."""
    return np.stack([points[36:42].mean(0), points[42:48].mean(0)])


def test_eyes_are_found_where_they_were_drawn(drawn):
    """Of 28 faces nearly all; a twentieth of a picture away at most, the picture's left eye first, in colour too."""
    found = [detect_eyes(picture) for picture in drawn.pixels]
    seen = [i for i, eyes in enumerate(found) if eyes is not None]
    assert len(seen) >= 25
    assert max(np.abs(found[i] - drawn_eyes(drawn.landmarks[i])).max() for i in seen) < 0.05 * 128
    coloured = detect_eyes(np.repeat(drawn.pixels[seen[0]], 3, axis=0))
    assert np.array_equal(coloured, found[seen[0]])


def test_a_face_without_one_eye_has_no_eyes(drawn):
    """An eye that is painted over is not found, and one eye alone is not told."""
    seen = next(i for i, picture in enumerate(drawn.pixels) if detect_eyes(picture) is not None)
    picture, (x, y) = drawn.pixels[seen].copy(), drawn_eyes(drawn.landmarks[seen])[0].round().astype(int)
    picture[:, y - 10 : y + 11, x - 12 : x + 13] = picture[0, y + 14, x]
    assert detect_face(picture) is not None
    assert detect_eyes(picture) is None


def test_where_eyes_are_in_boxes_is_what_is_measured(drawn):
    """The places of the eyes in detected boxes are those of drawn faces, within a fiftieth of a box in the mean."""
    shares = []
    for picture, points in zip(drawn.pixels, drawn.landmarks, strict=True):
        if (box := detect_face(picture)) is not None:
            shares.append((drawn_eyes(points)[:, ::-1] - box[:2]) / (box[2] - box[0]))
    assert np.abs(np.mean(shares, axis=0) - EYES_IN_BOX).max() < 0.02
