"""What the figures of ablation show is what the record holds."""

import numpy as np
import pytest

from fer_probe.experiments.ablation import AblatedMaps
from fer_probe.figures.ablation import ablated_map_figure, ablation_figure

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
    assert "each class on its own faces · 40 faces of 10 people" in ablation_figure(record()).layout.title.subtitle.text
    assert "all faces" in ablation_figure(record(False)).layout.title.subtitle.text


def test_an_unknown_map_is_an_error():
    """The message says how many there are."""
    with pytest.raises(IndexError, match="among the 8 maps of conv"):
        ablated_map_figure(record(), 8)
