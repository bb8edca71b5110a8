"""The expansion of a set of pictures: every window, turn and flip of each, made when it is asked for.

Ali & Hughes, section 4.1: five windows × eleven angles × two sides make 110 of each picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.picture_warps import turned, windows

#: Centre, top left, top right, bottom left, bottom right: shares of the room that a window leaves, down and across.
_PLACES = ((0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))


@dataclass(frozen=True)
class Expansion:
    """What becomes of each picture: a window in the middle and in each corner, turned by each angle, and its mirror.

    Variant 0 is the middle as it is; the mirror varies fastest, then the angle, then the window.

    Attributes:
        size: height and width of the windows.
        degrees: the angles, anticlockwise. The paper names ten; with 0 the set is 110-fold, as it says.
    """

    size: int = 96
    degrees: tuple[float, ...] = (0, -15, -12, -9, -6, -3, 3, 6, 9, 12, 15)

    def __len__(self) -> int:
        """How many variants a picture has."""
        return len(_PLACES) * len(self.degrees) * 2

    def __call__(self, images: Tensor, variants: Tensor) -> Tensor:
        """(n, C, size, size): of each picture (n, C, H, W) the variant of that number, (n,), 0 to ``len(self) - 1``.

        Raises:
            ValueError: pictures that are not larger than the windows, so that all five are one.
        """
        room = [side - self.size for side in images.shape[-2:]]
        if min(room) < 1:
            raise ValueError(
                f"pictures of {images.shape[-2]}×{images.shape[-1]} have no five windows of {self.size}×{self.size}: "
                "prepare larger pictures, or ask for smaller windows"
            )
        place, turn, mirror = variants // (2 * len(self.degrees)), variants // 2 % len(self.degrees), variants % 2
        corners = torch.tensor([[int(room[0] * y), int(room[1] * x)] for y, x in _PLACES], device=images.device)
        cut = windows(images, corners[place, 0], corners[place, 1], self.size, self.size)
        angles = torch.tensor([math.radians(angle) for angle in self.degrees], device=images.device)
        cut = turned(cut, angles[turn].to(images))
        return torch.where((mirror == 1)[:, None, None, None], cut.flip(-1), cut)


class ExpandedPictures:
    """A set of pictures and all its variants as one set, of which only the originals are in memory.

    ``expanded[indices]``, ``expanded[start:stop]`` are float32 (n, C, size, size) in 0–1 on the originals' device;
    the variants of one picture stand together.
    """

    def __init__(self, pixels: Tensor, expansion: Expansion | None = None) -> None:
        """Of ``pixels`` (N, C, H, W) uint8."""
        self.pixels, self.expansion = pixels, expansion or Expansion()

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(how many, C, size, size)."""
        return (len(self), self.pixels.shape[1], self.expansion.size, self.expansion.size)

    def __len__(self) -> int:
        return len(self.pixels) * len(self.expansion)

    def __getitem__(self, index: slice | Sequence[int] | NDArray[Any] | Tensor) -> Tensor:
        numbers = self._numbers(index)
        images = self.pixels[numbers // len(self.expansion)].float() / 255
        return self.expansion(images, numbers % len(self.expansion))

    def originals(self, index: slice | Sequence[int] | NDArray[Any] | Tensor) -> Tensor:
        """(n,) of which picture each is a variant: the index of its label."""
        return self._numbers(index) // len(self.expansion)

    def _numbers(self, index: slice | Sequence[int] | NDArray[Any] | Tensor) -> Tensor:
        if isinstance(index, slice):
            return torch.arange(*index.indices(len(self)), device=self.pixels.device)
        numbers = torch.as_tensor(np.asarray(index) if not isinstance(index, Tensor) else index)
        if len(numbers) and (int(numbers.min()) < 0 or int(numbers.max()) >= len(self)):
            raise IndexError(
                f"variants are numbered 0 to {len(self) - 1}; asked for {numbers.min()} to {numbers.max()}"
            )
        return numbers.to(self.pixels.device, torch.long)
