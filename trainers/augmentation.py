"""Augmentation: small steps on a whole batch, on its device, each picture by its own draw.

A step is called with pictures (n, C, H, W) in 0–1 and a generator on their device, and gives such pictures, of the
same shape but for :class:`RandomCrop`. What leaves a picture at one side is not brought in at the other: the border is
drawn out instead. A step of strength 0 changes nothing.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from trainers.picture_warps import CORNERS, turned, windows, with_corners_at

Augmentation = Callable[[Tensor, Generator], Tensor]


class AugmentationStep(ABC):
    """A step: it draws some numbers for each picture, and changes the picture by these alone.

    Attributes:
        numbers: how many, each in 0–1.
    """

    numbers: int = 1

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """(n, C, H, W) → the same shape."""
        return self.apply(images, torch.rand(len(images), self.numbers, generator=generator, device=images.device))

    @abstractmethod
    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, ``numbers``)."""


@dataclass(frozen=True)
class Flip(AugmentationStep):
    """Left and right change places.

    Attributes:
        probability: for each picture.
    """

    probability: float = 0.5

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 1)."""
        flipped = draws[:, 0] < self.probability
        return torch.where(flipped[:, None, None, None], images.flip(-1), images)


@dataclass(frozen=True)
class Shift(AugmentationStep):
    """Moved by whole pixels, up to a share of height and width each way.

    Attributes:
        share: the largest shift over the picture's side.
    """

    share: float = 0.1
    numbers = 2

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 2): down, right."""
        height, width = images.shape[-2:]
        down = _either_way(draws[:, 0], height * self.share).round().long()
        right = _either_way(draws[:, 1], width * self.share).round().long()
        return windows(images, -down, -right, height, width)


@dataclass(frozen=True)
class Rotate(AugmentationStep):
    """Turned about the centre.

    Attributes:
        degrees: the largest angle each way.
    """

    degrees: float = 15.0

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 1)."""
        return turned(images, _either_way(draws[:, 0], math.radians(self.degrees)))


@dataclass(frozen=True)
class RandomCrop(AugmentationStep):
    """A window of another size, cut out at random; for what learns from pictures of that size.

    Attributes:
        size: height and width of the window.

    Raises:
        ValueError: when called with pictures that are smaller.
    """

    size: int | tuple[int, int]
    numbers = 2

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → (n, C, size), by draws (n, 2): top, left."""
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        spare = [side - window for side, window in zip(images.shape[-2:], (height, width), strict=True)]
        if min(spare) < 0:
            raise ValueError(f"no window of {height}×{width} in pictures of {'×'.join(map(str, images.shape[-2:]))}")
        tops, lefts = ((share * (room + 1)).long() for share, room in zip(draws.unbind(1), spare, strict=True))
        return windows(images, tops, lefts, height, width)


@dataclass(frozen=True)
class EnlargeAndCrop(AugmentationStep):
    """Resized to a larger picture, of which a window of the old size is cut out at random (Zhu: 99 and 96).

    Attributes:
        size: height and width of the larger picture.
    """

    size: int
    numbers = 2

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 2): top, left."""
        height, width = images.shape[-2:]
        larger = functional.interpolate(images, (self.size, self.size), mode="bilinear", align_corners=False)
        return RandomCrop((height, width)).apply(larger, draws)


@dataclass(frozen=True)
class BrightnessContrast(AugmentationStep):
    """Contrast is multiplied about mid grey, then brightness added; what leaves 0–1 ends there.

    Attributes:
        brightness: the largest change each way, where white is 1.
        contrast: the largest change of the factor 1 each way.
    """

    brightness: float = 0.2
    contrast: float = 0.2
    numbers = 2

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 2): contrast, brightness."""
        factor = 1 + _either_way(draws[:, 0], self.contrast)[:, None, None, None]
        added = _either_way(draws[:, 1], self.brightness)[:, None, None, None]
        return (images * factor + (0.5 * (1 - factor) + added)).clamp(0, 1)


@dataclass(frozen=True)
class Perspective(AugmentationStep):
    """Seen at a slant: each corner moves by itself, inward or outward.

    Attributes:
        share: the farthest that a corner moves along a side, over that side; below 1/4, where the four corners
            always stay corners.

    Raises:
        ValueError: another share.
    """

    share: float = 0.1
    numbers = 8

    def __post_init__(self) -> None:
        if not 0 <= self.share < 0.25:
            raise ValueError(f"share {self.share}: expected at least 0 and below 0.25 of a side")

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, 8): x and y of each corner."""
        moves = _either_way(draws, 2 * self.share)  # a side is 2
        return with_corners_at(images, images.new_tensor(CORNERS) + moves.view(-1, 4, 2))


@dataclass(frozen=True)
class OneOf(AugmentationStep):
    """Each picture goes through one of several steps, all equally likely (Barradas-Chacón et al.).

    Attributes:
        steps: such as ``(BrightnessContrast(), Perspective(), Rotate())``; they keep the shape.
    """

    steps: tuple[AugmentationStep, ...]

    def __post_init__(self) -> None:
        # One number chooses; the others serve whichever step is chosen, so none hangs on what other pictures get.
        object.__setattr__(self, "numbers", 1 + max(step.numbers for step in self.steps))

    def apply(self, images: Tensor, draws: Tensor) -> Tensor:
        """(n, C, H, W) → the same shape, by draws (n, ``numbers``): the first chooses."""
        chosen = (draws[:, 0] * len(self.steps)).long()
        changed = images.clone()
        for number, step in enumerate(self.steps):
            mine = (chosen == number).nonzero()[:, 0]
            changed[mine] = step.apply(images[mine], draws[mine, 1 : 1 + step.numbers])
        return changed


def _either_way(draws: Tensor, largest: float) -> Tensor:
    """Numbers in 0–1 become numbers from -largest to largest."""
    return (2 * draws - 1) * largest
