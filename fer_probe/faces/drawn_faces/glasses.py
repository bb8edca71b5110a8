"""Glasses: two rims, a bridge, and the arms that leave to the ears."""

import numpy as np

from fer_probe.faces.drawn_faces import plane

#: No part of them lies further above or below the pupils, in plane units.
GLASSES_REACH = 0.34


def paint_glasses(lit: np.ndarray, u: np.ndarray, frame: float, pixel: float) -> None:
    """Paint glasses into a lit picture (h, w, K), in place.

    Args:
        lit: the picture around the eyes.
        u: (h, w, 2) places on the face at rest, as if no muscle had moved.
        frame: 0–1, how dark and thick they are.
        pixel: plane units in a pixel.
    """
    x, y = np.abs(u[..., 0]), u[..., 1] - 0.035
    half = 0.006 + 0.008 * frame
    q = (np.abs((x - plane.EYE_X - 0.005) / 0.245) ** 3.2 + np.abs(y / 0.175) ** 3.2) ** (1 / 3.2)
    rim = np.abs(q - 1) * 0.2
    bridge = np.maximum(np.abs(y + 0.055 + 0.3 * x * x), (x - 0.115) * 1.0)
    arm = np.maximum(np.abs(y + 0.06), np.maximum(0.595 - x, x - 0.78))
    distance = np.minimum(np.minimum(rim, bridge), arm)
    cover = np.clip((half - distance) / pixel + 0.5, 0, 1) * (0.45 + 0.5 * frame)
    lit += cover[..., None] * (0.02 - lit)
