"""Augmentation: small steps on a whole batch, on its device, each picture by its own draw.

A step is called with pictures (n, C, H, W) in 0–1 and a generator on their device, and gives such pictures, of the
same shape but for :class:`RandomCrop`. What leaves a picture at one side is not brought in at the other: the border is
drawn out instead. A step of strength 0 changes nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from trainers.picture_warps import CORNERS, turned, windows, with_corners_at

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
        height, width = images.shape[-2:]
        down, right = (_whole_shift(images, side * self.share, generator) for side in (height, width))
        return windows(images, -down, -right, height, width)


@dataclass(frozen=True)
class Rotate:
    """Turned about the centre.

    Attributes:
        degrees: the largest angle each way.
    """

    degrees: float = 15.0

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        return turned(images, _either_way(images, math.radians(self.degrees), generator))


@dataclass(frozen=True)
class RandomCrop:
    """A window of another size, cut out at random; for what learns from pictures of that size.

    Attributes:
        size: height and width of the window.

    Raises:
        ValueError: when called with pictures that are smaller.
    """

    size: int | tuple[int, int]

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → (n, C, size)."""
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        spare = [side - window for side, window in zip(images.shape[-2:], (height, width), strict=True)]
        if min(spare) < 0:
            raise ValueError(f"no window of {height}×{width} in pictures of {'×'.join(map(str, images.shape[-2:]))}")
        tops, lefts = ((_uniform(images, generator) * (room + 1)).long() for room in spare)
        return windows(images, tops, lefts, height, width)


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
        return RandomCrop((height, width))(larger, generator)


@dataclass(frozen=True)
class BrightnessContrast:
    """Contrast is multiplied about mid grey, then brightness added; what leaves 0–1 ends there.

    Attributes:
        brightness: the largest change each way, where white is 1.
        contrast: the largest change of the factor 1 each way.
    """

    brightness: float = 0.2
    contrast: float = 0.2

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        factor = 1 + _either_way(images, self.contrast, generator)[:, None, None, None]
        added = _either_way(images, self.brightness, generator)[:, None, None, None]
        return (images * factor + (0.5 * (1 - factor) + added)).clamp(0, 1)


@dataclass(frozen=True)
class Perspective:
    """Seen at a slant: each corner moves by itself, inward or outward.

    Attributes:
        share: the farthest that a corner moves along a side, over that side; below 1/4, where the four corners
            always stay corners.

    Raises:
        ValueError: another share.
    """

    share: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.share < 0.25:
            raise ValueError(f"share {self.share}: expected at least 0 and below 0.25 of a side")

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        draws = torch.rand(len(images), 4, 2, generator=generator, device=images.device)
        return with_corners_at(images, images.new_tensor(CORNERS) + (2 * draws - 1) * 2 * self.share)  # a side is 2


@dataclass(frozen=True)
class OneOf:
    """Each picture goes through one of several steps, all equally likely (Barradas-Chacón et al.).

    Attributes:
        steps: such as ``(BrightnessContrast(), Perspective(), Rotate())``; they keep the shape.
    """

    steps: tuple[Augmentation, ...]

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        chosen = (_uniform(images, generator) * len(self.steps)).long()[:, None, None, None]
        for number, step in enumerate(self.steps):
            # Every step sees all pictures: so each one's draws do not hang on what the others were given.
            images = torch.where(chosen == number, step(images, generator), images)
        return images


def _uniform(images: Tensor, generator: Generator) -> Tensor:
    """One number in 0–1 for each picture."""
    return torch.rand(len(images), generator=generator, device=images.device)


def _either_way(images: Tensor, largest: float, generator: Generator) -> Tensor:
    """One number from -largest to largest for each picture."""
    return (2 * _uniform(images, generator) - 1) * largest


def _whole_shift(images: Tensor, largest: float, generator: Generator) -> Tensor:
    return _either_way(images, largest, generator).round().long()
