"""Many faces side by side in one picture, as an array."""

import numpy as np


def contact_sheet(pixels: np.ndarray, columns: int, gap: int = 2, ground: int = 255) -> np.ndarray:
    """Pictures in rows, (H', W') for grey or (H', W', 3) for RGB, uint8.

    Args:
        pixels: (N, C, H, W) uint8.
        columns: pictures in a row; a last row that is not full stays empty at its end.
        gap: pixels between pictures.
        ground: grey level between them.
    """
    count, channels, height, width = pixels.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), ground, np.uint8)
    for i, picture in enumerate(pixels):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture.transpose(1, 2, 0)
    return sheet[..., 0] if channels == 1 else sheet
