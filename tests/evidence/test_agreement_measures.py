"""Agreement of maps with units, held against scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import pointbiserialr
from sklearn.metrics import roc_auc_score

from fer_probe.evidence.agreement_measures import MEASURES, au_agreement

RNG = np.random.default_rng(0)
RESPONSES = np.maximum(RNG.normal(0.5, 1, (90, 6)), 0)  # rectified: many are equal
UNITS = (RNG.random((90, 2)) < 0.3).astype(float)


def test_auroc_and_correlation_equal_the_libraries():
    """AUROC is scikit-learn's, ties counted half; point-biserial is SciPy's."""
    found = au_agreement(RESPONSES, UNITS, [12, 4])
    for a in range(2):
        for m in range(6):
            assert found.auroc[a, m] == pytest.approx(roc_auc_score(UNITS[:, a], RESPONSES[:, m]))
            assert found.point_biserial[a, m] == pytest.approx(pointbiserialr(UNITS[:, a], RESPONSES[:, m])[0])


def test_jensen_shannon_equals_the_library():
    """On responses without ties: SciPy's distance, squared, between histograms of ten equally filled bins."""
    responses = RNG.gamma(2, 1, (90, 3))
    found = au_agreement(responses, UNITS, [12, 4], bins=10)
    for a in range(2):
        for m in range(3):
            edges = [*np.sort(responses[:, m])[::9], np.inf]
            p, q = (np.histogram(responses[UNITS[:, a] == side, m], edges)[0] for side in (1, 0))
            assert found.jensen_shannon[a, m] == pytest.approx(jensenshannon(p, q, base=2) ** 2)


def test_perfect_and_absent_agreement():
    """A map that is its unit has AUROC 1, correlation 1 and one bit; one that never changes 0.5, 0 and 0."""
    units = np.tile([1.0, 0.0], 20)[:, None]
    found = au_agreement(np.column_stack([units[:, 0], np.full(40, 3.0), 1 - units[:, 0]]), units, [12])
    assert found.auroc[0].tolist() == [1, 0.5, 0]
    assert found.point_biserial[0] == pytest.approx([1, 0, -1])
    assert found.jensen_shannon[0] == pytest.approx([1, 0, 1])
    assert [found.best_map(12, measure) for measure in MEASURES] == [0, 0, 0]


def test_uncoded_pictures_count_for_nothing():
    """NaN is on neither side; a unit without one side has no numbers and no map."""
    units = np.concatenate([UNITS, np.full((30, 2), np.nan)])
    more = np.concatenate([RESPONSES, 100 * RNG.random((30, 6))])
    assert np.allclose(au_agreement(more, units, [12, 4]).auroc, au_agreement(RESPONSES, UNITS, [12, 4]).auroc)
    never = au_agreement(RESPONSES, np.zeros((90, 1)), [12])
    assert np.isnan(never.auroc).all() and never.best_map(12, "auroc") is None


def test_bad_input_is_named():
    """Intensities given as presence, and one bin, are errors."""
    with pytest.raises(ValueError, match="threshold intensities first"):
        au_agreement(RESPONSES, UNITS * 0.4, [12, 4])
    with pytest.raises(ValueError, match="1 bins"):
        au_agreement(RESPONSES, UNITS, [12, 4], bins=1)
    with pytest.raises(KeyError, match="AU99 is not among"):
        au_agreement(RESPONSES, UNITS, [12, 4]).best_map(99, "auroc")
