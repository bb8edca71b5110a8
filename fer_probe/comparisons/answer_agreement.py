"""Answer agreement: two classifiers' answers to the same faces, and whether one of them is right more often.

McNemar's question – of the faces that one alone reads rightly, are more of one's? – with persons for observations: the
sum over a person's faces of (one right) − (other right) is as likely as its opposite under the null, so that its signs
are flipped for persons as wholes (Durkalski et al. 2003 have the same for clusters).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from fer_probe.evaluation import Evaluation
from fer_probe.evidence.person_statistics import (
    CONFIDENCE,
    accuracy_without_each,
    jackknife_variance,
    wilson_interval,
)
from fer_probe.experiments.paired_effects import paired_effects
from fer_probe.expressions import match_by_name
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class AnswerAgreement(Record):
    """What two classifiers answer to the same N faces; intervals are 95 %, over persons.

    Attributes:
        one, other: what the networks are called.
        class_names, other_class_names: their K and K' classes.
        answers: (K, K') faces, by what one (rows) and the other (columns) answer.
        agreement, agreement_low, agreement_high: share of faces that both answer alike, by name.
        kappa: Cohen's, of the classes both have: agreement beyond that of answers dealt out at random; NaN without any.
        accuracy, low, high: of one, on the faces that both have a class for; NaN, as all below, where none is labelled.
        other_accuracy, other_low, other_high: of the other, on the same faces.
        both_right, one_right, other_right, neither_right: how many of them.
        difference, half_width: accuracy of one minus the other's, and half its interval, by t over persons.
        p_value: of no difference, two-sided, by sign flips of persons.
        pictures, labelled, persons: how many; each picture is a person where it is not told who is seen.
        flips, seed: of the test.
    """

    one: str
    other: str
    class_names: tuple[str, ...]
    other_class_names: tuple[str, ...]
    answers: np.ndarray
    agreement: float
    agreement_low: float
    agreement_high: float
    kappa: float
    accuracy: float
    low: float
    high: float
    other_accuracy: float
    other_low: float
    other_high: float
    both_right: int
    one_right: int
    other_right: int
    neither_right: int
    difference: float
    half_width: float
    p_value: float
    pictures: int
    labelled: int
    persons: int
    flips: int
    seed: int

    def variant(self) -> str:
        """A study holds one for each other network."""
        return self.other


def compare_answers(
    one: Evaluation,
    other: Evaluation,
    *,
    subject: np.ndarray | None = None,
    names: tuple[str, str] = ("one", "other"),
    flips: int = 2000,
    seed: int = 0,
) -> AnswerAgreement:
    """Set two evaluations of the same faces side by side.

    Args:
        one, other: of the same faces in the same order; classes are matched by name.
        subject: (N,) who is seen; None takes every picture for another person.
        names: of the networks.
        flips: of persons' signs.
        seed: of them.

    Raises:
        ValueError: evaluations, or subjects, of different numbers of faces.
    """
    count = len(one.predicted)
    if len(other.predicted) != count or (subject is not None and len(subject) != count):
        raise ValueError(f"evaluations of {count} and {len(other.predicted)} faces; expected the same faces")
    person = np.arange(count) if subject is None else np.unique(subject, return_inverse=True)[1]
    onto = np.array(match_by_name(other.class_names, one.class_names))
    alike = onto[other.predicted] == one.predicted
    labelled = (one.expected >= 0) & (other.expected >= 0)
    right, other_right = ((each.expected == each.predicted)[labelled] for each in (one, other))
    answers = np.zeros((len(one.class_names), len(other.class_names)), np.int64)
    np.add.at(answers, (one.predicted, other.predicted), 1)
    agreement, accuracy, other_accuracy = (
        _share(*told) for told in ((alike, person), (right, person[labelled]), (other_right, person[labelled]))
    )
    difference, half_width, p_value = _difference(right, other_right, person[labelled], flips, seed)
    return AnswerAgreement(
        *names, tuple(one.class_names), tuple(other.class_names), answers, *agreement, _kappa(answers, onto),
        *accuracy, *other_accuracy,
        both_right=int((right & other_right).sum()), one_right=int((right & ~other_right).sum()),
        other_right=int((~right & other_right).sum()), neither_right=int((~right & ~other_right).sum()),
        difference=difference, half_width=half_width, p_value=p_value,
        pictures=count, labelled=int(labelled.sum()), persons=len(np.unique(person)), flips=flips, seed=seed,
    )  # fmt: skip


def _share(yes: np.ndarray, person: np.ndarray) -> tuple[float, float, float]:
    """A share of pictures, and its interval over persons."""
    if not len(yes):
        return float("nan"), float("nan"), float("nan")
    number = np.unique(person, return_inverse=True)[1]
    pictures = np.asarray(np.bincount(number), np.float64)
    hits = np.asarray(np.bincount(number, yes.astype(np.float64)), np.float64)
    variance = jackknife_variance(accuracy_without_each(hits, pictures))
    return float(yes.mean()), *wilson_interval(float(yes.mean()), variance, len(pictures))


def _difference(
    right: np.ndarray, other_right: np.ndarray, person: np.ndarray, flips: int, seed: int
) -> tuple[float, float, float]:
    number = np.unique(person, return_inverse=True)[1]
    persons = int(number.max(initial=-1)) + 1
    if persons < 2:
        return float("nan"), float("nan"), float("nan")
    sums = np.asarray(np.bincount(number, right.astype(np.float64) - other_right), np.float64)
    left_out = accuracy_without_each(sums, np.asarray(np.bincount(number), np.float64))
    half = stats.t.ppf((1 + CONFIDENCE) / 2, persons - 1) * np.sqrt(jackknife_variance(left_out))
    tested = paired_effects(sums[:, None, None], flips=flips, seed=seed)
    return float(sums.sum() / len(right)), float(half), float(tested.p_value[0, 0])


def _kappa(answers: np.ndarray, onto: np.ndarray) -> float:
    """(agreement − agreement by chance) / (1 − that), Cohen 1960, over the classes that both have."""
    both = np.flatnonzero(onto >= 0)
    square = answers[np.ix_(onto[both], both)].astype(np.float64)
    total = square.sum()
    if not total:
        return float("nan")
    by_chance = float((square.sum(0) * square.sum(1)).sum() / total**2)
    return float((np.trace(square) / total - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")
