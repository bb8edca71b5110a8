"""Overlays: what is known of a face's pixels, drawn on its picture.

Pictures as in :mod:`fer_probe.figures.pictures`: uint8, (H, W) grey or (H, W, 3) red, green, blue.
"""

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: Orange tells from skin and from grey, and from the dots' cyan by those who see no red or no green.
TINT, TINT_OPACITY = (255, 120, 0), 0.4
DOT, RIM = (0, 225, 255), (0, 40, 60)


def moved_overlay(picture: Picture, moved: np.ndarray) -> Picture:
    """(H, W, 3): the picture, tinted where ``moved``, (H, W) bool, is True; elsewhere as it is."""
    shown = _in_colour(picture)
    tinted = (1 - TINT_OPACITY) * shown[moved] + TINT_OPACITY * np.array(TINT)
    shown[moved] = np.rint(tinted).astype(np.uint8)
    return shown


def landmarks_overlay(picture: Picture, points: np.ndarray) -> Picture:
    """(H, W, 3): the picture with a rimmed dot at every point.

    Args:
        picture: of the face.
        points: (N, 2) x and y in pixels, whole numbers at the middle of pixels; outside the picture nothing is drawn.
    """
    shown = _in_colour(picture)
    radius = max(shown.shape[0] / 160, 1.0)
    for x, y in np.asarray(points, float):
        _lay_disc(shown, x, y, 1.6 * radius, RIM)
        _lay_disc(shown, x, y, radius, DOT)
    return shown


def _lay_disc(shown: Picture, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    """Lay a disc on a picture, in place, its edge softened over a pixel."""
    (top, bottom), (left, right) = (_span(at, radius + 1, side) for at, side in zip((y, x), shown.shape, strict=False))
    rows, columns = np.ogrid[top:bottom, left:right]
    cover = np.clip(radius + 0.5 - np.hypot(rows - y, columns - x), 0, 1)[..., None]
    window = shown[top:bottom, left:right]
    window[:] = np.rint((1 - cover) * window + cover * np.array(colour))


def _span(at: float, reach: float, side: int) -> tuple[int, int]:
    """The pixels around a place, as far as they lie in the picture."""
    return int(np.clip(at - reach, 0, side)), int(np.clip(at + reach + 1, 0, side))


def _in_colour(picture: Picture) -> Picture:
    """A copy in three channels."""
    return np.repeat(picture[..., None], 3, -1) if picture.ndim == 2 else np.ascontiguousarray(picture).copy()
