"""Groups of people, drawn: every group with its interval, what differs is marked, and words follow the numbers."""

import numpy as np

from fer_probe.evidence.group_comparisons import accuracy_by_group, detectors_by_group
from fer_probe.figures.group_comparisons import (
    group_accuracy_figure,
    group_accuracy_in_words,
    group_detector_rows,
    group_detectors_figure,
    group_detectors_in_words,
)
from tests.evidence.test_group_comparisons import PERSON, people, planted


def accuracy(men=0.6):
    rng = np.random.default_rng(3)
    return accuracy_by_group((rng.random(len(PERSON)) < np.where(PERSON % 2, men, 0.9)).astype(float), people())


def detectors():
    return detectors_by_group(*planted(), people(), layer="deep")


def test_every_group_stands_under_its_grouping():
    """Points, intervals and the line of all people are the record's, in per cent; p stands at the grouping's name."""
    found = accuracy()
    figure = group_accuracy_figure(found)
    points = [trace for trace in figure.data if trace.type == "scatter"]
    assert np.allclose(np.concatenate([trace.x for trace in points]), 100 * found.accuracy)
    reach = np.concatenate([trace.x + trace.error_x.array for trace in points])
    assert np.allclose(reach, 100 * found.high) and figure.layout.shapes[0].x0 == 100 * found.overall
    labels = figure.layout.yaxis.ticktext
    assert labels[1:3] == ("f", "m") and labels[0].startswith("<b>sex</b>, p = ")
    assert [labels[int(y)] for trace in points for y in trace.y] == list(found.groups)


def test_a_difference_is_told_only_where_it_is_shown():
    """By sex, with both groups, the better first; by age not."""
    words = group_accuracy_in_words(accuracy())
    assert "By sex accuracy differs" in words and "between f and m people" in words
    assert "By age accuracy is not shown to differ" in words
    assert "By sex accuracy is not shown to differ" in group_accuracy_in_words(accuracy(men=0.9))


def test_the_detector_that_differs_has_a_star():
    """On the grouping where it differs, and on no other; each group's points are the record's."""
    found = detectors()
    figure = group_detectors_figure(found, 0)
    assert figure.layout.yaxis.ticktext == ("AU4 brow lowerer", "✱ AU12 lip corner puller", "AU1 inner brow raiser")
    assert np.allclose(figure.data[1].x, found.auroc[:, 1]) and figure.data[1].name == "m"
    assert not any("✱" in label for label in group_detectors_figure(found, 1).layout.yaxis.ticktext)


def test_words_and_rows_begin_with_what_differs():
    """AU12's map, women before men; how many hold everywhere is counted."""
    found = detectors()
    words = group_detectors_in_words(found)
    assert (
        words.startswith("1 of 3 detectors of deep")
        and "Map 1 tells AU12 lip corner puller better of f people" in words
    )
    first = group_detector_rows(found)[0]
    assert (first["Action unit"], first["By"]) == ("AU12 lip corner puller", "sex") and first["Tells it best"][0] == "f"
    assert len(group_detector_rows(found)) == 6
