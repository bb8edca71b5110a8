"""The eyes: lids that open and close, the ball that looks, lashes and the crease of the lid."""

from dataclasses import dataclass

import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.plane import limited, rise
from fer_probe.faces.drawn_faces.portrait import Portrait
from fer_probe.faces.drawn_faces.skin import in_channels

HALF_WIDTH = 0.166
_IRIS_RADIUS = 0.068


@dataclass(frozen=True)
class Lids:
    """How one eye stands open: heights of both lids over the line between the eye's corners, in plane units."""

    upper: float
    lower: float
    rest_upper: float
    half_width: float
    tilt: float
    crease: float
    squeeze: float


def units_of(row: np.ndarray) -> dict[int, float]:
    """Intensities (A,) of one side by their action unit, those at rest left out."""
    return {DRAWN_ACTION_UNITS[i]: float(row[i]) for i in np.flatnonzero(row)}


def lids(identity: Identity, au: dict[int, float]) -> Lids:
    """The lids of one eye under the action units of its side.

    AU5 raises the upper lid, AU43 drops it, AU7 tightens both; AU6 and AU9 push the lower lid up, AU4 weighs a little.
    """
    size = 1 + 0.07 * identity.eye_size
    rest, lower = 0.054 * size, 0.045 * size
    tight, wide, closed = au.get(7, 0.0), au.get(5, 0.0), au.get(43, 0.0)
    upper = (
        rest
        + 0.042 * wide
        - 0.027 * tight * (1 - 0.7 * wide)
        - 0.015 * au.get(9, 0.0)
        - 0.014 * au.get(4, 0.0) * (1 - 0.6 * wide)
    )
    lower = lower - 0.040 * tight - 0.026 * au.get(6, 0.0) - 0.024 * au.get(9, 0.0) + 0.007 * wide * (1 - tight)
    lower = max(lower, 0.004)
    upper = upper + closed * (-lower - upper)
    return Lids(
        upper=upper,
        lower=lower,
        rest_upper=rest,
        half_width=HALF_WIDTH * (1 + 0.035 * identity.eye_size),
        tilt=0.014 + 0.012 * identity.eye_tilt,
        crease=0.042 + 0.010 * identity.lid_crease + 0.012 * wide,
        squeeze=max(tight, 0.6 * au.get(6, 0.0), 0.5 * au.get(9, 0.0)),
    )


def lid_line(shape: Lids, t: np.ndarray, upper: bool) -> np.ndarray:
    """y of a lid's edge; t runs from the inner (−1) to the outer corner (+1)."""
    s = limited(t, -1, 1)
    corner_line = -shape.tilt * s
    if upper:
        arch = (1 - np.abs(s) ** 2.3) ** 0.8 * (1 - 0.10 * s)
        return corner_line - shape.upper * arch
    arch = (1 - s * s) ** 0.85 * (1 + 0.16 * s)
    return corner_line + shape.lower * arch


@dataclass(frozen=True, eq=False)
class EyeLight:
    """What the eyes are painted with.

    Attributes:
        shade: (h, w) the light on them.
        direction: towards the light.
        pixel: the size of a pixel, in plane units.
        dimming: where the camera opens up for dark skin, the white of the eye must not glare.
    """

    shade: np.ndarray
    direction: np.ndarray
    pixel: float
    dimming: float


@dataclass(frozen=True, eq=False)
class EyeOwner:
    """One eye of one person.

    Attributes:
        side: +1 the person's left, −1 the right.
        shape: of the lids.
        iris, skin: (K,) colours.
        lash: how dark the lashes are, 0–1.
        gaze: right and down, −1 to 1.
    """

    side: float
    shape: Lids
    iris: np.ndarray
    skin: np.ndarray
    lash: float
    gaze: tuple[float, float]

    @classmethod
    def of(cls, person: Portrait, side: float, row: np.ndarray, gaze: tuple[float, float]) -> "EyeOwner":
        """The eye of ``person`` on ``side``, under that side's intensities (A,)."""
        identity = person.identity
        iris = in_channels(np.array(identity.iris_colour), len(person.skin))
        lash = 0.86 if identity.sex == "female" else 0.66
        return cls(side, lids(identity, units_of(row)), iris, person.skin, lash, gaze)


def paint_eye(picture: np.ndarray, u: np.ndarray, eye: EyeOwner, light: EyeLight) -> None:
    """Paint one eye into a lit picture (h, w, K), in place; u (h, w, 2) are its places on the face at rest."""
    side, shape = eye.side, eye.shape
    x = u[..., 0] * side - plane.EYE_X
    y = u[..., 1]
    t = x * (1 / shape.half_width)
    upper, lower = lid_line(shape, t, True), lid_line(shape, t, False)
    under_upper, above_lower = y - upper, lower - y
    _crease(picture, t, y, shape)
    edge = 1 / light.pixel
    opening = limited(np.minimum(under_upper, above_lower) * edge + 0.5, 0, 1) * (np.abs(t) < 1)
    if opening.any():
        ball = _ball(x, y, eye, light)
        ball *= (1 - 0.62 * np.exp(-((under_upper * 45) ** 2)) - 0.15 * np.exp(-((above_lower * 60) ** 2)))[..., None]
        ball *= light.shade[..., None]
        _catch_light(ball, x, y, eye, light)
        picture += opening[..., None] * (ball - picture)
    _lashes(picture, t, under_upper, above_lower, eye.lash)


def _ball(x: np.ndarray, y: np.ndarray, eye: EyeOwner, light: EyeLight) -> np.ndarray:
    """Sclera, iris and pupil, unlit, (h, w, K)."""
    skin, channels = eye.skin, len(eye.skin)
    white = np.array([0.56, 0.50, 0.47] if channels == 3 else [0.51], np.float32)
    round_off = 1 - 0.42 * limited(x * x * 38, 0, 1)
    ball: np.ndarray = round_off[..., None] * white * np.float32(light.dimming)
    caruncle = np.exp(-(((x + 0.150) / 0.020) ** 2) - ((y - 0.008) / 0.03) ** 2)
    ball += (0.8 * caruncle)[..., None] * (
        skin * np.array([1.0, 0.62, 0.6] if channels == 3 else [0.75], np.float32) - ball
    )
    ix, iy = x - 0.050 * eye.gaze[0] * eye.side, y + 0.004 - 0.030 * eye.gaze[1]
    r = np.sqrt(ix * ix + iy * iy)
    edge = 1 / (light.pixel + 0.006)
    disc = limited((_IRIS_RADIUS - r) * edge + 0.5, 0, 1)
    ring = 1 - 0.65 * rise(r, 0.048, _IRIS_RADIUS)
    glow = 0.85 + 0.7 * rise(iy, -0.02, 0.05)
    ball += disc[..., None] * ((ring * glow)[..., None] * eye.iris - ball)
    pupil = limited((0.029 - r) * edge + 0.5, 0, 1)
    ball *= (1 - 0.93 * pupil)[..., None]
    return ball


def _catch_light(ball: np.ndarray, x: np.ndarray, y: np.ndarray, eye: EyeOwner, light: EyeLight) -> None:
    """The mirror image of the light on the cornea."""
    cx = (0.050 * eye.gaze[0] + 0.030 * float(light.direction[0])) * eye.side
    cy = -0.004 + 0.030 * eye.gaze[1] + 0.030 * float(light.direction[1])
    r2 = ((x - cx) ** 2 + (y - cy) ** 2) / 0.0145**2
    ball += (0.85 * light.dimming * np.exp(-r2 * r2))[..., None]


def _crease(picture: np.ndarray, t: np.ndarray, y: np.ndarray, shape: Lids) -> None:
    """The fold over the upper lid, at rest height whatever the lid does; a lid tightened below bags up."""
    s = limited(t, -1.1, 1.1)
    line = -shape.tilt * s - (shape.rest_upper + shape.crease) * (1 - 0.62 * np.abs(s) ** 2.2)
    ends = rise(np.abs(t - 0.05), 1.12, 0.65)
    q = (y - line) * (1 / 0.0125)
    darken = 0.42 * ends * np.exp(-q * q)
    under = -shape.tilt * s + (shape.lower + 0.030) * (1 - 0.75 * s * s)
    q = (y - under) * (1 / 0.011)
    darken = darken + 0.34 * shape.squeeze * rise(np.abs(t), 1.05, 0.5) * np.exp(-q * q)
    picture *= (1 - darken)[..., None]


def _lashes(picture: np.ndarray, t: np.ndarray, under_upper: np.ndarray, above_lower: np.ndarray, lash: float) -> None:
    ends = rise(np.abs(t - 0.04), 1.10, 0.92)
    weight = (0.62 + 0.38 * limited(t, -1, 1)) * ends
    q = (under_upper + 0.004) * (1 / (0.0105 + 0.004 * lash))
    line = lash * weight * np.exp(-q * q)
    q = (above_lower + 0.004) * (1 / 0.009)
    line = np.maximum(line, 0.36 * lash * weight * np.exp(-q * q))
    picture *= (1 - limited(line, 0, 0.95))[..., None]
