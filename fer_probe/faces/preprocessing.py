"""Preprocessing: what a network's input is made of; kept with its weights, for a wrong one costs accuracy.

One order of steps for every picture: face cut out → grey or colour → size → its middle → histogram equalisation → 0–1
→ standardised. Each is left out where its setting says nothing.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fer_probe.faces.face_crops import FaceCrop, crop_of, crop_settings, find_box
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages

_GREY_LEVEL = 1 / 255


@dataclasses.dataclass(frozen=True, eq=False)
class Preprocessing:
    """From uint8 pictures to a network's input.

    Attributes:
        size: height and width; one number for a square.
        channels: 1 (grey, ITU-R 601) or 3 (grey pictures are repeated).
        mean: subtracted from pixels in 0–1: a number, one a channel (C,), or per pixel (H, W) or (C, H, W).
        std: divides what is left; shaped as ``mean`` may be.
        equalize: histogram equalisation after resizing; of the luminance where pictures are in colour.
        per_picture: every picture is standardised by its own mean and deviation (Zhu et al., section 2.2);
            ``mean`` and ``std`` are then to be left alone. A picture without any contrast becomes zeros.
        crop: what is cut out of the raw picture before anything else; None takes all of it.
        center_crop: height and width of the middle that is cut out of the resized picture (Cubarrubia et al.: 150
            out of 200); one number for a square.

    Raises:
        FacesError: settings that cannot be meant, such as a deviation of 0 or a mean of the wrong shape.
    """

    size: int | tuple[int, int]
    channels: int = 1
    mean: Any = 0.0
    std: Any = 1.0
    equalize: bool = False
    per_picture: bool = False
    crop: FaceCrop | None = None
    center_crop: int | tuple[int, int] | None = None

    def __post_init__(self) -> None:
        size = _height_width(self.size)
        object.__setattr__(self, "size", size)
        if min(size) < 1:
            raise FacesError(f"size {self.size!r}: height and width must be at least 1")
        if self.center_crop is not None:
            middle = _height_width(self.center_crop)
            object.__setattr__(self, "center_crop", middle)
            if min(middle) < 1 or middle[0] > size[0] or middle[1] > size[1]:
                raise FacesError(f"center_crop {middle}: expected at least 1 and at most the size {size}")
        if self.channels not in (1, 3):
            raise FacesError(f"channels {self.channels!r}: a picture has 1 (grey) or 3 (red, green, blue)")
        object.__setattr__(self, "mean", self._constant("mean", self.mean))
        object.__setattr__(self, "std", self._constant("std", self.std))
        if not np.all(np.asarray(self.std) > 0):
            raise FacesError("std must be above 0 everywhere; where a pixel never varies, give it 1/255")
        if self.per_picture and not (_is_number(self.mean, 0) and _is_number(self.std, 1)):
            raise FacesError("per_picture takes each picture's own mean and deviation: leave mean and std out")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Preprocessing):
            return NotImplemented
        mine, theirs = self.to_dict(), other.to_dict()
        return all(np.array_equal(mine[name], theirs[name]) for name in mine)

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one prepared picture."""
        height, width = _height_width(self.size if self.center_crop is None else self.center_crop)
        return (self.channels, height, width)

    def __call__(self, faces: FaceImages) -> PreparedImages:
        """The faces as a network's input, prepared when they are asked for."""
        return PreparedImages(faces, self)

    def tensor(self, pixels: NDArray[np.uint8], boxes: NDArray[np.int64] | None = None) -> Tensor:
        """Prepare raw pictures; whole sets of faces are better called with, which also knows their landmarks.

        Args:
            pixels: (n, 1 or 3, h, w) uint8, any size; colours as red, green, blue.
            boxes: (n, 4) as for :meth:`resized`.

        Returns:
            (n, C, H, W) float32.
        """
        return self.standardized(torch.from_numpy(self.resized(pixels, boxes).astype(np.float32)) / 255)

    def standardized(self, scaled: Tensor) -> Tensor:
        """The last step alone, on any device: pixels in 0–1, (n, C, H, W), already resized."""
        if self.per_picture:
            return _standardised(scaled)
        return (scaled - torch.as_tensor(self.mean).to(scaled)) / torch.as_tensor(self.std).to(scaled)

    def resized(self, pixels: NDArray[np.uint8], boxes: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
        """The steps before any arithmetic: (n, C, H, W) uint8.

        Args:
            pixels: as for :meth:`tensor`.
            boxes: (n, 4) top, left, bottom and right of what ``crop`` cuts out; looked for where left out.

        Raises:
            FacesError: pixels of another kind, or a picture that cannot be cropped.
        """
        _check_pixels(pixels)
        if pixels.shape[1:] == self.shape and not (self.equalize or self.crop or self.center_crop):
            return np.ascontiguousarray(pixels)
        if boxes is None and self.crop is not None:
            found = [find_box(self.crop, picture, told=f"picture {i}")[0] for i, picture in enumerate(pixels)]
            boxes = np.array(found, np.int64).reshape(-1, 4)
        prepared = np.empty((len(pixels), *self.shape), np.uint8)
        for i, picture in enumerate(pixels):
            top, left, bottom, right = (0, 0, *pixels.shape[2:]) if boxes is None else boxes[i]
            prepared[i] = self._resized_one(picture[:, top:bottom, left:right])
        return prepared

    def bounds(self) -> tuple[Tensor, Tensor] | None:
        """What pixels of 0 and of 1 become, each (C, H, W); None per picture, where it depends on the rest."""
        if self.per_picture:
            return None
        mean, std = torch.as_tensor(self.mean), torch.as_tensor(self.std)
        return (-mean / std).expand(self.shape).clone(), ((1 - mean) / std).expand(self.shape).clone()

    def to_pixels(self, images: Tensor) -> Tensor:
        """Bring a network's input back to 0–1 for the eye.

        The inverse of the standardisation, cut to 0–1. Per picture it is lost: each picture is then stretched
        from its smallest to its largest value. Grey, size and equalisation stay as they are.

        Args:
            images: (…, C, H, W).
        """
        if not self.per_picture:
            mean, std = torch.as_tensor(self.mean).to(images), torch.as_tensor(self.std).to(images)
            return (images * std + mean).clamp(0, 1)
        low = images.amin((-3, -2, -1), keepdim=True)
        span = images.amax((-3, -2, -1), keepdim=True) - low
        return (images - low) / torch.where(span > 0, span, 1)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values; a mean or deviation that is no single number stays an array."""
        settings = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in ("mean", "std"):
            value = settings[name]
            settings[name] = float(value) if np.ndim(value) == 0 else value
        for name in ("size", "center_crop"):
            settings[name] = None if settings[name] is None else list(settings[name])
        return {**settings, "crop": crop_settings(self.crop)}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Preprocessing":
        """The preprocessing that :meth:`to_dict` described; what an older one did not know is left out."""
        return cls(**{**settings, "crop": crop_of(settings.get("crop"))})

    @classmethod
    def fitted(
        cls, faces: FaceImages, size: int | tuple[int, int], *, per: str = "pixel", **settings: Any
    ) -> "Preprocessing":
        """With the mean and deviation of a set of faces.

        Args:
            faces: the training faces; read once, a stretch at a time.
            size: as in the class.
            per: ``"pixel"``, each pixel by its own (Honari Jahromi & Fyshe, section 3.2: N), or ``"set"``, one mean
                and one deviation over all pixels of all faces.
            settings: further attributes of the class, such as ``channels``, ``equalize`` and ``crop``.

        Returns:
            ``mean`` and ``std``, (C, H, W) or numbers. What varies by less than one grey level, such as a black
            border, is divided by one grey level.

        Raises:
            FacesError: no faces, another word for ``per``, or a face that cannot be cropped.
        """
        if per not in ("pixel", "set"):
            raise FacesError(f"per={per!r}: a mean and a deviation are taken per 'pixel' or per 'set'")
        if not len(faces):
            raise FacesError(f"no faces to take the mean and deviation per {per} of")
        plain = cls(size, **settings)
        total = np.zeros(plain.shape, np.int64)
        squares = np.zeros(plain.shape, np.int64)  # integers: the sums are exact and know no order
        for _, pixels in plain(faces).resized_stretches():
            total += pixels.sum(0, dtype=np.int64)
            squares += np.square(pixels, dtype=np.uint16).sum(0, dtype=np.int64)
        mean, mean_square = total / len(faces), squares / len(faces)
        if per == "set":
            mean, mean_square = mean.mean(), mean_square.mean()
        deviation = np.sqrt(np.maximum(mean_square - mean**2, 0)) / 255
        return dataclasses.replace(plain, mean=mean / 255, std=np.maximum(deviation, _GREY_LEVEL))

    def _resized_one(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = _height_width(self.size)
        # Contiguous, as OpenCV wants it; (h, w) for grey and (h, w, 3) for colour.
        image = picture[0].copy() if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0))
        if image.ndim == 3 and self.channels == 1:
            image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if image.shape[:2] != (height, width):
            smaller = height < image.shape[0] or width < image.shape[1]
            image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        if self.center_crop is not None:
            top, left = ((side - middle) // 2 for side, middle in zip((height, width), self.shape[1:], strict=True))
            image = np.ascontiguousarray(image[top : top + self.shape[1], left : left + self.shape[2]])
        if self.equalize:
            image = _equalized(image)
        return image[None] if image.ndim == 2 else image.transpose(2, 0, 1)

    def _constant(self, name: str, value: Any) -> NDArray[np.float32]:
        """A mean or deviation as float32, (), (C, 1, 1), (1, H, W) or (C, H, W)."""
        array = np.asarray(value, np.float32)
        if not np.isfinite(array).all():
            raise FacesError(f"{name} holds values that are not finite")
        if array.shape == (self.channels,) and array.ndim == 1:
            array = array[:, None, None] if self.channels > 1 else array[0]
        elif array.shape == self.shape[1:]:
            array = array[None]
        elif array.shape not in ((), self.shape, (self.channels, 1, 1), (1, *self.shape[1:])):
            raise FacesError(
                f"{name} has shape {array.shape}; expected a number, one a channel ({self.channels},), "
                f"or per pixel {self.shape[1:]} or {self.shape}"
            )
        return np.array(array)


def _height_width(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    return int(height), int(width)


def _equalized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim == 2:
        return np.asarray(cv2.equalizeHist(image), np.uint8)
    luminance = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    luminance[..., 0] = cv2.equalizeHist(luminance[..., 0])
    return np.asarray(cv2.cvtColor(luminance, cv2.COLOR_YCrCb2RGB), np.uint8)


def _standardised(images: Tensor) -> Tensor:
    mean = images.mean((1, 2, 3), keepdim=True)
    deviation = images.std((1, 2, 3), correction=0, keepdim=True)
    # Rounding alone gives a constant picture a tiny deviation.
    flat = deviation < _GREY_LEVEL / 100
    return torch.where(flat, 0.0, (images - mean) / torch.where(flat, 1.0, deviation))


def _check_pixels(pixels: NDArray[np.uint8]) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1] not in (1, 3):
        raise FacesError(
            f"pixels are {pixels.dtype} of shape {pixels.shape}; expected uint8 (n, 1 or 3, height, width)"
        )


def _is_number(value: NDArray[np.float32], number: float) -> bool:
    return np.ndim(value) == 0 and float(value) == number
