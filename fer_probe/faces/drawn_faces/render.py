"""One face under full control, as a picture."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import eyes, grain, mouth, plane
from fer_probe.faces.drawn_faces.glasses import paint_glasses
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS, LEFT, RIGHT, relief
from fer_probe.faces.drawn_faces.portrait import Portrait, in_channels, portrait
from fer_probe.faces.drawn_faces.scene import Camera, Light, Pose
from fer_probe.faces.drawn_faces.warp import View, displacement, forward, invert

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
        seed: of the noise and the background's pattern, and of nothing else.

    Raises:
        ValueError: an action unit that cannot be drawn, an intensity outside 0–1, or an impossible size.
    """
    left, right = intensities(action_units)
    return render(identity, left, right, pose, light, camera, size, channels, seed)


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


def render(
    identity: Identity,
    left: np.ndarray,
    right: np.ndarray,
    pose: Pose,
    light: Light,
    camera: Camera,
    size: int,
    channels: int,
    seed: int | Sequence[int],
) -> np.ndarray:
    """:func:`render_face` for intensities as rows (A,), left and right."""
    if size < 16 or channels not in (1, 3):
        raise ValueError(f"a face of size {size} in {channels} channels: at least 16 pixels, and 1 or 3 channels")
    view = View(pose, work_size(size))
    person = portrait(identity, texture_size(size), channels)
    shift = displacement(person, left, right, pose)
    both = invert(shift, view)
    u, open_by, mouth_row = _sheets(both, view, shift)
    skin_light = _head_light(light, pose)
    lit, cover, shade = _shaded(person, left, right, u, light, skin_light)
    _paint_mouth(lit, person, pose, view, shift, both, open_by, mouth_row, light)
    for side, row in ((LEFT, left), (RIGHT, right)):
        _paint_eye(lit, person, side, row, u, view, shift, pose, skin_light, shade)
    if identity.glasses:
        paint_glasses(lit, invert(_at_rest(person, pose)[:1], view)[0], identity.glasses, 1 / view.unit)
    lit *= np.float32(camera.exposure) * np.float32(person.exposure)
    return _exposed(lit, cover, camera, size, seed)


def work_size(size: int) -> int:
    """Pixels a side before the picture is reduced to ``size``: supersampled where small."""
    wanted = max(2 * size, 144) if size < 72 else size * 3 // 2 if size < 240 else size
    return -(-wanted // 4) * 4


def texture_size(size: int) -> int:
    """Cells a side of the textures: as fine as the pixels they become."""
    return 256 if work_size(size) <= 264 else 512


def _sheets(both: np.ndarray, view: View, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Each pixel's own sheet (S, S, 2), and from a row downward how far it lies from both lips."""
    corner = forward(shift, np.array([[0.0, 0.50]]), np.array([False]))
    tilt = abs(np.sin(np.deg2rad(view.pose.roll))) * 0.6 * view.unit
    first = int(np.clip(view.to_pixels(corner)[0, 1] - tilt, 0, view.size - 1))
    upper, lower = both[0, first:], both[1, first:]
    inside_upper = plane.slit(upper[..., 0]) - upper[..., 1]
    inside_lower = lower[..., 1] - plane.slit(lower[..., 0])
    u = both[0].copy()
    u[first:] = np.where((inside_lower > inside_upper)[..., None], lower, upper)
    return u, -np.maximum(inside_upper, inside_lower), first


def _head_light(light: Light, pose: Pose) -> np.ndarray:
    """The light's direction as the head meets it."""
    roll, yaw, pitch = np.deg2rad([pose.roll, pose.yaw, pose.pitch])
    x, y, z = light.direction
    x, y = x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)
    y, z = y * np.cos(pitch) + z * np.sin(pitch), z * np.cos(pitch) - y * np.sin(pitch)
    x, z = x * np.cos(yaw) - z * np.sin(yaw), z * np.cos(yaw) + x * np.sin(yaw)
    return np.array([x, y, z], np.float32)


def _shaded(
    person: Portrait, left: np.ndarray, right: np.ndarray, u: np.ndarray, light: Light, towards: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lit skin and hair (S, S, K), their cover (S, S), and the light alone (S, S)."""
    at = plane.texture_index(u, person.paint.shape[0])
    slope_x, slope_y, hollow, gloss = cv2.split(plane.read(_creased(person, left, right), at))
    paint = plane.read(person.paint, at)
    lx, ly, lz = (float(value) for value in towards)
    steep = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    facing = (lz - slope_x * lx - slope_y * ly) * steep
    open_sky = np.clip(1 - hollow, 0.12, 1.0)
    diffuse = np.maximum(facing + 0.12, 0) * (1 / 1.12)
    shade = light.ambient * open_sky * (0.80 + 0.20 * steep) + light.strength * diffuse * (0.35 + 0.65 * open_sky)
    half = np.array([lx, ly, lz + 1]) / np.sqrt(lx * lx + ly * ly + (lz + 1) ** 2)
    mirror = np.maximum((float(half[2]) - slope_x * float(half[0]) - slope_y * float(half[1])) * steep, 0)
    mirror = mirror * mirror
    mirror = mirror * mirror
    mirror = mirror * mirror
    mirror = mirror * mirror * gloss * open_sky * np.float32(0.10 * light.strength / person.exposure**0.6)
    lit = paint[..., :-1] * shade[..., None] + mirror[..., None]
    return lit, paint[..., -1], shade


def _creased(person: Portrait, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The relief at rest and what the muscles heap up on it; old skin folds more sharply."""
    surface = person.relief.copy()
    folding = 0.80 + 0.45 * person.identity.wrinkles
    for side, row in ((LEFT, left), (RIGHT, right)):
        for au, intensity in zip(DRAWN_ACTION_UNITS, row, strict=True):
            patch = relief(au, side, surface.shape[0]) if intensity > 0 else None
            if patch is not None:
                seen = patch.layers * person.bare[patch.rows, patch.columns]
                surface[patch.rows, patch.columns] += np.float32(folding * intensity) * seen
    return surface


def _paint_mouth(
    lit: np.ndarray,
    person: Portrait,
    pose: Pose,
    view: View,
    shift: np.ndarray,
    both: np.ndarray,
    open_by: np.ndarray,
    first: int,
    light: Light,
) -> None:
    rows, columns = np.nonzero(open_by > 0)
    if not len(rows):
        return
    box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    window = (slice(first + box[0].start, first + box[0].stop), box[1])
    at_rest = _at_rest(person, pose)
    grid = np.stack(
        np.meshgrid(np.arange(window[1].start, window[1].stop), np.arange(window[0].start, window[0].stop)), -1
    )
    q = view.to_plane(grid)
    skull = q - plane.sample(at_rest[0], q - plane.sample(at_rest[0], q))
    chin = np.array([[0.0, plane.CHIN_Y - 0.08]]), np.array([True])
    drop = float(forward(shift, *chin)[0, 1] - forward(at_rest, *chin)[0, 1])
    shade = light.ambient + 0.75 * light.strength * max(float(light.direction[2]), 0.0)
    shade *= person.exposure**-0.8
    mouth.paint_mouth(lit[window], skull, open_by[box], max(drop, 0.0), shade, 1 / view.unit)


def _at_rest(person: Portrait, pose: Pose) -> np.ndarray:
    """The displacement of what no muscle moves: glasses, the upper teeth."""
    still = np.zeros(len(_AU))
    return displacement(person, still, still, pose)


def _paint_eye(
    lit: np.ndarray,
    person: Portrait,
    side: float,
    row: np.ndarray,
    u: np.ndarray,
    view: View,
    shift: np.ndarray,
    pose: Pose,
    towards: np.ndarray,
    shade: np.ndarray,
) -> None:
    identity = person.identity
    centre = view.to_pixels(forward(shift, np.array([[side * plane.EYE_X, 0.0]]), np.array([False])))[0]
    half_h, half_w = 0.21 * view.unit, 0.27 * view.unit
    window = tuple(
        slice(max(int(at - reach), 0), max(int(at + reach) + 1, 0))
        for at, reach in ((centre[1], half_h), (centre[0], half_w))
    )
    if not lit[window].size:
        return
    iris = np.array(identity.iris_colour, np.float32)
    smooth = cv2.blur(np.ascontiguousarray(shade[window]), (5, 5))
    even = 0.6 * smooth.mean() + 0.4 * smooth
    eyes.paint_eye(
        lit[window],
        u[window],
        side,
        eyes.lids(identity, {au: float(row[i]) for au, i in _AU.items()}),
        in_channels(iris, lit.shape[-1]),
        person.skin,
        0.86 if identity.sex == "female" else 0.66,
        pose.gaze,
        eyes.EyeLight(even, towards, 1 / view.unit, person.exposure**-0.8),
    )


def _exposed(lit: np.ndarray, cover: np.ndarray, camera: Camera, size: int, seed: int | Sequence[int]) -> np.ndarray:
    """The light as a picture: tone, background, blur, reduction, noise."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    tone = np.sqrt(_shouldered(lit))
    tone += np.float32(0.6 * camera.contrast) * (tone * tone * (3 - 2 * tone) - tone)
    behind = _background(camera, lit.shape[0], rng)
    picture = behind[..., None] + cover[..., None] * (tone - behind[..., None])
    factor = lit.shape[0] / size
    if camera.blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), max(camera.blur * lit.shape[0], 0.3))
    if factor != 1:
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    picture = picture.reshape(size, size, -1) * 255
    picture = picture + camera.noise * rng.standard_normal((size, size, 1), dtype=np.float32)
    return np.ascontiguousarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8).transpose(2, 0, 1))


def _shouldered(lit: np.ndarray) -> np.ndarray:
    """Highlights roll off instead of clipping."""
    over = np.maximum(lit - 0.6, 0)
    kept: np.ndarray = np.maximum(np.minimum(lit, 0.6) + over / (1 + over / 0.4), 0)
    return kept


def _background(camera: Camera, size: int, rng: np.random.Generator) -> np.ndarray:
    steps = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    slope = camera.gradient[0] * steps[None] + camera.gradient[1] * steps[:, None]
    pattern = 0.12 * camera.clutter * grain.blotches(rng, 5, size)
    return np.clip(camera.background + slope + pattern, 0.02, 0.98).astype(np.float32)
