"""The page of experiments: every question is answered, or it is said what would answer it."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
from dash import no_update

from fer_probe.experiments.au_experiments import AUEffects
from fer_probe.study import DRAWN_PEOPLE
from tests.figures.test_au_concepts import concepts
from tests.figures.test_au_emergence import emerged, tuned
from tests.figures.test_combinations import combined, swept
from tests.figures.test_sanity_checks import record as checked

from .conftest import CLASSES, MAPS, all_of, planted_study, words_of

QUESTIONS = ("unit", "together", "degrees", "light", "map", "concept", "depth", "weights")


def effects(outcomes, layer="", classes=()):
    """AU12 raises outcome 7, or 1; nothing else does anything."""
    effect, p = np.zeros((2, outcomes)), np.ones((2, outcomes))
    at = 7 if layer else 1
    effect[0, at], p[0, at] = 0.5, 0.001
    return AUEffects(
        layer, classes, np.array([12, 1]), effect, effect * 0 + 0.01, p, p.min(1), p * 0 + 0.5, np.full(outcomes, 0.2),
        np.full((2, outcomes), 0.3), 1.0, 12, 1000, 0,
    )  # fmt: skip


@pytest.fixture
def page(app):
    return importlib.import_module("dashboards.pages.experiments")


@pytest.fixture
def experimented(show, tmp_path):
    """A study with every experiment."""
    study = planted_study(tmp_path / "study")
    records = [effects(3, classes=CLASSES), effects(MAPS, "conv"), combined(2), combined(3), swept(), swept("exposure")]
    records += [emerged(), replace(tuned(), layer="conv"), concepts()]
    for record in records:
        study.add(record, DRAWN_PEOPLE, {})
    study.add(replace(checked(), layer="conv"), "known", {})
    show(study.folder)
    return study


@pytest.mark.parametrize("ask", QUESTIONS)
def test_every_question_is_answered(page, experimented, ask):
    """With at least one figure, described in words, and no command to run."""
    made = page.layout(ask=ask)
    assert all_of(made, "figure") and "fer-probe probe" not in words_of(made)
    assert all_of(made, "aria-current") == ["page", "page"]  # the page, and the question


@pytest.mark.parametrize(("ask", "command"), [
    ("unit", "fer-probe probe"), ("together", "--combine 4,22"), ("degrees", "--people 40"), ("light", "--people 40"),
    ("weights", "fer-probe probe"), ("concept", "fer-probe probe"), ("depth", "--people 40"),
])  # fmt: skip
def test_what_was_not_asked_says_how_to(page, ask, command):
    """The study of other tests has ablations only."""
    assert command in words_of(page.layout(ask=ask))


def test_the_observed_map_and_what_became_of_it(page, experimented):
    """AU12's map answers to it; another unit and another layer can be chosen by the address."""
    words = words_of(page.layout())
    assert "answers to the unit" in words and "map 7" in words
    assert "Distance and effect of AU1 inner brow raiser" in words_of(page.layout(au="1"))
    assert "there are 12, 1" in words_of(page.layout(au="26"))


def test_combinations_are_chosen_by_the_address(page, experimented):
    """Each with its faces, which lead to their sliders."""
    made = page.layout(ask="together", units="AU4+AU22")
    faces = [href for href in all_of(made, "href") if str(href).startswith("/drawn-face?au")]
    assert any("au4=0.8&au22=0.8" in href for href in faces)
    assert "Anger rises by 40 points more with AU4 and AU22" in words_of(made)
    assert "there are AU4+AU22" in words_of(page.layout(ask="together", units="AU1+AU2"))


def test_projections_of_a_map_that_was_checked(page, experimented):
    """On the faces that were; another map is refused with those there are."""
    assert "An edge map gives 0.20" in words_of(page.layout(ask="weights", map="7"))
    assert "there are 4, 7" in words_of(page.layout(ask="weights", map="5"))


def test_clicks_lead_on(page, experimented):
    """A cell to its map on this page, a point to the map's own page; nothing clicked leads nowhere."""
    assert page.show_map({"points": [{"text": "map 12"}]}, "?ask=map") == "/experiments?ask=map&map=12"
    assert page.open_map({"points": [{"customdata": 7}]}, "?au=12") == "/maps?layer=conv&map=7"
    assert page.show_map(None, "") is no_update and page.open_map(None, "") is no_update
