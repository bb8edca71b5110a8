"""Face detection: where a frontal face is, by the Haar cascade that OpenCV ships (Viola & Jones 2001)."""

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


def detect_face(picture: NDArray[np.uint8], smallest: float = 0.2) -> Box | None:
    """The box of the largest frontal face of a picture, or None where none is found.

    Args:
        picture: (1 or 3, H, W) uint8; colours as red, green, blue.
        smallest: how large a face must be, as a share of the picture's shorter side.

    Raises:
        FacesError: no picture of that shape and type.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[0] not in (1, 3):
        raise FacesError(f"a picture of {picture.dtype} {picture.shape}; expected uint8 (1 or 3, height, width)")
    image = np.ascontiguousarray(picture.transpose(1, 2, 0))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if picture.shape[0] == 3 else image[..., 0].copy()
    side = max(1, int(smallest * min(grey.shape)))
    found = _detector().detectMultiScale(grey, scaleFactor=1.1, minNeighbors=3, minSize=(side, side))
    if not len(found):
        return None
    left, top, width, height = (int(value) for value in max(found, key=lambda box: box[2] * box[3]))
    return top, left, top + height, left + width


@cache
def _detector() -> Any:
    path = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    detector = cv2.CascadeClassifier(str(path))
    if detector.empty():
        raise FacesError(f"{path} is missing: reinstall opencv-python 4 (version 5 has no Haar cascades)")
    return detector
