"""Likeness of pictures: scipy's rank correlation, and structural similarity as it was published."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.stats import spearmanr

from fer_probe.experiments.picture_similarity import rank_correlation, structural_similarity

EVERYWHERE = np.ones((20, 24), bool)


def two(seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((2, 20, 24))


def test_rank_correlation_is_spearmans():
    """Over the mask alone; NaN where a picture is the same everywhere."""
    one, other = two()
    mask = np.arange(24) > 5
    mask = np.broadcast_to(mask, one.shape)
    assert rank_correlation(one, other, mask) == pytest.approx(spearmanr(one[mask], other[mask]).statistic)
    assert np.isnan(rank_correlation(one, np.zeros_like(one), mask))


def test_structural_similarity_by_its_formula():
    """At one pixel, with the window written out."""
    one, other = two(1)
    window = np.zeros((20, 24))
    window[10, 12] = 1
    window = ndimage.gaussian_filter(window, 1.5, truncate=3.5)
    x, y = ((picture * window).sum() for picture in (one, other))
    var_x, var_y = ((p * p * window).sum() - m * m for p, m in ((one, x), (other, y)))
    covariance = (one * other * window).sum() - x * y
    expected = (2 * x * y + 1e-4) * (2 * covariance + 9e-4) / ((x * x + y * y + 1e-4) * (var_x + var_y + 9e-4))
    at = np.zeros((20, 24), bool)
    at[10, 12] = True
    assert structural_similarity(one, other, at) == pytest.approx(expected)


def test_equal_pictures_are_entirely_alike():
    """And their negatives are not."""
    one, _ = two()
    assert structural_similarity(one, one, EVERYWHERE) == pytest.approx(1)
    assert structural_similarity(one, 1 - one, EVERYWHERE) < 0
    assert rank_correlation(one, 1 - one, EVERYWHERE) == pytest.approx(-1)
