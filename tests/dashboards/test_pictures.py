import cv2
import numpy as np
import pytest

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
        ("unseen/conv/5/nonsense", "it has originals, projections, maximized, places"),
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
