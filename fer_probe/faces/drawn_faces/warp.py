"""Where every pixel looks on the face at rest: proportions, muscles and pose, inverted.

A point u of the face at rest is seen at q = pose(u + proportions(u) + Σ intensity · movement(u), depth(u)). A picture
needs the inverse, u for every pixel, which Newton's method finds: u ← u + J⁻¹ (p − q(u)), J = ∂q/∂u. The lips divide
the skin into two sheets, and each is inverted on its own; where neither covers a pixel, the mouth is open.

The inverse is smooth, so it is worked out at the nodes of a net, one in the middle of every 4 × 4 pixels, with a margin
of one node around the picture, and spread from there over the pixels.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS, LEFT, RIGHT, movement
from fer_probe.faces.drawn_faces.portrait import Portrait
from fer_probe.faces.drawn_faces.scene import Pose

#: Rows and columns of a picture, or of another array.
Window = tuple[slice, slice]
#: A picture's side holds 1 / UNIT plane units; the point between the pupils lies at EYES.
UNIT, EYES = 0.40, (0.5, 0.42)
#: What the head turns about: x, y and height.
_PIVOT = np.array([0.0, 0.3, 0.3])
_STEPS = 4
#: A step goes no further than this many cells, and takes no fold for steeper than this: skin never turns over.
_REACH, _STEEPEST = 2.5, 0.5
#: OpenCV reads between cells at whole fractions of a cell: a step starts from where it reads, or a last bit that
#: another machine rounds otherwise would move skin by a fraction.
_FRACTIONS = 32
#: Pixels from one node to the next.
_MESH = 4
_AU25 = DRAWN_ACTION_UNITS.index(25)


@dataclass(frozen=True, eq=False)
class View:
    """The similarity between the plane of the posed head and a picture of ``size`` pixels a side."""

    pose: Pose
    size: int

    @property
    def unit(self) -> float:
        """Pixels in one plane unit."""
        return UNIT * self.pose.scale * self.size

    def to_pixels(self, q: np.ndarray) -> np.ndarray:
        """Plane positions (..., 2) as pixel coordinates; pixel centres lie at whole numbers."""
        pixels: np.ndarray = self.unit * (q @ self._rotation.T) + self._centre
        return pixels

    def to_plane(self, pixels: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`to_pixels`, of pixels (h, w, 2) float32."""
        back = self._rotation.T / self.unit
        return cv2.transform(pixels, np.column_stack([back, -back @ self._centre]))

    @cached_property
    def _centre(self) -> np.ndarray:
        (x, y), (right, down) = EYES, self.pose.shift
        return np.array([self.size * (x + right) - 0.5, self.size * (y + down) - 0.5])

    @cached_property
    def _rotation(self) -> np.ndarray:
        roll = math.radians(self.pose.roll)
        return np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]])


def displacement(portrait: Portrait, left: np.ndarray, right: np.ndarray, pose: Pose) -> np.ndarray:
    """q(u) − u of both sheets on the coarse grid, (2, G, G, 2)."""
    moved = np.zeros((2, plane.COARSE, plane.COARSE, 2), np.float32)
    for side, intensities in ((LEFT, left), (RIGHT, right)):
        leave = min(1.0, 2.5 * float(intensities[_AU25]))
        for i in np.flatnonzero(intensities):
            action = movement(DRAWN_ACTION_UNITS[i], side)
            amount = float(intensities[i])
            for sheet, region in enumerate(moved[:, *action.box]):
                cv2.scaleAdd(action.always[sheet], amount, region, region)
                if leave > 0 and action.opening is not None:
                    cv2.scaleAdd(action.opening[sheet], amount * leave, region, region)
    turned = cv2.transform(moved.reshape(-1, plane.COARSE, 2), _turn(pose)[:, :2]).reshape(moved.shape)
    turned += still_displacement(portrait, pose)
    return turned


def still_displacement(portrait: Portrait, pose: Pose) -> np.ndarray:
    """The same for what no muscle moves, (G, G, 2)."""
    turn = _turn(pose)
    seen = cv2.transform(portrait.solid, np.column_stack([turn, _PIVOT[:2] - turn @ _PIVOT]))
    seen -= _grid()
    return seen


def _turn(pose: Pose) -> np.ndarray:
    """(2, 3) yaw and pitch, seen from afar: what stands out moves most."""
    yaw, pitch = math.radians(pose.yaw), math.radians(pose.pitch)
    return np.array([
        [math.cos(yaw), 0, math.sin(yaw)],
        [math.sin(yaw) * math.sin(pitch), math.cos(pitch), -math.cos(yaw) * math.sin(pitch)],
    ])  # fmt: skip


@cache
def _grid() -> np.ndarray:
    """(G, G, 2) the places of the coarse grid."""
    return np.stack(plane.coordinates(plane.COARSE), -1)


def invert(shift: np.ndarray, q: np.ndarray) -> np.ndarray:
    """(h, w, 2) the place u on the face at rest with u + shift(u) = q, for every q (h, w, 2).

    Args:
        shift: (G, G, 2) displacement of one sheet.
        q: in the plane of the posed head.
    """
    scale = np.float32(plane.COARSE / plane.SPAN)
    cells = shift * scale
    inverse = _inverse_jacobian(cells)
    wanted = plane.texture_index(q, plane.COARSE)
    at = wanted - plane.read(cells, wanted)
    for _ in range(_STEPS):
        at = np.rint(at * _FRACTIONS) / np.float32(_FRACTIONS)
        missing = wanted - plane.read(cells, at)
        missing -= at
        a, b, c, d = cv2.split(plane.read(inverse, at))
        x, y = cv2.split(missing)
        step = cv2.merge([a * x + b * y, c * x + d * y])
        at += np.clip(step, -_REACH, _REACH, out=step)
    at -= wanted
    at /= scale
    at += q
    return at


def _inverse_jacobian(cells: np.ndarray) -> np.ndarray:
    """(G, G, 4) inverse of 1 + ∂shift/∂u, row by row."""
    a, c = cv2.split(cv2.Sobel(cells, cv2.CV_32F, 1, 0, ksize=1, scale=0.5))
    b, d = cv2.split(cv2.Sobel(cells, cv2.CV_32F, 0, 1, ksize=1, scale=0.5))
    a += 1
    d += 1
    scale = 1 / np.maximum(a * d - b * c, _STEEPEST)
    inverse: np.ndarray = cv2.merge([d * scale, -b * scale, -c * scale, a * scale])
    return inverse


def nodes(size: int, window: Window) -> np.ndarray:
    """(h, w, 2) the nodes of the net, in pixels, that :func:`spread` needs for a window of a picture of ``size``."""
    return _net(size)[_node_box(size, window)]


def spread(at_nodes: np.ndarray, size: int, window: Window) -> np.ndarray:
    """What is smooth and known at the :func:`nodes` of a window, at each of its pixels (h, w, C)."""
    height, width = (count * _MESH for count in at_nodes.shape[:2])
    large = cv2.resize(at_nodes, (width, height), interpolation=cv2.INTER_CUBIC)
    rows, columns = (
        slice(part.start - _MESH * (box.start - 1), part.stop - _MESH * (box.start - 1))
        for part, box in zip(window, _node_box(size, window), strict=True)
    )
    return large[rows, columns]


def _node_box(size: int, window: Window) -> Window:
    """A window's nodes, and two more on each side, as far as the net goes."""
    rows, columns = (
        slice(max(part.start // _MESH - 1, 0), min(-(-part.stop // _MESH) + 3, size // _MESH + 2)) for part in window
    )
    return rows, columns


@cache
def pixels(size: int) -> np.ndarray:
    """(S, S, 2) x and y of each pixel of a picture of ``size``."""
    steps = np.arange(size, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps), -1)


@cache
def _net(size: int) -> np.ndarray:
    steps = (np.arange(-1, size // _MESH + 1) * _MESH + (_MESH / 2 - 0.5)).astype(np.float32)
    return np.stack(np.meshgrid(steps, steps), -1)


def pixels_around(at_nodes: np.ndarray, size: int) -> Window:
    """The window of a picture that marked nodes (n, n) uint8 of its whole net have a say in; empty without any."""
    x, y, width, height = cv2.boundingRect(at_nodes)
    rows, columns = (
        slice(*(min(max(_MESH * node, 0), size) for node in (first - 3, first + count + 1)))
        for first, count in ((y, height), (x, width))
    )
    return (rows, columns) if width else (slice(0, 0), slice(0, 0))


def forward(shift: np.ndarray, u: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Where points u (P, 2) of the face at rest are seen, in the plane; ``lower`` (P,) bool picks their sheet."""
    points = u.astype(np.float32)[:, None]
    upper_sheet, lower_sheet = (plane.sample(sheet, points)[:, 0] for sheet in shift)
    moved: np.ndarray = u + np.where(lower[:, None], lower_sheet, upper_sheet)
    return moved
