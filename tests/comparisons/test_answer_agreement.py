"""Answer agreement: shares counted by hand, Cohen's kappa as scikit-learn has it, and a test that counts persons."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from fer_probe.comparisons.answer_agreement import compare_answers
from fer_probe.evaluation import Evaluation

NAMES = ("anger", "happiness", "neutral")


def answered(predicted, expected, names=NAMES):
    predicted, expected = np.asarray(predicted), np.asarray(expected)
    uniform = np.full((len(predicted), len(names)), 1 / len(names), np.float32)
    return Evaluation(uniform, predicted, expected, names, 0.5, np.zeros((3, 3), int), (), (), 0)


def random_answers(seed=0, count=200):
    rng = np.random.default_rng(seed)
    expected = rng.integers(0, 3, count)
    return [answered(np.where(rng.random(count) < 0.6, expected, rng.integers(0, 3, count)), expected) for _ in "ab"]


def test_counts_and_kappa():
    """Every face is counted once; agreement is that of the answers, right or wrong."""
    one, other = random_answers()
    found = compare_answers(one, other)
    right, also = one.predicted == one.expected, other.predicted == other.expected
    assert (found.both_right, found.one_right) == ((right & also).sum(), (right & ~also).sum())
    assert found.both_right + found.one_right + found.other_right + found.neither_right == 200
    assert np.isclose(found.agreement, (one.predicted == other.predicted).mean())
    assert np.isclose(found.kappa, cohen_kappa_score(one.predicted, other.predicted))
    assert found.answers[0, 1] == ((one.predicted == 0) & (other.predicted == 1)).sum()
    assert np.isclose(found.difference, found.accuracy - found.other_accuracy)


def test_classes_are_matched_by_name():
    """Another order and other words for the same expressions change nothing; a class of one's own never agrees."""
    one, other = random_answers()
    turned = answered(2 - other.predicted, 2 - other.expected, ("neutral", "happy", "angry"))
    straight, found = compare_answers(one, other), compare_answers(one, turned)
    assert (found.agreement, found.kappa, found.difference) == (straight.agreement, straight.kappa, straight.difference)
    foreign = compare_answers(one, answered(other.predicted, np.full(200, -1), ("a", "b", "c")))
    assert foreign.agreement == 0 and np.isnan(foreign.kappa) and np.isnan(foreign.p_value) and foreign.labelled == 0


def test_single_pictures_give_mcnemars_p():
    """Each of another person: the sign flips' p is the exact binomial one, within the flips' own error."""
    expected = np.zeros(60, np.int64)
    one, other = expected.copy(), expected.copy()
    one[:6], other[10:28] = 1, 1
    found = compare_answers(answered(one, expected), answered(other, expected), flips=20000)
    assert np.isclose(found.p_value, binomtest(6, 24).pvalue, atol=0.005)
    assert np.isclose(found.difference, 0.2) and found.persons == 60


def test_pictures_that_are_there_five_times_change_nothing():
    """Neither p nor intervals, while single pictures taken for persons would be ever surer."""
    one, other = random_answers(3, 40)
    often = np.repeat(np.arange(40), 5)
    five = [answered(each.predicted[often], each.expected[often]) for each in (one, other)]
    once, found = compare_answers(one, other, subject=np.arange(40)), compare_answers(*five, subject=often)
    for name in ("p_value", "difference", "half_width", "low", "high", "agreement_low", "agreement_high"):
        assert np.isclose(getattr(once, name), getattr(found, name)), name
    assert compare_answers(*five).half_width < 0.5 * found.half_width


def test_other_faces_are_refused():
    """Evaluations of different numbers of faces say nothing together."""
    with pytest.raises(ValueError, match="expected the same faces"):
        compare_answers(random_answers()[0], random_answers(count=10)[1])
