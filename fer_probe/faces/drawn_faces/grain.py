"""Grain: seeded noise for skin, strands and backgrounds, the same at every resolution up to interpolation."""

from functools import cache

import cv2
import numpy as np

#: So few blotches a side are spread faster by a matrix than by OpenCV.
_FEW = 32
_FINER = 4


def blotches(rng: np.random.Generator, cells: int, resolution: int) -> np.ndarray:
    """Smooth noise of about unit variance with ``cells`` blotches a side, (resolution, resolution) float32."""
    coarse = rng.standard_normal((cells, cells), dtype=np.float32)
    if cells > _FEW:
        return cv2.resize(coarse, (resolution, resolution), interpolation=cv2.INTER_CUBIC)
    spread = _spreading(cells, resolution)
    smooth: np.ndarray = spread @ coarse @ spread.T
    return smooth


@cache
def _spreading(cells: int, resolution: int) -> np.ndarray:
    """(resolution, cells) weights of cubic interpolation along one side."""
    return cv2.resize(np.eye(cells, dtype=np.float32), (cells, resolution), interpolation=cv2.INTER_CUBIC)


def strands(rng: np.random.Generator, along: np.ndarray, across: np.ndarray, count: int = 512) -> np.ndarray:
    """Noise that runs long along one coordinate and varies fast over the other; both 0–1."""
    lines = rng.standard_normal((6, count), dtype=np.float32)
    lines[1:] = 0.75 * lines[:-1] + 0.6 * lines[1:]
    # OpenCV reads at 32 places between two lines: finer lines, lest a last bit decide between two shades.
    finer = cv2.resize(lines, (count * _FINER, 6), interpolation=cv2.INTER_LINEAR)
    at_x = (across * ((count - 1) * _FINER) + (_FINER - 1) / 2).astype(np.float32)
    at_y = (along * 5).astype(np.float32)
    read: np.ndarray = cv2.remap(finer, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return read
