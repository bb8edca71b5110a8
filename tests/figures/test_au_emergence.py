"""Figures of emergence and tuning draw the record."""

import numpy as np
import pytest

from fer_probe.experiments.au_emergence import AUEmergence
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.figures.au_emergence import emergence_figure, emergence_heatmap_figure, map_tuning_figure, tuning_figure

UNITS = np.array([4, 12])


def emerged():
    auroc = np.array([[0.5, 0.6], [0.95, 0.7]])
    return AUEmergence(
        ("conv1", "conv2"), np.array([8, 16]), UNITS, np.array([[1, 2], [3, 4]]), auroc, auroc * 0 + 0.5, 20, 1.0, 0
    )


def tuned():
    response = np.random.default_rng(0).random((2, 3, 5))
    correlation = np.zeros((2, 5))
    correlation[1, 3] = 0.9
    return AUTuning("conv2", UNITS, np.array([0, 0.5, 1]), response, response * 0.1, correlation, 10, 0)


def test_both_networks_layer_by_layer():
    """Shares in per cent and mean AUROC, of the trained and of the shuffled one."""
    share, mean, shuffled, chance = emergence_figure(emerged()).data
    assert share.y.tolist() == [0, 50] and np.allclose(mean.y, [0.55, 0.825])
    assert shuffled.y.tolist() == [0, 0] and chance.y.tolist() == [0.5, 0.5]
    assert "10 drawn people, measured on n = 10 others" in emergence_figure(emerged()).layout.title.subtitle.text


def test_a_cell_is_a_layer_and_a_unit():
    """With the map that was chosen."""
    cells = emergence_heatmap_figure(emerged()).data[0]
    assert cells.z[0][1] == 0.95 and cells.customdata[0][1] == 3 and cells.y[1] == "AU12 lip corner puller"


def test_the_best_map_comes_first():
    """With its interval; others where they are named."""
    best, other = tuning_figure(tuned(), 12, (0,)).data
    assert best.name == "map 3" and np.allclose(best.y, tuned().response[1, :, 3])
    assert np.allclose(best.error_y.array, tuned().half_width[1, :, 3]) and other.name == "map 0"
    assert "0.90" in tuning_figure(tuned(), 12).layout.title.subtitle.text
    with pytest.raises(KeyError, match="AU1 was not shown"):
        tuning_figure(tuned(), 1)


def test_a_map_is_drawn_with_the_units_it_rises_with():
    """The surest first, each with its interval; a map that is not there is refused."""
    first, second = map_tuning_figure(tuned(), 3).data
    assert first.name == "AU12 lip corner puller (0.90)" and second.name.startswith("AU4")
    assert np.allclose(first.y, tuned().response[1, :, 3])
    assert np.allclose(first.error_y.array, tuned().half_width[1, :, 3])
    with pytest.raises(IndexError, match="map 5 is not among the 5"):
        map_tuning_figure(tuned(), 5)
