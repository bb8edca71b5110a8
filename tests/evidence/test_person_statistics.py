"""Statistics of groups of people: intervals that hold what they promise, and areas as scikit-learn has them."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from fer_probe.evidence import person_statistics as of


def test_independent_pictures_give_wilsons_interval():
    """One picture a person: the formula of the textbook, but for t and the jackknife's n − 1."""
    right = np.repeat([1.0, 0.0], [27, 13])
    variance = of.jackknife_variance(of.accuracy_without_each(right, np.ones(40)))
    assert np.isclose(variance, right.var(ddof=1) / 40)
    z = stats.t.ppf(0.975, 39)
    n, p = p_of(right) * (1 - p_of(right)) / variance, p_of(right)
    middle, half = (p + z**2 / 2 / n) / (1 + z**2 / n), z * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2) / (1 + z**2 / n)
    assert np.allclose(of.wilson_interval(p, variance, 40), (middle - half, middle + half))


def p_of(right):
    return float(right.mean())


def test_the_interval_covers_where_wilsons_of_pictures_does_not():
    """15 persons of 12 pictures, persons differing: 95 % of intervals hold the truth; as if independent, far fewer."""
    rng, held, naive = np.random.default_rng(0), 0, 0
    for _ in range(400):
        hits = rng.binomial(12, rng.beta(3.2, 0.8, 15)).astype(float)
        share = hits.sum() / 180
        left_out = of.accuracy_without_each(hits, np.full(15, 12.0))
        low, high = of.wilson_interval(share, of.jackknife_variance(left_out), 15)
        held += low <= 0.8 <= high
        low, high = stats.binomtest(int(hits.sum()), 180).proportion_ci(method="wilson")
        naive += low <= 0.8 <= high
    assert held >= 0.92 * 400 and naive < 0.82 * 400


def test_all_right_is_not_sure_to_be_all_right():
    """Without any variance the persons count, not their pictures; one person tells nothing."""
    low, high = of.wilson_interval(1.0, 0.0, 10)
    assert high == 1 and 0.6 < low < 0.7
    assert np.isnan(of.wilson_interval(1.0, 0.0, 1)).all() and np.isnan(of.wilson_interval(np.nan, 0.0, 9)).all()


def test_difference_of_two_groups_is_newcombes():
    """Newcombe 1998, table II, (a) 56/70 − 48/80 by method 10: 0.0524 to 0.3339."""
    shares = [(k / n, *stats.binomtest(k, n).proportion_ci(method="wilson")) for k, n in ((56, 70), (48, 80))]
    assert np.allclose(of.difference_interval(*shares), (0.2, 0.0524, 0.3339), atol=5e-5)


@pytest.mark.parametrize("ties", [False, True])
def test_areas_within_groups_are_scikit_learns(ties):
    """The group's own pictures, draws counted half; and each person left out gives what those pictures give."""
    rng = np.random.default_rng(1)
    person, present = rng.integers(0, 9, 120), rng.random(120) < 0.4
    response = rng.integers(0, 4, 120).astype(float) if ties else rng.normal(size=120)
    won = of.pairs_won(response, present, person, 10)  # person 9 has no picture
    ones, zeros = (np.bincount(person, side, 10) for side in (present, ~present))
    inside = np.zeros((2, 10))
    inside[0, :4], inside[1, 9] = 1, 1
    area, weight = of.auroc_of_groups(won, ones, zeros, inside)
    mine = person < 4
    assert np.isclose(area[0], roc_auc_score(present[mine], response[mine]))
    assert np.isnan(area[1]) and weight[1] == 0
    others = person != 3
    assert np.isclose(of.auroc_without_each(won, ones, zeros)[3], roc_auc_score(present[others], response[others]))


def test_exchanges_keep_groups_whole():
    """Every exchange has as many persons of each group; the first is what was observed; the seed decides."""
    member = np.array([0, 0, 1, 1, 1, -1])
    inside = of.PersonExchanges(6, 50, 3).members(member, 2)
    assert (inside.sum(2) == [2, 3]).all() and (inside[0] == (member == [[0], [1]])).all()
    assert (inside == of.PersonExchanges(6, 50, 3).members(member, 2)).all() and (inside[1:] != inside[0]).any()


def test_adjusted_p_is_of_the_largest_over_all_questions():
    """Never below p; a question that no exchange changes is never significant."""
    rng = np.random.default_rng(2)
    spreads = np.abs(rng.normal(size=(400, 6)))
    spreads[0, 2], spreads[:, 5] = 9, 1
    p, adjusted = of.p_values(spreads)
    assert p[2] == adjusted[2] == 1 / 400 and p[5] == adjusted[5] == 1 and (adjusted >= p).all()
