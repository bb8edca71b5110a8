import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import fer_probe as fp
from dashboards.drawn_face import (
    CAMERA,
    DIALS,
    SIZE,
    DrawnFaceError,
    DrawnFaceView,
    face_landmarks,
    face_pixels,
    moved_pixels,
)
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS, draw_faces

SMILE = {"person": "7", "au6": "0.6", "au12_left": "1", "au12_right": "0.25", "yaw": "-15", "look": "grey"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        SMILE,
        {"au2_left": "0.4", "side": "left", "gaze_down": "0.05", "landmarks": "1", "moved": "1"},
        {f"au{au}": "0.01" for au in DRAWN_ACTION_UNITS},
        {dial.name: f"{dial.high:g}" for dial in DIALS},
    ],
)
def test_a_view_is_its_shortest_query(query):
    """What a query asks for is written as that query again."""
    assert DrawnFaceView.of(query).query() == query


def test_what_is_at_rest_is_not_written():
    """Values at rest vanish, equal sides become one key, and units stand in the order of FACS."""
    asked = {
        "au12_left": "0.50",
        "au1": "1",
        "au12_right": "0.5",
        "au4": "0",
        "yaw": "0",
        "person": "0",
        "azimuth": "15",
    }
    assert list(DrawnFaceView.of(asked).query().items()) == [("au1", "1"), ("au12", "0.5")]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"au12": "2"}, "au12 is '2', expected a number from 0 to 1"),
        ({"au12_left": "-0.1"}, "au12_left is '-0.1'"),
        ({"au12": "nan"}, "au12 is 'nan'"),
        ({"au12": ""}, "au12 is ''"),
        ({"au12": "1", "au12_left": "1"}, "au12 stands beside"),
        ({"au12": ["1", "0"]}, "au12 is given 2 times"),
        ({"au38": "1"}, "au38 cannot be drawn; these units can: 1, 2, 4"),
        ({"yaw": "90"}, "yaw is '90', expected a number from -30 to 30"),
        ({"person": "1.5"}, "person is '1.5', expected a whole number from 0 to 9999"),
        ({"side": "up"}, "side is 'up', expected 'both' or 'left' or 'right'"),
        ({"smile": "1"}, "smile is no part of a drawn face; these are: person"),
    ],
)
def test_nonsense_is_refused_by_its_key(query, words):
    """A key or value that cannot be drawn is named, with what was expected."""
    with pytest.raises(DrawnFaceError) as refused:
        DrawnFaceView.of(query)
    assert words in str(refused.value)


def test_the_face_is_the_one_that_render_face_draws():
    """Person, sides, pose, gaze and light reach the renderer."""
    view = DrawnFaceView.of(SMILE | {"gaze_right": "0.5", "elevation": "60", "strength": "0.9"})
    expected = fp.render_face(
        fp.random_identity(7), {6: 0.6, 12: (1.0, 0.25)}, pose=fp.Pose(yaw=-15, gaze=(0.5, 0)),
        light=fp.Light(elevation=60, strength=0.9), camera=CAMERA, size=SIZE, channels=1,
    )  # fmt: skip
    assert np.array_equal(face_pixels(view), expected)
    assert len(face_pixels(replace(view, look="colour"))) == 3


def test_moved_pixels_lie_where_the_unit_moved_them():
    """At rest nothing has moved; a raised left brow moves pixels of the upper right quarter alone."""
    assert not moved_pixels(DrawnFaceView()).any()
    rows, columns = np.nonzero(moved_pixels(DrawnFaceView.of({"au2_left": "1"})))
    assert len(rows) > 500
    assert rows.max() < 0.6 * SIZE and np.mean(columns > SIZE / 2) > 0.95


def test_landmarks_follow_the_units():
    """A raised brow takes the points of the brows up and leaves the chin; they are those of ``draw_faces``."""
    still, raised = (face_landmarks(DrawnFaceView.of(query)) for query in ({}, {"au1": "1", "au2": "1"}))
    assert still.shape == draw_faces(1, 48).landmarks[0].shape
    assert (raised[17:27, 1] < still[17:27, 1] - 2).all()
    assert np.abs(raised[8] - still[8]).max() < 1


def test_drawing_a_face_needs_no_torch():
    """The face and its query come without the libraries that networks need."""
    code = "import sys, dashboards.drawn_face, dashboards.unit_combinations; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
