"""Augmentation: small steps on a whole batch, on its device, each picture by its own draw.

A step is called with pictures (n, C, H, W) in 0–1 and a generator on their device, and gives pictures of the same
shape. What leaves a picture at one side is not brought in at the other: the border is drawn out instead.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

Augmentation = Callable[[Tensor, Generator], Tensor]


@dataclass(frozen=True)
class Flip:
    """Left and right change places.

    Attributes:
        probability: for each picture.
    """

    probability: float = 0.5

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        flipped = _uniform(images, generator) < self.probability
        return torch.where(flipped[:, None, None, None], images.flip(-1), images)


@dataclass(frozen=True)
class Shift:
    """Moved by whole pixels, up to a share of height and width each way.

    Attributes:
        share: the largest shift over the picture's side.
    """

    share: float = 0.1

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        down, right = (_whole_shift(images, side * self.share, generator) for side in images.shape[-2:])
        return _moved(images, down, right)


@dataclass(frozen=True)
class Rotate:
    """Turned about the centre.

    Attributes:
        degrees: the largest angle each way.
    """

    degrees: float = 15.0

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        height, width = images.shape[-2:]
        angle = (2 * _uniform(images, generator) - 1) * math.radians(self.degrees)
        sine, cosine, zero = torch.sin(angle), torch.cos(angle), torch.zeros_like(angle)
        # The grid runs from -1 to 1 along both sides, so a turn in pixels needs their ratio.
        rows = [cosine, -sine * (height / width), zero, sine * (width / height), cosine, zero]
        turn = torch.stack(rows, 1).view(-1, 2, 3)
        grid = functional.affine_grid(turn, list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


@dataclass(frozen=True)
class EnlargeAndCrop:
    """Resized to a larger picture, of which a window of the old size is cut out at random (Zhu: 99 and 96).

    Attributes:
        size: height and width of the larger picture.
    """

    size: int

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        height, width = images.shape[-2:]
        larger = functional.interpolate(images, (self.size, self.size), mode="bilinear", align_corners=False)
        tops = (_uniform(images, generator) * (self.size - height + 1)).long()
        lefts = (_uniform(images, generator) * (self.size - width + 1)).long()
        return _window(larger, tops, lefts, height, width)


def _uniform(images: Tensor, generator: Generator) -> Tensor:
    """One number in 0–1 for each picture."""
    return torch.rand(len(images), generator=generator, device=images.device)


def _whole_shift(images: Tensor, largest: float, generator: Generator) -> Tensor:
    return ((2 * _uniform(images, generator) - 1) * largest).round().long()


def _moved(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Each picture moved by its own number of rows and columns."""
    height, width = images.shape[-2:]
    return _window(images, -down, -right, height, width)


def _window(images: Tensor, tops: Tensor, lefts: Tensor, height: int, width: int) -> Tensor:
    """A window of each picture; beyond the border, the border's own pixels."""
    rows = (tops[:, None] + torch.arange(height, device=images.device)).clamp(0, images.shape[-2] - 1)
    columns = (lefts[:, None] + torch.arange(width, device=images.device)).clamp(0, images.shape[-1] - 1)
    each = torch.arange(len(images), device=images.device)[:, None, None]
    return images[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
