"""What clusters show: every labelled face is in one bar, every number stands beside."""

import dataclasses

import numpy as np
import pytest

from fer_probe.figures import cluster_counts_figure, cluster_name, confusion_figure, scores_in_words
from fer_probe.latents.clusters import score_clusters


@pytest.fixture
def scores(records):
    """Forty faces, ten of them unlabelled, in three clusters of which one has no name."""
    return score_clusters(np.arange(40) % 3, records.faces, ("anger", "", "neutral"))


def test_bars_count_every_labelled_face(scores):
    """By cluster and expression; clusters say what they are taken for."""
    figure = cluster_counts_figure(scores)
    assert sum(sum(bar.x) for bar in figure.data) == 30
    assert list(figure.data[0].y) == ["cluster 0: anger", "cluster 1", "cluster 2: neutral"]
    for bar, place in zip(figure.data, range(3), strict=True):
        assert list(bar.x) == scores.counts[:, place].tolist()


def test_scores_are_told_in_words(scores):
    """Accuracy and both indices."""
    expected = f"30 labelled faces · accuracy {scores.accuracy:.1%} · adjusted Rand {scores.adjusted_rand:.2f}"
    assert scores_in_words(scores).startswith(expected)
    assert cluster_name(5, ()) == "cluster 5"


def test_the_confusion_of_clusters_is_drawn_as_that_of_classes(scores):
    """Rows are labels, columns the expressions of the clusters."""
    figure = confusion_figure(scores)
    assert np.array_equal(figure.data[0].customdata[..., 0], scores.confusion)
    empty = dataclasses.replace(scores, confusion=scores.confusion * 0)
    assert "no face" in confusion_figure(empty).layout.title.subtitle.text
