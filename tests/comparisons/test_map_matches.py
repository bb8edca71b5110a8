"""Map matches: a permuted copy is matched by its permutation, chance and untrained networks are not passed by noise."""

import numpy as np
import pytest

from fer_probe.comparisons.map_matches import correlations, match_maps, picture_orders

PERSONS, EACH = 25, 6
SUBJECT, EXPRESSION = np.repeat(np.arange(PERSONS), EACH), np.tile(np.arange(EACH), PERSONS)


def responses(maps=12, seed=0):
    return np.random.default_rng(seed).gamma(2, 1, (len(SUBJECT), maps))


def matched(one, other, **told):
    return match_maps(one, other, expression=EXPRESSION, subject=SUBJECT, **told)


def test_correlations_are_numpys():
    """Rectified or not, every pair's; 0 for a map that never varies."""
    one, other = responses(4), responses(5, 1)
    other[:, 2] = 3
    expected = np.corrcoef(one.T, np.delete(other, 2, 1).T)[:4, 4:]
    found = correlations(one, other)
    assert np.allclose(np.delete(found, 2, 1), expected) and (found[:, 2] == 0).all()


def test_a_permuted_copy_gives_its_permutation():
    """Every map is paired with its copy, r is 1, and every pair is above chance; scale and dead maps change nothing."""
    one, order = responses(), np.random.default_rng(3).permutation(12)
    found = matched(one, one[:, order] * 7)
    assert (order[found.assigned] == np.arange(12)).all() and np.allclose(found.assigned_correlation, 1)
    assert (found.best == found.assigned).all() and found.above_chance.all()


def test_pairs_are_one_to_one_and_their_sum_is_largest():
    """Two maps may have one best match, and only one is paired with it; what is left over has no partner."""
    one = responses(3)
    other = np.stack([one[:, 0] + 0.1 * one[:, 1], one[:, 2]], 1)
    other[:, 0] += one[:, 1]
    found = matched(one, other)
    assert sorted(found.assigned.tolist()) == [-1, 0, 1] and (found.best[:2] == 0).all() and found.partner(2) == 1
    alone = int(np.flatnonzero(found.assigned < 0)[0])
    assert found.partner(alone) is None and not found.above_chance[alone]


def test_unrelated_maps_are_rarely_above_chance():
    """60 worlds, maps that follow persons and expressions alike in both: any pair above chance in 5 %, give or take."""
    passed = 0
    for world in range(60):
        rng = np.random.default_rng(world)
        shared = rng.normal(size=EACH)[EXPRESSION][:, None]
        one, other = (
            6 + shared + rng.normal(size=(PERSONS, 8))[SUBJECT] + rng.normal(size=(len(SUBJECT), 8)) for _ in range(2)
        )
        passed += matched(one, other, shufflings=100, seed=world).above_chance.any()
    assert passed <= 9  # 3 are to be expected; 10 and more come once in a thousand times


def test_whole_persons_make_a_larger_chance_than_pictures():
    """Maps that follow persons agree by chance the more: shuffling single pictures would not know."""
    rng = np.random.default_rng(5)
    one, other = (6 + rng.normal(size=(PERSONS, 8))[SUBJECT] + 0.1 * rng.normal(size=(150, 8)) for _ in range(2))
    whole = matched(one, other)
    pictures = match_maps(one, other, expression=EXPRESSION)
    assert (whole.shuffled, pictures.shuffled) == ("whole persons", "pictures within expressions")
    assert whole.chance > 1.4 * pictures.chance and not whole.above_chance.any() and pictures.above_chance.any()


@pytest.mark.parametrize("subject", [SUBJECT, None, np.where(SUBJECT == 0, 1, SUBJECT)])
def test_shuffling_keeps_expressions(subject):
    """Every order is one, and each picture's place is taken by one of the same expression; persons go whole."""
    shuffled, orders = picture_orders(len(SUBJECT), EXPRESSION, subject, 5, 0)
    assert shuffled == ("whole persons" if subject is SUBJECT else "pictures within expressions")
    for order in orders:
        assert sorted(order.tolist()) == list(range(len(SUBJECT)))
        assert (EXPRESSION[order] == EXPRESSION).all() and (order != np.arange(len(order))).any()
        if subject is SUBJECT:
            assert (SUBJECT[order].reshape(PERSONS, EACH) == SUBJECT[order].reshape(PERSONS, EACH)[:, :1]).all()


def test_what_untrained_networks_reach_too_was_not_learnt():
    """Map 0 follows light, as every network does; map 1 is shared by the trained ones alone; both are above chance."""
    rng = np.random.default_rng(8)
    light, learnt = rng.gamma(2, 1, (2, 150, 1))

    def network(*knows):
        return np.hstack([light + 0.3 * rng.random((150, 1)), *knows, rng.random((150, 6))])

    one, other = (network(learnt + 0.3 * rng.random((150, 1))) for _ in range(2))
    forgotten = [network(rng.random((150, 1))) for _ in range(40)]
    found = matched(one, other, untrained=forgotten[:20], other_untrained=forgotten[20:])
    assert found.assigned[:2].tolist() == [0, 1] and found.above_chance[:2].all()
    assert found.learnt.tolist() == [False, True, *[False] * 6]
    assert found.untrained[0] > 0.9 and found.other_untrained[0] > 0.9 and found.untrained_networks == 20


def test_without_untrained_networks_nothing_is_said_of_learning():
    """q is not known, and no pair counts as learnt."""
    found = matched(responses(), responses())
    assert np.isnan(found.q_value).all() and found.above_chance.all() and not found.learnt.any()


@pytest.mark.parametrize(("one", "words"), [
    (responses()[:5], "5 pictures and to 150"), (responses()[:, 0], "expected finite numbers"),
    (np.full((150, 2), np.nan), "expected finite numbers"),
])  # fmt: skip
def test_responses_that_do_not_fit_are_refused(one, words):
    """Other pictures, other shapes, not numbers."""
    with pytest.raises(ValueError, match=words):
        matched(one, responses())
