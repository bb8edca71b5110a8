"""Map matches: which feature maps of one network answer to the same faces as which of another.

    r(i, j) = Pearson's correlation, over the pictures, of the largest responses of map i of one and map j of the other

Maps are paired one to one so that the sum of r is largest (Li et al. 2016, "Convergent learning"), and each has a best
match besides, which several may share. Two levels tell what an r is worth:

- chance: the largest r of any pair at all once the other network's pictures are shuffled, in 95 of 100 shufflings.
  Shuffling keeps expressions: what two maps share above it is of the single face, not of its expression alone;
- untrained: the best r that the map reaches with the maps of the other network after its weights were shuffled. Any
  network of that architecture sees light and contrast, and much correlates without being learnt. Over S such networks
  Fisher's z of these best r has mean m and deviation s, and a trained pair's z is judged by Student's t,

    t = (z − m) / (s·√(1 + 1/S)),   S − 1 degrees of freedom,

  from either side, the larger p counting; q is Benjamini & Hochberg's over the pairs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import linear_sum_assignment

from fer_probe.records import Record

LEVEL = 0.05
#: Correlations are taken for at most so large, and deviations of Fisher's z for at least so large.
_LARGEST, _LEAST_DEVIATION = 1 - 1e-7, 0.01


@dataclass(frozen=True, eq=False)
class MapMatches(Record):
    """One layer's M maps beside the M' maps of a layer of another network, on the same N pictures.

    Attributes:
        one, other: what the networks are called.
        layer, other_layer: the layers' names.
        correlation: (M, M') float32; 0 for a map that is the same on all pictures.
        assigned: (M,) the map of the other that each is paired with, one to one; -1 where the other has too few.
        q_value: (M,) of the pair being no more than untrained networks reach; 1 where there is no pair; NaN where no
            untrained network was asked.
        chance: the r that no pair of shuffled pictures passes in 95 of 100 shufflings.
        untrained, other_untrained: (M,), (M',) mean best r with untrained networks of the other's, of one's kind.
        strongest, other_strongest: (M, k), (M', k) pictures that each map answers to most.
        shuffled: ``"whole persons"``, each expression going to the same, or ``"pictures within expressions"``.
        pictures, persons, expressions: how many; persons 0 where they are not known, expressions 1 where none are.
        shufflings, untrained_networks: how many of each.
        seed: of both.
    """

    one: str
    other: str
    layer: str
    other_layer: str
    correlation: np.ndarray
    assigned: np.ndarray
    q_value: np.ndarray
    chance: float
    untrained: np.ndarray
    other_untrained: np.ndarray
    strongest: np.ndarray
    other_strongest: np.ndarray
    shuffled: str
    pictures: int
    persons: int
    expressions: int
    shufflings: int
    untrained_networks: int
    seed: int

    def variant(self) -> str:
        """A study holds one for each other network."""
        return self.other

    @property
    def assigned_correlation(self) -> NDArray[np.float64]:
        """(M,) r of each pair; NaN where there is none."""
        rows = np.arange(len(self.assigned))
        return np.where(self.assigned < 0, np.nan, np.asarray(self.correlation)[rows, self.assigned])

    @property
    def best(self) -> NDArray[np.intp]:
        """(M,) the other's map with the largest r, which several may have."""
        return np.asarray(self.correlation).argmax(1)

    @property
    def above_chance(self) -> NDArray[np.bool_]:
        """(M,) whether the pair's r is above what shuffled pictures give."""
        return np.nan_to_num(self.assigned_correlation, nan=-1) > self.chance

    @property
    def learnt(self) -> NDArray[np.bool_]:
        """(M,) whether the pair's r is above what untrained networks reach."""
        return np.nan_to_num(self.q_value, nan=1) <= LEVEL

    def partner(self, number: int) -> int | None:
        """The map of the other that a map is paired with; None where there is none."""
        return None if self.assigned[number] < 0 else int(self.assigned[number])


def match_maps(
    responses: np.ndarray,
    other_responses: np.ndarray,
    *,
    untrained: Iterable[np.ndarray] = (),
    other_untrained: Iterable[np.ndarray] = (),
    expression: np.ndarray | None = None,
    subject: np.ndarray | None = None,
    shufflings: int = 200,
    seed: int = 0,
    k: int = 9,
    names: tuple[str, str] = ("one", "other"),
    layers: tuple[str, str] = ("", ""),
) -> MapMatches:
    """Match the maps of two layers by their responses to the same pictures.

    Args:
        responses, other_responses: (N, M), (N, M') the largest value of each map on each picture; what is below 0 is
            rectified to 0.
        untrained, other_untrained: (N, M), (N, M') each, of networks like either that have unlearnt their weights.
        expression: (N,) int, what is shown; shuffling keeps it. -1 is one more.
        subject: (N,) who is seen; where all show the same expressions equally often whole persons are shuffled.
        shufflings: of the other's pictures.
        seed: of them; noted.
        k: how many of each map's strongest pictures are kept.
        names: of the networks.
        layers: of the maps.

    Raises:
        ValueError: pictures of other number, fewer than 3, or responses that are not finite.
    """
    one, other = _checked(responses), _checked(other_responses)
    if len(one) != len(other) or len(one) < 3:
        raise ValueError(f"responses to {len(one)} pictures and to {len(other)}; expected the same 3 or more")
    correlation = correlations(one, other)
    rows, columns = linear_sum_assignment(correlation, maximize=True)
    assigned = np.full(one.shape[1], -1)
    assigned[rows] = columns
    forgotten = [correlations(one, _checked(some)).max(1) for some in other_untrained]
    other_forgotten = [correlations(_checked(some), other).max(0) for some in untrained]
    p_value = np.full(one.shape[1], np.nan if not forgotten else 1.0)
    if forgotten:
        pair = correlation[rows, columns]
        sides = [_above(pair, np.array(forgotten)[:, rows])]
        sides += [_above(pair, np.array(other_forgotten)[:, columns])] if other_forgotten else []
        p_value[rows] = np.max(sides, axis=0)
    shuffled, orders = picture_orders(len(one), expression, subject, shufflings, seed)
    largest = [correlations(one, other[order]).max(initial=0) for order in orders]
    return MapMatches(
        one=names[0], other=names[1], layer=layers[0], other_layer=layers[1],
        correlation=correlation.astype(np.float32), assigned=assigned,
        q_value=stats.false_discovery_control(p_value) if forgotten else p_value,
        chance=float(np.quantile(largest, 1 - LEVEL, method="higher")),
        untrained=np.mean(forgotten, 0) if forgotten else np.full(one.shape[1], np.nan),
        other_untrained=np.mean(other_forgotten, 0) if other_forgotten else np.full(other.shape[1], np.nan),
        strongest=_strongest(one, k), other_strongest=_strongest(other, k), shuffled=shuffled, pictures=len(one),
        persons=0 if subject is None else len(np.unique(subject)),
        expressions=1 if expression is None else len(np.unique(expression)), shufflings=shufflings,
        untrained_networks=len(forgotten), seed=seed,
    )  # fmt: skip


def correlations(one: np.ndarray, other: np.ndarray) -> NDArray[np.float64]:
    """(M, M') Pearson's r of the columns of (N, M) and (N, M'); 0 where a column does not vary."""
    return np.asarray(np.clip(_standardized(one).T @ _standardized(other), -1, 1))


def picture_orders(
    count: int, expression: np.ndarray | None, subject: np.ndarray | None, shufflings: int, seed: int
) -> tuple[str, Iterator[NDArray[np.intp]]]:
    """Orders of N pictures in which each expression goes to the same, and what changes places.

    Persons go whole, every picture to one of the same expression of another person, where all show the same
    expressions equally often: pictures of a person resemble one another, and single ones would make chance too small.
    """
    shown = np.zeros(count, np.int64) if expression is None else np.asarray(expression)
    rng = np.random.default_rng(seed)
    if subject is not None:
        order = np.lexsort((shown, np.unique(subject, return_inverse=True)[1]))
        sizes = np.unique(subject, return_counts=True)[1]
        if len(set(sizes.tolist())) == 1 and len(sizes) > 1:
            people = order.reshape(len(sizes), -1)
            if (shown[people] == shown[people[0]]).all():
                return "whole persons", (_placed(order, people[rng.permutation(len(sizes))]) for _ in range(shufflings))
    order = np.argsort(shown, kind="stable")
    within = (order[np.lexsort((rng.random(count), shown[order]))] for _ in range(shufflings))
    return "pictures within expressions", (_placed(order, one) for one in within)


def _placed(order: NDArray[np.intp], taken: NDArray[np.intp]) -> NDArray[np.intp]:
    """(N,) for each picture the one that takes its place."""
    placed = np.empty(len(order), np.intp)
    placed[order] = taken.ravel()
    return placed


def _checked(responses: np.ndarray) -> NDArray[np.float64]:
    values = np.asarray(responses, np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError(f"responses of shape {values.shape}: expected finite numbers, (pictures, maps)")
    return np.maximum(values, 0)


def _standardized(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean(0)
    length = np.sqrt((centred**2).sum(0))
    varies = length > 1e-9 * np.sqrt(len(values)) * np.abs(values).max(0, initial=0)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=varies))


def _above(pair: NDArray[np.float64], forgotten: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R,) p of r, (R,), among the best r of S untrained networks, (S, R); as the first lines of this file say."""
    count = len(forgotten)
    if count < 2:
        return np.ones(len(pair))
    z, null = (np.arctanh(np.clip(r, -_LARGEST, _LARGEST)) for r in (pair, forgotten))
    deviation = np.maximum(null.std(0, ddof=1), _LEAST_DEVIATION)
    return np.asarray(stats.t.sf((z - null.mean(0)) / (deviation * np.sqrt(1 + 1 / count)), count - 1))


def _strongest(responses: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    return np.ascontiguousarray(np.argsort(-responses, axis=0, kind="stable")[:k].T)
