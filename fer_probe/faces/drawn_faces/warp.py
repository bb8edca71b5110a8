"""Where every pixel looks on the face at rest: proportions, muscles and pose, inverted.

A point u of the face at rest is seen at q = pose(u + proportions(u) + Σ intensity · movement(u), depth(u)). A picture
needs the inverse, u for every pixel: u ← p − (q(u) − u) repeated, which converges because skin never folds over. The
lips divide the skin into two sheets, and each is inverted on its own; where neither covers a pixel, the mouth is open.
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
_STEPS = 7
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


def invert(shift: np.ndarray, view: View) -> np.ndarray:
    """For every pixel the place on the face at rest: (2, S, S, 2) for both sheets, S a multiple of 4."""
    cells = view.size // _SUBSAMPLING
    steps = (np.arange(-1, cells + 1) + 0.5) * _SUBSAMPLING - 0.5
    q = view.to_plane(np.stack(np.meshgrid(steps, steps), -1))
    return np.stack([_enlarged(_inverted(sheet, q)) for sheet in shift])


def _inverted(shift: np.ndarray, q: np.ndarray) -> np.ndarray:
    """u with u + shift(u) = q, worked out in cells of the grid."""
    scale = np.float32(plane.COARSE / plane.SPAN)
    wanted = plane.texture_index(q, plane.COARSE)
    cells, at = shift * scale, wanted
    for _ in range(_STEPS):
        at = wanted - plane.read(cells, at)
    u: np.ndarray = q + (at - wanted) / scale
    return u


def _enlarged(u: np.ndarray) -> np.ndarray:
    """A smooth field on every fourth pixel, with a margin of one, as one on every pixel."""
    size = u.shape[0] * _SUBSAMPLING
    large = cv2.resize(u, (size, size), interpolation=cv2.INTER_CUBIC)
    return large[_SUBSAMPLING:-_SUBSAMPLING, _SUBSAMPLING:-_SUBSAMPLING]


def forward(shift: np.ndarray, u: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Where points u (P, 2) of the face at rest are seen, in the plane; ``lower`` (P,) bool picks their sheet."""
    points = u.astype(np.float32)[:, None]
    upper_sheet, lower_sheet = (plane.sample(sheet, points)[:, 0] for sheet in shift)
    moved: np.ndarray = u + np.where(lower[:, None], lower_sheet, upper_sheet)
    return moved
