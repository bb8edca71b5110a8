"""The 68 points of a drawn face, where the iBUG scheme puts them."""

from functools import lru_cache

import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.eyes import lid_line, lids, units_of
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.posed_face import PosedFace
from fer_probe.faces.drawn_faces.skin import brow_line
from fer_probe.faces.drawn_faces.warp import View, forward

_ON_LOWER_SHEET = np.isin(np.arange(68), (*range(55, 60), *range(65, 68), *range(3, 14)))

#: Along an eye, from corner to corner: four points of the upper lid, two of the lower.
_AROUND_EYE = np.array([-1.0, -0.36, 0.36, 1.0, 0.36, -0.36])


def landmarks(face: PosedFace, size: int) -> np.ndarray:
    """(68, 2) float32, x and y in pixels of a picture of ``size``; pixel centres lie at whole numbers."""
    identity = face.person.identity
    points = _still_points(identity).copy()
    points[36:42] = _eye(identity, face.right, -1.0)
    points[42:48] = _eye(identity, face.left, 1.0)
    seen = forward(face.shift, points, _ON_LOWER_SHEET)
    pixels: np.ndarray = View(face.pose, size).to_pixels(seen).astype(np.float32)
    return pixels


@lru_cache(maxsize=16)
def _still_points(identity: Identity) -> np.ndarray:
    """Jaw, brows, nose and mouth at rest; eyes are left open."""
    points = np.zeros((68, 2))
    turn = np.linspace(0.02, np.pi / 2, 9)
    y = plane.CHIN_Y * np.sin(turn)
    x = 0.765 * np.maximum(1 - (y / plane.CHIN_Y) ** 2.4, 0) ** (1 / 2.1)
    points[:9] = np.stack([-x, y], -1)
    points[9:17] = np.stack([x, y], -1)[:8][::-1]
    points[17:27] = _brows(identity)
    points[27:31] = [(0, y) for y in (0.0, 0.13, 0.27, 0.40)]
    points[31:36] = [(-0.15, 0.475), (-0.08, 0.50), (0, 0.515), (0.08, 0.50), (0.15, 0.475)]
    w = plane.MOUTH_HALF_WIDTH
    for first, spread, rise in ((48, (-1, -0.62, -0.25, 0, 0.25, 0.62, 1), _upper_edge),
                                (55, (0.6, 0.28, 0, -0.28, -0.6), _lower_edge)):  # fmt: skip
        points[first : first + len(spread)] = [(t * w, plane.slit(np.array(t * w)) + rise(t)) for t in spread]
    inner = (-0.92, -0.32, 0, 0.32, 0.92, 0.32, 0, -0.32)
    points[60:68] = [(t * w, plane.slit(np.array(t * w))) for t in inner]
    return points


def _upper_edge(t: float) -> float:
    return float(-0.086 * max(1 - t * t, 0) ** 0.85 + 0.016 * np.exp(-((t * 8) ** 2)))


def _lower_edge(t: float) -> float:
    return float(0.108 * max(1 - t * t, 0) ** 0.62)


def _brows(identity: Identity) -> np.ndarray:
    t = np.linspace(0.02, 0.95, 5)
    x, y = 0.135 + 0.42 * t, brow_line(identity, t)
    return np.concatenate([np.stack([-x, y], -1)[::-1], np.stack([x, y], -1)])


def _eye(identity: Identity, row: np.ndarray, side: float) -> np.ndarray:
    """Six points of one eye, clockwise in the picture from the corner on its left."""
    shape = lids(identity, units_of(row))
    t = _AROUND_EYE * side
    y = np.concatenate([lid_line(shape, t[:4], True), lid_line(shape, t[4:], False)])
    return np.stack([side * (plane.EYE_X + t * shape.half_width), y], -1)
