"""Paired effects: differences within observations (a subject with and without something), their mean and its proof.

    t = mean / (deviation / √n),   interval: mean ± t(0.975, n − 1) · deviation / √n

p-values are of a sign-flip test: under the null a difference is as likely as its opposite, so that each observation's
signs are flipped together, at random. Adjusted, the largest |t| over a family of outcomes is taken under each flip
(Westfall & Young 1993, single step), which holds the family's error whatever its correlations are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class PairedEffects:
    """Mean differences of F families of V outcomes over n observations.

    Attributes:
        effect: (F, V) mean difference.
        half_width: (F, V) of its 95 % interval, by t.
        p_value: (F, V) two-sided, by sign flips.
        p_adjusted: (F, V) the same, adjusted over the outcomes of a family.
        q_value: (F,) of each family's least adjusted p, over families (Benjamini & Hochberg 1995).
        observations: n.
        flips: how many; the least p is 1 / (flips + 1).
    """

    effect: np.ndarray
    half_width: np.ndarray
    p_value: np.ndarray
    p_adjusted: np.ndarray
    q_value: np.ndarray
    observations: int
    flips: int


def paired_effects(differences: np.ndarray, *, flips: int = 1000, seed: int = 0) -> PairedEffects:
    """Test mean differences against 0.

    Args:
        differences: (n, F, V) of each observation: F families, each of V outcomes that are adjusted together.
        flips: how many times the signs are flipped.
        seed: of the flips.

    Raises:
        ValueError: fewer than two observations, or values that are not finite.
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 3 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"differences of shape {values.shape}: expected finite (n, families, outcomes), n at least 2")
    count, families, outcomes = values.shape
    flat = values.reshape(count, -1)
    square = (flat**2).sum(0)  # flipping leaves it as it is
    observed = _absolute_t(flat.mean(0), square, count).reshape(families, outcomes)
    above, above_largest = np.zeros((2, families, outcomes))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(flips, count))
    for some in np.array_split(signs, max(1, flips * flat.shape[1] // 2**22)):
        flipped = _absolute_t(some @ flat / count, square, count).reshape(-1, families, outcomes)
        # A flip that only changes rounding is no smaller than what was observed.
        least = observed * (1 - 1e-9)
        above += (flipped >= least).sum(0)
        above_largest += (flipped.max(2, keepdims=True) >= least).sum(0)
    adjusted = (1 + above_largest) / (1 + flips)
    return PairedEffects(
        effect=values.mean(0),
        half_width=t_half_width(values),
        p_value=(1 + above) / (1 + flips),
        p_adjusted=adjusted,
        q_value=np.asarray(stats.false_discovery_control(adjusted.min(1))) if adjusted.size else np.ones(families),
        observations=count,
        flips=flips,
    )


def t_half_width(values: np.ndarray) -> NDArray[np.float64]:
    """Half the width of the mean's 95 % interval over the first axis, by t; NaN for one observation."""
    count = len(values)
    if count < 2:
        return np.full(values.shape[1:], np.nan)
    critical = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)
    return np.asarray(critical * values.std(0, ddof=1) / np.sqrt(count))


def _absolute_t(mean: NDArray[np.float64], square: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """|t| of means, given each outcome's sum of squares; 0 for what never differs."""
    spread = np.maximum(square - count * mean**2, 0) / (count - 1) / count
    # What differs by one and the same amount everywhere has no spread: its t is as large as rounding lets it be.
    least = np.finfo(np.float64).eps * square
    return np.abs(np.divide(mean, np.sqrt(np.maximum(spread, least)), out=np.zeros_like(mean), where=square > 0))
