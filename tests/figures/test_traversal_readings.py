"""A line a variable that is named after what was read, with its rank correlation."""

import dataclasses

import numpy as np
import pytest

from fer_probe.figures import traversal_reading_rows, traversal_readings_figure
from fer_probe.latents.traversal_readings import read_traversals
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


def test_variables_without_names_are_said(found):
    """A sentence in the place of lines."""
    bare = dataclasses.replace(found, names=("variable 0", "variable 1", "variable 2"))
    figure = traversal_readings_figure(bare)
    assert not figure.data and "No variable is named" in figure.layout.annotations[0].text
    assert traversal_reading_rows(bare) == ()


def test_a_figure_names_how_many_and_by_what(found):
    """As every figure of an analysis does."""
    words = words_of_figure(traversal_readings_figure(found))
    assert COUNT.search(words) and METHOD.search(words)
