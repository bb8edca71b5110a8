"""Many faces side by side in one picture, as an array."""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_probe.expressions import EXPRESSIONS
from fer_probe.faces.drawn_faces.drawn_face_images import draw_faces
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.render import render_face
from fer_probe.faces.drawn_faces.scene import Camera, Light

_LINE = 16


def contact_sheet(
    pixels: np.ndarray, columns: int, gap: int = 2, ground: int = 255, titles: Sequence[str] = ()
) -> np.ndarray:
    """Pictures in rows, (H', W') for grey or (H', W', 3) for RGB, uint8.

    Args:
        pixels: (N, C, H, W) uint8.
        columns: pictures in a row; a last row that is not full stays empty at its end.
        gap: pixels between pictures.
        ground: grey level between them.
        titles: one a column, written over it.
    """
    count, channels, height, width = pixels.shape
    rows = -(-count // columns)
    head = _LINE if titles else 0
    sheet = np.full((head + rows * (height + gap) - gap, columns * (width + gap) - gap, channels), ground, np.uint8)
    for i, picture in enumerate(pixels):
        top, left = head + (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture.transpose(1, 2, 0)
    for i, title in enumerate(titles):
        where = (i * (width + gap) + 3, _LINE - 5)
        cv2.putText(sheet, title, where, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0,) * channels, 1, cv2.LINE_AA)
    return sheet[..., 0] if channels == 1 else sheet


def expression_sheet(subjects: int = 8, size: int = 112, seed: int = 0, channels: int = 1) -> np.ndarray:
    """Subjects (rows) × the eight expressions (columns) at their peak."""
    faces = draw_faces(subjects, size, seed, channels=channels, expressions=EXPRESSIONS)
    return contact_sheet(faces.pixels, len(EXPRESSIONS), titles=EXPRESSIONS)


def action_unit_sheet(
    identity: Identity,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    intensities: Sequence[float] = (0.3, 0.65, 1.0),
    size: int = 112,
    channels: int = 1,
) -> np.ndarray:
    """Each action unit alone (columns) at growing intensities (rows), and nothing else different.

    AU26 and AU27 are shown with AU25, as FACS scores them: a jaw can drop behind closed lips.
    """
    camera, light = Camera(noise=0, contrast=0.6, exposure=1.3), Light(azimuth=25)
    shown = [(25, au) if au in (26, 27) else (au,) for au in action_units]
    pictures = [
        render_face(identity, dict.fromkeys(units, intensity), light=light, camera=camera, size=size, channels=channels)
        for intensity in intensities
        for units in shown
    ]
    titles = ["AU" + "+".join(map(str, units)) for units in shown]
    return contact_sheet(np.stack(pictures), len(shown), titles=titles)
