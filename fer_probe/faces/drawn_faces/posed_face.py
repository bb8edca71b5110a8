"""A person with moved muscles in a pose, before any light falls on the face."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane, warp
from fer_probe.faces.drawn_faces.portrait import Portrait
from fer_probe.faces.drawn_faces.scene import Pose
from fer_probe.faces.drawn_faces.warp import View, Window

#: Sheets of skin that are displaced by less, in plane units, are one.
_APART = 1e-5
#: No pixel above this, in plane units, can show the lower sheet.
_ABOVE_MOUTH = 0.5


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
        return warp.displacement(self.person, self.left, self.right, self.pose)

    @cached_property
    def still_shift(self) -> np.ndarray:
        """(G, G, 2) the same for what no muscle moves: glasses, the upper teeth."""
        return warp.still_displacement(self.person, self.pose)

    @cached_property
    def sheets(self) -> tuple[np.ndarray, np.ndarray, Window]:
        """Each pixel's place on the face at rest (S, S, 2); in a window, how far its pixels lie from both lips.

        The window holds all pixels that the two sheets of skin would show differently.
        """
        everywhere = slice(0, self.size), slice(0, self.size)
        at_nodes = self._inverted(0, everywhere)
        u = warp.spread(at_nodes, self.size, everywhere)
        window = warp.pixels_around(self._torn(at_nodes).view(np.uint8), self.size)
        if window[0].stop == 0:
            return u, np.zeros((0, 0), np.float32), window
        upper = u[window]
        lower = warp.spread(self._inverted(1, window), self.size, window)
        inside_upper = plane.slit(upper[..., 0]) - upper[..., 1]
        inside_lower = lower[..., 1] - plane.slit(lower[..., 0])
        cv2.copyTo(lower, (inside_lower > inside_upper).view(np.uint8), upper)
        return u, -np.maximum(inside_upper, inside_lower), window

    @cached_property
    def columns(self) -> slice:
        """The columns of the picture in which the person can be seen."""
        x = self.sheets[0][::4, ::4, 0]
        seen = np.flatnonzero((np.abs(x) < self.person.reach).any(0))
        return slice(max(4 * int(seen[0]) - 4, 0), min(4 * int(seen[-1]) + 8, self.size)) if len(seen) else slice(0, 4)

    def _inverted(self, sheet: int, window: Window) -> np.ndarray:
        """(h, w, 2) the places on the face at rest at which the nodes of a window look."""
        return warp.invert(self.shift[sheet], self.view.to_plane(warp.nodes(self.size, window)))

    def _torn(self, u: np.ndarray) -> np.ndarray:
        """(h, w) bool, where the sheets lie apart at places u (h, w, 2) of the upper one, or below it."""
        apart = cv2.absdiff(self.shift[0], self.shift[1])
        gap = plane.sample(cv2.transform(apart, np.ones((1, 2))), u)
        torn: np.ndarray = (gap > _APART) & (u[..., 1] > _ABOVE_MOUTH)
        return torn

    def still_places(self, window: Window) -> np.ndarray:
        """(h, w, 2) places on the face at rest of a window's pixels, as if no muscle had moved."""
        q = u = self.view.to_plane(warp.pixels(self.size)[window])
        for _ in range(4):
            u = q - plane.sample(self.still_shift, u)
        return u

    def seen(self, places: np.ndarray) -> np.ndarray:
        """(P, 2) the pixels at which places (P, 2) of the upper sheet are seen."""
        return self.view.to_pixels(warp.forward(self.shift, places, np.zeros(len(places), bool)))

    @cached_property
    def jaw_drop(self) -> float:
        """How far the chin has gone down, in plane units."""
        chin = np.array([[[0.0, plane.CHIN_Y - 0.08]]], np.float32)
        moved, still = (float(plane.sample(shift, chin)[0, 0, 1]) for shift in (self.shift[1], self.still_shift))
        return max(moved - still, 0.0)
