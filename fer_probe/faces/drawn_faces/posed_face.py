"""A person with moved muscles in a pose, before any light falls on the face."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.portrait import Portrait
from fer_probe.faces.drawn_faces.scene import Pose
from fer_probe.faces.drawn_faces.warp import View, displacement, forward, invert


@dataclass(frozen=True, eq=False)
class PosedFace:
    """One person, their muscles and their pose, as seen in a picture of ``size`` pixels.

    Attributes:
        person: who.
        left: (A,) intensities on the person's left, in the order of ``DRAWN_ACTION_UNITS``.
        right: (A,) the same on the right.
        pose: of the head.
        size: pixels a side, a multiple of 4.
    """

    person: Portrait
    left: np.ndarray
    right: np.ndarray
    pose: Pose
    size: int

    @cached_property
    def view(self) -> View:
        """Between the plane of the posed head and the picture."""
        return View(self.pose, self.size)

    @cached_property
    def shift(self) -> np.ndarray:
        """(2, G, G, 2) how far everything has moved, for both sheets of skin."""
        return displacement(self.person, self.left, self.right, self.pose)

    @cached_property
    def still_shift(self) -> np.ndarray:
        """The same for what no muscle moves: glasses, the upper teeth."""
        rest = np.zeros_like(self.left)
        return displacement(self.person, rest, rest, self.pose)

    @cached_property
    def sheets(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Each pixel's place on the face at rest (S, S, 2); from a row downward, how far it lies from both lips."""
        u = invert(self.shift[0], self.view)
        tilt = abs(np.sin(np.deg2rad(self.pose.roll))) * 0.6 * self.view.unit
        first = int(np.clip(self.seen(0.0, 0.50)[1] - tilt, 0, self.size - 4)) // 4 * 4
        upper, lower = u[first:], invert(self.shift[1], self.view, first)
        inside_upper = plane.slit(upper[..., 0]) - upper[..., 1]
        inside_lower = lower[..., 1] - plane.slit(lower[..., 0])
        u[first:] = np.where((inside_lower > inside_upper)[..., None], lower, upper)
        return u, -np.maximum(inside_upper, inside_lower), first

    def still_places(self, rows: slice, columns: slice) -> np.ndarray:
        """(h, w, 2) places on the face at rest of a window's pixels, as if no muscle had moved."""
        pixels = np.meshgrid(np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop))
        q = self.view.to_plane(np.stack(pixels, -1))
        u = q
        for _ in range(4):
            u = q - plane.sample(self.still_shift[0], u)
        return u

    def seen(self, x: float, y: float) -> np.ndarray:
        """(2,) the pixel at which a place of the upper sheet is seen."""
        at: np.ndarray = self.view.to_pixels(forward(self.shift, np.array([[x, y]]), np.array([False])))[0]
        return at

    @cached_property
    def jaw_drop(self) -> float:
        """How far the chin has gone down, in plane units."""
        chin = np.array([[0.0, plane.CHIN_Y - 0.08]]), np.array([True])
        return max(float(forward(self.shift, *chin)[0, 1] - forward(self.still_shift, *chin)[0, 1]), 0.0)
