"""Embeddings: N pictures on a plane, by what a layer gives for them.

t-SNE (van der Maaten & Hinton 2008) through openTSNE (Poličar, Stražar & Zupan 2024), PCA through scikit-learn.
Distances between clusters, and their sizes, mean nothing on a t-SNE map; trustworthiness (Venna & Kaski 2001)
says how many of a picture's neighbours on the map are its neighbours in the layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from openTSNE import TSNE
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
    """

    positions: np.ndarray
    method: str
    trustworthiness: float
    neighbours: int
    perplexity: float
    explained_variance: float
    seed: int
    layer: str = ""


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
