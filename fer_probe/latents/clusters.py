"""Clusters: K-means on what a layer or a latent gives, an expression for each cluster, and how well that fits.

K-means (Lloyd 1982; Arthur & Vassilvitskii 2007 for where it begins) through scikit-learn. Clusters know nothing of
labels: an expression is given to each afterwards, by hand (Cubarrubia, Mishra & Kiss, section 4.1) or by the one-to-one
assignment under which most labelled faces agree (Kuhn 1955; through SciPy), and scored on other faces. The adjusted
Rand index (Hubert & Arabie 1985) and the normalised mutual information (Strehl & Ghosh 2002) need no names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from threadpoolctl import threadpool_limits

from fer_probe.expressions import match_by_name
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record, stretches

#: Principal axes are found on so many pictures at most, a seeded sample; all pictures are laid on them.
PCA_SAMPLE = 5000
#: K-means begins so often anew; the closest clusters are kept.
RESTARTS = 10


@dataclass(frozen=True, eq=False)
class Clusters(Record):
    """K clusters of N pictures, numbered by size, the largest first.

    Attributes:
        labels: (N,) int64, each picture's cluster.
        distance: (N,) float32, from each picture to the centre of its cluster, on the principal axes.
        centres: (K, P) float32, on the principal axes.
        mean: (L,) float32 of the features; None where there are no axes.
        axes: (P, L) float32, the principal axes; None where the features have no more dimensions than were allowed.
        explained_variance: share of the features' variance that the axes keep.
        sampled: how many pictures the axes were found on.
        inertia: sum over the pictures of the squared distance; what K-means lowers.
        seed: of axes and clusters.
        layer: the layer's or latent's name, where it was given.
    """

    labels: NDArray[np.int64]
    distance: NDArray[np.float32]
    centres: NDArray[np.float32]
    mean: NDArray[np.float32] | None
    axes: NDArray[np.float32] | None
    explained_variance: float
    sampled: int
    inertia: float
    seed: int
    layer: str = ""

    def assign(self, features: Any) -> NDArray[np.int64]:
        """The nearest cluster of other pictures.

        Args:
            features: (n, ...), as :func:`cluster` takes them, of the same length.

        Returns:
            (n,) int64.

        Raises:
            ValueError: features of another length, or that are not finite.
        """
        length = self.centres.shape[1] if self.axes is None else self.axes.shape[1]
        if (given := _length(features)) != length:
            raise ValueError(f"these clusters are of features of length {length}, given are some of length {given}")
        return _nearest(_projected(features, self.mean, self.axes), self.centres)[0]


@dataclass(frozen=True, eq=False)
class ClusterScores(Record):
    """How clusters with names agree with the labels of N faces; faces without a label count neither for nor against.

    Attributes:
        names: each cluster's expression; empty where it was given none.
        class_names: the E expressions of the faces.
        predicted: (N,) int64, the expression of each face's cluster; -1 where it has none.
        expected: (N,) int64, the label; -1 where a face has none.
        accuracy: share of the labelled faces whose cluster has their expression.
        confusion: (E, E) int64; rows are the labels, columns the clusters' expressions.
        counts: (K, E) int64, how many faces of each expression a cluster has.
        unnamed: how many labelled faces are in clusters without an expression; they count as wrong.
        adjusted_rand: 1 where clusters and expressions are the same division, about 0 by chance.
        mutual_information: normalised by the mean of both entropies, 0–1; not corrected for chance.
    """

    names: tuple[str, ...]
    class_names: tuple[str, ...]
    predicted: NDArray[np.int64]
    expected: NDArray[np.int64]
    accuracy: float
    confusion: NDArray[np.int64]
    counts: NDArray[np.int64]
    unnamed: int
    adjusted_rand: float
    mutual_information: float


@dataclass(frozen=True, eq=False)
class ClusterNames(Record):
    """Expressions that somebody gave to clusters by hand (Cubarrubia, Mishra & Kiss, section 4.1).

    Attributes:
        names: each cluster's expression; empty where it was given none.
        layer: of the clusters.
    """

    names: tuple[str, ...]
    layer: str = ""


def cluster(features: Any, k: int = 8, *, seed: int = 0, dimensions: int = 100, layer: str = "") -> Clusters:
    """Divide N pictures into clusters by what a layer or a latent gives for them.

    Args:
        features: (N, ...), an array, or anything with a shape and slices such as ``EncodedImages``; read two times.
            Further axes are flattened.
        k: how many clusters.
        seed: same features and seed, same clusters.
        dimensions: longer features are first laid on so many principal axes.
        layer: noted in the record.

    Raises:
        ValueError: fewer pictures than clusters, fewer different ones, or features that are not finite.
    """
    if not 1 <= k <= len(features):
        raise ValueError(f"{len(features)} pictures cannot be divided into {k} clusters; expected 1 to {len(features)}")
    # One thread: sums in another order are other sums, and a picture between two clusters would change sides.
    with threadpool_limits(1):
        mean, axes, kept, sampled = _principal_axes(features, dimensions, seed)
        reduced = _projected(features, mean, axes)
        if (different := len(np.unique(reduced, axis=0))) < k:
            raise ValueError(f"{len(reduced)} pictures have {different} different features, too few for {k} clusters")
        found = KMeans(k, n_init=RESTARTS, random_state=seed).fit(reduced)
    by_size = np.argsort(-np.bincount(found.labels_, minlength=k), kind="stable")
    centres = found.cluster_centers_[by_size].astype(np.float32)
    labels, distance = _nearest(reduced, centres)
    return Clusters(
        labels=labels,
        distance=distance.astype(np.float32),
        centres=centres,
        mean=mean,
        axes=axes,
        explained_variance=kept,
        sampled=sampled,
        inertia=float(np.square(distance).sum()),
        seed=seed,
        layer=layer,
    )


def cluster_samples(labels: NDArray[np.int64], count: int = 9, *, seed: int = 0) -> NDArray[np.int64]:
    """Some pictures of each cluster, at random: to see by eye what a cluster shows.

    Returns:
        (K, count) indices in rising order; -1 at the end where a cluster has fewer.
    """
    draws = np.random.default_rng(seed)
    chosen = np.full((int(np.max(labels, initial=-1)) + 1, count), -1, np.int64)
    for number, row in enumerate(chosen):
        members = np.flatnonzero(labels == number)
        some = np.sort(draws.choice(members, min(count, len(members)), replace=False))
        row[: len(some)] = some
    return chosen


def name_clusters(labels: NDArray[np.int64], faces: FaceImages, k: int) -> tuple[str, ...]:
    """An expression for each of ``k`` clusters: no two the same, and as many faces as can be in their own.

    Args:
        labels: (N,) each face's cluster.
        faces: with labels; not those that are scored afterwards.
        k: how many clusters there are.

    Returns:
        (k,) expressions; empty for what is left over where there are more clusters than expressions.

    Raises:
        ValueError: labels of another number than faces, or no labelled face.
    """
    counts = _counts(labels, faces, k)
    shown = np.flatnonzero(counts.sum(0))
    names = [""] * k
    for number, expression in zip(*linear_sum_assignment(counts[:, shown], maximize=True), strict=True):
        names[number] = faces.expression_names[shown[expression]]
    return tuple(names)


def score_clusters(
    labels: NDArray[np.int64], faces: FaceImages, names: Sequence[str] | Mapping[int, str]
) -> ClusterScores:
    """How well clusters, each taken for an expression, tell faces they were not named by.

    Args:
        labels: (N,) each face's cluster.
        faces: with labels.
        names: each cluster's expression, as :func:`name_clusters` gives them or by hand, cluster → expression; several
            may have the same, and one with an empty name has none.

    Raises:
        ValueError: a cluster that is not named, a name that is none of the faces' expressions, no labelled face, or
            labels of another number than faces.
    """
    told = dict(names) if isinstance(names, Mapping) else dict(enumerate(names))
    if lacking := sorted({*labels.tolist(), *range(max(told, default=-1) + 1)} - set(told)):
        raise ValueError(f"cluster {lacking[0]} has no name: give it an expression, or '' for none")
    onto = match_by_name([told[number] for number in range(len(told))], faces.expression_names)
    for number, place in enumerate(onto):
        if place < 0 and told[number]:
            shown = ", ".join(faces.expression_names)
            raise ValueError(f"cluster {number} is called {told[number]!r}; these faces show {shown}")
    counts = _counts(labels, faces, len(told))
    predicted, expected = np.asarray(onto, np.int64)[labels], np.asarray(faces.expression, np.int64)
    known = expected >= 0
    confusion = np.zeros((len(faces.expression_names),) * 2, np.int64)
    read = known & (predicted >= 0)
    np.add.at(confusion, (expected[read], predicted[read]), 1)
    return ClusterScores(
        names=tuple(faces.expression_names[place] if place >= 0 else "" for place in onto),
        class_names=tuple(faces.expression_names),
        predicted=predicted,
        expected=expected,
        accuracy=float((predicted == expected)[known].mean()),
        confusion=confusion,
        counts=counts,
        unnamed=int((known & ~read).sum()),
        adjusted_rand=float(adjusted_rand_score(expected[known], labels[known])),
        mutual_information=float(normalized_mutual_info_score(expected[known], labels[known])),
    )


def _counts(labels: NDArray[np.int64], faces: FaceImages, k: int) -> NDArray[np.int64]:
    """(k, E) how many faces of each expression each cluster has."""
    if len(labels) != len(faces):
        raise ValueError(f"clusters of {len(labels)} pictures but labels of {len(faces)} faces")
    known = np.asarray(faces.expression) >= 0
    if not known.any():
        raise ValueError(f"none of the {len(faces)} faces has an expression: nobody can say what a cluster shows")
    counts = np.zeros((k, len(faces.expression_names)), np.int64)
    np.add.at(counts, (labels[known], faces.expression[known]), 1)
    return counts


def _length(features: Any) -> int:
    return int(np.prod(features.shape[1:], dtype=np.int64))


def _rows(features: Any, stretch: slice) -> NDArray[np.float64]:
    """A stretch of the features, (n, L)."""
    rows = np.asarray(features[stretch], np.float64)
    if not np.isfinite(rows).all():
        raise ValueError(f"features of pictures {stretch.start} to {stretch.start + len(rows) - 1} are not all finite")
    return rows.reshape(len(rows), -1)


def _principal_axes(
    features: Any, dimensions: int, seed: int
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None, float, int]:
    """Mean (L,), axes (P, L), the share of the variance that they keep, and how many pictures they were found on."""
    count = len(features)
    if _length(features) <= dimensions:
        return None, None, 1.0, count
    sample = np.sort(np.random.default_rng(seed).permutation(count)[:PCA_SAMPLE])
    picked = [
        _rows(features, stretch)[sample[(sample >= stretch.start) & (sample < stretch.stop)] - stretch.start].astype(
            np.float32
        )
        for stretch in stretches(features)
    ]
    some = np.concatenate(picked)
    with np.errstate(invalid="ignore"):  # pictures that are all alike have no variance to share out
        found = PCA(min(dimensions, *some.shape), random_state=seed).fit(some)
    kept = float(found.explained_variance_ratio_.sum())
    return found.mean_.astype(np.float32), found.components_.astype(np.float32), kept, len(some)


def _projected(
    features: Any, mean: NDArray[np.float32] | None, axes: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    """(N, P) the features on the axes, a stretch at a time; without axes as they are, (N, L)."""
    rows = (_rows(features, stretch) for stretch in stretches(features))
    if mean is None or axes is None:
        return np.concatenate([np.zeros((0, _length(features))), *rows])
    turned = axes.T.astype(np.float64)
    return np.concatenate([np.zeros((0, len(axes))), *((some - mean) @ turned for some in rows)])


def _nearest(
    reduced: NDArray[np.float64], centres: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each row's nearest centre, (N,), and how far that is, (N,)."""
    apart = np.stack([np.linalg.norm(reduced - centre, axis=1) for centre in centres], axis=1)
    nearest = apart.argmin(1)
    return nearest.astype(np.int64), apart[np.arange(len(apart)), nearest]
