"""Significance: the textbook's way one labelling at a time, a null that holds, and planted effects that are found."""

import numpy as np
import pytest

from fer_probe.evidence.au_distance import au_distances
from fer_probe.evidence.distance_significance import au_significance
from fer_probe.evidence.label_permutations import LabelPermutations, exchange_of


def world(seed, persons=20, pictures=8, maps=12, units=2):
    """Responses, units and persons that have nothing to do with one another, but that persons differ."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), pictures)
    responses = rng.gamma(2, 1, (len(person), maps)) + rng.gamma(2, 1, (persons, maps))[person]
    return responses, (rng.random((len(person), units)) < 0.3).astype(float), person


def test_equals_the_textbook():
    """z, p, p adjusted by the largest z, and q, each labelling measured by the paper's distance; maps two at a time."""
    responses, units, person = world(0)
    responses[:, 3] += 4 * units[:, 0]
    found = au_significance(responses, units, [12, 4], subject=person, permutations=60, seed=5)
    order = np.lexsort((np.maximum(responses, 0).sum(axis=1), person))
    least = []
    for a in range(2):
        labellings = LabelPermutations(60, 5).labellings(exchange_of(units[order, a] == 1, person[order]))
        one_by_one = [au_distances(responses[order], column[:, None].astype(float), [12]) for column in labellings.T]
        signed = np.array([(d.distance * d.direction)[0] for d in one_by_one])
        above = np.maximum(signed - np.median(signed, axis=0), 0)
        z = (signed - np.median(signed, axis=0)) / np.sqrt(2 * (above**2).sum(axis=0) / 61)
        assert np.allclose(found.z[a], z[0])
        assert np.allclose(found.null_median[a], np.median(signed, axis=0))
        assert found.p_value[a] == pytest.approx([(z[:, m] >= z[0, m] - 1e-9).sum() / 61 for m in range(12)])
        largest = z.max(axis=1)
        adjusted = [(largest >= z[0, m] - 1e-9).sum() / 61 for m in range(12)]
        assert found.p_adjusted[a] == pytest.approx(adjusted)
        assert ((found.z[a] > found.chance_z[a] + 1e-9) == (found.p_adjusted[a] <= 0.05)).all()
        side = np.flatnonzero(signed[0] > 0)
        least.append(adjusted[side[np.argmax(z[0, side])]])
    small, large = np.argsort(least)
    assert found.q_value[large] == pytest.approx(least[large])
    assert found.q_value[small] == pytest.approx(min(2 * least[small], least[large]))


def test_the_distance_is_the_papers():
    """Without recordings D and direction are those of au_distances, NaN coding and silent maps included."""
    responses, units, person = world(1)
    units[::7, 1], responses[:, 5] = np.nan, 0
    plain = au_distances(responses, units, [12, 4])
    found = au_significance(responses, units, [12, 4], subject=person, permutations=20)
    assert np.allclose(found.distance, plain.distance)
    assert np.array_equal(found.direction, plain.direction)
    assert np.array_equal(found.with_count, plain.with_count)


def test_planted_maps_are_detectors_and_free_ones_are_not():
    """Among sixty maps the one raised by a unit has q ≤ 0.05 and stands first; the other units have none."""
    responses, units, person = world(2, persons=30, maps=60, units=5)
    responses[:, 41] += 5 * units[:, 2]
    found = au_significance(responses, units, [1, 2, 12, 4, 6], subject=person, permutations=200)
    assert found.detector(12) == 41 and found.detectors(12).tolist() == [41]
    assert [found.detector(au) for au in (1, 2, 4, 6)] == [None] * 4
    assert found.effect[2, 41] > 0.8 and found.z[2, 41] > 4


def test_a_map_that_the_unit_silences_is_no_detector():
    """The other side may be far: its p is 1, and it is not named."""
    responses, units, person = world(3)
    responses[:, 7] += 9 * (1 - units[:, 0])
    found = au_significance(responses, units[:, :1], [12], subject=person, permutations=100)
    assert found.distance[0].argmax() == 7 and found.direction[0, 7] == -1
    assert found.p_value[0, 7] == 1 and found.effect[0, 7] < -0.8
    assert found.best_map(12) != 7 and 7 not in found.detectors(12)


def test_prevalence_alone_is_no_evidence():
    """One picture in twenty-five has the unit: D favours the large side, and the null has the same sides."""
    rng = np.random.default_rng(4)
    person = np.repeat(np.arange(50), 10)
    low = 0
    for _ in range(40):
        responses = rng.gamma(2, 1, (500, 6))
        units = np.zeros((500, 1))
        units[rng.permutation(500)[:20]] = 1
        found = au_significance(responses, units, [12], subject=person, permutations=59)
        assert (found.direction < 0).all()
        low += int((found.p_value <= 0.05).sum())
    assert 2 <= low <= 24  # of 240 maps 12 are expected, deviation 3.4


def discoveries(subject, sequence=None, recordings=1, frames=10, worlds=40):
    """In how many worlds without any effect a detector is found; frames of one recording are all but the same."""
    count = 0
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        person = np.repeat(np.arange(24), recordings * frames)
        recording = np.repeat(np.arange(24 * recordings), frames)
        shown = rng.permutation(24 * recordings) % 2 == 0
        responses = rng.gamma(2, 1, (24 * recordings, 5))[recording]
        responses = responses * rng.uniform(0.99, 1.01, responses.shape)
        told = {"person": person, "recording": recording, "frame": np.arange(len(person)), None: None}
        found = au_significance(
            responses, shown[recording, None].astype(float), [12],
            subject=told[subject], sequence=told[sequence], permutations=59,
        )  # fmt: skip
        count += found.detector(12) is not None
    return count


def test_duplicated_frames_shrink_no_p_where_whole_persons_change_labels():
    """Ten frames a person, one label each: taken for 240 people they are discoveries; taken for 24 they are not."""
    assert discoveries("frame") > 20
    assert discoveries("person") <= 6  # 2 of 40 are expected, P(more than 6) = 0.3 %


def test_duplicated_frames_shrink_no_p_where_recordings_change_labels():
    """Three recordings a person, ten frames each: shuffled by frame they are discoveries; by recording they are not."""
    assert discoveries("person", recordings=3) > 20
    assert discoveries("person", "recording", recordings=3) <= 6


def test_a_recording_counts_once_however_often_it_is_filmed():
    """Copies of some recordings' pictures, one person's above all, change no number."""
    responses, units, person = world(6)
    recording = np.arange(len(person))
    copies = np.concatenate([recording, np.repeat(recording[:8], 30), recording[20:60]])
    told = [
        au_significance(
            responses[i], units[i], [12, 4], subject=person[i], sequence=recording[i], permutations=40, seed=1
        )
        for i in (recording, copies)
    ]
    assert np.array_equal(told[0].p_value, told[1].p_value) and np.array_equal(told[0].z, told[1].z)
    assert told[1].with_count.tolist() == units.sum(axis=0).tolist()


def test_a_recording_is_seen_in_the_middle_of_its_unit():
    """Of a recording that shows the unit counts the middle picture that does, whichever way the frames are sorted."""
    person, frame = np.repeat(np.arange(20), 5), np.tile(np.arange(5), 20)
    units = np.where((person % 2 == 0) & (frame >= 2), 1.0, 0.0)[:, None]
    responses = np.where(frame == 3, 50.0, 1.0)[:, None] * np.where(person % 2 == 0, 1, 0.1)[:, None]
    mixed = np.random.default_rng(0).permutation(100)
    found = au_significance(
        responses[mixed], units[mixed], [12], subject=person[mixed], sequence=person[mixed], frame=frame[mixed], n=5
    )
    assert found.distance[0, 0] == pytest.approx(5 * (50 - 0.1) * np.log(500))
    assert found.recorded_once and found.with_count.tolist() == [10]


def test_pictures_of_no_recording_stand_for_themselves():
    """Empty names are no recording that all share; a name that two persons share is two recordings."""
    responses, units, person = world(14)
    asked = {"subject": person, "permutations": 20}
    apart = au_significance(responses, units, [1, 2], sequence=np.arange(len(person)), **asked)
    nameless = au_significance(responses, units, [1, 2], sequence=np.full(len(person), ""), **asked)
    shared = au_significance(responses, units, [1, 2], sequence=np.arange(len(person)) % 8, **asked)
    assert np.array_equal(apart.distance, nameless.distance) and np.array_equal(apart.distance, shared.distance)


def test_order_of_pictures_and_of_units_changes_nothing():
    """Pictures in another order, units in another order and fewer of them: the same numbers."""
    responses, units, person = world(7, units=3)
    mixed = np.random.default_rng(1).permutation(len(person))
    one = au_significance(responses, units, [1, 2, 4], subject=person, permutations=50)
    other = au_significance(responses[mixed], units[mixed][:, [2, 0]], [4, 1], subject=person[mixed], permutations=50)
    assert np.array_equal(one.p_adjusted[[2, 0]], other.p_adjusted)
    assert np.allclose(one.z[[2, 0]], other.z)


def test_another_seed_draws_other_labellings():
    """The seed is what p depends on besides the data, and little."""
    responses, units, person = world(8)
    one, same, other = (
        au_significance(responses, units, [1, 2], subject=person, permutations=400, seed=s).p_value for s in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert 0 < np.abs(one - other).max() < 0.15


def test_what_never_changes_has_p_one():
    """A constant map, a silent one: D = 0, z = 0, p = 1; nothing is NaN."""
    responses, units, person = world(9)
    responses[:, 0], responses[:, 1] = 3, 0
    found = au_significance(responses, units, [1, 2], subject=person, permutations=50)
    assert (found.p_value[:, :2] == 1).all() and (found.p_adjusted[:, :2] == 1).all()
    assert not found.z[:, :2].any() and not found.effect[:, :2].any()
    assert np.isfinite(found.z).all()
    silent = au_significance(np.zeros((160, 2)), units, [1, 2], subject=person, permutations=5)
    assert silent.best_map(1) is None and (silent.q_value == 1).all()


def test_rare_and_uncoded_units_are_too_few_and_do_not_weigh_on_the_others():
    """Fewer than n on a side, or never coded: no numbers, no map, and no part in the correction over units."""
    responses, units, person = world(10, units=4)
    responses[:, 2] += 6 * units[:, 0]
    units[:, 1], units[:, 2] = np.nan, 0
    units[:8, 2] = 1
    found = au_significance(responses, units, [12, 1, 28, 4], subject=person, permutations=100)
    assert found.too_few.tolist() == [False, True, True, False]
    assert np.isnan(found.q_value[1:3]).all() and np.isnan(found.p_value[1:3]).all()
    assert found.best_map(28) is None and found.detector(28) is None and not found.tested(28)
    assert found.q_value[0] == pytest.approx(2 / 101)


def test_one_person_can_be_tested_within():
    """The pictures of a single person change labels among themselves."""
    responses, units, _ = world(11)
    responses[:, 1] += 6 * units[:, 0]
    found = au_significance(responses, units[:, :1], [12], subject=["S1"] * 160, permutations=50)
    assert found.detector(12) == 1 and found.persons.tolist() == [1] and found.scheme == ("within persons",)


def test_what_cannot_be_permuted_is_an_error_or_left_out_by_word():
    """Labels that vary in one person only are refused by the unit's name; left out, the record says why."""
    responses, units, person = world(12)
    units[:, 0] = person % 2
    units[0, 0] = 1
    with pytest.raises(ValueError, match="cheek raiser: its labels vary within some persons and not within others"):
        au_significance(responses, units, [6, 12], subject=person)
    found = au_significance(responses, units, [6, 12], subject=person, permutations=20, untestable="leave out")
    assert "leave out one kind of person" in found.refused[0] and found.refused[1] == ""
    assert np.isnan(found.q_value[0]) and not found.too_few[0] and found.detector(6) is None


@pytest.mark.parametrize("options, message", [
    ({"subject": None}, "subject is missing.*not independent"),
    ({"subject": [1, 2]}, "subject is given for 2 pictures"),
    ({"subject": ["S1"] * 159 + [""]}, "subject of picture 159 is empty"),
    ({"sequence": ["a"]}, "sequence is given for 1 pictures"),
    ({"frame": [1], "sequence": np.arange(160)}, "frame is given for 1 pictures"),
    ({"n": 128}, "n is 128"),
    ({"permutations": 0}, "permutations 0"),
])  # fmt: skip
def test_bad_input_is_named(options, message):
    """What is missing or does not fit is an error that says what was expected."""
    responses, units, person = world(13)
    with pytest.raises(ValueError, match=message):
        au_significance(responses, units, [1, 2], **{"subject": person, **options})
