"""Factor votes: a variable that is a factor tells it, noise is at chance, what never varies is passed over."""

import numpy as np

from fer_probe.latents.factor_votes import majority_vote

RNG = np.random.default_rng(0)
TOLD = [RNG.integers(0, 6, 600) for _ in range(4)]
HALVES = np.split(RNG.permutation(600), 2)


def test_each_variable_tells_its_own_factor():
    """In any order, at any scale, with one beside that never varies."""
    values = np.stack([100 * TOLD[2], 0.01 * TOLD[0], TOLD[3], TOLD[1], np.ones(600)], 1).astype(float)
    assert majority_vote(values, TOLD, *HALVES, seed=0) == 1


def test_noise_is_at_chance_on_other_faces_and_above_it_on_the_same():
    """Why votes are read on the other half: on the same few faces noise seems to know the factors."""
    values = RNG.normal(size=(600, 12))
    assert abs(majority_vote(values, TOLD, *HALVES, seed=0) - 1 / 4) < 0.12
    assert majority_vote(values, TOLD, HALVES[0], HALVES[0], seed=0) > 1 / 4 + 0.12


def test_nothing_that_varies_is_chance():
    """No division by nothing."""
    assert majority_vote(np.zeros((600, 3)), TOLD, *HALVES, seed=0) == 1 / 4
