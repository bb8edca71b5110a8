"""Disentanglement: does each variable of a latent stand for one known factor, and each factor for one variable?

Four measures, on N faces with K known factors v and L latent variables z:

    MIG        1/K Σₖ (I(z₁; vₖ) − I(z₂; vₖ)) / H(vₖ)     z₁, z₂ the two variables that know most of vₖ
               (Chen, Li, Grosse & Duvenaud 2018, equation 6), entropies corrected after Miller & Madow 1955
    SAP        1/K Σₖ (s₁ₖ − s₂ₖ)     the two variables with the largest s: the squared correlation, or of a category
               the balanced accuracy of the nearest class mean, less chance (Kumar, Sattigeri & Balakrishnan 2018)
    DCI        D = Σᵢ ρᵢ (1 − H_K(Pᵢ)), C = 1/K Σₖ (1 − H_L(P̃ₖ)), I the held-out R² or balanced accuracy less chance;
               P the importances of a random forest that reads vₖ off z (Eastwood & Williams 2018)
    FactorVAE  accuracy of the majority vote that tells which factor was held fixed among some faces by the variable
               that varies least among them (Kim & Mnih 2018)

All reach 1 where each factor is one variable. Of noise, MIG, SAP, D and C are about 0, I is 0 or a little below (a
forest that reads noise reads worse than the mean), FactorVAE's score 1/K.
Faces are not drawn for this, as they are in those papers, but taken as they are: factors that come together count
against a latent that is right to hold them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score
from threadpoolctl import threadpool_limits

from fer_probe.faces.factors import varies
from fer_probe.latents.factor_votes import VOTES, majority_vote
from fer_probe.records import Record

#: Values are told apart by so many bins of equal number for the mutual information, and so many for the votes.
BINS, VOTE_BINS = 20, 5
TREES = 24

Factors = Mapping[str, ArrayLike]


@dataclass(frozen=True, eq=False)
class Disentanglement(Record):
    """Four measures of L latent variables by K known factors; see the module for each.

    Attributes:
        factors: K names.
        categorical: (K,) bool, whether a factor's values have no order.
        mutual_information: (L, K) float32, nats.
        entropy: (K,) float32, of the factors, nats.
        gap: (K,) float32, of each factor: MIG is its mean.
        separated: (L, K) float32, SAP's scores, 0–1.
        separated_gap: (K,) float32, of each factor: SAP is its mean.
        importance: (L, K) float32, of each variable for each factor; a column sums to 1.
        informativeness_of: (K,) float32, how well each factor is read off all variables, held out; 1 is perfect.
        disentanglement: D of DCI, 0–1.
        completeness: C of DCI, 0–1.
        factor_vae: FactorVAE's score.
        votes: how many votes it was taken on.
        faces: N.
        variables: (L,) int64, which of the latent's variables these are; None for all.
        layer: what the latent is called.
    """

    factors: tuple[str, ...]
    categorical: NDArray[np.bool_]
    mutual_information: NDArray[np.float32]
    entropy: NDArray[np.float32]
    gap: NDArray[np.float32]
    separated: NDArray[np.float32]
    separated_gap: NDArray[np.float32]
    importance: NDArray[np.float32]
    informativeness_of: NDArray[np.float32]
    disentanglement: float
    completeness: float
    factor_vae: float
    votes: int
    faces: int
    variables: NDArray[np.int64] | None = None
    layer: str = "latent"

    @property
    def mig(self) -> float:
        """Mutual information gap, 0–1."""
        return float(np.mean(self.gap))

    @property
    def sap(self) -> float:
        """Separated attribute predictability, 0–1."""
        return float(np.mean(self.separated_gap))

    @property
    def informativeness(self) -> float:
        """I of DCI: the mean over the factors; below 0 where a forest reads worse than the mean would."""
        return float(np.mean(self.informativeness_of))

    @property
    def scores(self) -> dict[str, tuple[float, float, float]]:
        """Measure → score, chance level, ceiling."""
        return {
            "MIG": (self.mig, 0.0, 1.0),
            "SAP": (self.sap, 0.0, 1.0),
            "DCI disentanglement": (self.disentanglement, 0.0, 1.0),
            "DCI completeness": (self.completeness, 0.0, 1.0),
            "DCI informativeness": (self.informativeness, 0.0, 1.0),
            "FactorVAE": (self.factor_vae, 1 / len(self.factors), 1.0),
        }


def measure_disentanglement(
    latents: Any,
    factors: Factors,
    *,
    variables: NDArray[np.int64] | None = None,
    seed: int = 0,
    layer: str = "latent",
) -> Disentanglement:
    """Take all four measures.

    Args:
        latents: (N, L) values.
        factors: name → (N,) values of a factor: floats have an order, whole numbers and words are categories.
        variables: noted in the record: which of a longer latent's variables these are.
        seed: of the halves, the forests and the votes: same latents and seed, same numbers.
        layer: noted in the record.

    Raises:
        ValueError: values that are not finite, factors of another length, fewer than two factors that vary, or fewer
            than 40 faces.
    """
    values = np.asarray(latents, np.float64).reshape(len(latents), -1)
    known = {name: np.asarray(told) for name, told in factors.items()}
    _check(values, known)
    categorical = np.array([told.dtype.kind not in "fc" for told in known.values()])
    columns = [_numbered(told) for told in known.values()]
    halves = np.random.default_rng(seed).permutation(len(values))
    learnt, held = np.sort(halves[: len(values) // 2]), np.sort(halves[len(values) // 2 :])
    information, entropy = _mutual_information(values, columns, categorical)
    separated = _separated(values, columns, categorical, learnt, held)
    with threadpool_limits(1):  # the same numbers on any number of cores
        importance, read = _read_by_forests(values, columns, categorical, learnt, held, seed)
    disentangled, complete = _shares(importance)
    voted = [
        column if named else _binned(column, VOTE_BINS) for column, named in zip(columns, categorical, strict=True)
    ]
    return Disentanglement(
        factors=tuple(known), categorical=categorical, mutual_information=information.astype(np.float32),
        entropy=entropy.astype(np.float32), gap=(_gaps(information) / entropy).astype(np.float32),
        separated=separated.astype(np.float32), separated_gap=_gaps(separated).astype(np.float32),
        importance=importance.astype(np.float32), informativeness_of=read.astype(np.float32),
        disentanglement=disentangled, completeness=complete,
        factor_vae=majority_vote(values, voted, learnt, held, seed),
        votes=VOTES, faces=len(values), variables=variables, layer=layer,
    )  # fmt: skip


def _check(values: NDArray[np.float64], known: Mapping[str, NDArray[Any]]) -> None:
    if len(values) < 40 or not np.isfinite(values).all():
        raise ValueError(f"disentanglement wants 40 faces or more with finite latents; given are {len(values)}")
    for name, told in known.items():
        if told.shape != (len(values),):
            raise ValueError(f"factor {name} is {told.shape}; expected one value for each of {len(values)} faces")
        if not varies(told):
            raise ValueError(f"factor {name} does not vary, or is not known of every face; leave it out")
    if len(known) < 2:
        raise ValueError(f"{len(known)} factors; what tells factors apart wants two at least")


def _numbered(told: NDArray[Any]) -> NDArray[Any]:
    """A factor as floats, or its categories as numbers."""
    return told.astype(np.float64) if told.dtype.kind == "f" else np.unique(told, return_inverse=True)[1]


def _binned(told: NDArray[Any], bins: int) -> NDArray[np.int64]:
    """Bins of equal number by rank; equal values share one: a unit at rest is told from one that hardly moves."""
    numbers = np.floor((rankdata(told, method="min") - 1) / len(told) * bins)
    return np.unique(numbers, return_inverse=True)[1]


def _mutual_information(
    values: NDArray[np.float64], columns: list[NDArray[Any]], categorical: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """I(z; v) (L, K) and H(v) (K,), in nats."""
    binned = [_binned(column, BINS) for column in values.T]
    told = [column if named else _binned(column, BINS) for column, named in zip(columns, categorical, strict=True)]
    entropy = np.array([_entropy(column) for column in told])
    own = np.array([_entropy(column) for column in binned])
    joint = np.array([[_entropy(z * (v.max() + 1) + v) for v in told] for z in binned])
    return np.maximum(own[:, None] + entropy - joint, 0), entropy


def _entropy(numbers: NDArray[Any]) -> float:
    """−Σ p log p + (cells − 1) / 2N: a plain one of few faces is too small, and finds information in noise."""
    counts = np.unique(numbers, return_counts=True)[1]
    share = counts / len(numbers)
    return float(-(share * np.log(share)).sum() + (len(counts) - 1) / (2 * len(numbers)))


def _gaps(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) what the best variable of a factor is ahead of the second; all of it where there is but one."""
    if len(scores) == 1:
        return scores[0]
    ordered = np.sort(scores, axis=0)
    return ordered[-1] - ordered[-2]


def _separated(
    values: NDArray[np.float64],
    columns: list[NDArray[Any]],
    categorical: NDArray[np.bool_],
    learnt: NDArray[np.int64],
    held: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(L, K) how well each variable by itself tells each factor, 0–1."""
    scores = np.zeros((values.shape[1], len(columns)))
    for k, (column, named) in enumerate(zip(columns, categorical, strict=True)):
        if named:
            scores[:, k] = _nearest_means(values[learnt], column[learnt], values[held], column[held])
            continue
        centred, told = values - values.mean(0), column - column.mean()
        spread = np.sqrt((centred**2).sum(0) * (told**2).sum())
        scores[:, k] = np.divide(centred.T @ told, spread, out=np.zeros(len(spread)), where=spread > 0) ** 2
    return scores


def _nearest_means(
    values: NDArray[np.float64], told: NDArray[Any], others: NDArray[np.float64], expected: NDArray[Any]
) -> NDArray[np.float64]:
    """(L,) of every variable by itself: balanced accuracy of the nearest class mean, 0 being chance; not below 0."""
    classes = np.unique(told)
    means = np.stack([values[told == one].mean(0) for one in classes])
    scores = []
    for column, centre in zip(others.T, means.T, strict=True):
        read = classes[np.abs(column[:, None] - centre).argmin(1)]
        scores.append(_above_chance(expected, read, len(classes)))
    return np.maximum(np.array(scores), 0)


def _above_chance(expected: NDArray[Any], read: NDArray[Any], classes: int) -> float:
    """Balanced accuracy, rescaled so that chance is 0 and right is 1."""
    right = np.mean([np.mean(read[expected == one] == one) for one in np.unique(expected)])
    return float((right - 1 / classes) / (1 - 1 / classes))


def _read_by_forests(
    values: NDArray[np.float64],
    columns: list[NDArray[Any]],
    categorical: NDArray[np.bool_],
    learnt: NDArray[np.int64],
    held: NDArray[np.int64],
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Importances (L, K) and how well held-out faces are read (K,)."""
    importance, read = np.zeros((values.shape[1], len(columns))), np.zeros(len(columns))
    for k, (column, named) in enumerate(zip(columns, categorical, strict=True)):
        kind = RandomForestClassifier if named else RandomForestRegressor
        # Every variable is asked at every split: one that must wait its turn lets others seem important.
        forest = kind(TREES, max_features=None, min_samples_leaf=2, random_state=seed, n_jobs=1)
        forest.fit(values[learnt], column[learnt])
        importance[:, k] = forest.feature_importances_
        told = forest.predict(values[held])
        read[k] = (
            _above_chance(column[held], told, len(np.unique(column[learnt]))) if named else r2_score(column[held], told)
        )
    return importance, read


def _shares(importance: NDArray[np.float64]) -> tuple[float, float]:
    """D and C of DCI: one less the entropy of the importances along a variable, and along a factor."""
    total = importance.sum()
    if not total:
        return 0.0, 0.0
    weight = importance.sum(1) / total
    return float(weight @ _purity(importance)), float(_purity(importance.T).mean())


def _purity(importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows,) 1 − H(P) / log(columns) of each row as a distribution; 0 of a row of zeros."""
    sums = importance.sum(1, keepdims=True)
    share = np.divide(importance, sums, out=np.full_like(importance, 1 / importance.shape[1]), where=sums > 0)
    logarithm = np.log(share, out=np.zeros_like(share), where=share > 0)
    return 1 + (share * logarithm).sum(1) / np.log(max(importance.shape[1], 2))
