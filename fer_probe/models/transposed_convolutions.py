"""Transposed convolutions that give a picture exactly the size it had before a stride or a pooling made it smaller."""

from torch import nn


def restoring_convolution(
    maps: int,
    out: int,
    *,
    small: tuple[int, int],
    large: tuple[int, int],
    kernel: int = 3,
    stride: int = 2,
    padding: int = 1,
    bias: bool = True,
) -> nn.ConvTranspose2d:
    """A transposed convolution from (maps, *small) to (out, *large).

    Without output padding it gives (side − 1) · stride − 2 · padding + kernel; what is missing is padded at the end.

    Raises:
        ValueError: a size that a convolution of this stride does not make ``small``.
    """
    missing = [end - ((start - 1) * stride - 2 * padding + kernel) for start, end in zip(small, large, strict=True)]
    if not all(0 <= rest < stride for rest in missing):
        sides = f"{large[0]}×{large[1]} of {small[0]}×{small[1]}"
        raise ValueError(f"a kernel {kernel}×{kernel} of stride {stride} cannot make {sides}")
    return nn.ConvTranspose2d(maps, out, kernel, stride, padding, (missing[0], missing[1]), bias=bias)


def smaller(size: tuple[int, int], by: int) -> tuple[int, int]:
    """Height and width divided, what is left over rounded up, as "same" padding does."""
    return -(-size[0] // by), -(-size[1] // by)
