"""The page of groups: accuracy and detectors by group, or in words why there are none."""

import importlib
from dataclasses import replace

import pytest

from tests.figures.test_group_comparisons import accuracy, detectors

from .conftest import all_of, planted_study, words_of


@pytest.fixture
def page(app):
    return importlib.import_module("dashboards.pages.groups")


@pytest.fixture
def compared(show, tmp_path):
    """Accuracy on known faces, and detectors of ``conv``."""
    study = planted_study(tmp_path / "study")
    study.add(accuracy(), "known", {})
    study.add(replace(detectors(), layer="conv"), "known", {})
    show(study.folder)
    return study


def test_groups_are_shown_with_words(page, compared):
    """Two figures, which faces they are of, and links from each difference to its unit and map."""
    made = page.layout(by="age")
    words = words_of(made)
    assert len(all_of(made, "figure")) == 2 and "fer-probe probe" not in words and "On the faces “known”." in words
    assert "AUROC of each detector within each group by age" in words
    links = [str(href) for href in all_of(made, "href")]
    assert "/action-units?faces=known&au=12&layer=conv" in links and "/maps?faces=known&layer=conv&map=1" in links


def test_another_grouping_is_a_link(page, compared):
    """Each stands in the menu; one that is not there is said to be none."""
    (menu,) = [one for one in all_of(page.layout(), "data") if one and "by=" in str(one)]
    assert [option["value"] for option in menu] == ["/groups?by=sex", "/groups?by=age"]
    assert "there are sex, age" in words_of(page.layout(by="shoes"))


def test_faces_that_tell_nothing_of_people(page):
    """Why there is nothing, not a command that would not help."""
    words = words_of(page.layout())
    assert "Neither sex nor age nor skin is told of these faces." in words and "fer-probe probe" not in words
