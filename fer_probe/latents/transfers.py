"""Transfers: one latent, decoded under different things told beside it.

Ali & Hughes: the expression of one face, which the latent holds, on other identities, which the decoder is told. A
fader network (Lample et al. 2017; Barradas-Chacón, Rocha & Werner, section 2.3): an attribute slid on a face.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fer_probe.activations import LayerError
from fer_probe.latents.latent_functions import Decode, decoded
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class Transfers(Record):
    """S faces, decoded under each of T things told.

    Attributes:
        attribute: the decoder's keyword, such as ``identity`` or ``emotion``.
        names: T names of what was told: people, or steps of an attribute.
        pixels: (S, T, C, H, W) float32, as the decoder gives them.
        image_index: (S,) int64, which faces the latents are of.
        portraits: (T, C, H, W) float32, what is told decoded with the mean latent of all faces: nobody's own
            expression on each person.
        layer: what the latent is called.
    """

    attribute: str
    names: tuple[str, ...]
    pixels: NDArray[np.float32]
    image_index: NDArray[np.int64]
    portraits: NDArray[np.float32]
    layer: str = "latent"


def transfer(
    decode: Decode,
    latents: Any,
    rows: Sequence[int],
    attribute: str,
    told: ArrayLike,
    *,
    names: Sequence[str] = (),
    layer: str = "latent",
    batch_size: int = 64,
) -> Transfers:
    """Decode latents under everything that a decoder can be told.

        transfer(degan.decode, latents, [3, 7], "identity", [0, 1, 2])        # two expressions on three people
        transfer(fader.decode, latents, [3, 7], "emotion", [0.0, 0.5, 1.0])   # an attribute slid on two faces

    Args:
        decode: (n, L) and ``attribute`` by keyword, (n, …), → (n, C, H, W).
        latents: (N, L) of faces.
        rows: which faces.
        attribute: the keyword.
        told: (T, …) its values: whole numbers of people, codes, or how much of something.
        names: of the values; the values themselves where left out.
        layer: noted in the record.
        batch_size: pictures a step; changes speed only.

    Raises:
        LayerError: no faces, nothing told, another number of names, or a decoder that makes no pictures.
    """
    values, chosen = np.asarray(told), np.asarray(rows, np.int64)
    if not len(chosen) or not values.ndim or not len(values):
        raise LayerError(
            f"{len(chosen)} faces under {values.size} values of {attribute}; expected one of each at least"
        )
    if names and len(names) != len(values):
        raise LayerError(f"{len(names)} names for {len(values)} values of {attribute}")
    all_latents = np.asarray(latents, np.float32)
    given = np.concatenate([all_latents[chosen], all_latents.mean(0, keepdims=True)])
    made = decoded(
        decode, np.repeat(given, len(values), 0), beside={attribute: np.concatenate([values] * len(given))},
        batch_size=batch_size,
    )  # fmt: skip
    grid = made.reshape(len(given), len(values), *made.shape[1:])
    called = tuple(names) or tuple(f"{value:.3g}" for value in values.reshape(len(values), -1)[:, 0])
    return Transfers(attribute, called, grid[:-1], chosen, grid[-1], layer)
