"""Layer similarity: 1 for a rotation, about 0 for noise however few pictures, and the equations written out."""

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import ortho_group

from fer_probe.comparisons.layer_similarity import linear_cka, linear_kernel, similarity_of_layers


def noise(count=40, width=30, seed=0):
    return np.random.default_rng(seed).normal(size=(count, width))


def biased(one, other):
    """Kornblith et al. 2019, equation 4, for centred features."""
    one, other = one - one.mean(0), other - other.mean(0)
    cross, own, theirs = (np.linalg.norm(a.T @ b) for a, b in ((one, other), (one, one), (other, other)))
    return cross**2 / own / theirs


def test_rotation_and_scale_change_nothing():
    """A layer turned and enlarged is the same layer; so is one whose maps changed places."""
    features = noise()
    rotated = 5 * features @ ortho_group.rvs(30, random_state=0) + 3
    assert np.isclose(linear_cka(features, rotated), 1) and np.isclose(linear_cka(features, features[:, ::-1]), 1)


def test_few_pictures_do_not_inflate():
    """300 unrelated features of 40 pictures: biased CKA sees 0.9, unbiased 0."""
    pairs = [(noise(40, 300, seed), noise(40, 300, seed + 100)) for seed in range(20)]
    assert np.mean([biased(*pair) for pair in pairs]) > 0.8
    assert abs(np.mean([linear_cka(*pair) for pair in pairs])) < 0.02


def test_many_pictures_agree_with_the_biased_formula():
    """Of 3,000 pictures both say the same."""
    one = noise(3000, 8)
    other = one[:, :5] @ noise(5, 6, 1) + noise(3000, 6, 2)
    assert np.isclose(linear_cka(one, other), biased(one, other), atol=0.01)


def test_hsic_is_the_sum_over_four_different_pictures():
    """Song et al. 2012, equation 4: the mean over all (i, j, q, r), no two of them equal, for 6 pictures."""
    one, other = (values - values.mean(0) for values in (noise(6, 3), noise(6, 2, 1)))

    def hsic(a, b):
        k, m = a @ a.T, b @ b.T
        terms = [k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q]) for i, j, q, r in permutations(range(6), 4)]
        return np.mean(terms)

    expected = hsic(one, other) / np.sqrt(hsic(one, one) * hsic(other, other))
    assert np.isclose(linear_cka(one, other), expected)


def test_every_pair_of_layers_beside_untrained_ones():
    """The table is the pairs'; what stands beside it is the mean over either side's untrained networks."""
    one = {"conv": linear_kernel(noise()), "fc": linear_kernel(noise(seed=1))}
    other = {"deep": linear_kernel(noise(seed=1))}
    forgotten = [{"deep": linear_kernel(noise(seed=5))}]
    found = similarity_of_layers(one, other, other_untrained=forgotten, names=("a", "b"))
    assert found.cka.shape == (2, 1) and np.isclose(found.cka[1, 0], 1) and abs(found.cka[0, 0]) < 0.2
    assert np.allclose(found.untrained[:, 0], [linear_cka(noise(seed=i), noise(seed=5)) for i in (0, 1)])
    assert found.variant() == "b" and np.isnan(similarity_of_layers(one, other).untrained).all()


def test_a_dead_layer_is_like_nothing_and_three_pictures_are_too_few():
    """0, not a division by nothing; and an error that tells what was expected."""
    assert linear_cka(np.ones((9, 4)), noise(9, 4)) == 0
    with pytest.raises(ValueError, match="4 pictures or more"):
        linear_kernel(noise(3))
