"""The page of attributions: one face by every method, beside the maps that fired; each face is a link."""

import importlib

import cv2
import numpy as np
import pytest

from tests.figures.test_attributions import attributions, fired, regions

from .conftest import SIZE, all_of, planted_study, words_of


@pytest.fixture
def page(app):
    return importlib.import_module("dashboards.pages.attributions")


@pytest.fixture
def attributed(show, tmp_path):
    """Two known faces, with what they rest on."""
    study = planted_study(tmp_path / "study")
    for record in (attributions(size=SIZE), fired(size=SIZE), regions()):
        study.add(record, "known", {})
    show(study.folder)
    return study


def test_a_face_by_every_method_beside_its_maps(page, attributed):
    """The face, each method and each map have a picture with words; maps lead to their pages."""
    made = page.layout(face="5")
    words, sources = words_of(made), [str(src) for src in all_of(made, "src")]
    assert "What “happiness” rests on" in words and "fer-probe probe" not in words
    assert sources == [
        "/pictures/known/face/5.png", "/pictures/known/attribution/saliency/5.png",
        "/pictures/known/attribution/integrated_gradients/5.png", "/pictures/known/fired/5/0.png",
        "/pictures/known/fired/5/1.png",
    ]  # fmt: skip
    assert "/maps?faces=known&layer=conv&map=4" in [str(href) for href in all_of(made, "href")]
    assert len(all_of(made, "figure")) == 1 and "On what any unit moved lands" in words


def test_every_face_is_a_link(page, attributed):
    """In a menu, and by the arrow keys, round and round; one that is not there is said to be none."""
    made = page.layout()
    (menu,) = [one for one in all_of(made, "data") if one and "face=" in str(one)]
    assert [option["label"] for option in menu] == ["anger, face 3", "happiness, face 5"]
    assert all_of(made, "data-key") == ["ArrowLeft", "ArrowRight"]
    assert [str(href) for href in all_of(made, "href")].count("/attributions?faces=known&face=5") == 2
    assert "there are 3, 5" in words_of(page.layout(face="4"))


def test_without_attributions_it_says_how_to_make_them(page):
    """No picture, and the command."""
    made = page.layout()
    assert "No class was attributed" in words_of(made) and not all_of(made, "src")


@pytest.mark.parametrize("address", ["attribution/saliency/5", "fired/3/1"])
def test_pictures_are_png(app, attributed, address):
    """Each can be decoded."""
    answer = app.server.test_client().get(f"/pictures/known/{address}.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED).std() > 0


@pytest.mark.parametrize(("address", "words"), [
    ("known/attribution/shap/5", "there are saliency, integrated_gradients"),
    ("known/attribution/saliency/4", "these were: 3, 5"),
    ("known/fired/5/2", "2 maps are shown"),
    ("unseen/attribution/saliency/5", "has no attributions"),
    ("unseen/fired/5/0", "has no fired_maps"),
])  # fmt: skip
def test_absent_pictures_say_so(app, attributed, address, words):
    """A 404 with a plain sentence."""
    answer = app.server.test_client().get(f"/pictures/{address}.png")
    assert answer.status_code == 404 and words in answer.text
