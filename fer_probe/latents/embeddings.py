"""Embeddings: N pictures on a plane, by what a layer gives for them.

t-SNE (van der Maaten & Hinton 2008) through openTSNE (Poličar, Stražar & Zupan 2024), PCA through scikit-learn.
Distances between clusters, and their sizes, mean nothing on a t-SNE map; trustworthiness (Venna & Kaski 2001)
says how many of a picture's neighbours on the map are its neighbours in the layer. Other faces are placed on a finished
map without fitting it anew (:meth:`Embedding.place`); several perplexities lie side by side in a series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from openTSNE import TSNE, TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from torch import nn

from fer_probe.activations import Images, check_layers, evaluation_mode, for_model, run_to_layers
from fer_probe.records import Record

Method = Literal["tsne", "pca"]

#: Trustworthiness needs all distances: past this many pictures it is taken on a seeded sample.
TRUSTWORTHINESS_SAMPLE = 2000


@dataclass(frozen=True, eq=False)
class Embedding(Record):
    """Positions of N pictures on a plane.

    Attributes:
        positions: (N, 2) float32.
        method: ``"tsne"`` or ``"pca"``.
        trustworthiness: 0–1 over ``neighbours`` neighbours; 1 keeps every neighbourhood.
        neighbours: how many neighbours that is.
        perplexity: of t-SNE; NaN for PCA.
        explained_variance: share of the variance the plane shows, for PCA; NaN for t-SNE.
        seed: of the method.
        layer: the layer's name, where it was given.
        mean: (L,) float32 of the features; None in records that were made before faces could be placed.
        axes: (P, L) float32, the principal axes that the features were laid on.
        reduced: (N, P) float32, the features on these axes, of which t-SNE makes the map; None for PCA.
    """

    positions: np.ndarray
    method: str
    trustworthiness: float
    neighbours: int
    perplexity: float
    explained_variance: float
    seed: int
    layer: str = ""
    mean: np.ndarray | None = None
    axes: np.ndarray | None = None
    reduced: np.ndarray | None = None

    @property
    def own(self) -> np.ndarray:
        """(N, P) the pictures on the axes that the map is made of: what :meth:`laid` gives for their own features."""
        return np.asarray(self.positions if self.reduced is None else self.reduced, np.float64)

    def laid(self, features: np.ndarray) -> np.ndarray:
        """Other pictures' features on those axes: (n, …) of the same layer → (n, P).

        Raises:
            ValueError: features of another length or that are not finite, or a record without axes.
        """
        if self.mean is None or self.axes is None:
            raise ValueError("this map was made before faces could be placed on it; embed the features again")
        flat = np.asarray(features, np.float64).reshape(len(features), -1)
        if flat.shape[1] != len(self.mean) or not np.isfinite(flat).all():
            raise ValueError(f"this map is of finite features of length {len(self.mean)}, given are {flat.shape}")
        laid = (flat - self.mean) @ np.asarray(self.axes, np.float64).T
        return _two_columns(laid) if self.reduced is None else laid

    def place(self, features: np.ndarray) -> np.ndarray:
        """Where other faces lie on this map; what lies on it already does not move.

        On a t-SNE map each face begins at the median of its nearest neighbours and is then moved by the gradient of
        its own divergence, the others staying (Poličar, Stražar & Zupan 2023); new faces do not see one another.

        Args:
            features: (n, …) of the same layer, n from 1 up; further axes are flattened.

        Returns:
            (n, 2) float32.

        Raises:
            ValueError: as :meth:`laid`.
        """
        laid = self.laid(features)
        return (laid if self.reduced is None else self._among(laid)).astype(np.float32)

    def _among(self, laid: np.ndarray) -> np.ndarray:
        """The places of (n, P) rows among those that the map was made of."""
        neighbours = PerplexityBasedNN(self.own, perplexity=self.perplexity, random_state=self.seed, n_jobs=1)
        map_ = TSNEEmbedding(np.array(self.positions, np.float64), neighbours, random_state=self.seed, n_jobs=1)
        placed = map_.transform(laid, perplexity=min(5.0, self.perplexity))
        return np.asarray(placed)


@dataclass(frozen=True, eq=False)
class EmbeddingSeries(Record):
    """The same N pictures on M planes: several perplexities of t-SNE side by side, and PCA.

    Attributes:
        positions: (M, N, 2) float32.
        methods: M, ``"tsne"`` or ``"pca"``.
        perplexity: (M,) of t-SNE; NaN for PCA.
        trustworthiness: (M,) 0–1.
        explained_variance: (M,) share of the variance, for PCA; NaN for t-SNE.
        neighbours: how many neighbours trustworthiness looks at.
        seed: of all of them.
        layer: the layer's name, where it was given.
    """

    positions: np.ndarray
    methods: tuple[str, ...]
    perplexity: np.ndarray
    trustworthiness: np.ndarray
    explained_variance: np.ndarray
    neighbours: int
    seed: int
    layer: str = ""

    def __len__(self) -> int:
        return len(self.methods)

    def __getitem__(self, index: int) -> Embedding:
        """One of them, as :func:`embed` gives it."""
        return Embedding(
            self.positions[index], self.methods[index], float(self.trustworthiness[index]), self.neighbours,
            float(self.perplexity[index]), float(self.explained_variance[index]), self.seed, self.layer,
        )  # fmt: skip


def embed(
    features: np.ndarray,
    method: Method = "tsne",
    *,
    seed: int = 0,
    perplexity: float = 30,
    layer: str = "",
) -> Embedding:
    """Lay N feature vectors out on a plane.

    Args:
        features: (N, ...) one row a picture; further axes are flattened.
        method: ``"tsne"`` (on at most 50 principal components) or ``"pca"``.
        seed: same features and seed, same map.
        perplexity: t-SNE's effective number of neighbours; lowered to (N − 1) / 3 where there are few pictures.
        layer: noted in the record.

    Raises:
        ValueError: fewer than 5 pictures, values that are not finite or all the same, an unknown method.
    """
    flat = np.asarray(features, dtype=np.float64).reshape(len(features), -1)
    if len(flat) < 5 or not np.isfinite(flat).all():
        raise ValueError(f"an embedding needs at least 5 pictures with finite features; given are {len(flat)}")
    if not flat.std(axis=0).any():
        where = f" in {layer}" if layer else ""
        raise ValueError(f"all {len(flat)} pictures have the same features{where}: there is no map of them")
    if method not in ("tsne", "pca"):
        raise ValueError(f"unknown method {method!r}; there are 'tsne' and 'pca'")
    components = PCA(min(50 if method == "tsne" else 2, *flat.shape), random_state=seed)
    reduced = components.fit_transform(flat)
    perplexity = min(perplexity, (len(flat) - 1) / 3) if method == "tsne" else np.nan
    positions = _tsne(reduced, perplexity, seed) if method == "tsne" else _two_columns(reduced)
    neighbours = min(10, (len(flat) - 1) // 2)
    return Embedding(
        positions=positions.astype(np.float32),
        method=method,
        trustworthiness=_trustworthiness(flat, positions, neighbours, seed),
        neighbours=neighbours,
        perplexity=float(perplexity),
        explained_variance=float(components.explained_variance_ratio_.sum()) if method == "pca" else np.nan,
        seed=seed,
        layer=layer,
        mean=components.mean_.astype(np.float32),
        axes=components.components_.astype(np.float32),
        reduced=reduced.astype(np.float32) if method == "tsne" else None,
    )


def embed_series(
    features: np.ndarray,
    perplexities: Sequence[float] = (5, 30, 100),
    *,
    seed: int = 0,
    layer: str = "",
    known: Embedding | None = None,
) -> EmbeddingSeries:
    """Lay the same feature vectors out by t-SNE at several perplexities, and by PCA.

    Args:
        features: as for :func:`embed`.
        perplexities: those that the number of pictures lowers to the same value are laid out once.
        seed: of all of them.
        layer: noted in the record.
        known: one of them that is there already, of the same features and seed.

    Raises:
        ValueError: as for :func:`embed`.
    """
    possible = dict.fromkeys(min(float(one), (len(features) - 1) / 3) for one in perplexities)
    found = [
        known
        if known is not None and known.perplexity == one
        else embed(features, seed=seed, perplexity=one, layer=layer)
        for one in possible
    ]
    found.append(embed(features, "pca", seed=seed, layer=layer))
    return EmbeddingSeries(
        positions=np.stack([one.positions for one in found]),
        methods=tuple(one.method for one in found),
        perplexity=np.array([one.perplexity for one in found]),
        trustworthiness=np.array([one.trustworthiness for one in found]),
        explained_variance=np.array([one.explained_variance for one in found]),
        neighbours=found[0].neighbours,
        seed=seed,
        layer=layer,
    )


def layer_features(
    model: nn.Module, images: Images, layers: Sequence[str], *, batch_size: int = 64
) -> dict[str, np.ndarray]:
    """What layers give for every picture: layer → (N, ...) float32.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layers: as ``model.named_modules()`` names them.
        batch_size: pictures a step; changes speed only.
    """
    shapes = check_layers(model, layers, for_model(model, images[0:1]))
    features = {layer: np.empty((len(images), *shapes[layer][1:]), dtype=np.float32) for layer in layers}
    with evaluation_mode(model), torch.no_grad():
        for start in range(0, len(images), batch_size):
            batch = for_model(model, images[start : start + batch_size])

            def keep(layer: str, output: torch.Tensor, start: int = start) -> None:
                features[layer][start : start + len(output)] = output.float().cpu().numpy()

            run_to_layers(model, batch, layers, keep)
    return features


def _tsne(reduced: np.ndarray, perplexity: float, seed: int) -> np.ndarray:
    # One thread: the same seed gives the same map on any number of cores.
    positions = TSNE(perplexity=perplexity, random_state=seed, n_jobs=1, negative_gradient_method="auto").fit(reduced)
    return np.asarray(positions)


def _two_columns(reduced: np.ndarray) -> np.ndarray:
    """A plane even where the features have a single axis."""
    return np.pad(reduced, ((0, 0), (0, max(0, 2 - reduced.shape[1]))))[:, :2]


def _trustworthiness(flat: np.ndarray, positions: np.ndarray, neighbours: int, seed: int) -> float:
    if len(flat) > TRUSTWORTHINESS_SAMPLE:
        sample = np.random.default_rng(seed).choice(len(flat), TRUSTWORTHINESS_SAMPLE, replace=False)
        flat, positions = flat[sample], positions[sample]
    return float(trustworthiness(flat, positions, n_neighbors=neighbours))
