"""Glasses: two rims, a bridge, and the arms that leave to the ears."""

import numpy as np

from fer_probe.faces.drawn_faces import plane


def paint_glasses(lit: np.ndarray, u: np.ndarray, frame: float, pixel: float) -> None:
    """Paint glasses into a lit picture (S, S, K), in place; ``frame`` 0–1 is how dark and thick they are."""
    rows = np.nonzero(np.abs(u[:, u.shape[1] // 2, 1]) < 0.34)[0]
    if not len(rows):
        return
    band = slice(rows[0], rows[-1] + 1)
    x, y = np.abs(u[band, :, 0]), u[band, :, 1] - 0.035
    half = 0.006 + 0.008 * frame
    q = (np.abs((x - plane.EYE_X - 0.005) / 0.245) ** 3.2 + np.abs(y / 0.175) ** 3.2) ** (1 / 3.2)
    rim = np.abs(q - 1) * 0.2
    bridge = np.maximum(np.abs(y + 0.055 + 0.3 * x * x), (x - 0.115) * 1.0)
    arm = np.maximum(np.abs(y + 0.06), np.maximum(0.595 - x, x - 0.78))
    distance = np.minimum(np.minimum(rim, bridge), arm)
    cover = np.clip((half - distance) / pixel + 0.5, 0, 1) * (0.45 + 0.5 * frame)
    lit[band] += cover[..., None] * (0.02 - lit[band])
