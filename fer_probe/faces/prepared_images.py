"""Prepared images: faces as a network's input, made when they are asked for."""

import copy
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fer_probe.faces.face_crops import FaceBoxes, with_shown_boxes
from fer_probe.faces.face_images import FaceImages, PixelSource
from fer_probe.records import stretches

if TYPE_CHECKING:
    from fer_probe.faces.preprocessing import Preprocessing

Stretch = slice | Sequence[int] | NDArray[Any] | Tensor


class PreparedImages:
    """Faces as a network's input, lazy: ``images[start:stop]``, ``images[indices]`` are float32 (n, C, H, W).

    Attributes:
        boxes: what is cut out of each face, looked for once; None where nothing is cut out.
    """

    def __init__(self, faces: FaceImages, preprocessing: "Preprocessing") -> None:
        self.faces, self.pixels = faces, faces.pixels
        self.preprocessing = preprocessing
        self.boxes = None if preprocessing.crop is None else FaceBoxes(preprocessing.crop, faces)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, C, H, W)."""
        return (len(self), *self.preprocessing.shape)

    def __len__(self) -> int:
        return int(self.pixels.shape[0])

    def __getitem__(self, index: int | Stretch) -> Tensor:
        if isinstance(index, int | np.integer):
            return self[[int(index)]][0]
        pixels, boxes = self._raw(index)
        return self.preprocessing.tensor(pixels, boxes)

    def resized(self, index: Stretch) -> NDArray[np.uint8]:
        """The same pictures before any arithmetic: (n, C, H, W) uint8."""
        return self.preprocessing.resized(*self._raw(index))

    def read_from(self, pixels: PixelSource) -> "PreparedImages":
        """The same images, and what is cut out of them, their raw pictures read from a copy of theirs."""
        images = copy.copy(self)
        images.pixels = pixels
        return images

    def resized_stretches(self) -> Iterator[tuple[slice, NDArray[np.uint8]]]:
        """All of them, as :meth:`resized` gives them, a stretch at a time: never are all of them held."""
        for stretch in stretches(self.pixels, math.prod(self.preprocessing.shape)):
            yield stretch, self.resized(stretch)

    def all_resized(self) -> NDArray[np.uint8]:
        """All of them at once: (N, C, H, W) uint8; raw pictures are read a stretch at a time."""
        pixels = np.empty(self.shape, np.uint8)
        for stretch, resized in self.resized_stretches():
            pixels[stretch] = resized
        return pixels

    def shown_boxes(self) -> NDArray[np.int64]:
        """(N, 4) which part of every raw picture the network is shown: top, left, bottom, right in its pixels.

        The middle of a resized picture is told to the nearest raw pixel.
        """
        whole = [0, 0, *self.pixels.shape[2:]]
        boxes = np.tile(whole, (len(self), 1)) if self.boxes is None else self.boxes.all()
        shares = np.array(self.preprocessing.shape[1:]) / np.array(self.preprocessing.size)
        inset = np.rint((boxes[:, 2:] - boxes[:, :2]) * (1 - shares) / 2).astype(np.int64)
        shown = np.concatenate([boxes[:, :2] + inset, boxes[:, 2:] - inset], 1)
        shown[:, 2:] = np.maximum(shown[:, 2:], shown[:, :2] + 1)  # a middle of less than a raw pixel is one still
        return shown

    def shown_faces(self) -> FaceImages:
        """The faces; where the network is shown a part of each, they tell which."""
        if self.boxes is None and self.preprocessing.center_crop is None:
            return self.faces
        return with_shown_boxes(self.faces, self.shown_boxes())

    @property
    def fallbacks(self) -> str:
        """A sentence on the faces that were cropped by a fallback, among those asked for so far; empty for none."""
        if self.boxes is None or not self.boxes.fallen_back.any():
            return ""
        crop = self.boxes.crop
        return f"in {self.boxes.fallen_back.sum()} of {len(self)} pictures {crop} found nothing but by its fallback."

    def _raw(self, index: Stretch) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
        """Raw pictures, and what is to be cut out of them."""
        chosen = index if isinstance(index, slice) else np.asarray(index)
        pixels = self.pixels[chosen]
        return pixels, None if self.boxes is None else self.boxes.of(np.arange(len(self))[chosen], pixels)
