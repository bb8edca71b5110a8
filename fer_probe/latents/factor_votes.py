"""Factor votes: the score of Kim & Mnih 2018, "Disentangling by Factorising", on faces as they are.

Faces that share a factor's value vote for the latent variable that varies least among them, in deviations; a majority
vote then tells by the variable which factor was shared.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: So many votes are cast to learn and to read, each by so many faces at most.
VOTES, VOTERS = 800, 64


def majority_vote(
    values: NDArray[np.float64],
    told: Sequence[NDArray[Any]],
    learnt: NDArray[np.int64],
    held: NDArray[np.int64],
    seed: int,
) -> float:
    """How often the variable that varied least tells which factor was shared: 1 is perfect, one by the factors chance.

    Learnt on one half of the faces, read on the other: on the same half noise would do better than chance, for the
    same few faces share a value in learning and in reading.

    Args:
        values: (N, L) latents.
        told: K factors, each (N,) numbers of values or of bins of values.
        learnt: which faces votes are learnt on.
        held: which faces they are read on.
        seed: of the draws.
    """
    deviation = values.std(0)
    scaled = values[:, deviation > 0] / deviation[deviation > 0]
    if not scaled.shape[1]:
        return 1 / len(told)
    draws = np.random.default_rng(seed)
    votes = np.zeros((scaled.shape[1], len(told)))
    for fixed, least in _cast(scaled, told, learnt, draws):
        votes[least, fixed] += 1
    verdict = votes.argmax(1)
    return float(np.mean([verdict[least] == fixed for fixed, least in _cast(scaled, told, held, draws)]))


def _cast(
    scaled: NDArray[np.float64], told: Sequence[NDArray[Any]], faces: NDArray[np.int64], draws: np.random.Generator
) -> list[tuple[int, int]]:
    """Votes: (which factor was fixed, which variable varied least)."""
    alike = []  # of every factor, the faces that share a value
    for column in told:
        here = column[faces]
        groups = [faces[here == value] for value in np.unique(here)]
        alike.append([group for group in groups if len(group) > 1])
    possible = [k for k, groups in enumerate(alike) if groups]
    votes = []
    for _ in range(VOTES):
        fixed = int(draws.choice(possible))
        group = alike[fixed][draws.integers(len(alike[fixed]))]
        some = draws.choice(group, min(VOTERS, len(group)), replace=False)
        votes.append((fixed, int(scaled[some].var(0).argmin())))
    return votes
