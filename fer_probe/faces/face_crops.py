"""Face crops: which part of a picture a network is shown, looked for in the raw picture and kept with the weights.

A crop that finds nothing hands over to its ``fallback``, another crop; without one the picture is refused by name.
What of a box would lie outside the picture is left out: nothing is invented there.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_detection import EYES_IN_BOX, Box, detect_eyes, detect_face
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.picture_files import window
from fer_probe.records import stretches

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class FixedCrop:
    """The same box in every picture.

    Attributes:
        box: top, left, bottom and right as shares of height and width, 0–1; the whole picture if left out.

    Raises:
        FacesError: a box that is empty or leaves the picture.
    """

    kind: ClassVar[str] = "fixed"
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        top, left, bottom, right = (float(share) for share in self.box)
        if not (0 <= top < bottom <= 1 and 0 <= left < right <= 1):
            raise FacesError(f"box {self.box}: expected top < bottom and left < right, shares of the picture in 0–1")
        object.__setattr__(self, "box", (top, left, bottom, right))

    def box_of(self, picture: Pixels, landmarks: np.ndarray | None) -> Box:
        """Top, left, bottom and right in whole pixels of a picture (C, H, W)."""
        return window(self.box, *picture.shape[1:])


@dataclass(frozen=True)
class LandmarkCrop:
    """What the extreme landmarks enclose (Zhu et al., section 2.2: margin 0). Needs faces with landmarks.

    Attributes:
        margin: added on every side, as a share of the enclosed height and width; below 0 the box is tighter.
        fallback: the crop of a face without landmarks; None refuses it.
    """

    kind: ClassVar[str] = "landmarks"
    margin: float = 0.0
    fallback: "FaceCrop | None" = None

    def __post_init__(self) -> None:
        _check_margin(self.margin)

    def box_of(self, picture: Pixels, landmarks: np.ndarray | None) -> Box | None:
        """Top, left, bottom and right in whole pixels; None without landmarks, or where all lie outside."""
        if landmarks is None or not np.isfinite(landmarks).all():
            return None
        # A landmark names the middle of a pixel, which is inside with all of its width.
        (left, top), (right, bottom) = landmarks.min(0), landmarks.max(0) + 1
        return _widened((top, left, bottom, right), self.margin, picture)


@dataclass(frozen=True)
class HaarCrop:
    """The largest frontal face that OpenCV's Haar cascade finds (Barradas-Chacón et al.; Viola & Jones 2001).

    Attributes:
        margin: added on every side, as a share of the box's side; below 0 the box is tighter.
        smallest: how large a face must be, as a share of the picture's shorter side.
        fallback: the crop of a picture in which none is found; None refuses it.
    """

    kind: ClassVar[str] = "haar"
    margin: float = 0.0
    smallest: float = 0.2
    fallback: "FaceCrop | None" = None

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        _check_smallest(self.smallest)

    def box_of(self, picture: Pixels, landmarks: np.ndarray | None) -> Box | None:
        """Top, left, bottom and right in whole pixels; None where no face is found."""
        found = detect_face(picture, self.smallest)
        return None if found is None else _widened(found, self.margin, picture)


@dataclass(frozen=True)
class EyeCrop:
    """The square around both eyes in which they stand where a detected face has them: as high, as far apart.

    Faces with landmarks and faces without are cut out alike, and so are those that fall back to :class:`HaarCrop` of
    the same margin. Eyes are the middles of landmarks 36–41 and 42–47, else what OpenCV's cascade finds. The square
    stands upright: a turned head stays turned.

    Attributes:
        margin: added on every side, as a share of the square's side; below 0 it is tighter.
        smallest: how large a detected face must be, as a share of the picture's shorter side.
        fallback: the crop of a picture in which the eyes are not found; None refuses it.
    """

    kind: ClassVar[str] = "eyes"
    margin: float = 0.0
    smallest: float = 0.2
    fallback: "FaceCrop | None" = None

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        _check_smallest(self.smallest)

    def box_of(self, picture: Pixels, landmarks: np.ndarray | None) -> Box | None:
        """Top, left, bottom and right in whole pixels; None where the eyes are not known and not found."""
        if landmarks is not None and np.isfinite(landmarks[36:48]).all():
            # A landmark names the middle of a pixel.
            eyes = np.stack([landmarks[36:42].mean(0), landmarks[42:48].mean(0)]) + 0.5
        elif (found := detect_eyes(picture, self.smallest)) is not None:
            eyes = found
        else:
            return None
        (high, from_left), (_, from_right) = EYES_IN_BOX
        side = float(np.linalg.norm(eyes[1] - eyes[0])) / (from_right - from_left)
        x, y = eyes.mean(0)
        left, top = x - side * (from_left + from_right) / 2, y - side * high
        return _widened((top, left, top + side, left + side), self.margin, picture)


FaceCrop = FixedCrop | LandmarkCrop | HaarCrop | EyeCrop
_KINDS: dict[str, type[FixedCrop] | type[LandmarkCrop] | type[HaarCrop] | type[EyeCrop]] = {
    crop.kind: crop for crop in (FixedCrop, LandmarkCrop, HaarCrop, EyeCrop)
}
#: Attributes of faces that tell what a network was shown of them.
_SHOWN = ("shown_top", "shown_left", "shown_bottom", "shown_right")
_MISSING = {
    "landmarks": "it has no landmarks within the picture",
    "haar": "no frontal face is found in it",
    "eyes": "it has no landmarks, and the eyes of no frontal face are found in it",
}


def find_box(
    crop: FaceCrop, picture: Pixels, landmarks: np.ndarray | None = None, told: str = "the picture"
) -> tuple[Box, bool]:
    """The part of a picture that a crop shows, and whether its fallback had to say it.

    Args:
        crop: how to look for it.
        picture: (C, H, W) uint8, raw.
        landmarks: (68, 2) x and y in its pixels, where known.
        told: how an error speaks of it.

    Raises:
        FacesError: nothing is found, and there is no fallback.
    """
    box = crop.box_of(picture, landmarks)
    if box is not None:
        return box, False
    assert not isinstance(crop, FixedCrop)  # which always finds its box
    if crop.fallback is None:
        raise FacesError(
            f"{told} cannot be cropped: {_MISSING[crop.kind]}; leave it out, or give {type(crop).__name__} a fallback, "
            "such as FixedCrop() for the whole picture"
        )
    return find_box(crop.fallback, picture, landmarks, told)[0], True


def can_be_cropped(faces: FaceImages, crop: FaceCrop) -> NDArray[np.bool_]:
    """(N,) whether each face is found by a crop itself: ``faces.select(lambda faces: can_be_cropped(faces, crop))``."""
    points = faces.landmarks
    found = (crop.box_of(faces.pixels[i], None if points is None else points[i]) for i in range(len(faces)))
    return np.array([box is not None for box in found], np.bool_)


def crop_settings(crop: FaceCrop | None) -> dict[str, Any] | None:
    """A crop as plain values, its fallback within; None stays None."""
    if crop is None:
        return None
    settings = {field.name: getattr(crop, field.name) for field in dataclasses.fields(crop)}
    if isinstance(crop, FixedCrop):
        return {"kind": crop.kind, "box": list(crop.box)}
    return {"kind": crop.kind, **settings, "fallback": crop_settings(crop.fallback)}


def crop_of(settings: Mapping[str, Any] | None) -> FaceCrop | None:
    """The crop that :func:`crop_settings` described.

    Raises:
        FacesError: a kind of crop that is not known here.
    """
    if settings is None:
        return None
    told = dict(settings)
    kind = told.pop("kind", None)
    if kind not in _KINDS:
        raise FacesError(f"no crop {kind!r}; known are {', '.join(_KINDS)}")
    if "fallback" in told:
        told["fallback"] = crop_of(told["fallback"])
    return _KINDS[kind](**told)


class FaceBoxes:
    """The boxes of a set of faces, each looked for once: when it is first asked for.

    Attributes:
        fallen_back: (N,) bool, whose box a fallback told, among those that were asked for so far.
    """

    def __init__(self, crop: FaceCrop, faces: FaceImages) -> None:
        self.crop, self.faces = crop, faces
        self.fallen_back = np.zeros(len(faces), np.bool_)
        self._boxes = np.zeros((len(faces), 4), np.int64)
        self._known = np.zeros(len(faces), np.bool_)

    def of(self, numbers: NDArray[np.intp], pictures: Sequence[Pixels] | Pixels) -> NDArray[np.int64]:
        """(n, 4) top, left, bottom and right in pixels of the faces ``numbers``, whose raw pictures are at hand.

        Raises:
            FacesError: a face that cannot be cropped; the message names it.
        """
        for number, picture in zip(numbers, pictures, strict=True):
            if not self._known[number]:
                self._boxes[number], self.fallen_back[number] = self._found(int(number), picture)
                self._known[number] = True
        return np.asarray(self._boxes[numbers])

    def all(self) -> NDArray[np.int64]:
        """(N, 4) every box; the pictures whose box is not known yet are read."""
        for stretch in stretches(self.faces.pixels):
            numbers = np.arange(len(self._known))[stretch][~self._known[stretch]]
            if len(numbers):
                self.of(numbers, self.faces.pixels[numbers])
        return self._boxes.copy()

    def _found(self, number: int, picture: Pixels) -> tuple[Box, bool]:
        points, path = self.faces.landmarks, self.faces.path
        told = f"face {number}" if path is None else str(path[number])
        return find_box(self.crop, picture, None if points is None else points[number], told)


def with_shown_boxes(faces: FaceImages, boxes: NDArray[np.int64]) -> FaceImages:
    """The same faces, which now also tell which part of each a network was shown: (N, 4) as ``find_box`` has it."""
    told = dict(zip(_SHOWN, boxes.T, strict=True))
    return dataclasses.replace(faces, attributes={**faces.attributes, **told})


def shown_box(faces: FaceImages, index: int) -> Box | None:
    """The part of a face that a network was shown; None where that is all of it."""
    if any(name not in faces.attributes for name in _SHOWN):
        return None
    top, left, bottom, right = (int(faces.attributes[name][index]) for name in _SHOWN)
    return top, left, bottom, right


def _widened(box: tuple[float, float, float, float], margin: float, picture: Pixels) -> Box | None:
    """A box in pixels with a margin around it, as far as it lies in the picture; None where nothing of it does."""
    top, left, bottom, right = box
    down, across = margin * (bottom - top), margin * (right - left)
    edges = (top - down, left - across, bottom + down, right + across)
    height, width = picture.shape[1:]
    top, left, bottom, right = (round(float(edge)) for edge in edges)
    cut = (max(top, 0), max(left, 0), min(bottom, height), min(right, width))
    return cut if cut[0] < cut[2] and cut[1] < cut[3] else None


def _check_margin(margin: float) -> None:
    if not -0.5 < margin <= 2:
        raise FacesError(f"margin {margin}: expected a share of the box above -0.5 (nothing left) and at most 2")


def _check_smallest(smallest: float) -> None:
    if not 0 < smallest <= 1:
        raise FacesError(f"smallest {smallest}: expected a share of the picture's side, above 0 and at most 1")
