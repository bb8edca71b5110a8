"""Label permutations: which observations of an action unit there are, and how their labels may change places.

Pictures of one person resemble one another whatever they show, so that their labels are not free to go to anybody's
pictures. Where a unit's labels vary within persons, they change places within each person: what a person looks like
stays what it is. Where each person has one and the same label throughout, whole persons change labels, those with
equally many observations with one another. Either way both sides keep their sizes, so that the null carries the
prevalence. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005, chapters 3 and 6.

A recording is one observation, however many frames it has: one of its pictures stands for it. A mean would be
quieter, and a maximum larger, the longer the recording is; a single picture is what the distance compares, and
chosen by its label and its time alone it favours neither side.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import gammaln

Scheme = Literal["within persons", "whole persons"]
#: With fewer ways to lay the labels anew no p could be below 0.05.
FEWEST_ARRANGEMENTS = 20


@dataclass(frozen=True)
class Exchange:
    """Which labels may change places: those of items of one stratum.

    Attributes:
        scheme: items are observations, strata persons; or items are persons, strata those with as many observations.
        item: (R,) the item that each observation belongs to, numbered from 0.
        stratum: (I,) the stratum of each item, numbered from 0.
        presence: (I,) bool, each item's label.
    """

    scheme: Scheme
    item: np.ndarray
    stratum: np.ndarray
    presence: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """(S,) items of each stratum."""
        return np.bincount(self.stratum)

    @property
    def present(self) -> np.ndarray:
        """(S,) items with the label of each stratum."""
        return np.bincount(self.stratum, self.presence).astype(np.int64)

    @property
    def movable(self) -> np.ndarray:
        """(R,) bool: observations in a stratum that has both labels; those of the others stay as they are."""
        moves: np.ndarray = (self.present > 0) & (self.present < self.sizes)
        return moves[self.stratum[self.item]]

    @property
    def arrangements(self) -> float:
        """In how many ways the labels can be laid: the product over the strata of size over present."""
        sizes, present = self.sizes, self.present
        logarithm = gammaln(sizes + 1) - gammaln(present + 1) - gammaln(sizes - present + 1)
        return float(np.exp(min(logarithm.sum(), 700.0)))


def recorded_once(presence: np.ndarray, recording: np.ndarray | None) -> np.ndarray:
    """The observations of an action unit: one picture a recording, or every coded picture where none are known.

    Args:
        presence: (N,) 1, 0 or NaN; the pictures of a recording stand together, in time.
        recording: (N,) numbers of the recordings, ascending.

    Returns:
        (R,) pictures. Of a recording that shows the unit in some coded picture it is the middle one of those that
        do, of any other the middle one of all that are coded.
    """
    coded = ~np.isnan(presence)
    if recording is None:
        return np.flatnonzero(coded)
    shows = np.zeros(int(recording.max(initial=-1)) + 1, bool)
    shows[recording[presence == 1]] = True
    told = np.flatnonzero(coded & ((presence == 1) | ~shows[recording]))
    _, start, count = np.unique(recording[told], return_index=True, return_counts=True)
    return told[start + count // 2]


def exchange_of(presence: np.ndarray, person: np.ndarray) -> Exchange:
    """How the labels of observations, (R,) bool, may change places between or within persons, (R,) int."""
    person = np.unique(person, return_inverse=True)[1]
    sizes, present = np.bincount(person), np.bincount(person, presence)
    if ((present > 0) & (present < sizes)).any():
        return Exchange("within persons", np.arange(len(person)), person, presence)
    return Exchange("whole persons", person, np.unique(sizes, return_inverse=True)[1], present > 0)


def refusal(exchange: Exchange, presence: np.ndarray, n: int) -> str:
    """Why the labels cannot be permuted, and what to do; empty where they can."""
    moves = exchange.movable
    with_unit, without = int((moves & presence).sum()), int((moves & ~presence).sum())
    if min(with_unit, without) >= n and exchange.arrangements >= FEWEST_ARRANGEMENTS:
        return ""
    if exchange.scheme == "within persons":
        return (
            "its labels vary within some persons and not within others, and those who vary have too few "
            f"faces ({with_unit} with it, {without} without; {n} of each are needed), so that neither faces nor whole "
            "persons can change labels: leave out one kind of person, or the unit"
        )
    return (
        "its labels vary between persons only, and too few persons have equally many faces to change labels "
        f"({with_unit} faces with it and {without} without among them, {exchange.arrangements:.0f} ways): give every "
        "person equally many faces (sequence=subject takes one of each), or leave the unit out"
    )


class LabelPermutations:
    """Random labellings, the observed one first, the same for the same observations whatever is asked before."""

    def __init__(self, permutations: int, seed: int) -> None:
        self.permutations, self.seed = permutations, seed
        self._known: tuple[bytes, np.ndarray] = (b"", np.empty(0))

    def labellings(self, exchange: Exchange) -> np.ndarray:
        """(R, 1 + permutations) bool: within each stratum as many items have the label as observed, drawn anew."""
        drawn = self._ranks(exchange.stratum) < exchange.present[exchange.stratum]
        items = np.concatenate([exchange.presence[None], drawn])
        return np.ascontiguousarray(items.T)[exchange.item]

    def _ranks(self, stratum: np.ndarray) -> np.ndarray:
        """(P, I) in a random order of each stratum's items the place of each, from 0; kept for the next unit."""
        key = stratum.tobytes()
        if self._known[0] != key:
            sizes = np.bincount(stratum)
            within = np.arange(len(stratum)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            rng = np.random.default_rng(self.seed)
            ranks = np.empty((self.permutations, len(stratum)), np.min_scalar_type(len(stratum)))
            for row in ranks:  # one at a time: keys of all would take gigabytes where there are many faces
                row[np.argsort(stratum + rng.random(len(stratum)))] = within
            self._known = key, ranks
        return self._known[1]
