"""The page of a comparison: all four records, each pair's faces, and how to get one where there is none."""

import importlib
from dataclasses import replace

import pytest
from dash import no_update

from fer_probe.comparisons.map_matches import MapMatches
from tests.figures.test_comparisons import answers, matches, similarity, units

from .conftest import all_of, planted_study, words_of


@pytest.fixture
def page(app):
    return importlib.import_module("dashboards.pages.compared")


@pytest.fixture
def compared(show, tmp_path):
    """With one checkpoint everything, with another only the maps."""
    study = planted_study(tmp_path / "study")
    for record in (matches(), similarity(), units(), answers()):
        study.add(record, "known", {})
    study.add(replace(matches(), other="ours"), "known", {})
    show(study.folder)
    return study


def test_everything_is_shown(page, compared):
    """Four figures, the most alike map beside its pair with their faces, and links to maps and units."""
    made = page.layout(other="theirs")
    words = words_of(made)
    assert len(all_of(made, "figure")) == 4 and "Map 0 of mine, conv" in words and "Its pair: map 1 of theirs" in words
    assert "r = 1.00, more alike than maps of untrained networks." in words
    links = [str(href) for href in all_of(made, "href")]
    assert "/maps?faces=known&layer=conv&map=0" in links and "/action-units?faces=known&au=4&layer=conv" in links


def test_any_map_and_any_other_checkpoint_is_a_link(page, compared):
    """A map without a partner says so; what is not there is named."""
    alone = int((matches().assigned < 0).argmax())
    words = words_of(page.layout(other="ours", map=str(alone)))
    assert "No pair in ours" in words and len(all_of(page.layout(other="ours"), "figure")) == 1
    assert "there are ours, theirs" in words_of(page.layout(other="nobody"))
    assert "numbered 0 to 5" in words_of(page.layout(other="theirs", map="6"))


def test_a_pair_that_is_clicked_is_shown(page, compared):
    """Its address keeps which checkpoint; the marks of untrained networks lead nowhere."""
    clicked = {"points": [{"customdata": 3}]}
    assert page.show_pair(clicked, "?other=theirs&faces=known") == "/compared?faces=known&other=theirs&map=3"
    assert page.show_pair({"points": [{"x": 1}]}, "") is no_update and page.show_pair(None, "") is no_update


def test_how_to_compare_is_said(page, study):
    """The command names this study."""
    assert study.find(MapMatches, "known") is None
    assert f"fer-probe compare {study.folder.name} OTHER" in words_of(page.layout())
