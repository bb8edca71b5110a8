"""For whom: what works for one group alone is found, chance is not, and a picture twice is no second picture."""

import numpy as np
import pytest

from fer_probe.evidence.group_comparisons import accuracy_by_group, detectors_by_group
from fer_probe.faces.groups import Grouping, PersonGroups

PERSONS, EACH = 30, 8
PERSON = np.repeat(np.arange(PERSONS), EACH)


def people(person=PERSON, seed=0):
    """Two sexes by turns, and three ages at random."""
    sex, age = np.arange(PERSONS) % 2, np.random.default_rng(seed).permutation(PERSONS) % 3
    names = np.array([f"P{i:02}" for i in range(PERSONS)])
    return PersonGroups(
        person, names, (Grouping("sex", ("f", "m"), sex), Grouping("age", ("young", "middle", "old"), age))
    )


def planted():
    """AU12's map 1 works for women alone; AU4's map 0 for all; AU1's map 2 for nobody."""
    rng = np.random.default_rng(5)
    units = (rng.random((len(PERSON), 3)) < 0.4).astype(np.float32)
    responses = rng.gamma(2, 1, (len(PERSON), 4))
    responses[:, 0] += 3 * units[:, 0]
    responses[:, 1] += 4 * units[:, 1] * (PERSON % 2 == 0)
    return responses, units, np.array([4, 12, 1]), {4: 0, 12: 1, 1: 2}


def test_a_detector_of_one_group_alone_is_found():
    """AU12 by sex and nothing else; the group that it fails is named, with an interval around chance."""
    found = detectors_by_group(*planted(), people(), layer="deep")
    assert found.differing == [(1, 0)]
    best, worst, gap, low, high = found.difference(1, 0)
    assert (found.groups[best], found.groups[worst]) == ("f", "m") and 0 < low < gap < high
    assert found.holds(1, best) and not found.holds(1, worst) and found.low[1, worst] < 0.5 < found.high[1, worst]
    assert all(found.holds(0, group) for group in range(5)) and not any(found.holds(2, group) for group in range(5))


def test_accuracy_that_one_group_lacks_is_found():
    """By sex, adjusted over both groupings; the difference's interval leaves 0 out."""
    rng = np.random.default_rng(3)
    right = (rng.random(len(PERSON)) < np.where(PERSON % 2, 0.6, 0.9)).astype(float)
    right[::7] = np.nan
    found = accuracy_by_group(right, people())
    assert found.differs(0) and not found.differs(1) and found.difference(0)[3] > 0
    labelled = np.isfinite(right)
    assert np.isclose(found.accuracy[0], right[labelled & (PERSON % 2 == 0)].mean())
    assert found.pictures[:2].sum() == labelled.sum() and found.persons.tolist()[:2] == [15, 15]


def test_under_the_null_errors_are_rare():
    """100 worlds in which persons differ and groups do not: at most 5 % tell any difference, within sampling error."""
    told = {"accuracy": 0, "detectors": 0}
    for world in range(100):
        rng = np.random.default_rng(100 + world)
        sure = rng.beta(3, 1, PERSONS)
        right = (rng.random(len(PERSON)) < sure[PERSON]).astype(float)
        told["accuracy"] += (accuracy_by_group(right, people(seed=world), permutations=199).p_adjusted < 0.05).any()
        units = (rng.random((len(PERSON), 3)) < 0.4).astype(np.float32)
        responses = rng.normal(size=(len(PERSON), 3)) + 3 * sure[PERSON, None] * units
        maps = dict(zip((1, 2, 4), range(3), strict=True))
        found = detectors_by_group(responses, units, np.array([1, 2, 4]), maps, people(seed=world), permutations=199)
        told["detectors"] += bool(found.differing)
    assert max(told.values()) <= 11  # 5 are to be expected; 12 and more come once in two hundred times


def test_pictures_that_are_there_twice_change_nothing():
    """Neither shares nor intervals nor p, of accuracy and of detectors."""
    responses, units, numbers, maps = planted()
    right = np.asarray(units[:, 0], float)
    doubled = np.repeat(np.arange(len(PERSON)), 5)
    once, often = accuracy_by_group(right, people()), accuracy_by_group(right[doubled], people(PERSON[doubled]))
    for name in ("accuracy", "low", "high", "p_value", "p_adjusted"):
        assert np.allclose(getattr(once, name), getattr(often, name))
    alone = detectors_by_group(responses, units, numbers, maps, people())
    five = detectors_by_group(responses[doubled], units[doubled], numbers, maps, people(PERSON[doubled]))
    for name in ("auroc", "low", "high", "overall", "p_value", "p_adjusted"):
        assert np.allclose(getattr(alone, name), getattr(five, name))


def test_a_group_without_the_unit_is_unknown_not_chance():
    """NaN, and the other groups are compared without it."""
    responses, units, numbers, maps = planted()
    units[PERSON % 2 == 1, 0] = 0
    found = detectors_by_group(responses, units, numbers, maps, people())
    assert np.isnan(found.auroc[0, 1]) and found.with_count[0, 1] == 0 and not found.holds(0, 1)
    assert found.difference(0, 0) is None and found.p_adjusted[0, 0] == 1


@pytest.mark.parametrize("right", [np.ones(3), np.full(len(PERSON), 0.5), np.full(len(PERSON), np.nan)])
def test_what_is_no_answer_is_refused(right):
    """Other pictures, other values, no labels at all."""
    with pytest.raises(ValueError, match="expected 0, 1 and NaN"):
        accuracy_by_group(right, people())


def test_people_whom_nothing_parts_are_refused():
    """With what is known of why."""
    nobody = PersonGroups(PERSON, people().persons, (), ("sex is not the same on all pictures of P00",))
    with pytest.raises(ValueError, match="sex is not the same on all pictures of P00"):
        accuracy_by_group(np.ones(len(PERSON)), nobody)
    with pytest.raises(ValueError, match="AU9: map 0"):
        detectors_by_group(*planted()[:3], {9: 0}, people())
