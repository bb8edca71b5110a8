"""Face regions: brows, eyes, nose and mouth as pixels, from 68 landmarks (iBUG's order)."""

import cv2
import numpy as np
from numpy.typing import NDArray

#: Region → its parts, each a stretch of landmarks around which a hull is laid.
_PARTS: dict[str, tuple[slice, ...]] = {
    "brows": (slice(17, 22), slice(22, 27)),
    "eyes": (slice(36, 42), slice(42, 48)),
    "nose": (slice(27, 36),),
    "mouth": (slice(48, 60),),
}
REGIONS: tuple[str, ...] = tuple(_PARTS)
#: Landmarks lie on edges: hulls are widened by this share of the distance between the eyes' middles.
_MARGIN = 0.12


def region_masks(landmarks: np.ndarray, height: int, width: int) -> dict[str, NDArray[np.bool_]]:
    """Which pixels of one face belong to each region: (height, width) each; regions may touch.

    Args:
        landmarks: (68, 2) x and y in pixels.
        height, width: of the picture.

    Raises:
        ValueError: other landmarks than 68, or some that are not known.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"landmarks of shape {points.shape}; regions need all of iBUG's 68 points, x and y")
    apart = float(np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0)))
    side = 2 * max(1, round(_MARGIN * apart)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    masks = {}
    for name, parts in _PARTS.items():
        filled = np.zeros((height, width), np.uint8)
        for part in parts:
            hull = cv2.convexHull(np.rint(points[part]).astype(np.int32))
            cv2.fillConvexPoly(filled, hull, 1)
        masks[name] = cv2.dilate(filled, brush) > 0
    return masks
