"""The plane of the face: its coordinates, and the smooth local shapes that everything on it is made of.

One unit is about 90 mm on an average adult. The origin lies midway between the pupils, x grows to the right of the
picture (the person's left), y downward. Heights rise towards the viewer.
"""

from functools import cache

import cv2
import numpy as np

#: The square of the plane that textures cover: left, top, side.
LEFT, TOP, SPAN = -1.3, -1.15, 2.6
#: Cells along each side of the grid on which displacements live; they are smooth, so it is coarse.
COARSE = 88

EYE_X, MOUTH_Y, MOUTH_HALF_WIDTH, CHIN_Y = 0.35, 0.745, 0.285, 1.2


@cache
def coordinates(resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y at the cell centres of a texture: two (resolution, resolution) float32 arrays."""
    cell = SPAN / resolution
    steps = ((np.arange(resolution) + 0.5) * cell).astype(np.float32)
    x, y = np.meshgrid(steps + np.float32(LEFT), steps + np.float32(TOP))
    x.flags.writeable = y.flags.writeable = False
    return x, y


@cache
def axes(resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """The same as a row x (1, resolution) and a column y (resolution, 1): what depends on one is computed once."""
    x, y = coordinates(resolution)
    return x[:1], y[:, :1]


def texture_index(u: np.ndarray, resolution: int) -> np.ndarray:
    """Plane positions (H, W, 2) float32 as positions in a texture, in cells from the centre of the first."""
    scale = resolution / SPAN
    return cv2.transform(u, np.array([[scale, 0, -LEFT * scale - 0.5], [0, scale, -TOP * scale - 0.5]]))


def sample(texture: np.ndarray, u: np.ndarray) -> np.ndarray:
    """A texture read at plane positions u (H, W, 2), between cells linearly, beyond its edge as at the edge."""
    return read(texture, texture_index(u, texture.shape[0]))


def read(texture: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The same with positions already in cells, as :func:`texture_index` gives them."""
    values: np.ndarray = cv2.remap(texture, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return values


def limited(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """``np.clip`` for the small arrays of eyes and mouths, where its own checks take longer than its work."""
    kept: np.ndarray = np.minimum(np.maximum(values, low), high)
    return kept


def bump(x: np.ndarray, y: np.ndarray, centre: tuple[float, float], radius: tuple[float, float]) -> np.ndarray:
    """(1 − r²)² inside an ellipse, exactly 0 outside: smooth and local."""
    r2 = ((x - centre[0]) / radius[0]) ** 2 + ((y - centre[1]) / radius[1]) ** 2
    inside: np.ndarray = np.maximum(1 - r2, 0) ** 2
    return inside


def hill(x: np.ndarray, y: np.ndarray, centre: tuple[float, float], radius: tuple[float, float]) -> np.ndarray:
    """A Gaussian hill, exp(−r²/2)."""
    r2 = ((x - centre[0]) / radius[0]) ** 2 + ((y - centre[1]) / radius[1]) ** 2
    values: np.ndarray = np.exp(-0.5 * r2)
    return values


def rise(t: np.ndarray, start: float | np.ndarray, end: float | np.ndarray) -> np.ndarray:
    """0 before ``start``, 1 after ``end`` (which may lie before it), 3t² − 2t³ between."""
    s = np.minimum(np.maximum((t - start) * (1.0 / (end - start)), 0), 1)
    step: np.ndarray = s * s * (3 - 2 * s)
    return step


def slit(x: np.ndarray) -> np.ndarray:
    """Where the closed lips meet, y over x."""
    t = x * (1 / MOUTH_HALF_WIDTH)
    line: np.ndarray = MOUTH_Y + 0.006 * np.minimum(t * t, 1.5) - 0.007 * np.exp(-((t * 3.2) ** 2)) + 0.007
    return line
