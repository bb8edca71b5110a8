"""Reconstructions: faces beside what is made of them by way of their latents, and how far the two are apart.

Barradas-Chacón, Rocha & Werner, figure 9; Cubarrubia, Mishra & Kiss, figures 6 and 8. The error of a face x and its
reconstruction x̂ is its pixels' mean squared difference. Beside it stands that of the mean face x̄, which a decoder
reaches that pays no heed to its latent, so that the share of what faces differ by which comes back is

    R² = 1 − Σ ‖x − x̂‖² / Σ ‖x − x̄‖².
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fer_probe.activations import Images, LayerError
from fer_probe.latents.latent_functions import Decode, Encode, decoded, encoded
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class Reconstructions(Record):
    """The errors of N faces, and k of them with what was made of them.

    Attributes:
        error: (N,) float32, mean squared difference of every face from its reconstruction.
        mean_face_error: (N,) float32, the same from the mean of these faces.
        image_index: (k,) int64, which faces are shown.
        originals: (k, C, H, W) float32, as the encoder takes them.
        pixels: (k, C, H, W) float32, as the decoder gives them.
        layer: what the latent is called.
    """

    error: NDArray[np.float32]
    mean_face_error: NDArray[np.float32]
    image_index: NDArray[np.int64]
    originals: NDArray[np.float32]
    pixels: NDArray[np.float32]
    layer: str = "latent"

    @property
    def explained(self) -> float:
        """R²: 1 where every face comes back, 0 where all come back as the mean face; NaN where all faces are alike."""
        total = float(np.sum(self.mean_face_error, dtype=np.float64))
        return 1 - float(np.sum(self.error, dtype=np.float64)) / total if total else float("nan")


def reconstruct(
    encode: Encode,
    decode: Decode,
    images: Images,
    *,
    shown: Sequence[int] = range(8),
    beside: Mapping[str, Any] | None = None,
    layer: str = "latent",
    batch_size: int = 64,
) -> Reconstructions:
    """Encode and decode pictures, and measure what comes back.

    Args:
        encode: (n, C, H, W) → (n, …).
        decode: (n, L) → (n, C, H, W), the same range of pixels as the encoder takes.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        shown: which pictures are kept; those past the last are left out.
        beside: keyword of the decoder → (N,) what it is told of each face, such as the fader's ``emotion``.
        layer: noted in the record.
        batch_size: pictures a step; changes speed only (up to rounding).

    Raises:
        LayerError: no pictures, or a decoder whose pictures have another shape than the encoder's.
    """
    if not len(images):
        raise LayerError("no pictures to reconstruct")
    kept = np.array(sorted(number for number in shown if number < len(images)), np.int64)
    mean, error, flat = _mean_picture(images, batch_size), [], []
    originals, made = [], []
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size]
        back = _there_and_back(encode, decode, batch, _told(beside, start, len(batch)))
        pictures = batch.float().cpu().numpy()
        error.append(np.square(pictures - back).mean((1, 2, 3)))
        flat.append(np.square(pictures - mean).mean((1, 2, 3)))
        here = kept[(kept >= start) & (kept < start + len(batch))] - start
        originals.append(pictures[here])
        made.append(back[here])
    return Reconstructions(
        error=np.concatenate(error).astype(np.float32), mean_face_error=np.concatenate(flat).astype(np.float32),
        image_index=kept, originals=np.concatenate(originals), pixels=np.concatenate(made), layer=layer,
    )  # fmt: skip


def _there_and_back(encode: Encode, decode: Decode, batch: Tensor, told: Mapping[str, Any]) -> NDArray[np.float32]:
    back = decoded(decode, encoded(encode, batch), beside=told, batch_size=len(batch))
    if back.shape != tuple(batch.shape):
        raise LayerError(f"decode gives {back.shape} for pictures {tuple(batch.shape)}: these cannot be compared")
    return back


def _told(beside: Mapping[str, Any] | None, start: int, count: int) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(values)[start : start + count] for name, values in (beside or {}).items()}


def _mean_picture(images: Images, batch_size: int) -> NDArray[np.float64]:
    total: Any = 0.0
    for start in range(0, len(images), batch_size):
        total = total + images[start : start + batch_size].double().sum(0).cpu().numpy()
    return np.asarray(total / len(images))
