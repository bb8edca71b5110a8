"""Where every pixel looks on the face at rest: proportions, muscles and pose, inverted.

A point u of the face at rest is seen at q = pose(u + proportions(u) + Σ intensity · movement(u), depth(u)). A picture
needs the inverse, u for every pixel, which Newton's method finds: u ← u + J⁻¹ (p − q(u)), J = ∂q/∂u. The lips divide
the skin into two sheets, and each is inverted on its own; where neither covers a pixel, the mouth is open.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS, LEFT, RIGHT, movement
from fer_probe.faces.drawn_faces.portrait import Portrait
from fer_probe.faces.drawn_faces.scene import Pose

#: A picture's side holds 1 / UNIT plane units; the point between the pupils lies at EYES.
UNIT, EYES = 0.40, (0.5, 0.42)
_STEPS = 4
#: A step goes no further than this many cells, and takes no fold for steeper than this: skin never turns over.
_REACH, _STEEPEST = 2.5, 0.5
_SUBSAMPLING = 4
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
        centre = self.size * (np.array(EYES) + self.pose.shift) - 0.5
        pixels: np.ndarray = self.unit * (q @ self._rotation.T) + centre
        return pixels

    def to_plane(self, pixels: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`to_pixels`."""
        centre = self.size * (np.array(EYES) + self.pose.shift) - 0.5
        q: np.ndarray = (pixels - centre) @ self._rotation / self.unit
        return q.astype(np.float32)

    @property
    def _rotation(self) -> np.ndarray:
        c, s = np.cos(np.deg2rad(self.pose.roll)), np.sin(np.deg2rad(self.pose.roll))
        return np.array([[c, -s], [s, c]])


def displacement(portrait: Portrait, left: np.ndarray, right: np.ndarray, pose: Pose) -> np.ndarray:
    """q(u) − u of both sheets on the coarse grid, (2, G, G, 2)."""
    moved = np.repeat(portrait.proportions[None], 2, 0)
    for side, intensities in ((LEFT, left), (RIGHT, right)):
        leave = min(1.0, 2.5 * float(intensities[_AU25]))
        for au, intensity in zip(DRAWN_ACTION_UNITS, intensities, strict=True):
            if intensity > 0:
                action = movement(au, side)
                region = moved[:, *action.box]
                region += np.float32(intensity) * action.always
                if leave > 0 and action.opening is not None:
                    region += np.float32(intensity * leave) * action.opening
    return _turn(moved, portrait.depth, pose)


def _turn(moved: np.ndarray, depth: np.ndarray, pose: Pose) -> np.ndarray:
    """Yaw and pitch, seen from afar: what stands out moves most."""
    x, y = plane.coordinates(plane.COARSE)
    yaw, pitch = np.deg2rad(pose.yaw), np.deg2rad(pose.pitch)
    qx, qy = moved[..., 0] + x, moved[..., 1] + y
    z = depth - np.float32(0.3)
    seen_x = qx * np.float32(np.cos(yaw)) + z * np.float32(np.sin(yaw))
    z = z * np.float32(np.cos(yaw)) - qx * np.float32(np.sin(yaw))
    seen_y = (qy - np.float32(0.3)) * np.float32(np.cos(pitch)) - z * np.float32(np.sin(pitch)) + np.float32(0.3)
    return np.stack([seen_x - x, seen_y - y], -1)


def invert(shift: np.ndarray, view: View, first: int = 0) -> np.ndarray:
    """For every pixel the place on the face at rest: (S − first, S, 2) from row ``first`` on; both multiples of 4.

    Args:
        shift: (G, G, 2) displacement of one sheet.
        view: of a picture of S pixels a side.
        first: the row to begin with.
    """
    columns, rows = (np.arange(start // _SUBSAMPLING - 1, view.size // _SUBSAMPLING + 1) for start in (0, first))
    pixels = np.stack(np.meshgrid(columns, rows), -1) * _SUBSAMPLING + (_SUBSAMPLING / 2 - 0.5)
    return _enlarged(_inverted(shift, view.to_plane(pixels)))


def _inverted(shift: np.ndarray, q: np.ndarray) -> np.ndarray:
    """u with u + shift(u) = q, worked out in cells of the grid."""
    scale = np.float32(plane.COARSE / plane.SPAN)
    cells = shift * scale
    inverse = _inverse_jacobian(cells)
    wanted = plane.texture_index(q, plane.COARSE)
    at = wanted - plane.read(cells, wanted)
    for _ in range(_STEPS):
        missing = wanted - plane.read(cells, at) - at
        a, b, c, d = cv2.split(plane.read(inverse, at))
        step = cv2.merge([a * missing[..., 0] + b * missing[..., 1], c * missing[..., 0] + d * missing[..., 1]])
        at = at + np.minimum(np.maximum(step, -_REACH), _REACH)
    u: np.ndarray = q + (at - wanted) / scale
    return u


def _inverse_jacobian(cells: np.ndarray) -> np.ndarray:
    """(G, G, 4) inverse of 1 + ∂shift/∂u, row by row."""
    along_x = cv2.Sobel(cells, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    along_y = cv2.Sobel(cells, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    a, b, c, d = 1 + along_x[..., 0], along_y[..., 0], along_x[..., 1], 1 + along_y[..., 1]
    scale = 1 / np.maximum(a * d - b * c, _STEEPEST)
    inverse: np.ndarray = cv2.merge([d * scale, -b * scale, -c * scale, a * scale])
    return inverse


def _enlarged(u: np.ndarray) -> np.ndarray:
    """A smooth field on every fourth pixel, with a margin of one, as one on every pixel."""
    height, width = (cells * _SUBSAMPLING for cells in u.shape[:2])
    large = cv2.resize(u, (width, height), interpolation=cv2.INTER_CUBIC)
    return large[_SUBSAMPLING:-_SUBSAMPLING, _SUBSAMPLING:-_SUBSAMPLING]


def forward(shift: np.ndarray, u: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Where points u (P, 2) of the face at rest are seen, in the plane; ``lower`` (P,) bool picks their sheet."""
    points = u.astype(np.float32)[:, None]
    upper_sheet, lower_sheet = (plane.sample(sheet, points)[:, 0] for sheet in shift)
    moved: np.ndarray = u + np.where(lower[:, None], lower_sheet, upper_sheet)
    return moved
