"""Face detection: where a frontal face and its eyes are, by Haar cascades that OpenCV ships (Viola & Jones 2001)."""

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_images import FacesError

#: Top, left, bottom, right in pixels; bottom and right are the first row and column outside.
Box = tuple[int, int, int, int]
#: Where eyes are in the box of a face: the middles of such boxes, as shares of height and width, the picture's left
#: eye first (means of 210 drawn faces of 128 pixels, seed 77).
EYES_IN_BOX = ((0.405, 0.295), (0.405, 0.69))
#: To how many pixels a face is brought in which eyes are looked for: an eye of the cascade has at least 20.
_EYE_SEARCH_SIDE = 200


def detect_face(picture: NDArray[np.uint8], smallest: float = 0.2) -> Box | None:
    """The box of the largest frontal face of a picture, or None where none is found.

    Args:
        picture: (1 or 3, H, W) uint8; colours as red, green, blue.
        smallest: how large a face must be, as a share of the picture's shorter side.

    Raises:
        FacesError: no picture of that shape and type.
    """
    grey = _grey(picture)
    side = max(1, int(smallest * min(grey.shape)))
    found = _detector("frontalface_default").detectMultiScale(grey, 1.1, 3, minSize=(side, side))
    if not len(found):
        return None
    left, top, width, height = (int(value) for value in max(found, key=lambda box: box[2] * box[3]))
    return top, left, top + height, left + width


def detect_eyes(picture: NDArray[np.uint8], smallest: float = 0.2) -> NDArray[np.float64] | None:
    """The middles of both eyes of the largest frontal face; None where no face, or one eye of it, is not found.

    Of what passes for an eye the one nearest to where eyes are in faces is taken, if it is no more than a tenth of the
    face's side away.

    Args:
        picture: (1 or 3, H, W) uint8; colours as red, green, blue.
        smallest: how large the face must be, as a share of the picture's shorter side.

    Returns:
        (2, 2) x and y in pixels, the picture's left eye first.

    Raises:
        FacesError: no picture of that shape and type.
    """
    box = detect_face(picture, smallest)
    if box is None:
        return None
    top, left, bottom, right = box
    side, larger = bottom - top, _EYE_SEARCH_SIDE / (bottom - top)
    upper = cv2.resize(_grey(picture)[top : top + round(0.6 * side), left:right], None, fx=larger, fy=larger)
    least = _EYE_SEARCH_SIDE // 8
    found = np.reshape(_detector("eye").detectMultiScale(upper, 1.05, 2, minSize=(least, least)), (-1, 4))
    if not len(found):
        return None
    middles = (found[:, :2] + found[:, 2:] / 2) / larger + (left, top)
    places = np.array([(left + x * side, top + y * side) for y, x in EYES_IN_BOX])
    away = np.linalg.norm(middles[None] - places[:, None], axis=2)  # (2, found)
    return middles[away.argmin(1)] if (away.min(1) <= 0.1 * side).all() else None


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) of a picture (1 or 3, H, W)."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[0] not in (1, 3):
        raise FacesError(f"a picture of {picture.dtype} {picture.shape}; expected uint8 (1 or 3, height, width)")
    image = np.ascontiguousarray(picture.transpose(1, 2, 0))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if picture.shape[0] == 3 else image[..., 0].copy()
    return np.asarray(grey, np.uint8)


@cache
def _detector(what: str) -> Any:
    path = Path(cv2.data.haarcascades) / f"haarcascade_{what}.xml"
    detector = cv2.CascadeClassifier(str(path))
    if detector.empty():
        raise FacesError(f"{path} is missing: reinstall opencv-python 4 (version 5 has no Haar cascades)")
    return detector
