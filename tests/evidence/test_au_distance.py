"""The distance of Zhu et al., held against its equation written out, and against planted answers."""

import numpy as np
import pytest

from fer_probe.evidence.au_distance import au_distances

RNG = np.random.default_rng(0)


def by_the_equations(responses, present, n, floor):
    """Equations 8-13 as they stand, one number at a time."""
    r = sorted((max(x, floor) for x in responses[present == 1]), reverse=True)[:n]
    q = sorted((max(x, floor) for x in responses[present == 0]), reverse=True)[:n]
    forward = sum(r[k] * np.log(r[k] / q[k]) for k in range(n))
    return forward + sum(q[k] * np.log(q[k] / r[k]) for k in range(n))


def labels(count, numbers=2):
    return RNG.integers(0, 2, (count, numbers)).astype(float)


def test_equals_the_equations():
    """D of every unit and map is equation 13, term by term."""
    responses, units = RNG.gamma(2, 1, (80, 7)), labels(80)
    found = au_distances(responses, units, [1, 12])
    for a in range(2):
        for m in range(7):
            floor = 1e-6 * responses[:, m].max()
            assert found.distance[a, m] == pytest.approx(by_the_equations(responses[:, m], units[:, a], 9, floor))


def test_a_worked_example():
    """R = (4, 2), Q = (1, 1): 3·ln 4 + 1·ln 2 = 7·ln 2."""
    found = au_distances(np.array([[4.0], [2], [1], [1]]), np.array([[1.0], [1], [0], [0]]), [12], n=2)
    assert found.distance[0, 0] == pytest.approx(7 * np.log(2))
    assert found.direction[0, 0] == 1


def test_the_distance_is_symmetric_and_the_direction_keeps_its_sign():
    """Swapping presence and absence leaves D and turns the direction."""
    responses, units = RNG.gamma(2, 1, (60, 5)), labels(60, 1)
    one, other = au_distances(responses, units, [4]), au_distances(responses, 1 - units, [4])
    assert np.allclose(one.distance, other.distance)
    assert np.array_equal(one.direction, -other.direction)


def test_same_pictures_on_both_sides_have_distance_zero():
    """R = Q gives D = 0 and no direction."""
    responses = RNG.gamma(2, 1, (20, 3))
    found = au_distances(np.tile(responses, (2, 1)), np.repeat([[1.0], [0.0]], 20, axis=0), [4])
    assert not found.distance.any()
    assert found.best_map(4) is None


def test_a_planted_map_is_named_and_its_opposite_is_not():
    """Of fifty noisy maps the one raised by the unit is best; one lowered by it is far, but on the other side."""
    responses, units = RNG.gamma(2, 1, (200, 50)), labels(200, 1)
    responses[:, 31] += 6 * units[:, 0]
    responses[:, 8] += 9 * (1 - units[:, 0])
    found = au_distances(responses, units, [12])
    assert found.best_map(12) == 31
    assert found.distance[0].argmax() == 8
    assert 8 not in found.ranking(12)


def test_dead_maps_have_distance_zero_never_nan():
    """A map that is zero everywhere, or negative everywhere, is at distance 0."""
    responses = np.zeros((40, 2))
    responses[:, 1] = -RNG.gamma(2, 1, 40)
    found = au_distances(responses, labels(40, 1), [4])
    assert found.distance.tolist() == [[0.0, 0.0]]


def test_a_side_without_response_is_floored_and_counted():
    """Responses of 0 are lifted to the stated fraction of the map's maximum, and counted; D stays finite."""
    responses = np.concatenate([np.full(10, 5.0), np.zeros(10)])[:, None]
    units = np.repeat([[1.0], [0.0]], 10, axis=0)
    found = au_distances(responses, units, [4], floor=1e-3)
    assert found.floored.tolist() == [[9]]
    assert found.distance[0, 0] == pytest.approx(9 * (5 - 0.005) * np.log(1000))


def test_uncoded_pictures_are_on_neither_side():
    """NaN is not absence: such pictures change nothing."""
    responses, units = RNG.gamma(2, 1, (60, 4)), labels(60, 1)
    more = np.concatenate([units, np.full((30, 1), np.nan)])
    found = au_distances(np.concatenate([responses, 100 + RNG.gamma(2, 1, (30, 4))]), more, [4], floor=0)
    assert np.allclose(found.distance, au_distances(responses, units, [4], floor=0).distance)
    assert found.with_count + found.without_count == 60


def test_too_few_pictures_are_said_never_padded():
    """Eight pictures with the unit are too few for n = 9: no number, no best map."""
    units = np.zeros((40, 1))
    units[:8] = 1
    found = au_distances(RNG.gamma(2, 1, (40, 3)), units, [28])
    assert found.too_few.tolist() == [True]
    assert np.isnan(found.distance).all()
    assert found.best_map(28) is None


def test_scaling_by_the_maximum_forgets_a_maps_size():
    """scale="map_maximum" gives a map and its hundredfold the same D; the paper's raw form does not."""
    responses, units = RNG.gamma(2, 1, (80, 1)), labels(80, 1)
    both = np.concatenate([responses, 100 * responses], axis=1)
    scaled = au_distances(both, units, [4], scale="map_maximum").distance[0]
    raw = au_distances(both, units, [4]).distance[0]
    assert scaled[0] == pytest.approx(scaled[1])
    assert raw[1] == pytest.approx(100 * raw[0])


@pytest.mark.parametrize("responses, units, message", [
    (np.ones((5, 2)), np.ones((4, 1)), r"shape \(4, 1\), expected \(5, 1\)"),
    (np.array([[1.0], [np.inf]]), np.ones((2, 1)), "map 0 to picture 1 is inf"),
    (np.ones((3, 1)), np.array([[1.0], [0.4], [0.0]]), "lip corner puller of picture 1 is 0.4.*threshold"),
    (np.ones(5), np.ones((5, 1)), "expected .pictures, maps."),
])  # fmt: skip
def test_bad_input_is_named(responses, units, message):
    """Shapes, infinities and intensities given as presence are errors that say where."""
    with pytest.raises(ValueError, match=message):
        au_distances(responses, units, [12])


def test_a_unit_that_is_not_there_is_named():
    """Asking for an action unit that was not measured lists those that were."""
    found = au_distances(np.ones((20, 2)), labels(20), [1, 12])
    with pytest.raises(KeyError, match="AU99 is not among"):
        found.best_map(99)
