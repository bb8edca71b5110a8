"""Statistics of groups of people: intervals that count persons, not pictures, and a test that exchanges persons.

A share p with variance v over persons – the jackknife's, one person left out at a time –

    n* = p·(1 − p) / v          how many independent pictures would tell as much (Kish's effective sample size)
    p̃ = (p + t²/2n*) / (1 + t²/n*),   p̃ ± t·√(p·(1 − p)/n* + t²/4n*²) / (1 + t²/n*)     Wilson 1927, with n* for n

with t of persons − 1 degrees of freedom, as Korn & Graubard 1998 have it for samples of clusters. Where v is 0 – all
right, say – n* is the number of persons. Pictures that are there twice change neither p, v nor n*. An area under the
ROC curve is a share too, of pairs; its variance over persons is Obuchowski's (1997) up to jackknife and linearisation.

The test takes persons' groups for exchangeable: all of a person's groups – sex, age, skin – go to another person
together, so that one and the same exchange serves every question, and the largest statistic over all questions under
each exchange adjusts for having asked them all (Westfall & Young 1993, single step).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
CONFIDENCE = 0.95


def wilson_interval(share: float, variance: float, persons: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's formula for the effective number of observations.

    Args:
        share: 0–1; NaN gives NaN.
        variance: of the share, over persons.
        persons: how many; below 2 nothing is known.
    """
    if persons < 2 or np.isnan(share):
        return float("nan"), float("nan")
    count = share * (1 - share) / variance if variance > 0 else float(persons)
    square = float(stats.t.ppf((1 + CONFIDENCE) / 2, persons - 1)) ** 2 / max(count, 1e-9)
    middle = (share + square / 2) / (1 + square)
    half = np.sqrt(square * share * (1 - share) + square**2 / 4) / (1 + square)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def difference_interval(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float, float]:
    """One share minus another of other people, and its 95 % interval, from both as (share, low, high).

    The squares of the distances to the limits add up: Newcombe 1998, method 10.
    """
    (p, p_low, p_high), (r, r_low, r_high) = one, other
    below, above = np.hypot(p - p_low, r_high - r), np.hypot(p_high - p, r - r_low)
    return p - r, float(p - r - below), float(p - r + above)


def jackknife_variance(left_out: Floats) -> float:
    """(P − 1)/P · Σ (θ without p − their mean)² over the P persons of (P,); 0 for fewer than two."""
    known = left_out[np.isfinite(left_out)]
    count = len(known)
    return float((count - 1) / count * ((known - known.mean()) ** 2).sum()) if count > 1 else 0.0


def accuracy_without_each(right: Floats, pictures: Floats) -> Floats:
    """(P,) the share of pictures that are right when each person is left out; both (P,), counts of each person."""
    rest = pictures.sum() - pictures
    return np.divide(right.sum() - right, rest, out=np.full(len(rest), np.nan), where=rest > 0)


def pairs_won(response: Floats, present: NDArray[np.bool_], person: NDArray[np.int64], persons: int) -> Floats:
    """(P, P) of person a's pictures with a unit and b's without: the pairs that a's wins, draws counted half.

    Args:
        response: (N,) of a map.
        present: (N,) which pictures show the unit.
        person: (N,) below ``persons``.
        persons: P.
    """
    with_unit, without = response[present], response[~present]
    order = np.argsort(person[~present], kind="stable")
    # What each picture with the unit wins against each picture without, summed over the pictures of a person.
    won = (with_unit[:, None] > without[order]) + 0.5 * (with_unit[:, None] == without[order])
    columns, starts = np.unique(person[~present][order], return_index=True)
    found = np.zeros((persons, persons))
    if len(with_unit) and len(columns):
        by_column = np.add.reduceat(won, starts, axis=1)
        rows = np.zeros((persons, len(columns)))
        np.add.at(rows, person[present], by_column)
        found[:, columns] = rows
    return found


def auroc_of_groups(won: Floats, with_unit: Floats, without: Floats, inside: Floats) -> tuple[Floats, Floats]:
    """AUROC within each of many groups, and its weight n₁·n₀/(n₁ + n₀); NaN and 0 where a side is empty.

    Args:
        won: (P, P) of :func:`pairs_won`.
        with_unit, without: (P,) each person's pictures with and without the unit.
        inside: (…, P) 1 for the persons of each group, else 0.
    """
    ones, zeros = inside @ with_unit, inside @ without
    pairs = ones * zeros
    area = np.divide(((inside @ won) * inside).sum(-1), pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
    weight = np.divide(pairs, ones + zeros, out=np.zeros(pairs.shape), where=ones + zeros > 0)
    return area, weight


def auroc_without_each(won: Floats, with_unit: Floats, without: Floats) -> Floats:
    """(P,) the AUROC when each person is left out; NaN where a side is then empty."""
    rest = won.sum() - won.sum(0) - won.sum(1) + np.diag(won)
    pairs = (with_unit.sum() - with_unit) * (without.sum() - without)
    return np.divide(rest, pairs, out=np.full(len(rest), np.nan), where=pairs > 0)


def spread_between(value: Floats, weight: Floats) -> Floats:
    """√(Σ w·(v − v̄)² / Σ w) over the groups of the last axis: how far they lie apart; groups without weight aside."""
    value, total = np.where(weight > 0, value, 0.0), weight.sum(-1, keepdims=True)
    mean = np.divide((weight * value).sum(-1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    squares = (weight * (value - mean) ** 2).sum(-1)
    return np.sqrt(np.divide(squares, total[..., 0], out=np.zeros_like(squares), where=total[..., 0] > 0))


class PersonExchanges:
    """Persons in random orders, the observed one first: whose groups each person is given."""

    def __init__(self, persons: int, permutations: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        drawn = rng.permuted(np.tile(np.arange(persons), (permutations, 1)), axis=1)
        self.orders = np.concatenate([np.arange(persons)[None], drawn])

    def members(self, member: NDArray[np.int64], groups: int) -> Floats:
        """(1 + permutations, groups, P) 1 where a person is of a group under each exchange, else 0."""
        exchanged = member[self.orders]
        return (exchanged[:, None] == np.arange(groups)[:, None]).astype(np.float64)


def p_values(spreads: Floats) -> tuple[Floats, Floats]:
    """p of each question by itself, and adjusted over all of them by the largest statistic.

    Args:
        spreads: (1 + permutations, Q) a statistic of each question, the observed one in row 0.

    Returns:
        (Q,) and (Q,): shares of exchanges, the observed one among them, that lie as far above their own median, in
        deviations of the upper half, or whose largest over the questions does. 1 where no exchange changes anything.
    """
    if not spreads.shape[1]:
        return np.empty(0), np.empty(0)
    above = spreads - np.median(spreads, axis=0)
    deviation = np.sqrt(2 * (np.maximum(above, 0) ** 2).mean(axis=0))
    changes = deviation > 1e-9 * np.abs(spreads).max(axis=0, initial=0)
    z = np.where(changes, above / np.where(changes, deviation, 1), 0)
    return (z >= z[0] - 1e-9).mean(0), (z.max(1, keepdims=True) >= z[0] - 1e-9).mean(0)
