"""Traversals: pictures decoded along a line through the latent space.

One latent variable is moved in equal steps between its observed extremes while the others stay (Barradas-Chacón,
Rocha & Werner, figures 8 and 11), or a face's latent goes over into another's: zₜ = (1 − t)·a + t·b.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fer_probe.activations import LayerError
from fer_probe.latents.latent_functions import Decode, decoded
from fer_probe.records import Record

#: "Six equally spaced values from within the maximum and minimum values found" (section 3.3).
STEPS = 6


@dataclass(frozen=True, eq=False)
class Traversals(Record):
    """R variables of a latent, each moved in V steps from the same beginning.

    Attributes:
        pixels: (R, V, C, H, W) float32, as the decoder gives them.
        values: (R, V) float32, what the moved variable was set to, from its smallest to its largest.
        dimensions: (R,) int64, which variable was moved.
        names: R names, what each variable is called.
        latent: (L,) float32, the beginning; all that does not move.
        begins_with: what the beginning is, in words.
        layer: what the latent is called.
    """

    pixels: NDArray[np.float32]
    values: NDArray[np.float32]
    dimensions: NDArray[np.int64]
    names: tuple[str, ...]
    latent: NDArray[np.float32]
    begins_with: str = ""
    layer: str = "latent"


@dataclass(frozen=True, eq=False)
class Interpolations(Record):
    """P pairs of faces, and what lies between their latents.

    Attributes:
        pixels: (P, V, C, H, W) float32, as the decoder gives them.
        shares: (V,) float32, of the second face, from 0 to 1.
        pairs: (P, 2) int64, which faces.
        layer: what the latent is called.
    """

    pixels: NDArray[np.float32]
    shares: NDArray[np.float32]
    pairs: NDArray[np.int64]
    layer: str = "latent"


def traverse(
    decode: Decode, latent: ArrayLike, dimension: int, values: ArrayLike, *, batch_size: int = 64
) -> NDArray[np.float32]:
    """Decode a latent with one of its variables set to each of some values.

    Args:
        decode: (n, L) → (n, C, H, W); what it wants beside the latent is fixed by a closure.
        latent: (L,), all that does not move.
        dimension: the variable that is set, from 0.
        values: (V,) what to.
        batch_size: latents a step; changes speed only.

    Returns:
        (V, C, H, W) float32, as the decoder gives them.

    Raises:
        LayerError: no such variable, no values, a latent of another shape, or a decoder that makes no pictures.
    """
    moved = np.atleast_1d(np.asarray(values, np.float32))
    row = np.asarray(latent, np.float32)
    if row.ndim != 1 or not len(row):
        raise LayerError(f"a traversal begins with one latent (L,), given is {row.shape}")
    if not -len(row) <= dimension < len(row):
        raise LayerError(f"there is no latent variable {dimension}; they are numbered 0 to {len(row) - 1}")
    rows = np.repeat(row[None], len(moved), 0)
    rows[:, dimension] = moved
    return decoded(decode, rows, batch_size=batch_size)


def traverse_variables(
    decode: Decode,
    latents: Any,
    dimensions: Sequence[int],
    *,
    begin: ArrayLike | None = None,
    steps: int = STEPS,
    names: Sequence[str] = (),
    begins_with: str = "",
    layer: str = "latent",
) -> Traversals:
    """Move variables, each by itself, from the smallest to the largest value that faces were observed to have.

    Args:
        decode: as for :func:`traverse`.
        latents: (N, L) of faces, which tell the extremes.
        dimensions: the variables.
        begin: (L,) where all of them begin; the mean of the latents where left out.
        steps: V, equally spaced, the extremes among them.
        names: what all L variables are called; their numbers where empty.
        begins_with: the beginning in words, noted in the record.
        layer: noted in the record.

    Raises:
        LayerError: as for :func:`traverse`, or fewer than two steps.
    """
    if steps < 2:
        raise LayerError(f"{steps} steps; a traversal has two at least")
    values = np.asarray(latents, np.float32)
    start = values.mean(0) if begin is None else np.asarray(begin, np.float32)
    moved = [np.linspace(values[:, number].min(), values[:, number].max(), steps) for number in dimensions]
    return Traversals(
        pixels=np.stack([traverse(decode, start, number, to) for number, to in zip(dimensions, moved, strict=True)]),
        values=np.array(moved, np.float32),
        dimensions=np.array(dimensions, np.int64),
        names=tuple(names[number] if names else f"variable {number}" for number in dimensions),
        latent=start,
        begins_with=begins_with or ("the mean of all faces" if begin is None else ""),
        layer=layer,
    )


def interpolate(decode: Decode, one: ArrayLike, other: ArrayLike, *, steps: int = STEPS) -> NDArray[np.float32]:
    """Decode what lies on the straight line between two latents, both ends among it.

    Args:
        decode: as for :func:`traverse`.
        one: (L,) where it begins.
        other: (L,) where it ends.
        steps: V.

    Returns:
        (V, C, H, W) float32.

    Raises:
        LayerError: as for :func:`traverse`.
    """
    a, b = (np.asarray(end, np.float32) for end in (one, other))
    if a.shape != b.shape or a.ndim != 1:
        raise LayerError(f"latents are {a.shape} and {b.shape}; expected two of one length")
    shares = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return decoded(decode, (1 - shares) * a + shares * b)


def interpolate_pairs(
    decode: Decode, latents: Any, pairs: ArrayLike, *, steps: int = STEPS, layer: str = "latent"
) -> Interpolations:
    """Let pairs of faces go over into one another.

    Args:
        decode: as for :func:`traverse`.
        latents: (N, L) of faces.
        pairs: (P, 2) which faces, numbered in ``latents``.
        steps: V.
        layer: noted in the record.

    Raises:
        LayerError: as for :func:`traverse`, or no pairs.
    """
    numbers = np.asarray(pairs, np.int64)
    if numbers.ndim != 2 or numbers.shape[1:] != (2,) or not len(numbers):
        raise LayerError(f"pairs are {numbers.shape}; expected (pairs, 2), one at least")
    rows = [interpolate(decode, latents[one], latents[other], steps=steps) for one, other in numbers]
    return Interpolations(np.stack(rows), np.linspace(0, 1, steps, dtype=np.float32), numbers, layer)
