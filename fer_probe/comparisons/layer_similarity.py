"""Layer similarity: how alike two networks' layers lay out the same faces, as one number a pair of layers.

    CKA(X, Y) = HSIC(K, L) / √(HSIC(K, K)·HSIC(L, L)),   K = X Xᵀ, L = Y Yᵀ     Kornblith et al. 2019, linear kernels

with Song et al.'s (2012) unbiased HSIC, K̃ and L̃ without their diagonals, which few pictures do not inflate:

    HSIC = [tr K̃L̃ + (1ᵀK̃1)(1ᵀL̃1)/((n − 1)(n − 2)) − 2·1ᵀK̃L̃1/(n − 2)] / (n·(n − 3))

It is 1 for layers that are the same up to rotation and one scale, and about 0 for unrelated ones. It says nothing by
itself: layers of untrained networks are alike too, the more so the nearer the pixels; their CKA stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_probe.records import Record

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerSimilarity(Record):
    """Linear, unbiased CKA of every layer of one network with every layer of another, on the same pictures.

    Attributes:
        one, other: what the networks are called.
        layers, other_layers: from the pixels on.
        cka: (L, L') about 0 to 1; unbiased, it may be a little below 0.
        untrained: (L, L') the mean of either network's layers with those of the other after its weights were shuffled.
        pictures: how many.
        untrained_networks: how many of either side; 0 leaves ``untrained`` NaN.
    """

    one: str
    other: str
    layers: tuple[str, ...]
    other_layers: tuple[str, ...]
    cka: np.ndarray
    untrained: np.ndarray
    pictures: int
    untrained_networks: int

    def variant(self) -> str:
        """A study holds one for each other network."""
        return self.other


def similarity_of_layers(
    kernels: Mapping[str, Floats],
    other_kernels: Mapping[str, Floats],
    *,
    untrained: Sequence[Mapping[str, Floats]] = (),
    other_untrained: Sequence[Mapping[str, Floats]] = (),
    names: tuple[str, str] = ("one", "other"),
) -> LayerSimilarity:
    """CKA of every pair of layers.

    Args:
        kernels, other_kernels: layer → :func:`linear_kernel` of it, from the pixels on.
        untrained, other_untrained: the same of networks like either that have unlearnt their weights.
        names: of the networks.
    """
    one, other = list(kernels.values()), list(other_kernels.values())
    forgotten = [_table(one, [some[layer] for layer in other_kernels]) for some in other_untrained]
    forgotten += [_table([some[layer] for layer in kernels], other) for some in untrained]
    cka = _table(one, other)
    return LayerSimilarity(
        one=names[0], other=names[1], layers=tuple(kernels), other_layers=tuple(other_kernels), cka=cka,
        untrained=np.mean(forgotten, 0) if forgotten else np.full(cka.shape, np.nan), pictures=len(one[0]),
        untrained_networks=max(len(untrained), len(other_untrained)),
    )  # fmt: skip


def linear_cka(one: np.ndarray, other: np.ndarray) -> float:
    """CKA of two layers' features (N, p) and (N, q) of the same N pictures, 4 or more."""
    return _cka(linear_kernel(one), linear_kernel(other))


def linear_kernel(features: np.ndarray) -> Floats:
    """(N, N) inner products of centred features (N, p), without the diagonal.

    Raises:
        ValueError: fewer than four pictures.
    """
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or len(values) < 4:
        raise ValueError(f"features of shape {values.shape}: expected (pictures, numbers), 4 pictures or more")
    centred = values - values.mean(0)
    kernel = centred @ centred.T
    np.fill_diagonal(kernel, 0)
    return np.asarray(kernel)


def _table(one: Sequence[Floats], other: Sequence[Floats]) -> Floats:
    return np.array([[_cka(kernel, second) for second in other] for kernel in one])


def _cka(one: Floats, other: Floats) -> float:
    """0 for a layer that gives the same for every picture."""
    scale = _hsic(one, one) * _hsic(other, other)
    return float(_hsic(one, other) / np.sqrt(scale)) if scale > 0 else 0.0


def _hsic(one: Floats, other: Floats) -> float:
    count = len(one)
    rows, other_rows = one.sum(0), other.sum(0)
    trace, sums = float((one * other).sum()), rows.sum() * other_rows.sum() / ((count - 1) * (count - 2))
    return float((trace + sums - 2 * (rows @ other_rows) / (count - 2)) / (count * (count - 3)))
