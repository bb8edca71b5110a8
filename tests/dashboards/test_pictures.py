import cv2
import numpy as np
import pytest

import fer_probe as fp
from dashboards.drawn_face import CAMERA, SIZE

from .conftest import planted_study

SHOWN = ("originals", "projections", "maximized", "places")


@pytest.fixture
def client(app):
    return app.server.test_client()


@pytest.mark.parametrize("address", [*(f"conv/7/{shown}" for shown in SHOWN), "face/0", "features.0/0/originals"])
def test_pictures_are_png(client, address):
    """Every picture of a map and of a face can be decoded; whole faces stand in where nothing was projected."""
    answer = client.get(f"/pictures/unseen/{address}.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED).std() > 0


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("unseen/conv/70/originals", "numbered 0 to 69"),
        ("unseen/conv/5/maximized", "was not maximised"),
        ("unseen/conv/5/nonsense", "it has originals, projections, random, median, maximized"),
        ("unseen/fc/5/originals", "no maps of layer 'fc'"),
        ("unseen/features.0/5/projections", "has no projections features.0"),
        ("nobody/conv/5/originals", "it has unseen, known, bare"),
        ("unseen/face/30", "numbered 0 to 29"),
        ("unseen/..%2F..%2Fconv/5/originals", "there is no picture"),
        ("unseen/conv%00/5/originals", "no maps of layer"),
        ("unseen/conv/-1/originals", "there is no picture"),
    ],
)
def test_absent_pictures_say_so(client, address, words):
    """What is not there is a 404 with a plain sentence, never a traceback."""
    answer = client.get(f"/pictures/{address}.png")
    assert answer.status_code == 404
    assert words in answer.text


def test_pictures_are_asked_for_again_and_not_sent_again(client):
    """A picture that did not change is answered 304 without its bytes."""
    first = client.get("/pictures/unseen/conv/7/originals.png")
    again = client.get("/pictures/unseen/conv/7/originals.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]


def test_a_study_probed_anew_shows_its_new_pictures(client, show, tmp_path):
    """The cache does not outlive the study it was filled from."""
    study = planted_study(tmp_path / "one")
    show(study.folder)
    before = client.get("/pictures/unseen/face/0.png").data
    planted_study(tmp_path / "one")
    np.save(study.folder / "faces/unseen/pixels.npy", 255 - study.faces("unseen").pixels)
    assert client.get("/pictures/unseen/face/0.png").data != before


def test_the_drawn_face_is_that_of_render_face(client):
    """The picture of a query holds the pixels that the renderer gives for it, and is asked for anew each time."""
    answer = client.get("/pictures/drawn-face.png?person=3&au12=0.8&au2_left=1&yaw=10")
    shown = cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_COLOR_RGB)
    units = {12: 0.8, 2: (1.0, 0.0)}
    expected = fp.render_face(fp.random_identity(3), units, pose=fp.Pose(yaw=10), camera=CAMERA, size=SIZE, channels=3)
    assert np.array_equal(shown.transpose(2, 0, 1), expected)
    assert "no-cache" in answer.headers["Cache-Control"] and answer.headers["ETag"]


def test_overlays_of_the_drawn_face(client):
    """Landmarks and what moved are drawn on the face only where they are asked for."""
    drawn = {shown: client.get(f"/pictures/drawn-face.png?au12=1{shown}").data
             for shown in ("", "&landmarks=1", "&moved=1", "&landmarks=1&moved=1", "&look=grey")}  # fmt: skip
    assert len(set(drawn.values())) == len(drawn)


@pytest.mark.parametrize("query", ["au12=2", "yaw=x", "smile=1", "au12=1&au12=0", "study=planted"])
def test_a_face_that_cannot_be_drawn_is_a_bad_request(client, query):
    """Nonsense is answered 400 with a sentence that begins with the key."""
    answer = client.get(f"/pictures/drawn-face.png?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert answer.text.startswith(query.partition("=")[0])
