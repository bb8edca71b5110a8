"""The inside of the mouth: teeth above and below, gums, tongue, darkness."""

import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.plane import limited, rise
from fer_probe.faces.drawn_faces.skin import in_channels

#: Where teeth meet, and the middle of each: places from the midline, and how far it is to the nearest gap from there.
_NEAREST_GAP = np.array([
    [0.0, 0.046, 0.092, 0.1285, 0.165, 0.1985, 0.232, 0.2585, 0.285, 0.385],
    [0.0, 0.046, 0.0, 0.0365, 0.0, 0.0335, 0.0, 0.0265, 0.0, 0.1],
])  # fmt: skip


def paint_mouth(
    picture: np.ndarray, skull: np.ndarray, open_by: np.ndarray, jaw_drop: float, shade: float, pixel: float
) -> None:
    """Paint the open mouth into a lit picture (h, w, K), in place.

    Args:
        picture: the picture around the mouth, lit.
        skull: (h, w, 2) places on a face of this person's at rest, in this pose: the upper teeth do not move.
        open_by: (h, w) how far a pixel lies from both lips, plane units, negative on them.
        jaw_drop: how far the lower teeth have gone down, plane units.
        shade: the light that falls on the mouth.
        pixel: plane units in a pixel.
    """
    cover = limited(open_by / pixel, 0, 1)
    x, y = skull[..., 0], skull[..., 1]
    inside = np.broadcast_to(_colour([0.045, 0.012, 0.011], picture), picture.shape).copy()
    _tongue(inside, x, y, jaw_drop)
    _row(inside, x, y, plane.MOUTH_Y + 0.014, -1.0, 0.80)
    _row(inside, x, y, plane.MOUTH_Y + 0.030 + 0.95 * jaw_drop, 1.0, 0.50)
    depth = rise(open_by, -0.002, 0.035)
    inside *= ((0.50 + 0.50 * depth) * shade)[..., None]
    picture += cover[..., None] * (inside - picture)


def _colour(rgb: list[float], picture: np.ndarray) -> np.ndarray:
    return in_channels(np.array(rgb), picture.shape[-1])


def _tongue(inside: np.ndarray, x: np.ndarray, y: np.ndarray, jaw_drop: float) -> None:
    q = (x / 0.17) ** 2 + ((y - plane.MOUTH_Y - 0.05 - 0.92 * jaw_drop) / (0.02 + 0.45 * jaw_drop)) ** 2
    cover = 0.85 * rise(q, 1.1, 0.5) * min(1.0, 8 * jaw_drop)
    inside += cover[..., None] * (_colour([0.30, 0.09, 0.085], inside) - inside)


def _row(inside: np.ndarray, x: np.ndarray, y: np.ndarray, edge: float, away: float, brightness: float) -> None:
    """One row of teeth whose biting edge lies at ``edge``; they stand ``away`` (−1 upward, 1 downward) from it."""
    arch = edge - away * 0.10 * x * x * (1 if away < 0 else 0.6)
    along = (y - arch) * away
    ax = np.abs(x)
    to_gap = np.interp(ax, *(_NEAREST_GAP if away < 0 else 0.72 * _NEAREST_GAP)).astype(np.float32)
    gaps = np.exp(-((to_gap / 0.0065) ** 2))
    cover = rise(along, -0.004, 0.008) * rise(ax, 0.31, 0.25)
    round_off = 1 - 0.72 * limited(ax / 0.27, 0, 1) ** 2
    enamel = (brightness * round_off * (1 - 0.30 * gaps))[..., None] * _colour([0.80, 0.74, 0.64], inside)
    gums = rise(along, 0.105, 0.12)[..., None]
    enamel = enamel + gums * (_colour([0.34, 0.13, 0.12], inside) * round_off[..., None] - enamel)
    inside += cover[..., None] * (enamel - inside)
