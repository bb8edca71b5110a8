"""Figures and words of combinations and sweeps say what the records hold."""

import numpy as np
import pytest

from fer_probe.experiments.combinations import Combinations
from fer_probe.experiments.sweeps import Sweep
from fer_probe.figures.combinations import combination_effects_figure, combinations_figure, interactions_in_words
from fer_probe.figures.sweeps import sweep_classes_figure, sweep_figure, sweep_in_words

CLASSES = ("anger", "happiness", "neutral")


def combined(count=2, points=0.4):
    """``count`` units; the last interaction, of all of them, moves anger, surely, on both scales."""
    rng = np.random.default_rng(0)
    shown = np.array(list(np.ndindex(*[2] * count)))
    members = np.array(sorted(shown[1:].tolist(), key=sum))
    answer = rng.dirichlet(np.ones(3), (2, len(shown)))
    effect, p = np.zeros((2, len(members), 3)), np.ones((2, len(members), 3))
    effect[:, -1, 0], p[:, -1, 0] = (points, 3 * points), 0.001
    units = np.array([4, 22, 7, 23][:count])
    return Combinations(
        units, CLASSES, shown, answer, answer * 0 + 0.03, members, effect, effect * 0 + 0.02, p, 0.8, 20, 1000, 0
    )


@pytest.mark.parametrize("count", [2, 3])
def test_every_combination_and_class_is_drawn(count):
    """Two units as points with intervals, more as a table; both in per cent."""
    found = combined(count)
    figure = combinations_figure(found)
    drawn = np.array([t.y for t in figure.data]) if count == 2 else figure.data[0].z
    assert np.allclose(drawn, 100 * found.answer[0])
    names = [t.name for t in figure.data] if count == 2 else list(figure.data[0].y)
    assert names[0] == "at rest" and names[-1].startswith("AU4 + AU22")


def test_only_significant_effects_are_drawn():
    """In points, or in logits."""
    points, logits = (combination_effects_figure(combined(3), scale).data[0] for scale in ("probability", "logit"))
    for drawn, value in ((points, 40), (logits, 1.2)):
        assert np.argwhere(~np.isnan(drawn.z)).tolist() == [[6, 0]] and drawn.z[6, 0] == pytest.approx(value)
    assert points.y[6] == "AU4 × AU22 × AU7" and points.text[6][0] == "+40"


def test_interactions_in_words():
    """What needs units together is told; that nothing does, too."""
    assert (
        interactions_in_words(combined()) == "Anger rises by 40 points more with AU4 and AU22 than they add one by one."
    )
    assert "points less with" in interactions_in_words(combined(points=-0.4))
    assert interactions_in_words(combined(points=0.0)).startswith("No class takes these units together")


def swept(condition="intensity"):
    rng = np.random.default_rng(1)
    values = np.array([0.0, 0.5, 1.0]) + (condition == "exposure")
    probability = rng.dirichlet(np.ones(3), (2, 3))
    read = np.array([[0.0, 0.25, 0.75], [0.0, 0.1, 0.2]])
    return Sweep(condition, values, ("happiness", "anger"), CLASSES, probability, probability * 0.1, read, 20, 0)


@pytest.mark.parametrize("condition", ["intensity", "side light", "exposure"])
def test_a_line_is_the_class_that_is_shown(condition):
    """Its own class in per cent, in the expression's order; a panel has every class."""
    found = swept(condition)
    lines = [trace for trace in sweep_figure(found).data if trace.mode == "lines+markers"]
    assert np.allclose(lines[0].y, 100 * found.probability[0, :, 1])
    assert np.allclose(lines[1].y, 100 * found.probability[1, :, 0])
    panels = sweep_classes_figure(found).data
    assert len(panels) == 6 and np.allclose(panels[5].y, 100 * found.probability[1, :, 2])


def test_sweeps_in_words():
    """The intensity at which half are read, or that it is never reached; the best and the worst light."""
    assert "happiness from 0.75 on, anger not even at 1 (20%)" in sweep_in_words(swept())
    assert "48% of the faces are read as what they show at 1" in sweep_in_words(swept("side light"))
