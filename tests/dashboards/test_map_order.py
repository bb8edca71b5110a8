import numpy as np

from dashboards.map_order import found_by_name, map_orders, maps_of_part, ordered_maps, units_of_maps
from fer_probe.evidence.au_evidence import AUEvidence, measure_evidence
from fer_probe.evidence.map_regions import MapRegions
from fer_probe.faces.face_regions import REGIONS

from .conftest import MAPS, planted_faces, planted_harvest

FACES, FOUND = planted_faces(), planted_harvest("conv")
EVIDENCE = measure_evidence(FOUND, FACES, permutations=200)
DISTANCES = EVIDENCE.distances


def test_orders_are_permutations():
    """Every order shows every map once."""
    for order in map_orders(DISTANCES):
        assert sorted(ordered_maps(FOUND, order, DISTANCES)) == list(range(MAPS))


def test_strongest_first():
    """By strongest response the largest values fall."""
    values = FOUND.values[ordered_maps(FOUND, "strongest", DISTANCES), 0]
    assert (np.diff(values) <= 0).all()


def test_by_action_unit_the_planted_map_is_first():
    """The map that was planted for AU12 leads its order."""
    assert ordered_maps(FOUND, "au12", DISTANCES)[0] == 7


def test_only_detectors_stand_for_a_unit():
    """Map 7 is the detector of AU12, and no other map is one; untested, it has the largest D of AU12."""
    assert units_of_maps(EVIDENCE) == {7: [12]}
    assert 12 in units_of_maps(AUEvidence(DISTANCES))[7]


def test_maps_of_a_part():
    """Of the mouth by share, or in the order that was asked for; of all everything; of unknown parts everything."""
    share = np.zeros((4, 4))
    share[:, 3] = [0.3, 0, 0.6, 0.5]
    regions = MapRegions("0", REGIONS, share, share, share, np.full((4, 4), 0.1), np.full(4, 9), 9, 9)
    assert maps_of_part([3, 2, 1, 0], regions, "mouth", "part") == [2, 3, 0]
    assert maps_of_part([3, 2, 1, 0], regions, "mouth", "strongest") == [3, 2, 0]
    assert maps_of_part([3, 2, 1, 0], regions, "elsewhere", "part") == [1]
    assert maps_of_part([3, 2], regions, "all", "number") == maps_of_part([3, 2], None, "all", "number") == [3, 2]


def test_without_distances():
    """Without distances there is no order by action unit, and no map is the best of one."""
    assert list(map_orders(None)) == ["number", "strongest"]
    assert units_of_maps(None) == {}


def test_search():
    """A number finds its map alone; words find the maps whose unit is called so; nothing finds all."""
    units = {7: [12], 3: [1]}
    assert found_by_name(range(20), "7", units) == [7]
    assert found_by_name(range(20), "Map 7", units) == [7]
    assert found_by_name(range(20), "lip corner", units) == [7]
    assert found_by_name(range(20), "zygoma", units) == []
    assert found_by_name([2, 1], " ", units) == [2, 1]
