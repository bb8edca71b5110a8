"""Maps chosen on some persons and confirmed on others."""

import numpy as np
import pytest

from fer_probe.evidence.au_confirmation import confirm_au_maps
from fer_probe.evidence.distance_significance import au_significance


def world(seed, effect=0.0, maps=15, persons=40):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), 8)
    responses = rng.gamma(2, 1, (len(person), maps))
    units = (rng.random((len(person), 3)) < 0.3).astype(float)
    responses[:, 6] += effect * units[:, 1]
    return responses, units, person


def test_a_planted_map_is_chosen_and_confirmed():
    """The map that one unit raises is chosen on either half and holds on the other; the other units have none."""
    responses, units, person = world(0, effect=6)
    for seed in range(4):
        found = confirm_au_maps(responses, units, [1, 12, 4], subject=person, permutations=200, seed=seed)
        assert found.confirmed(12) == 6 and found.chosen[1] == 6
        assert found.confirmed(1) is None and found.confirmed(4) is None
    assert (found.first_persons, found.second_persons) == (20, 20)


def test_each_half_is_asked_its_own_question():
    """The choice is that of the first half alone; D and p are those of the chosen map on the second half alone."""
    responses, units, person = world(1, effect=1)
    aus = [1, 12, 4]
    found = confirm_au_maps(responses, units, aus, subject=person, permutations=100, seed=3)
    first = np.random.default_rng(3).permutation(40)[person] < 20
    choice, second = (
        au_significance(responses[half], units[half], aus, subject=person[half], permutations=100, seed=3)
        for half in (first, ~first)
    )
    assert [m if m >= 0 else None for m in found.chosen] == [choice.best_map(au) for au in aus]
    for a in np.flatnonzero(found.chosen >= 0):
        assert found.distance[a] == pytest.approx(second.distance[a, found.chosen[a]])
        assert found.p_value[a] == pytest.approx(second.p_value[a, found.chosen[a]], abs=0.15)  # other labellings


def test_without_an_effect_p_on_the_other_half_is_uniform():
    """Of some eighty chosen maps about one in ten has p ≤ 0.1: that they were chosen biased nothing."""
    found = []
    for seed in range(100, 140):
        responses, units, person = world(seed, persons=24)
        found += [confirm_au_maps(responses, units, [1, 12, 4], subject=person, permutations=39, seed=seed).p_value]
    p = np.concatenate(found)
    p = p[~np.isnan(p)]
    assert len(p) > 75
    assert 0.02 <= (p <= 0.1).mean() <= 0.2
    assert 0.35 <= (p <= 0.5).mean() <= 0.65


def test_units_too_rare_in_a_half_have_no_number():
    """Enough faces in all and too few in either half: nothing chosen, nothing confirmed."""
    responses, units, person = world(2)
    units[:, 0] = 0
    units[::32, 0] = 1
    found = confirm_au_maps(responses, units, [1, 12, 4], subject=person, permutations=20)
    assert found.chosen[0] == -1 and np.isnan(found.p_value[0]) and found.confirmed(1) is None


def test_one_person_cannot_be_halved():
    """A single person, or subjects that do not fit, are errors."""
    responses, units, _ = world(3)
    with pytest.raises(ValueError, match="1 person cannot be halved"):
        confirm_au_maps(responses, units, [1, 12, 4], subject=np.zeros(320))
    with pytest.raises(ValueError, match=r"shape \(3,\), expected \(320,\)"):
        confirm_au_maps(responses, units, [1, 12, 4], subject=[1, 2, 3])


def test_a_map_that_changes_sides_is_not_confirmed():
    """Chosen on the unit's side, and on the other one among the other people: q is 1, however small its p."""
    for seed in range(200, 230):
        responses, units, person = world(seed)
        found = confirm_au_maps(responses, units, [1, 12, 4], subject=person, permutations=39, seed=seed)
        changed = (found.chosen >= 0) & (found.direction < 0)
        assert (found.q_value[changed] == 1).all()
        if changed.any():
            break
    assert changed.any()
