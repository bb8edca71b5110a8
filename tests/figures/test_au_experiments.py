"""Figures and tables of the action-unit experiment say what the record holds."""

import numpy as np
import pytest

from fer_probe.evidence.au_distance import au_distances
from fer_probe.experiments.au_experiments import AUEffects
from fer_probe.figures.au_experiments import (
    AU_EFFECT_COLUMNS,
    au_effect_figure,
    au_effect_rows,
    au_effects_figure,
)

UNITS = np.array([4, 12, 27])


def record(classes=()):
    """Outcome 1 is raised by AU12 and lowered a little, surely, by AU4; nothing else is significant."""
    effect = np.array([[0.1, -0.004, 0.0, 0.2], [0.0, 0.5, 0.1, 0.0], [0.1, 0.0, 0.1, 0.0]])
    p = np.ones((3, 4))
    p[0, 1] = p[1, 1] = 0.001
    return AUEffects(
        "" if classes else "conv", tuple(classes), UNITS, effect, effect * 0 + 0.05, p, p.min(1), p * 0 + 0.5,
        np.full(4, 0.2), np.tile([0.5, 0.25, 0.5, 0.0], (3, 1)), 1.0, 12, 1000, 0,
    )  # fmt: skip


def distances(best_of_12):
    """Observation names one map for AU12, and none for the others."""
    rng = np.random.default_rng(0)
    responses = rng.random((60, 4)) / 10
    units = np.stack([np.zeros(60), np.arange(60) % 2, np.full(60, np.nan)], 1)
    responses[::2] += 0.5
    responses[1::2, best_of_12] += 3
    return au_distances(responses, units, UNITS, layer="conv")


def test_only_significant_effects_are_drawn():
    """On classes in points, written into the cell, none below half a point; on maps in deviations."""
    of_classes = au_effects_figure(record(("a", "b", "c", "d"))).data[0]
    assert np.argwhere(~np.isnan(of_classes.z)).tolist() == [[1, 1]] and of_classes.z[1, 1] == 50
    assert of_classes.text[1][1] == "+50"
    of_maps = au_effects_figure(record()).data[0]
    assert np.argwhere(~np.isnan(of_maps.z)).tolist() == [[0, 1], [1, 1]] and of_maps.z[1, 1] == 2
    assert of_maps.customdata[2, 3] == 3


def test_a_rider_lies_far_to_the_right_and_near_zero():
    """Every map is one point, D over effect; both the observed and the raised map are named."""
    figure = au_effect_figure(record(), distances(best_of_12=2), 12)
    points = {int(m): (x, y) for t in figure.data for m, x, y in zip(t.customdata, t.x, t.y, strict=True)}
    assert points[2][0] == max(x for x, _ in points.values()) and np.isclose(points[2][1], 0.2)
    assert np.isclose(points[1][1], 2)
    assert {a.text for a in figure.layout.annotations} == {"<b>map 1</b>", "<b>map 2</b>"}


@pytest.mark.parametrize("best, verdict", [(1, "answers to the unit"), (2, "is not shown to answer to it")])
def test_the_table_says_what_became_of_the_observed_map(best, verdict):
    """By the unit's own effect on it."""
    row = au_effect_rows(record(), distances(best_of_12=best))[1]
    assert tuple(row) == AU_EFFECT_COLUMNS
    assert row["Map with the largest D"] == f"map {best}" and row["So it"] == verdict
    assert row["Map it raises most"] == "map 1" and row["By"] == "+2.00 ± 0.20" and row["Next unit on that map"] == "1%"


def test_none_is_said():
    """No map on the unit's side, none raised."""
    row = au_effect_rows(record(), distances(1))[0]
    assert row["Map with the largest D"] == row["Map it raises most"] == "none" and row["By"] == "–"


def test_an_unknown_unit_is_an_error():
    """One that was not switched."""
    with pytest.raises(KeyError, match="AU99 was not switched"):
        au_effect_figure(record(), distances(1), 99)
