"""Paired effects: mean differences, their intervals, and p-values that hold."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from fer_probe.experiments.paired_effects import paired_effects, t_half_width


def test_interval_is_scipys():
    """Half widths are those of scipy's one-sample t-test."""
    values = np.random.default_rng(0).normal(0.3, 1, (12, 1, 4))
    found = paired_effects(values)
    interval = stats.ttest_1samp(values, 0).confidence_interval()
    assert np.allclose(found.effect, values.mean(0))
    assert np.allclose(found.half_width, (interval.high - interval.low) / 2)
    assert np.isnan(t_half_width(values[:1])).all()


def test_sign_flips_are_all_sign_flips():
    """With 8 observations, p and adjusted p are those of all 256 flips, written out."""
    values = np.random.default_rng(1).normal(0.5, 1, (8, 1, 3))
    statistic = lambda some: np.abs(some.mean(0) / (some.std(0, ddof=1) / np.sqrt(8)))  # noqa: E731
    observed = statistic(values[:, 0])
    flipped = np.array([statistic(values[:, 0] * np.array(signs)[:, None]) for signs in product((-1, 1), repeat=8)])
    found = paired_effects(values, flips=20_000)
    assert np.allclose(found.p_value[0], (flipped >= observed - 1e-9).mean(0), atol=0.01)
    assert np.allclose(found.p_adjusted[0], (flipped.max(1)[:, None] >= observed - 1e-9).mean(0), atol=0.01)


def test_a_complete_null_is_rarely_discovered():
    """200 families of 20 correlated outcomes without any effect: about one in twenty has one below 0.05."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=(20, 200, 20)) + rng.normal(size=(20, 200, 1))
    found = paired_effects(values, flips=500)
    families = int((found.p_adjusted.min(1) < 0.05).sum())
    assert families <= stats.binom.ppf(0.999, 200, 0.05)
    assert families >= stats.binom.ppf(0.001, 200, 0.05)  # nor does it never find any
    assert found.q_value.min() > 0.05


def test_a_real_effect_is_found_among_noise():
    """One outcome of thirty that is raised has the least p there is; the same for any constant difference."""
    values = np.random.default_rng(3).normal(size=(25, 2, 30))
    values[:, 0, 7] += 2
    values[:, 1, 3] = 0.25
    found = paired_effects(values, flips=999)
    assert found.p_adjusted[0].argmin() == 7 and found.p_adjusted[0, 7] == pytest.approx(0.001)
    assert found.p_adjusted[1, 3] == pytest.approx(0.001) and found.half_width[1, 3] == 0
    assert np.all(found.q_value == pytest.approx(0.001))


def test_what_never_differs_has_no_effect():
    """Outcomes of zeros have p 1, not NaN."""
    values = np.zeros((5, 1, 2))
    values[:, 0, 1] = [1, -2, 1, 0.5, 0.2]
    found = paired_effects(values)
    assert found.p_value[0, 0] == found.p_adjusted[0, 0] == 1
    assert found.effect[0, 0] == 0


@pytest.mark.parametrize("wrong", [np.zeros((1, 1, 1)), np.zeros((4, 3)), np.full((3, 1, 1), np.nan)])
def test_too_few_or_no_numbers_are_refused(wrong):
    """One observation, a missing axis, or a value that is not a number."""
    with pytest.raises(ValueError, match="expected finite"):
        paired_effects(wrong)
