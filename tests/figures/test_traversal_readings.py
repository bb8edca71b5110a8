"""A line a variable that is named after what was read, with its rank correlation."""

import dataclasses

import numpy as np
import pytest

from fer_probe.figures import traversal_reading_rows, traversal_readings_figure
from fer_probe.figures.theme import GREY
from fer_probe.latents.traversal_readings import TraversalReadings, read_traversals
from tests.figures.test_figure_notes import COUNT, METHOD, words_of_figure

NAMES = ("anger", "sad", "nothing")


@pytest.fixture(scope="module")
def found():
    """The decoder writes latents into pixels, and the reader reads them: anger rises, sadness falls."""
    latents = np.random.default_rng(0).uniform(0.2, 0.8, (20, 3)).astype(np.float32)

    def read(pixels):
        return np.stack([1 - pixels[:, 0, 0, 1], pixels[:, 0, 0, 0]], 1).astype(np.float32)

    def decode(latent):
        return latent[:, None, None]

    return read_traversals(decode, latents, read, ("sadness", "anger"), names=NAMES, steps=4, read_by="another")


def test_each_variable_is_drawn_by_its_own_reading(found):
    """By name in any spelling; what is named after nothing is left out."""
    figure = traversal_readings_figure(found)
    assert [line.name for line in figure.data] == ["anger (1.00)", "sad (-1.00)"]
    np.testing.assert_allclose(figure.data[0].y, found.values[0], atol=1e-6)
    np.testing.assert_allclose(figure.data[1].y, 1 - found.values[1], atol=1e-6)
    assert "20 faces, read by another" in figure.layout.title.subtitle.text


def test_rows_tell_both_ends(found):
    """As the record has them."""
    rows = traversal_reading_rows(found)
    assert [row["variable"] for row in rows] == ["anger", "sad"]
    assert rows[0]["largest"] == f"{found.values[0, -1]:.2f}" and rows[1]["Spearman"] == "-1.00"


def test_variables_without_names_have_a_panel_each(found):
    """With what changes most, named at its end with its change."""
    bare = dataclasses.replace(found, names=("variable 0", "variable 1", "variable 2"))
    figure = traversal_readings_figure(bare)
    assert len(figure.data) == 3 * 2 and traversal_reading_rows(bare) == ()
    np.testing.assert_array_equal(figure.data[0].y, bare.mean[0, :, 1])  # anger changes, sadness does not
    words = [note.text for note in figure.layout.annotations]
    rise = bare.mean[0, -1, 1] - bare.mean[0, 0, 1]
    assert words[:3] == list(bare.names) and f"anger {rise:+.2f}" in words and "sadness +0.00" in words
    assert "Probability" in figure.layout.title.text and "prototype" not in figure.layout.title.subtitle.text


@pytest.fixture(scope="module")
def units():
    """Six units along happiness: AU6 rises steadily, AU12 rises at once, four others move more than both."""
    steps = np.linspace(0, 1, 5)
    curves = [0.1 * steps, [0, 0.2, 0.1, 0.05, 0.02], *[-steps * k for k in (1, 2, 3, 4)]]
    mean = np.stack(curves, 1)[None].astype(np.float32)
    rank = np.array([[1, 0.1, -1, -1, -1, -1]], np.float32)
    names = ("AU6", "AU12", "AU1", "AU2", "AU4", "AU5")
    return TraversalReadings(
        np.array([3]), ("happiness",), steps[None], names, mean, mean, mean[..., 0], mean[0, 0], rank, 9, "units",
        intensities=True,
    )  # fmt: skip


def test_units_of_the_expressions_prototype_are_told_from_others(units):
    """In colour though they move less; how many of them rise is said."""
    figure = traversal_readings_figure(units)
    grey = {line.hovertemplate.split("<br>")[1].split(" ")[0]: line.line.color == GREY for line in figure.data}
    assert grey == {"AU6": False, "AU12": False, "AU5": True, "AU4": True}
    facts = figure.layout.title.subtitle.text
    assert "9 faces, read by units" in facts and "2 of 2 end higher, 1 rise steadily" in facts
    assert "Intensity" in figure.layout.title.text


def test_names_do_not_stand_on_one_another(units):
    """However near the ends of lines are, and none below the panel."""
    crowded = dataclasses.replace(units, mean=np.zeros_like(units.mean) + np.arange(6) * 1e-3)
    heights = sorted(note.y for note in traversal_readings_figure(crowded).layout.annotations[1:])
    low, high = crowded.mean.min(), 1e-3 * 5
    assert np.diff(heights).min() > (high - 0) / 9 * 0.99 and heights[0] >= min(0, low)


def test_a_figure_names_how_many_and_by_what(found, units):
    """As every figure of an analysis does."""
    assert METHOD.search(words_of_figure(traversal_readings_figure(units)))
    words = words_of_figure(traversal_readings_figure(found))
    assert COUNT.search(words) and METHOD.search(words)
