"""Traversal readings: what another network reads of faces while one of their latent variables is moved.

A variable stands for an expression if moving it makes an independent classifier read that expression more and more,
whoever's face it is, and does not make it another person's. What is moved goes from the smallest to the largest value
observed; the face's other variables stay as they are. How steadily a reading follows is Spearman's rank correlation
(Spearman 1904) of its mean over faces with the steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr

from fer_probe.activations import LayerError
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import predict
from fer_probe.intensity_evaluation import predict_intensities
from fer_probe.latents.latent_functions import Decode, decoded
from fer_probe.records import Record

#: Pixels in 0–1 (n, C, H, W) → readings (n, K): probabilities of classes, intensities of action units.
Read = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class TraversalReadings(Record):
    """Readings of N faces in V steps along D latent variables.

    Attributes:
        dimensions: (D,) int64, the variables.
        names: (D,) what they are called.
        values: (D, V) float32, what they are set to.
        reading_names: the K readings: expressions, people or action units.
        mean: (D, V, K) float32, each reading, the mean over the faces.
        share: (D, V, K) float32, of how many faces each reading is the largest, 0–1.
        kept: (D, V) float32, of how many faces the largest reading is the one of the face's own latent, 0–1.
        unmoved: (K,) float32, each reading of the faces' own latents, the mean over the faces.
        rank_correlation: (D, K) float32, Spearman's, of ``mean`` with the steps; NaN where a reading never changes.
        faces: N.
        read_by: what read them.
        intensities: whether the readings are intensities of action units, and not probabilities.
        layer: what the latent is called.
    """

    dimensions: NDArray[np.int64]
    names: tuple[str, ...]
    values: NDArray[np.float32]
    reading_names: tuple[str, ...]
    mean: NDArray[np.float32]
    share: NDArray[np.float32]
    kept: NDArray[np.float32]
    unmoved: NDArray[np.float32]
    rank_correlation: NDArray[np.float32]
    faces: int
    read_by: str = ""
    layer: str = "latent"
    intensities: bool = False

    def variant(self) -> str:
        """The latent, and who read: a study keeps what each has read."""
        return f"{self.layer}, read by {self.read_by}" if self.read_by else self.layer


def read_traversals(
    decode: Decode,
    latents: ArrayLike,
    read: Read,
    reading_names: Sequence[str],
    *,
    dimensions: Sequence[int] | None = None,
    extremes: ArrayLike | None = None,
    beside: Mapping[str, Any] | None = None,
    steps: int = 9,
    names: Sequence[str] = (),
    read_by: str = "",
    intensities: bool = False,
    layer: str = "latent",
) -> TraversalReadings:
    """Move each variable of every face's latent, decode, and read.

    Args:
        decode: (n, L) → pixels in 0–1 (n, C, H, W).
        latents: (N, L) of faces, best of people whom nobody was trained on.
        read: what looks at the pictures; :func:`reading_by` makes one of a checkpoint.
        reading_names: of its K numbers.
        dimensions: the variables; all where left out.
        extremes: (2, L) smallest and largest value of each; those of ``latents`` where left out.
        beside: keyword of the decoder → (N, …) what it is told beside each latent.
        steps: V, equally spaced, the extremes among them.
        names: what all L variables are called; their numbers where empty.
        read_by: noted in the record.
        intensities: noted in the record.
        layer: noted in the record.

    Raises:
        LayerError: latents of another shape, fewer than two steps, or other readings than names.
    """
    values = np.asarray(latents, np.float32)
    if values.ndim != 2 or not len(values) or steps < 2:
        raise LayerError(f"latents are {values.shape} and steps {steps}; expected (faces, values) and two steps")
    chosen = np.arange(values.shape[1]) if dimensions is None else np.asarray(dimensions, np.int64)
    low, high = (values.min(0), values.max(0)) if extremes is None else np.asarray(extremes, np.float32)

    def readings(moved: NDArray[np.float32]) -> NDArray[np.float32]:
        return _checked(read(decoded(decode, moved, beside=beside)), len(values), reading_names)

    unmoved = readings(values)
    places = np.linspace(low[chosen], high[chosen], steps, axis=1).astype(np.float32)
    read_there = np.stack(
        [
            np.stack([readings(_moved(values, number, value)) for value in row])
            for number, row in zip(chosen, places, strict=True)
        ]
    )  # (D, V, N, K)
    largest = read_there.argmax(3)
    mean = read_there.mean(2)
    return TraversalReadings(
        dimensions=chosen.astype(np.int64),
        names=tuple(names[number] if names else f"variable {number}" for number in chosen),
        values=places,
        reading_names=tuple(reading_names),
        mean=mean.astype(np.float32),
        share=np.stack([(largest == number).mean(2) for number in range(mean.shape[2])], 2).astype(np.float32),
        kept=(largest == unmoved.argmax(1)).mean(2).astype(np.float32),
        unmoved=unmoved.mean(0).astype(np.float32),
        rank_correlation=_rank_correlation(mean),
        faces=len(values),
        read_by=read_by,
        intensities=intensities,
        layer=layer,
    )


def reading_by(checkpoint: Checkpoint, *, probabilities: bool = True) -> Read:
    """How a checkpoint reads pixels in 0–1, prepared as all its pictures are.

    Args:
        checkpoint: a classifier; or a regressor of action units, whose outputs are taken as they are.
        probabilities: whether its outputs are logits, and read as probabilities.
    """
    predicted = predict if probabilities else predict_intensities

    def read(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        as_bytes = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
        return predicted(checkpoint.model, checkpoint.preprocessing.tensor(as_bytes))

    return read


def _moved(values: NDArray[np.float32], dimension: int, value: float) -> NDArray[np.float32]:
    moved = values.copy()
    moved[:, dimension] = value
    return moved


def _checked(readings: Any, count: int, names: Sequence[str]) -> NDArray[np.float32]:
    read = np.asarray(readings, np.float32)
    if read.shape != (count, len(names)) or not np.isfinite(read).all():
        raise LayerError(f"readings are {read.shape}; expected ({count}, {len(names)}) finite numbers, one a name")
    return read


def _rank_correlation(mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """(D, V, K) → (D, K), over the steps."""
    steps, (variables, _, count) = np.arange(mean.shape[1]), mean.shape
    found = np.full((variables, count), np.nan, np.float32)
    for variable in range(variables):
        for number in range(count):
            if np.ptp(mean[variable, :, number]):
                found[variable, number] = spearmanr(steps, mean[variable, :, number]).statistic
    return found
