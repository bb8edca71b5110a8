"""The sanity panel shows every condition, and its verdict follows the numbers."""

from dataclasses import replace

import numpy as np
import pytest

from fer_probe.experiments.sanity_checks import ANEW, EDGES, OTHER_MAP, TRAINED, SanityChecks
from fer_probe.figures.sanity_checks import (
    likeness_figure,
    likeness_in_words,
    sanity_figure,
    sanity_in_words,
    sanity_mosaic,
)

CONDITIONS = (TRAINED, "conv2 shuffled", "conv1 shuffled", ANEW, OTHER_MAP, EDGES)


def record(shuffled=0.5, other=0.9):
    """Two maps, three faces of 30; unrelated projections are 0.4 alike."""
    rng = np.random.default_rng(0)
    means = np.array([1, 0.7, shuffled, 0.3, other, 0.2])
    correlation = np.broadcast_to(means[:, None, None], (6, 2, 3)).copy()
    pixels = rng.normal(size=(6, 2, 3, 1, 8, 8)).astype(np.float32)
    boxes = np.tile([-2, 4, 6, 12], (2, 3, 1))
    index = np.array([[3, 1, 0], [2, 5, 4]])
    return SanityChecks(
        "conv2", "deconvnet", CONDITIONS, np.array([4, 7]), pixels, boxes, index, correlation, correlation,
        np.array([0.4, 0.3]), 0,
    )  # fmt: skip


def test_every_condition_is_a_column(records):
    """The face first, then the trained projection and all others; a row a face."""
    figure = sanity_figure(record(), records.faces, 1, (16, 16))
    assert figure.layout.xaxis.ticktext == ("face", TRAINED, "conv2", "conv1", "anew", "other", "edges")
    assert figure.layout.yaxis.ticktext == ("face 2", "face 5", "face 4")
    assert figure.layout.title.text.startswith("Map 7 of conv2")


def test_likeness_is_the_mean_of_the_record():
    """Without the trained projection itself; the floor is drawn."""
    figure = likeness_figure(record())
    assert np.allclose(figure.data[0].x, [0.7, 0.5, 0.3, 0.9, 0.2]) and figure.data[0].y[0] == "conv2 shuffled"
    assert figure.layout.shapes[0].x0 == 0.4


@pytest.mark.parametrize(
    "shuffled, words", [(0.95, "depends hardly"), (0.7, "depends in part"), (0.45, "depends mostly")]
)
def test_the_verdict_on_the_weights(shuffled, words):
    """By the share that shuffling takes away."""
    assert words in sanity_in_words(record(shuffled=shuffled))


@pytest.mark.parametrize(
    "other, words", [(0.95, "hardly which map"), (0.7, "much of a picture"), (0.4, "its own map's")]
)
def test_the_verdict_on_the_map(other, words):
    """By the likeness of another map's unit."""
    said = sanity_in_words(record(other=other))
    assert words in said and "An edge map gives 0.20" in said


def own_numbers():
    """As the record, but that of map 7 nothing is its own: all conditions give the same picture."""
    found = record()
    correlation = found.correlation.copy()
    correlation[:, 1] = 1
    return replace(found, correlation=correlation)


def test_every_map_has_its_own_verdict():
    """Map 4's is what the numbers of map 4 say, whatever those of map 7 do to the mean."""
    found = own_numbers()
    assert sanity_in_words(found, 0) == sanity_in_words(record())
    said = sanity_in_words(found, 1)
    assert "1.00 like these" in said and "depends hardly on the weights (own share 0%)" in said
    assert "hardly which map" in said and sanity_in_words(found) not in (said, sanity_in_words(found, 0))


def test_numbers_stand_below_their_columns(records):
    """Of the map that is shown, not of all; the face and the trained projection have none."""
    figure = sanity_figure(own_numbers(), records.faces, 1, (16, 16))
    below = {note.x: note.text for note in figure.layout.annotations}
    ticks = figure.layout.xaxis.tickvals
    assert [below[x] for x in ticks] == ["", "", "1.00<br>(0.70)", "1.00<br>(0.50)", "1.00<br>(0.30)",
                                         "1.00<br>(0.90)", "1.00<br>(0.20)"]  # fmt: skip
    assert likeness_in_words(own_numbers(), 1).startswith("trained; conv2 shuffled 1.00 (0.70); conv1 shuffled 1.00")


def test_projections_that_are_empty_are_evidence_of_nothing():
    """No verdict is made of numbers that are not there."""
    found = record()
    assert "evidence of nothing" in sanity_in_words(replace(found, correlation=np.full((6, 2, 3), np.nan)), 0)


def test_a_mosaic_is_a_row_a_face():
    """Three faces and six conditions, tiles of 48 pixels with gaps of three."""
    assert sanity_mosaic(record(), 0).shape == (3 * 48 + 6, 6 * 48 + 15, 4)
