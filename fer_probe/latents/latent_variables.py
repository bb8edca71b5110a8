"""Latents: what an encoder gives for faces, and how its variables are distributed for each expression fed in.

Barradas-Chacón, Rocha & Werner, figures 7 and 10: faces of one expression are encoded and the values of every latent
variable laid out. How far a variable keeps an expression's faces apart from all others is said as a number too, by

    AUROC = U / (n₁ · n₀)                                (Mann & Whitney 1947; Hanley & McNeil 1982)
    d′ = (μ₁ − μ₀) / √((σ₁² + σ₀²) / 2)                  (Green & Swets 1966; Simpson & Fitter 1973)

1 being the expression's faces and 0 the others; and of all variables together, the balanced accuracy of a linear
discriminant (Fisher 1936; covariance shrunk after Ledoit & Wolf 2004) on people it was not fitted on, and the
silhouette (Rousseeuw 1987).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score, silhouette_score
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from fer_probe.activations import Images
from fer_probe.expressions import match_by_name
from fer_probe.faces.face_images import FaceImages
from fer_probe.latents.encoded_images import EncodedImages
from fer_probe.latents.latent_functions import Encode
from fer_probe.records import Record

#: Densities are told at so many places between a variable's observed extremes.
PLACES = 121
#: Densities, discriminant and silhouette are taken on a seeded sample of at most so many faces.
SAMPLE = 4000
#: Longer latents are laid on so many principal axes for the discriminant and the silhouette.
AXES = 100
_COLUMNS = 256


@dataclass(frozen=True, eq=False)
class Latents(Record):
    """The latents of N faces.

    Attributes:
        values: (N, L) float32; an array, or anything lazy with a shape and slices.
        names: what each variable is called, such as the expression it stands for; empty where nobody named them.
        layer: what the latent is called.
    """

    values: Any
    names: tuple[str, ...] = ()
    layer: str = "latent"


@dataclass(frozen=True, eq=False)
class LatentDistributions(Record):
    """How L latent variables are distributed over faces that show one of E expressions.

    Attributes:
        expression_names: the E expressions that faces show, in the corpus's order.
        counts: (E,) int64, how many faces show each; unlabelled faces count nowhere.
        names: of the variables, as ``Latents`` has them; empty where nobody named them.
        auroc: (L, E) float32, how often a face of the expression has a larger value than another face, ties halved;
            0.5 says nothing, 1 and 0 are apart.
        d_prime: (L, E) float32, distance of the means in pooled deviations; 0 where a variable never varies.
        mean: (L, E) float32, of each variable over the faces of each expression.
        low: (L,) float32, the smallest value observed on any face.
        high: (L,) float32, the largest.
        variables: (V,) int64, which of the variables are told in full: those that separate some expression best.
        places: (V, G) float32, values between the extremes.
        density: (V, E, G) float32, of each expression's faces there; the area under each is 1.
        separation: balanced accuracy with which a linear discriminant on all variables reads the expression, on
            people (or, where none are known, faces) that it was not fitted on; NaN where there are too few.
        chance: 1 / E.
        silhouette: −1 to 1 over the expressions as clusters; about 0 where they lie among one another.
        layer: what the latent is called.
    """

    expression_names: tuple[str, ...]
    counts: NDArray[np.int64]
    names: tuple[str, ...]
    auroc: NDArray[np.float32]
    d_prime: NDArray[np.float32]
    mean: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    variables: NDArray[np.int64]
    places: NDArray[np.float32]
    density: NDArray[np.float32]
    separation: float
    chance: float
    silhouette: float
    layer: str = "latent"

    def name(self, variable: int) -> str:
        """What a variable is called, or its number."""
        return self.names[variable] if self.names else f"variable {variable}"

    def own(self, variable: int) -> int:
        """The place of the expression that a variable is named after, or of the one that it separates best."""
        named = match_by_name(self.names[variable : variable + 1], self.expression_names)
        if named and named[0] >= 0:
            return named[0]
        return int(np.abs(self.auroc[variable] - 0.5).argmax())


def find_latents(
    encode: Encode, images: Images, *, names: Sequence[str] = (), layer: str = "latent", batch_size: int = 64
) -> Latents:
    """Encode pictures.

    Args:
        encode: a function (n, C, H, W) → (n, …), or a model with a method of that name.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        names: of the variables; none, or one each.
        layer: noted in the record.
        batch_size: pictures a step; changes speed only.

    Raises:
        LayerError: a function that gives no latents, or no pictures.
        ValueError: another number of names than variables.
    """
    found = EncodedImages(encode, images, batch_size=batch_size)
    if names and len(names) != found.shape[1]:
        raise ValueError(f"{len(names)} names for {found.shape[1]} latent variables: {', '.join(names)}")
    return Latents(found[:], tuple(names), layer)


def latent_distributions(
    latents: Latents, faces: FaceImages, *, variables: Sequence[int] | None = None, most: int = 12, seed: int = 0
) -> LatentDistributions:
    """Tell how each variable is distributed over the faces of each expression.

    Args:
        latents: of the faces.
        faces: with expressions.
        variables: which are told in full; the ``most`` that separate an expression best where left out.
        most: how many of them.
        seed: of the sample that densities and overall numbers are taken on, where there are many faces.

    Raises:
        ValueError: another number of faces than latents, fewer than two expressions, or values that are not finite.
    """
    if len(latents.values) != len(faces):
        raise ValueError(f"latents of {len(latents.values)} pictures but {len(faces)} faces")
    expression, names = _shown(faces)
    observed = np.asarray(latents.values[:], np.float32)
    if not np.isfinite(observed).all():
        raise ValueError(f"{latents.layer} holds values that are not finite; check weights and preprocessing")
    low, high, values = observed.min(0), observed.max(0), observed[expression >= 0]
    subject = None if faces.subject is None else np.asarray(faces.subject)[expression >= 0]
    shown = expression[expression >= 0]
    auroc, d_prime, mean = _separations(values, shown, len(names))
    chosen = _most_separating(auroc, most) if variables is None else np.asarray(variables, np.int64)
    some = np.sort(np.random.default_rng(seed).permutation(len(values))[:SAMPLE])
    places, density = _densities(values[some][:, chosen], shown[some], len(names), low[chosen], high[chosen])
    overall = _overall(values[some], shown[some], None if subject is None else subject[some], seed)
    return LatentDistributions(
        expression_names=names, counts=np.bincount(shown, minlength=len(names)), names=latents.names,
        auroc=auroc, d_prime=d_prime, mean=mean, low=low, high=high, variables=chosen, places=places, density=density,
        separation=overall[0], chance=1 / len(names), silhouette=overall[1], layer=latents.layer,
    )  # fmt: skip


def _shown(faces: FaceImages) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """(N,) each face's place among the expressions that are shown at all, -1 for none; and their names."""
    expression = np.asarray(faces.expression)
    present = np.unique(expression[expression >= 0])
    if len(present) < 2:
        raise ValueError(f"these faces show {len(present)} expressions; what separates them wants two at least")
    place = np.full(len(faces.expression_names) + 1, -1, np.int64)  # an expression of -1 picks the last entry
    place[present] = np.arange(len(present))
    return place[expression], tuple(faces.expression_names[number] for number in present)


def _separations(
    values: NDArray[np.float32], shown: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """AUROC, d′ and the mean, each (L, E); some columns at a time, for ranks take twice the room."""
    auroc, d_prime, mean = (np.empty((values.shape[1], count), np.float32) for _ in range(3))
    for start in range(0, values.shape[1], _COLUMNS):
        columns = slice(start, start + _COLUMNS)
        some = values[:, columns].astype(np.float64)
        ranks = rankdata(some, axis=0)
        for number in range(count):
            own = shown == number
            ones, others = own.sum(), (~own).sum()
            auroc[columns, number] = (ranks[own].sum(0) - ones * (ones + 1) / 2) / (ones * others)
            mean[columns, number] = some[own].mean(0)
            pooled = np.sqrt((some[own].var(0) + some[~own].var(0)) / 2)
            apart = some[own].mean(0) - some[~own].mean(0)
            d_prime[columns, number] = np.divide(apart, pooled, out=np.zeros_like(apart), where=pooled > 0)
    return auroc, d_prime, mean


def _most_separating(auroc: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """The variables that lie furthest from chance for some expression, in their own order."""
    apart = np.abs(auroc - 0.5).max(1)
    return np.sort(np.argsort(-apart, kind="stable")[:most]).astype(np.int64)


def _densities(
    values: NDArray[np.float32],
    shown: NDArray[np.int64],
    count: int,
    low: NDArray[np.float32],
    high: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places (V, G) and Gaussian kernel densities there (V, E, G), of Scott's bandwidth σ·n^(−1/5) (Scott 1992)."""
    margin = np.where(high > low, 0.12 * (high - low), 0.5)
    places = np.linspace(low - margin, high + margin, PLACES, axis=1)
    density = np.zeros((values.shape[1], count, PLACES), np.float32)
    for variable, told in enumerate(places):
        least = (told[-1] - told[0]) / PLACES  # no bandwidth is narrower than what the places can show
        for number in range(count):
            own = values[shown == number, variable].astype(np.float64)
            if len(own):
                width = max(own.std() * len(own) ** -0.2, least)
                density[variable, number] = norm.pdf(told, own[:, None], width).mean(0)
    return places.astype(np.float32), density


def _overall(
    values: NDArray[np.float32], shown: NDArray[np.int64], subject: NDArray[Any] | None, seed: int
) -> tuple[float, float]:
    """Balanced accuracy of a linear discriminant on held-out people, and the silhouette; NaN where there are too few.

    Variables are scaled to one deviation each.
    """
    deviation = values.std(0)
    scaled = (values - values.mean(0))[:, deviation > 0] / deviation[deviation > 0]
    groups = np.arange(len(values)) if subject is None else subject
    folds = min(5, len(np.unique(groups)), int(np.bincount(shown).min()))
    if folds < 2 or not scaled.shape[1] or len(values) <= len(np.unique(shown)):
        return float("nan"), float("nan")
    discriminant: Any = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    reduced = scaled
    with threadpool_limits(1):  # the same numbers on any number of cores
        split = StratifiedKFold(folds, shuffle=True, random_state=seed) if subject is None else GroupKFold(folds)
        parts = list(split.split(scaled, shown, subject))
        if scaled.shape[1] > AXES:
            axes = PCA(min(AXES, min(len(learnt) for learnt, _ in parts) - 1), random_state=seed)
            discriminant, reduced = make_pipeline(axes, discriminant), axes.fit_transform(scaled)
        read = cross_val_predict(discriminant, scaled, shown, cv=parts)
        return float(balanced_accuracy_score(shown, read)), float(silhouette_score(reduced, shown))
