"""How alike two pictures are: rank correlation and structural similarity, within a mask."""

import numpy as np
from scipy import ndimage, stats

#: Wang et al. 2004: deviation of the Gaussian window, and what keeps quotients apart from 0, for values of 0–1.
_SIGMA, _C1, _C2 = 1.5, 0.01**2, 0.03**2


def rank_correlation(one: np.ndarray, other: np.ndarray, mask: np.ndarray) -> float:
    """Spearman's correlation of two pictures (h, w) over a mask (h, w); NaN where either is the same everywhere."""
    ranks = [stats.rankdata(picture[mask]) for picture in (one, other)]
    if mask.sum() < 2 or min(np.ptp(rank) for rank in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def structural_similarity(one: np.ndarray, other: np.ndarray, mask: np.ndarray) -> float:
    """SSIM of two pictures (h, w) of values 0–1, the mean over a mask; 1 for equal ones.

    With means μ, variances σ² and covariance σ₁₂ under a Gaussian window of deviation 1.5 pixels (Wang et al. 2004):

        (2 μ₁ μ₂ + C₁)(2 σ₁₂ + C₂) / ((μ₁² + μ₂² + C₁)(σ₁² + σ₂² + C₂))
    """
    x, y = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x, variance_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    alike = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    alike /= (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    return float(alike[mask].mean()) if mask.any() else float("nan")


def _blurred(picture: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(picture, _SIGMA, mode="reflect", truncate=3.5)
