"""Linear probes: how much of identity, expression and action units can be read off a layer by a linear rule.

Alain & Bengio 2016. Features are scaled to one deviation each and laid on at most 100 principal axes; a category is
read by a linear discriminant with shrunk covariance (Ledoit & Wolf 2004), an intensity by ridge regression whose
penalty is chosen by leave-one-out. Expressions and action units are read off people who were held out, identity off
held-out faces of people who were not: there is no other way to know them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeCV
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record

#: Longer features are laid on so many principal axes; probes are taken on a seeded sample of at most so many faces.
AXES, SAMPLE = 100, 4000
FOLDS = 5
#: An action unit on fewer faces, or absent from fewer, is not read.
FEWEST = 10
_PENALTIES = tuple(10.0**power for power in range(-2, 6))


@dataclass(frozen=True, eq=False)
class LinearProbes(Record):
    """What a linear rule reads off one layer.

    Attributes:
        names: K things read: ``expression``, ``identity``, ``AU12`` …
        measures: K words: ``balanced accuracy``, or ``R²`` of an action unit's intensity or presence.
        score: (K,) float32, on held-out faces; 1 is perfect, R² may be below 0.
        chance: (K,) float32, 1 / classes for a category, 0 for R².
        people_apart: (K,) bool, whether the people of a held-out face were all held out.
        faces: how many faces the probes were taken on.
        layer: whose features these are.
    """

    names: tuple[str, ...]
    measures: tuple[str, ...]
    score: NDArray[np.float32]
    chance: NDArray[np.float32]
    people_apart: NDArray[np.bool_]
    faces: int
    layer: str = ""


@dataclass(frozen=True)
class _Probe:
    name: str
    measure: str
    score: float
    chance: float
    people_apart: bool


def probe_linearly(features: Any, faces: FaceImages, *, layer: str = "", seed: int = 0) -> LinearProbes:
    """Read what is known of faces off their features.

    Args:
        features: (N, …) of a layer or a latent; further axes are flattened.
        faces: the same N faces; what is not known of them is not read.
        layer: noted in the record.
        seed: of folds and sample: same features and seed, same numbers.

    Raises:
        ValueError: another number of faces than features, values that are not finite, or nothing known to be read.
    """
    if len(features) != len(faces):
        raise ValueError(f"features of {len(features)} pictures but {len(faces)} faces")
    some = np.sort(np.random.default_rng(seed).permutation(len(faces))[:SAMPLE])
    values = np.asarray(features[:], np.float32).reshape(len(faces), -1)[some]
    if not np.isfinite(values).all():
        raise ValueError(f"features of {layer or 'this layer'} are not all finite; check weights and preprocessing")
    with threadpool_limits(1):  # the same numbers on any number of cores
        probes = [probe for read in (_expression, _identity) if (probe := read(values, faces, some, seed))]
        probes += _action_units(values, faces, some, seed)
    if not probes:
        raise ValueError("neither expression, nor identity, nor action units of these faces can be read: too few known")
    return LinearProbes(
        names=tuple(one.name for one in probes), measures=tuple(one.measure for one in probes),
        score=np.array([one.score for one in probes], np.float32),
        chance=np.array([one.chance for one in probes], np.float32),
        people_apart=np.array([one.people_apart for one in probes]), faces=len(some), layer=layer,
    )  # fmt: skip


def _expression(values: NDArray[Any], faces: FaceImages, some: NDArray[Any], seed: int) -> _Probe | None:
    shown = np.asarray(faces.expression)[some]
    return _category("expression", values, shown, shown >= 0, _people(faces, some), seed)


def _identity(values: NDArray[Any], faces: FaceImages, some: NDArray[Any], seed: int) -> _Probe | None:
    people = _people(faces, some)
    if people is None:
        return None
    numbers = np.unique(people, return_inverse=True)[1]
    often = np.bincount(numbers)[numbers] >= 2
    return _category("identity", values, numbers, often, None, seed)


def _category(
    name: str,
    values: NDArray[Any],
    told: NDArray[Any],
    known: NDArray[np.bool_],
    people: NDArray[Any] | None,
    seed: int,
) -> _Probe | None:
    """A category read by a discriminant; None where no fold could be made."""
    told, values = told[known], values[known]
    groups = None if people is None else people[known]
    classes, counts = np.unique(told, return_counts=True)
    folds = min([FOLDS, *counts.tolist(), *([] if groups is None else [len(np.unique(groups))])])
    if len(classes) < 2 or folds < 2 or len(told) - len(told) // folds <= len(classes):
        return None
    read = _held_out(LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), values, told, groups, folds, seed)
    return _Probe(
        name, "balanced accuracy", float(balanced_accuracy_score(told, read)), 1 / len(classes), groups is not None
    )


def _action_units(values: NDArray[Any], faces: FaceImages, some: NDArray[Any], seed: int) -> list[_Probe]:
    """All coded action units at once, where they are known of the same faces; each by its own R²."""
    if not len(faces.action_unit_numbers):
        return []
    known = faces.action_units if faces.action_unit_intensity is None else faces.action_unit_intensity
    told, people = np.asarray(known, np.float64)[some], _people(faces, some)
    coded = np.isfinite(told).all(1)
    if coded.sum() < 2 * FEWEST:
        return []
    told, values = told[coded], values[coded]
    groups = None if people is None else people[coded]
    present = (told > 0).sum(0)
    enough = np.flatnonzero((present >= FEWEST) & (len(told) - present >= FEWEST))
    folds = min(FOLDS, len(told) if groups is None else len(np.unique(groups)))
    if not len(enough) or folds < 2:
        return []
    read = _held_out(RidgeCV(_PENALTIES, alpha_per_target=True), values, told[:, enough], groups, folds, seed).reshape(
        len(told), -1
    )
    return [
        _Probe(f"AU{faces.action_unit_numbers[au]}", "R²", float(r2_score(told[:, au], row)), 0.0, groups is not None)
        for au, row in zip(enough, read.T, strict=True)
    ]


def _held_out(
    rule: Any, values: NDArray[Any], told: NDArray[Any], groups: NDArray[Any] | None, folds: int, seed: int
) -> NDArray[Any]:
    """What a rule reads of every face, fitted on the folds without it."""
    split: Any = GroupKFold(folds)
    if groups is None:
        groups = np.random.default_rng(seed).permutation(len(values))
        split = GroupKFold(folds) if told.ndim > 1 else StratifiedKFold(folds, shuffle=True, random_state=seed)
    parts = list(split.split(values, told, groups if isinstance(split, GroupKFold) else None))
    steps: list[Any] = [StandardScaler()]
    if values.shape[1] > AXES:
        steps.append(PCA(min(AXES, min(len(learnt) for learnt, _ in parts) - 1), random_state=seed))
    return np.asarray(cross_val_predict(make_pipeline(*steps, rule), values, told, cv=parts))


def _people(faces: FaceImages, some: Sequence[int] | NDArray[Any]) -> NDArray[Any] | None:
    return None if faces.subject is None else np.asarray(faces.subject)[some]
