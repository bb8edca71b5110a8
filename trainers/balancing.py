"""Balancing: as many faces of every expression, by leaving some out and showing others several times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_images import FaceImages, FacesError


@dataclass(frozen=True, eq=False)
class Balanced:
    """Which faces a balanced set is made of.

    Attributes:
        indices: (K · n,) into the faces, expression by expression in the corpus's order.
        repeated: (K · n,) bool, whether the same face already stands before; those are to be augmented.
        told: a sentence for every expression of which faces are repeated.
    """

    indices: NDArray[np.intp]
    repeated: NDArray[np.bool_]
    told: tuple[str, ...]


def balance(faces: FaceImages, per_class: int, seed: int = 0) -> Balanced:
    """Take ``per_class`` faces of every expression that occurs (Barradas-Chacón et al., section 3: N).

    Where there are more, as many are drawn. Where there are fewer, all are taken, then all again in a new order, until
    there are enough: none stands more than once oftener than another.

    Args:
        faces: with expressions; unlabelled ones are left out.
        per_class: how many of each.
        seed: same faces, number and seed, same indices; an expression's draw does not hang on the other ones.

    Raises:
        FacesError: fewer than one of each, or no labelled face.
    """
    if per_class < 1:
        raise FacesError(f"{per_class} faces of each expression: expected at least 1")
    present = np.unique(faces.expression[faces.expression >= 0])
    if not len(present):
        raise FacesError(f"no face of {faces.source or 'these'} has an expression to balance by")
    taken, told = [], []
    for number in present:
        name = faces.expression_names[number]
        there = np.flatnonzero(faces.expression == number)
        rng = np.random.default_rng([seed, *name.encode()])
        rounds = [rng.permutation(there) for _ in range(-(-per_class // len(there)))]
        taken.append(np.concatenate(rounds)[:per_class])
        if len(there) < per_class:
            told.append(f"{name} has {len(there)} faces for {per_class}: each is shown up to {len(rounds)} times")
    indices = np.concatenate(taken)
    repeated = np.ones(len(indices), np.bool_)
    repeated[np.unique(indices, return_index=True)[1]] = False
    return Balanced(indices, repeated, tuple(told))
