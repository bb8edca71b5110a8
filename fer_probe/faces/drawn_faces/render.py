"""One face under full control, as a picture."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import eyes, mouth, plane
from fer_probe.faces.drawn_faces.glasses import GLASSES_REACH, paint_glasses
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS, LEFT, RIGHT
from fer_probe.faces.drawn_faces.photograph import photograph
from fer_probe.faces.drawn_faces.portrait import portrait
from fer_probe.faces.drawn_faces.posed_face import PosedFace
from fer_probe.faces.drawn_faces.scene import Camera, Light, Pose
from fer_probe.faces.drawn_faces.shading import shaded, towards_light
from fer_probe.faces.drawn_faces.warp import Window

_AU = {au: i for i, au in enumerate(DRAWN_ACTION_UNITS)}


def render_face(
    identity: Identity,
    action_units: Mapping[int, float | tuple[float, float]],
    *,
    pose: Pose = Pose(),  # noqa: B008 - frozen
    light: Light = Light(),  # noqa: B008 - frozen
    camera: Camera = Camera(),  # noqa: B008 - frozen
    size: int = 96,
    channels: int = 1,
    seed: int | Sequence[int] = 0,
) -> np.ndarray:
    """One face as a picture, (channels, size, size) uint8; the same within a grey level on every machine.

    Args:
        identity: who.
        action_units: FACS number → intensity 0–1, or (left, right) with the person's own left and right.
        pose: where the head is, and where it looks.
        light: where the light stands.
        camera: what stands behind the face, and what the camera adds.
        size: pixels a side, at least 16.
        channels: 1 grey, 3 RGB.
        seed: of the noise, and of nothing else.

    Raises:
        ValueError: an action unit that cannot be drawn, an intensity outside 0–1, or an impossible size.
    """
    left, right = intensities(action_units)
    return take_picture(pose_face(identity, left, right, pose, size, channels), light, camera, size, seed)


def intensities(action_units: Mapping[int, float | tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """A mapping of action units as two rows (A,), left and right, in the order of ``DRAWN_ACTION_UNITS``."""
    rows = np.zeros((2, len(DRAWN_ACTION_UNITS)), np.float32)
    for au, value in action_units.items():
        if au not in _AU:
            known = ", ".join(map(str, DRAWN_ACTION_UNITS))
            raise ValueError(f"AU{au} cannot be drawn; these can: {known}")
        pair = value if isinstance(value, tuple) else (value, value)
        if len(pair) != 2 or not all(0 <= side <= 1 for side in pair):
            raise ValueError(f"AU{au} has intensity {value}, expected 0 to 1, or (left, right) of such")
        rows[:, _AU[au]] = pair
    return rows[0], rows[1]


def pose_face(
    identity: Identity, left: np.ndarray, right: np.ndarray, pose: Pose, size: int, channels: int
) -> PosedFace:
    """One person with intensities (A,) left and right, ready for a picture of ``size``."""
    if size < 16 or channels not in (1, 3):
        raise ValueError(f"a face of size {size} in {channels} channels: at least 16 pixels, and 1 or 3 channels")
    work = work_size(size)
    return PosedFace(portrait(identity, texture_size(work), channels), left, right, pose, work)


def take_picture(face: PosedFace, light: Light, camera: Camera, size: int, seed: int | Sequence[int]) -> np.ndarray:
    """The picture (K, size, size) uint8 of a posed face."""
    lit, cover, shade = shaded(face, light)
    _paint_mouth(lit, face, light)
    _paint_eyes(lit, face, light, shade)
    if face.person.identity.glasses:
        _paint_glasses(lit, face)
    lit *= np.float32(camera.exposure * face.person.exposure)
    return photograph(lit, cover, camera, size, seed)


def work_size(size: int) -> int:
    """Pixels a side before the picture is reduced to ``size``: supersampled where small."""
    wanted = max(2 * size, 144) if size < 72 else size * 3 // 2 if size < 240 else size
    return -(-wanted // 4) * 4


def texture_size(work: int) -> int:
    """Cells a side of the textures for ``work`` pixels a side: a little finer than those."""
    return next((cells for cells in (192, 256, 384) if cells >= 1.24 * work), 512)


def _paint_glasses(lit: np.ndarray, face: PosedFace) -> None:
    middle = slice(face.size // 2, face.size // 2 + 1)
    down_the_middle = face.still_places((slice(0, face.size), middle))[:, 0, 1]
    rows = np.flatnonzero(np.abs(down_the_middle) < GLASSES_REACH)
    if len(rows):
        band = slice(int(rows[0]), int(rows[-1]) + 1), slice(0, face.size)
        paint_glasses(lit[band], face.still_places(band), face.person.identity.glasses, 1 / face.view.unit)


def _paint_mouth(lit: np.ndarray, face: PosedFace, light: Light) -> None:
    _, open_by, (rows, columns) = face.sheets
    x, y, width, height = cv2.boundingRect((open_by > 0).view(np.uint8))
    if not width:
        return
    box = slice(y, y + height), slice(x, x + width)
    window = slice(rows.start + y, rows.start + y + height), slice(columns.start + x, columns.start + x + width)
    shade = light.ambient + 0.75 * light.strength * max(float(light.direction[2]), 0.0)
    shade *= face.person.exposure**-0.8
    mouth.paint_mouth(lit[window], face.still_places(window), open_by[box], face.jaw_drop, shade, 1 / face.view.unit)


def _paint_eyes(lit: np.ndarray, face: PosedFace, light: Light, shade: np.ndarray) -> None:
    towards = towards_light(light, face.pose)
    dimming = face.person.exposure**-0.8
    centres = face.seen(np.array([[plane.EYE_X, 0.0], [-plane.EYE_X, 0.0]]))
    for side, row, centre in ((LEFT, face.left, centres[0]), (RIGHT, face.right, centres[1])):
        window = _eye_window(face, centre)
        if not lit[window].size:
            continue
        smooth = cv2.blur(shade[window], (5, 5))
        even = float(0.6 * smooth.mean()) + 0.4 * smooth
        owner = eyes.EyeOwner.of(face.person, side, row, face.pose.gaze)
        eye_light = eyes.EyeLight(even, towards, 1 / face.view.unit, dimming)
        eyes.paint_eye(lit[window], face.sheets[0][window], owner, eye_light)


def _eye_window(face: PosedFace, centre: np.ndarray) -> Window:
    """The rows and columns around one eye."""
    x, y = centre
    high, wide = 0.21 * face.view.unit, 0.27 * face.view.unit
    return slice(max(int(y - high), 0), max(int(y + high) + 1, 0)), slice(
        max(int(x - wide), 0), max(int(x + wide) + 1, 0)
    )
