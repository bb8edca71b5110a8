"""Grain: seeded noise for skin, strands and backgrounds, the same at every resolution up to interpolation."""

import cv2
import numpy as np


def blotches(rng: np.random.Generator, cells: int, resolution: int) -> np.ndarray:
    """Smooth noise of about unit variance with ``cells`` blotches a side, (resolution, resolution) float32."""
    coarse = rng.standard_normal((cells, cells), dtype=np.float32)
    return cv2.resize(coarse, (resolution, resolution), interpolation=cv2.INTER_CUBIC)


def strands(rng: np.random.Generator, along: np.ndarray, across: np.ndarray, count: int = 512) -> np.ndarray:
    """Noise that runs long along one coordinate and varies fast over the other; both 0–1."""
    lines = rng.standard_normal((6, count), dtype=np.float32)
    lines[1:] = 0.75 * lines[:-1] + 0.6 * lines[1:]
    at_x = (across * (count - 1)).astype(np.float32)
    at_y = (along * 5).astype(np.float32)
    read: np.ndarray = cv2.remap(lines, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return read
