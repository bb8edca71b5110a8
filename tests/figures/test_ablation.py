"""What the figures of ablation show is what the record holds."""

from dataclasses import replace

import numpy as np
import pytest

from fer_probe.evidence.au_distance import au_distances
from fer_probe.experiments.ablation import AblatedMaps
from fer_probe.figures.ablation import (
    ABLATION_COLUMNS,
    ablated_accuracy_figure,
    ablated_map_figure,
    ablation_figure,
    ablation_rows,
)

CLASSES = ("anger", "happiness", "neutral")


def record(labelled=True):
    """Eight maps; map 5 moves most, happiness above all; nobody shows neutral."""
    rng = np.random.default_rng(0)
    change = rng.normal(0, 0.01, (8, 3))
    change[5, 1] = -0.4
    own = np.where(np.arange(3) < 2, 2 * change, np.nan) if labelled else np.full((8, 3), np.nan)
    known = own[0] * 0 + 0.5
    return AblatedMaps(
        "conv", "zero", CLASSES, np.full(3, 0.3), change, np.full((8, 3), 0.02), known, own, own * 0 + 0.05, known, own,
        np.abs(change).sum(1) / 2, np.arange(8.0), False, 40, 10,
    )  # fmt: skip


@pytest.mark.parametrize("labelled", [True, False])
def test_the_map_that_moves_most_stands_first(labelled):
    """Columns go by what a map moves; a cell is the change in percentage points, and tells its map."""
    found = record(labelled)
    heatmap = ablation_figure(found).data[0]
    assert heatmap.customdata[0, 0] == 5
    shown = found.own_change if labelled else found.change
    assert np.allclose(heatmap.z, 100 * shown[heatmap.customdata[0]].T, equal_nan=True)
    assert abs(heatmap.zmin) == heatmap.zmax


def test_a_map_stands_beside_all_others():
    """Its own bar with its interval, and the middle of the others without it."""
    figure = ablated_map_figure(record(), 5)
    others, alike, own = figure.data
    assert np.allclose(own.x, 100 * record().own_change[5], equal_nan=True)
    assert np.allclose(own.error_x.array[:2], 5)
    assert np.isclose(others.x[3], np.percentile(100 * np.delete(record().own_change[:, 1], 5), 2.5))
    assert "all other maps" in others.name and "as strong" in alike.name


def test_whose_faces_is_said():
    """Own faces where labels are known, else all; people where they are."""
    assert (
        "each class on its own faces · n = 40 faces of 10 people"
        in ablation_figure(record()).layout.title.subtitle.text
    )
    assert "all faces" in ablation_figure(record(False)).layout.title.subtitle.text
    assert "95 % intervals by t" in ablated_map_figure(record(), 5).layout.title.subtitle.text


def to_mean():
    """The same maps set to their mean: half of everything."""
    found = record()
    return replace(found, to="mean", own_change=found.own_change / 2, recall_change=found.recall_change / 4)


def test_zero_and_mean_stand_side_by_side():
    """Of one map, each with its interval; the title tells both, and a figure of one alone tells that."""
    *_, zero, mean = ablated_map_figure(record(), 5, to_mean()).data
    assert np.allclose(mean.x[:2], zero.x[:2] / 2) and np.allclose(mean.error_x.array[:2], 5)
    assert ablated_map_figure(record(), 5, to_mean()).layout.title.text == "Map 5 set to zero, and to its mean"
    assert ablated_map_figure(to_mean(), 5).layout.title.text == "Map 5 set to its mean"


def test_accuracy_per_class_is_shown():
    """The change of the share that is read rightly, of how much it was; not of a class that nobody shows."""
    figure = ablated_accuracy_figure(record(), 5, to_mean())
    *_, zero, mean = figure.data
    assert np.allclose(zero.x[:2], 100 * record().recall_change[5, :2]) and np.allclose(mean.x[:2], zero.x[:2] / 4)
    assert zero.y == ("anger, of 50%", "happiness, of 50%", "neutral") and np.isnan(zero.x[2])
    assert zero.error_x.array is None and "not tested" in figure.layout.title.subtitle.text


def test_a_row_tells_both_values_and_accuracy():
    """Of AU12's map; a dash where it was not set to its mean."""
    responses = np.random.default_rng(1).random((40, 8))
    responses[::2, 5] += 5
    distances = au_distances(responses, (np.arange(40) % 2 == 0)[:, None], [12])
    (row,) = ablation_rows(record(), distances, to_mean())
    assert list(row) == list(ABLATION_COLUMNS) and row["Class moved most"] == "happiness"
    assert (row["Points"], row["Set to its mean"], row["Accuracy, points"]) == ("-80.0 ± 5.0", "-40.0 ± 5.0", "-80")
    assert ablation_rows(record(), distances)[0]["Set to its mean"] == "–"


def test_an_unknown_map_is_an_error():
    """The message says how many there are."""
    with pytest.raises(IndexError, match="among the 8 maps of conv"):
        ablated_map_figure(record(), 8)
