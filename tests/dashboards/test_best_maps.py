import numpy as np

from dashboards.best_maps import BestMap, best_maps
from fer_probe.au_distance import AUDistances

#: AU1 has its best map below the other side's, AU12 above it, AU26 too few faces, AU4 maps of the other side only.
DISTANCES = AUDistances(
    action_unit_numbers=np.array([1, 26, 12, 4]),
    distance=np.array([[2.0, 1.0, 9.0], [np.nan] * 3, [5.0, 4.0, 0.0], [3.0, 1.0, 0.0]]),
    direction=np.array([[1, 1, -1], [0, 0, 0], [1, -1, 0], [-1, -1, 0]], np.int8),
    with_count=np.array([9, 2, 9, 9]),
    without_count=np.array([9, 16, 9, 9]),
    too_few=np.array([False, True, False, False]),
    floored=np.zeros((4, 3), int),
    n=9,
    scale="raw",
    floor=1e-6,
)


def test_best_map_beside_the_other_side():
    """The largest D on the unit's side, and the largest on the other one."""
    assert BestMap.of(DISTANCES, 1) == BestMap(1, 0, 2.0, 9.0)
    assert BestMap.of(DISTANCES, 12) == BestMap(12, 0, 5.0, 4.0)


def test_units_without_a_map():
    """Too few faces give no distance on either side; where only the other side has maps, its D is told."""
    assert BestMap.of(DISTANCES, 26) == BestMap(26, None, 0.0, 0.0)
    assert BestMap.of(DISTANCES, 4) == BestMap(4, None, 0.0, 3.0)


def test_the_largest_distance_comes_first():
    """Units are ordered by D, those without a map last."""
    assert [best.au for best in best_maps(DISTANCES)] == [12, 1, 26, 4]
