"""Many faces side by side in one picture, as an array."""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_probe.expressions import EXPRESSIONS
from fer_probe.faces.drawn_faces.drawn_face_images import DrawnFaces, draw_faces
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.render import render_face
from fer_probe.faces.drawn_faces.scene import Camera, Light, Pose

_LINE = 16
_CLOSE, _CLEAR = Pose(scale=1.25, shift=(0.0, -0.03)), Camera(noise=0, contrast=0.6, exposure=1.25)


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


def drawn_sheet(faces: DrawnFaces, rows: int = 8) -> np.ndarray:
    """The first ``rows`` people of a drawn set, or their first sequences, side by side with what they show."""
    in_sequences = len(np.unique(np.asarray(faces.frame))) > 1
    row_of = np.asarray(faces.sequence if in_sequences else faces.subject)
    shown = faces.select(np.isin(row_of, np.unique(row_of)[:rows]))
    columns = int((row_of == row_of[0]).sum())
    titles = [f"frame {number}" for number in range(columns)] if in_sequences else _expressions(shown, columns)
    return contact_sheet(shown.pixels, columns, titles=titles)


def _expressions(faces: DrawnFaces, columns: int) -> list[str]:
    """What stands over each column: the expression that everybody shows there, or nothing."""
    return [faces.expression_names[label] if label >= 0 else "" for label in faces.expression[:columns]]


def expression_sheet(subjects: int = 8, size: int = 112, seed: int = 0, channels: int = 1) -> np.ndarray:
    """Subjects (rows) × the eight expressions (columns) at their peak."""
    return drawn_sheet(draw_faces(subjects, size, seed, channels=channels, expressions=EXPRESSIONS), subjects)


def action_unit_sheet(
    identity: Identity,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    intensities: Sequence[float] = (0.3, 0.65, 1.0),
    size: int = 112,
    channels: int = 1,
    columns: int = 9,
) -> np.ndarray:
    """Each action unit alone (columns) at growing intensities (rows), and nothing else different.

    AU26 is shown with AU25, as FACS scores it: a jaw can drop behind closed lips. The face fills the
    picture from the hairline to the chin. After ``columns`` units a new block of rows begins.
    """
    shown = [(25, au) if au == 26 else (au,) for au in action_units]
    blocks = [
        _action_unit_block(identity, shown[start : start + columns], intensities, size, channels)
        for start in range(0, len(shown), columns)
    ]
    width = max(block.shape[1] for block in blocks)
    filled = [
        np.pad(block, ((0, 0), (0, width - block.shape[1]), (0, 0))[: block.ndim], constant_values=255)
        for block in blocks
    ]
    return np.concatenate(filled)


def _action_unit_block(
    identity: Identity, shown: Sequence[tuple[int, ...]], intensities: Sequence[float], size: int, channels: int
) -> np.ndarray:
    """Some units side by side; each column holds one, from faint to strong."""
    pictures = [
        render_face(
            identity, dict.fromkeys(units, intensity),
            pose=_CLOSE, light=Light(azimuth=25), camera=_CLEAR, size=size, channels=channels,
        )
        for intensity in intensities
        for units in shown
    ]  # fmt: skip
    return contact_sheet(np.stack(pictures), len(shown), titles=["AU" + "+".join(map(str, units)) for units in shown])
