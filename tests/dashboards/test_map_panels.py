"""A map's page tells what the map does: to each class when it is switched off, and how it rises with units."""

import importlib
from dataclasses import replace

import pytest

from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.study import DRAWN_PEOPLE
from tests.figures.test_au_emergence import tuned
from tests.figures.test_sanity_checks import record as checked

from .conftest import all_of, planted_ablation, planted_study, words_of


@pytest.fixture
def page(app):
    return importlib.import_module("dashboards.pages.maps")


def test_a_map_that_was_switched_off(page):
    """The change of every class, with a link to all maps; without tuning, the command that measures it."""
    made = page.layout(layer="conv", map="7")
    assert "Change of every class without map 7" in words_of(made) and "--people 40" in words_of(made)
    assert "/experiments?ask=map&layer=conv&map=7" in all_of(made, "href")


def test_a_map_that_was_set_to_its_mean_too(page, show, tmp_path):
    """Both stand in one figure, accuracy below; the other layer is led to the layer, not to its second record."""
    study = planted_study(tmp_path / "study")
    study.add(replace(planted_ablation(), to="mean"), "unseen", {})
    show(study.folder)
    words = words_of(page.layout(layer="conv", map="7"))
    assert "Map 7 set to zero, and to its mean" in words and "Accuracy per class without map 7" in words
    told = " ".join(words_of(page.layout(faces="bare", layer="features.0", map="3")).split())
    assert "That was asked of the maps of conv only." in told
    experiments = importlib.import_module("dashboards.pages.experiments")
    asked = [words_of(experiments.layout(ask="map", **to)) for to in ({}, {"to": "mean"})]
    assert "Each map set to zero" in asked[0] and "Each map set to its mean" in asked[1]


def test_a_layer_that_was_not_asked_leads_to_the_one_that_was(page, study):
    """In words, with the way to it."""
    assert study.find(AUTuning, DRAWN_PEOPLE, "conv") is None
    made = page.layout(faces="bare", layer="features.0", map="3")
    assert "That was asked of the maps of conv only." in " ".join(words_of(made).split())
    assert "/experiments?faces=bare&ask=map" in all_of(made, "href")


def test_a_map_that_was_tuned(page, show, tmp_path):
    """Its responses over intensity, of the layer that they were measured in."""
    study = planted_study(tmp_path / "study")
    study.add(replace(tuned(), layer="conv"), DRAWN_PEOPLE, {})
    show(study.folder)
    words = words_of(page.layout(layer="conv", map="3"))
    assert "Response of map 3 against the intensity of action units" in words and "--people 40" not in words


def test_projections_that_were_not_checked_are_said_to_be(page):
    """Of no map: the command that checks them."""
    words = words_of(page.layout(layer="conv", map="7"))
    assert "This map was not projected from shuffled networks" in words


def test_projections_stand_beside_those_of_shuffled_networks(page, show, tmp_path):
    """Maps 4 and 7 were checked, on other faces: their own verdict; any other map, and layer, is led to them."""
    study = planted_study(tmp_path / "study")
    study.add(replace(checked(), layer="conv"), "known", {})
    show(study.folder)
    words = words_of(page.layout(layer="conv", map="7"))
    assert "Map 7 of conv, and what else looks like it" in words and "On the faces “known”." in words
    assert "their shape depends mostly on the weights (own share 83%)" in words
    for other in (page.layout(layer="conv", map="5"), page.layout(layer="features.0", map="4")):
        told = " ".join(words_of(other).split())
        assert "This map was not projected from shuffled networks" in told and "maps of conv only" in told
        assert any("ask=weights" in href for href in all_of(other, "href"))


def test_ordinary_faces_stand_beside_the_strongest(page, app):
    """Random and median ones as pictures, and on how many faces the map fires."""
    made = page.layout(layer="conv", map="7")
    assert "It fires on 50% of 30 faces." in words_of(made)
    for shown in ("random", "median", "strongest-places"):
        assert f"/pictures/unseen/conv/7/{shown}.png" in all_of(made, "src")
        assert app.server.test_client().get(f"/pictures/unseen/conv/7/{shown}.png").status_code == 200


def test_the_maps_of_a_part_of_the_face(page):
    """The planted map of the mouth alone, with its share; of the nose none, in words; of all all."""
    made = page.layout(layer="conv", part="mouth")
    assert "Map 7" in words_of(made) and "Map 3 " not in words_of(made) and "90 % of faces (88–92)" in words_of(made)
    assert "No map of conv fires most on this part of the face: nose." in words_of(
        page.layout(layer="conv", part="nose")
    )
    assert len(all_of(page.layout(layer="conv"), "src")) == 64
    assert "there is no part 'ear' here" in words_of(page.layout(layer="conv", part="ear"))


def test_faces_without_landmarks_have_no_parts(page):
    """No choice in the grid, words in the panel."""
    assert "Part of the face" not in words_of(page.layout(faces="bare", layer="features.0"))
    assert "No landmarks of these faces are known" in words_of(page.layout(faces="bare", layer="features.0", map="1"))


def test_a_part_has_an_order_of_its_own(page):
    """By share where a part is chosen, which other orders replace; there is none for all maps."""
    assert "Share of faces: mouth" in str(page.layout(layer="conv", part="mouth"))
    assert "Map 7" in words_of(page.layout(layer="conv", part="mouth", order="strongest"))
    assert "there is no order 'part' here" in words_of(page.layout(layer="conv", order="part"))
