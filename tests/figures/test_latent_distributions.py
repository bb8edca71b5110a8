"""The figure draws every variable once for each expression, and fills what belongs together."""

import dataclasses

import numpy as np
import pytest

from fer_probe.faces.face_images import FaceImages
from fer_probe.figures import latent_distributions_figure
from fer_probe.latents.latent_variables import Latents, latent_distributions
from tests.figures.test_figure_notes import COUNT, METHOD, words_of_figure


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    shown = np.arange(40) % 3
    values = rng.normal(size=(40, 3)).astype(np.float32) + 2 * np.eye(3, dtype=np.float32)[shown]
    faces = FaceImages(
        np.zeros((40, 1, 2, 2), np.uint8), shown, ("anger", "fear", "neutral"), np.empty((40, 0)), np.empty(0, int)
    )
    return latent_distributions(Latents(values, ("anger", "fear", "neutral")), faces)


@pytest.mark.parametrize("panels", ["expression", "variable"])
def test_every_density_is_drawn_once(found, panels):
    """Nine lines for three variables and three expressions; three are filled, each density as the record has it."""
    figure = latent_distributions_figure(found, panels=panels)
    assert len(figure.data) == 9
    assert sum(line.fill == "tozeroy" for line in figure.data) == 3
    drawn = {tuple(np.round(line.y, 5)) for line in figure.data}
    assert drawn == {tuple(np.round(one, 5)) for one in found.density.reshape(9, -1)}
    assert sum(bool(line.showlegend) for line in figure.data) == 3


def test_variables_without_names_have_a_panel_each(found):
    """Their scales differ, and nothing is filled."""
    figure = latent_distributions_figure(dataclasses.replace(found, names=()))
    heads = [note.text for note in figure.layout.annotations]
    assert heads[0].startswith("variable 0: anger, AUROC 0.")
    assert not any(line.fill for line in figure.data)


def test_overall_numbers_stand_under_the_title(found):
    """With chance beside the discriminant."""
    facts = latent_distributions_figure(found).layout.title.subtitle.text
    assert f"linear discriminant {found.separation:.0%} (chance 33%)" in facts


def test_a_figure_names_how_many_and_by_what(found):
    """As every figure of an analysis does."""
    words = words_of_figure(latent_distributions_figure(found))
    assert COUNT.search(words) and METHOD.search(words)
