"""Votes: what ten people said of a face (Barsoum et al. 2016, FERPlus), as one label or as a distribution.

As the authors' code has it, an answer that a single person gave is left out first. "unknown" and "NF", not a face, are
answers too: a face of which most say so has no expression.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fer_probe.expressions import FERPLUS_ORDER
from fer_probe.faces.face_images import FaceImages, FacesError

#: What of the votes is an expression: all but "unknown" and "NF".
VOTED_EXPRESSIONS = FERPLUS_ORDER[:8]
F = TypeVar("F", bound=FaceImages)


def majority_expression(votes: Sequence[int]) -> str:
    """What more than half of the votes say, single ones left out; empty where that is none, or no expression.

    Args:
        votes: (10,) in the order of FERPLUS_ORDER.
    """
    kept = [count if count > 1 else 0 for count in votes]
    winner = int(np.argmax(kept))
    majority = 2 * kept[winner] > sum(kept)
    return VOTED_EXPRESSIONS[winner] if majority and winner < len(VOTED_EXPRESSIONS) else ""


def majority_labels(faces: F) -> F:
    """The same faces, labelled with what most of their voters say; ``source`` tells how many then have no label.

    Args:
        faces: with votes, such as ``load_faces("fer2013.csv", votes="fer2013new.csv")``.

    Raises:
        FacesError: faces without FERPlus's votes.
    """
    words = [majority_expression(row.tolist()) for row in _votes(faces)]
    labels = np.array([VOTED_EXPRESSIONS.index(word) if word else -1 for word in words], np.int64)
    source = f"{faces.source}, labelled by their majority ({int((labels < 0).sum()):,} without one)"
    return replace(faces, expression=labels, expression_names=VOTED_EXPRESSIONS, source=source)


def soft_labels(faces: FaceImages) -> NDArray[np.float32]:
    """(N, 8) the share of voters for each of :data:`VOTED_EXPRESSIONS`; each row sums to 1.

    Single votes are left out. A row is NaN where most say "unknown" or "not a face", and where no vote is left.

    Raises:
        FacesError: faces without FERPlus's votes.
    """
    kept = np.where(_votes(faces) > 1, _votes(faces), 0).astype(np.float64)
    emotions, others = kept[:, : len(VOTED_EXPRESSIONS)], kept[:, len(VOTED_EXPRESSIONS) :]
    total = emotions.sum(1, keepdims=True)
    expressive = (total[:, 0] > 0) & (2 * others.max(1) <= kept.sum(1))
    shares = np.full(emotions.shape, np.nan, np.float32)
    shares[expressive] = (emotions / np.maximum(total, 1))[expressive]
    return shares


def _votes(faces: FaceImages) -> np.ndarray:
    if faces.votes is None or tuple(faces.votes_names) != FERPLUS_ORDER:
        raise FacesError(f"{faces.source or 'these faces'} have no FERPlus votes; load fer2013.csv with votes=…")
    return np.asarray(faces.votes)
