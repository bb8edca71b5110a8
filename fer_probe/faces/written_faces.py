"""Written faces: what of drawn faces a corpus's layout can hold, in the corpus's own words."""

import warnings
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from fer_probe.faces.face_images import FaceImages, FacesError

F = TypeVar("F", bound=FaceImages)


def with_expressions(faces: F, names: Sequence[str], layout: str) -> F:
    """The faces whose expression a layout has; that the others are left out is said in a warning.

    Args:
        faces: any.
        names: the layout's expressions, as in :mod:`fer_probe.expressions`.
        layout: what the corpus is called.

    Raises:
        FacesError: none is left.
    """
    held = np.isin(expression_words(faces), names)
    if not held.any():
        raise FacesError(f"no face shows an expression that {layout} has: {', '.join(names)}")
    if not held.all():
        others = sorted(set(expression_words(faces)[~held]) - {""})
        what = f"no {', '.join(others)}" if others else "no face without an expression"
        warnings.warn(f"{layout} has {what}: {int((~held).sum())} of {len(faces)} faces are left out", stacklevel=3)
    return faces.select(held)


def expression_words(faces: FaceImages) -> np.ndarray:
    """(N,) str, every face's expression by name; empty where it has none."""
    words: np.ndarray = np.array([*faces.expression_names, ""])[faces.expression]
    return words


def subject_numbers(faces: FaceImages, layout: str) -> np.ndarray:
    """(N,) int, who is seen, counted from 0 in the order of their names.

    Raises:
        FacesError: no subjects are known, but the layout names them.
    """
    if faces.subject is None:
        raise FacesError(
            f"{layout} tells who is seen, {faces.source or 'these faces'} do not: they cannot be so written"
        )
    numbers: np.ndarray = np.unique(faces.subject, return_inverse=True)[1]
    return numbers


def split_words(faces: FaceImages, names: Mapping[str, str]) -> np.ndarray:
    """(N,) str, every face's split in a corpus's words. Faces without splits are divided: each fifth subject is tested.

    Args:
        faces: with ``split`` in usual words or the corpus's, or with subjects, or with neither.
        names: ``"train"``, and ``"test"`` and ``"validation"`` where the corpus has them → the corpus's word. Where
            one of the two is missing, the other takes each fifth subject.

    Raises:
        FacesError: a split that the corpus does not have.
    """
    if faces.split is not None:
        known = {**dict(zip(names.values(), names.values(), strict=True)), **names}
        if lacking := sorted(set(faces.split.tolist()) - set(known)):
            raise FacesError(f"no split {lacking[0]!r} in this layout; it has {', '.join(names)}")
        return np.array([known[split] for split in faces.split])
    people = np.arange(len(faces)) if faces.subject is None else np.unique(faces.subject, return_inverse=True)[1]
    part = np.full(len(faces), names["train"], dtype=object)
    part[people % 5 == 4] = names.get("test") or names["validation"]
    if "test" in names and "validation" in names:
        part[people % 5 == 3] = names["validation"]
    return part.astype(np.str_)
