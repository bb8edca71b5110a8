"""The muscles' actions as arrays: how far skin moves, and the relief it heaps up, for every unit and side.

All of it is in coordinates of the face at rest, so it is computed once and a face is a weighted sum of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.muscles import (
    ACTIONS,
    AGE_LINES,
    Bulge,
    Fold,
    Furrow,
    Jaw,
    Part,
    Parting,
    Pull,
)

#: The action units that can be drawn.
DRAWN_ACTION_UNITS: tuple[int, ...] = tuple(ACTIONS)
LEFT, RIGHT = 1.0, -1.0


@dataclass(frozen=True, eq=False)
class Movement:
    """How one unit moves one half of the face, where it does, on the coarse grid.

    Attributes:
        box: rows and columns of the grid outside which nothing moves.
        always: (2, h, w, 2) displacement of the upper and the lower sheet of skin (the lips divide them).
        opening: (2, h, w, 2) what comes on top as far as the lips may part, or None.
    """

    box: tuple[slice, slice]
    always: np.ndarray
    opening: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Relief:
    """The relief one unit heaps up on one half of the face: a patch of a texture.

    Attributes:
        rows, columns: where the patch lies.
        layers: (h, w, 4) slope along x, slope along y, how much of the light the hollows lose, and 0 (gloss).
    """

    rows: slice
    columns: slice
    layers: np.ndarray


@cache
def movement(au: int, side: float) -> Movement:
    """How unit ``au`` moves the half of the face on ``side`` (+1 the person's left, −1 the right)."""
    x, y = plane.coordinates(plane.COARSE)
    always, opening = (np.zeros((2, plane.COARSE, plane.COARSE, 2), np.float32) for _ in range(2))
    half = _half(x * side)
    for part in ACTIONS[au]:
        if isinstance(part, Pull):
            shift = plane.bump(x * side, y, part.centre, part.radius) * half
            for sheet in {"both": (0, 1), "upper": (0,), "lower": (1,)}[part.side]:
                always[sheet, ..., 0] += shift * (part.by[0] * side)
                always[sheet, ..., 1] += shift * part.by[1] * _sheet_fade(x, y, sheet, part.side)
        elif isinstance(part, Jaw):
            always[..., 1] += part.drop * _jaw_follow(x, y) * half
            lips = _parted(x, y, 0.36 * part.drop, 0.64 * part.drop) * half[..., None]
            (always if part.free else opening)[...] += lips
        elif isinstance(part, Parting):
            (always if part.free else opening)[...] += _parted(x, y, part.up, part.down) * half[..., None]
    rows, columns = np.nonzero((np.abs(always) + np.abs(opening)).max((0, 3)) > 1e-6)
    box = _box(rows, columns, 0, plane.COARSE)
    parted = np.ascontiguousarray(opening[:, *box]) if opening.any() else None
    return Movement(box, np.ascontiguousarray(always[:, *box]), parted)


@cache
def relief(au: int, side: float, resolution: int) -> Relief | None:
    """The relief of unit ``au`` on one side in a texture of ``resolution``, or None where it has none."""
    return _relief(ACTIONS[au], side, resolution)


@cache
def age_relief(side: float, resolution: int) -> Relief:
    """The lines that age draws, on one side."""
    lines = _relief(AGE_LINES, side, resolution)
    assert lines is not None
    return lines


def _half(x: np.ndarray) -> np.ndarray:
    """1 on the own half, 0 on the other, shared between both about the midline."""
    return plane.rise(x, -0.1, 0.1)


def _sheet_fade(x: np.ndarray, y: np.ndarray, sheet: int, side: str) -> np.ndarray | float:
    """A pull on one lip alone leaves the line between the lips where it is."""
    if side == "both":
        return 1.0
    away = plane.slit(x) - y if sheet == 0 else y - plane.slit(x)
    return plane.rise(away, 0.0, 0.09)


def _jaw_follow(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far skin follows the jaw: not at the cheekbones, 0.36 at the closed lips, wholly at the chin."""
    depth = plane.rise(y, 0.42, 1.12)
    width = plane.rise(np.abs(x), 0.98, 0.45)
    return depth * (width + (1 - width) * plane.rise(y, 0.8, 1.4))


def _parted(x: np.ndarray, y: np.ndarray, up: float, down: float) -> np.ndarray:
    """(2, G, G, 2): the upper sheet rises by ``up``, the lower sinks by ``down``, both nothing at the corners."""
    t = x / (plane.MOUTH_HALF_WIDTH - 0.012)
    arch = np.maximum(1 - t * t, 0) ** 0.55
    moved = np.zeros((2, *x.shape, 2), np.float32)
    moved[0, ..., 1] = -up * arch * plane.rise(y, 0.45, plane.MOUTH_Y - 0.09)
    moved[1, ..., 1] = down * arch * plane.rise(y, 1.16, plane.MOUTH_Y + 0.12)
    return moved


def _relief(parts: Sequence[Part], side: float, resolution: int) -> Relief | None:
    x, y = plane.coordinates(resolution)
    height = _height(parts, x * side, y) * _half(x * side)
    rows, columns = np.nonzero(np.abs(height) > 1e-5)
    if not len(rows):
        return None
    box = _box(rows, columns, 4, resolution)
    patch = height[box].astype(np.float32)
    cell = plane.SPAN / resolution
    slope_y, slope_x = np.gradient(patch, cell)
    hollow = np.maximum(cv2.GaussianBlur(patch, (0, 0), 0.028 / cell) - patch, 0)
    layers = [slope_x, slope_y, hollow * 22, np.zeros_like(patch)]
    return Relief(box[0], box[1], np.stack(layers, -1).astype(np.float32))


def _box(rows: np.ndarray, columns: np.ndarray, margin: int, size: int) -> tuple[slice, slice]:
    """The smallest box around cells, and a margin."""
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    first, last = np.maximum([rows.min() - margin, columns.min() - margin], 0), [rows.max(), columns.max()]
    ends = np.minimum(np.add(last, margin + 1), size)
    return slice(int(first[0]), int(ends[0])), slice(int(first[1]), int(ends[1]))


def _height(parts: Iterable[Part], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    height = np.zeros_like(x)
    for part in parts:
        if isinstance(part, Bulge):
            height = height + part.height * plane.bump(x, y, part.centre, part.radius)
        elif isinstance(part, Furrow | Fold):
            _add_along(height, part, x, y)
    return height


def _add_along(height: np.ndarray, part: Furrow | Fold, x: np.ndarray, y: np.ndarray) -> None:
    """Add a furrow or fold, where it reaches."""
    curve = _smooth_curve(part.path)
    low, high = curve.min(0) - 5.2 * part.width, curve.max(0) + 5.2 * part.width
    rows, columns = np.nonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    if len(rows):
        box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        height[box] += _profile(part, *_distance_to_curve(curve, x[box], y[box]))


def _profile(part: Furrow | Fold, distance: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The height a furrow or fold adds: its profile across the curve, fading out along it."""
    fade = np.clip(along * (1 - along) * 4, 0, 1) ** 0.6
    near = plane.rise(np.abs(distance), 5.0 * part.width, 3.5 * part.width)
    if isinstance(part, Furrow):
        q = distance / part.width
        return part.depth * fade * near * (-np.exp(-q * q) + 0.24 * np.exp(-((0.8 * np.abs(q) - 1.7) ** 2)))
    q = distance / np.where(distance > 0, 1.7 * part.width, 0.75 * part.width)
    return part.depth * fade * near * 0.5 * np.where(q > 0, 1.25, 0.75) * q * np.exp(0.5 - 0.5 * q * q)


def _smooth_curve(path: Sequence[tuple[float, float]], steps: int = 25) -> np.ndarray:
    """(steps, 2) points of the polynomial through ``path``."""
    points = np.array(path)
    knots = np.linspace(0, 1, len(points))
    at = np.linspace(0, 1, steps)
    return np.stack([np.polyval(np.polyfit(knots, points[:, i], len(points) - 1), at) for i in (0, 1)], -1)


def _distance_to_curve(curve: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance to a curve (positive to the right of it as it runs down the face), and where along it, 0–1."""
    best = np.full(x.shape, np.inf, np.float32)
    signed, along = np.zeros_like(best), np.zeros_like(best)
    for i, (start, end) in enumerate(pairwise(curve)):
        step = end - start
        t = np.clip(((x - start[0]) * step[0] + (y - start[1]) * step[1]) / (step @ step), 0, 1)
        dx, dy = x - start[0] - t * step[0], y - start[1] - t * step[1]
        distance = np.hypot(dx, dy)
        closer = distance < best
        best = np.where(closer, distance, best)
        signed = np.where(closer, np.where(dx * step[1] - dy * step[0] >= 0, distance, -distance), signed)
        along = np.where(closer, (i + t) / (len(curve) - 1), along)
    return signed, along
