"""What covers the face: the colour of skin and lips, brows, beard, stubble and freckles."""

from functools import cache

import numpy as np

from fer_probe.faces.drawn_faces import grain, plane
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import bump, hill, rise

#: Brightness of linear RGB.
LUMINANCE = np.array([0.25, 0.60, 0.15], np.float32)
#: Linear RGB of skin from the lightest to the darkest, at equal steps of ``Identity.skin``.
_TONES = np.log(np.array([[0.70, 0.47, 0.37], [0.60, 0.395, 0.295], [0.41, 0.25, 0.17], [0.215, 0.125, 0.082],
                          [0.085, 0.045, 0.028]]))  # fmt: skip


def skin_colour(identity: Identity) -> np.ndarray:
    """The person's skin, linear RGB."""
    at = np.clip(identity.skin, 0, 1) * (len(_TONES) - 1)
    tone: np.ndarray = np.exp([np.interp(at, range(len(_TONES)), _TONES[:, c]) for c in range(3)])
    return tone


def skin_albedo(identity: Identity, resolution: int, channels: int) -> np.ndarray:
    """(channels, R, R) linear reflectance of the face at rest, eyes and the inside of the mouth apart."""
    rng = np.random.default_rng([identity.texture_seed, 1])
    masks = _masks(resolution)
    mottle = 1 + 0.035 * grain.blotches(rng, 24, resolution) + 0.025 * grain.blotches(rng, 85, resolution)
    albedo = mottle * in_layers(skin_colour(identity), channels)
    for name, strength, colour in (
        ("flush", 1.0, (0.02, 0.16, 0.15)),
        ("orbit", 0.22 + 0.10 * identity.wrinkles, (0.8, 1.0, 0.9)),
        ("nostril", 0.75, (1.0, 1.0, 1.0)),
    ):
        albedo *= 1 - masks[name] * (np.float32(strength) * in_layers(np.array(colour), channels))
    if identity.freckles:
        spots = rise(grain.blotches(rng, 90, resolution), 1.1, 2.0) * masks["cheek"]
        albedo *= 1 - 0.45 * identity.freckles * spots
    if identity.sex == "male":
        _grow_beard(albedo, identity, masks, rng)
    _paint_lips(albedo, identity, masks["lips"], rng)
    _grow_brows(albedo, identity, rng)
    return np.clip(albedo, 0.008, 0.9, out=albedo)


def in_channels(colour: np.ndarray, channels: int) -> np.ndarray:
    """Linear RGB (..., 3) as ``channels`` channels: itself, or its brightness."""
    wanted = np.asarray(colour, np.float32)
    return wanted if channels == 3 else (wanted @ LUMINANCE)[..., None]


def in_layers(colour: np.ndarray, channels: int) -> np.ndarray:
    """Linear RGB (3,) as ``channels`` channels (channels, 1, 1), to go with textures that are held as layers."""
    return in_channels(colour, channels)[:, None, None]


def brow_line(identity: Identity, t: np.ndarray) -> np.ndarray:
    """y of the middle of the brow; t runs from its inner (0) to its outer end (1)."""
    arch = 0.058 + 0.016 * identity.brow_arch
    line: np.ndarray = -0.225 - arch * np.maximum(np.sin(np.pi * np.clip(t, 0, 1) ** 1.25), 0) ** 1.1 + 0.02 * t
    return line


def hair_on_face(identity: Identity) -> np.ndarray:
    """The colour of brows and beard: the hair's, but never as fair."""
    darkened: np.ndarray = np.minimum(np.array(identity.hair_colour), skin_colour(identity) * 0.45) * 0.9
    return darkened


@cache
def _masks(resolution: int) -> dict[str, np.ndarray]:
    x, y = plane.coordinates(resolution)
    ax = np.abs(x)
    away = y - plane.slit(x)
    t2 = np.minimum((x / plane.MOUTH_HALF_WIDTH) ** 2, 1)
    bow = 0.086 * (1 - t2) ** 0.85 - 0.016 * np.exp(-((x / 0.035) ** 2)) + 0.004 * np.exp(-(((ax - 0.07) / 0.03) ** 2))
    bottom = 0.108 * (1 - t2) ** 0.62
    beard_edge = 0.40 + 0.34 * rise(ax, 0.70, 0.34)
    beard = rise(y, beard_edge - 0.05, beard_edge + 0.08) * rise(ax, 0.20, 0.45) + rise(y, 0.90, 1.0) * rise(
        ax, 0.45, 0.20
    )
    moustache = rise(y - 0.9 * ax * ax, 0.50, 0.60) * rise(away, -0.035, -0.10) * rise(ax, 0.38, 0.20)
    goatee = hill(ax, y, (0.30, 0.82), (0.06, 0.12))
    masks = {
        "lips": rise(away, -bow - 0.012, -bow + 0.012)
        * rise(away, bottom + 0.016, bottom - 0.012)
        * rise(t2, 1.0, 0.9),
        "flush": hill(ax, y, (0.42, 0.32), (0.15, 0.13)) + 0.6 * hill(ax, y, (0.0, 0.40), (0.10, 0.07)),
        "orbit": bump(ax, y, (0.33, 0.02), (0.27, 0.16)) + 0.35 * bump(ax, y, (0.17, 0.03), (0.10, 0.14)),
        "nostril": rise(hill(ax, y, (0.085, 0.486), (0.034, 0.0135)), 0.35, 0.85),
        "cheek": np.minimum(hill(ax, y, (0.33, 0.28), (0.2, 0.12)) + hill(ax, y, (0, 0.2), (0.1, 0.15)), 1),
        "beard": np.clip(beard + moustache + goatee, 0, 1),
    }
    return {name: mask.astype(np.float32) for name, mask in masks.items()}


def _grow_beard(albedo: np.ndarray, identity: Identity, masks: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    cover = np.minimum(0.16 + 0.8 * identity.beard, 0.88) * masks["beard"]
    tufts = 1 + 0.16 * grain.blotches(rng, 250, albedo.shape[1])
    tufts += 0.10 * identity.beard * grain.blotches(rng, 32, albedo.shape[1])
    cover = np.clip(cover * tufts, 0, 0.95)
    albedo += cover * (in_layers(hair_on_face(identity), len(albedo)) * np.float32(1.3) - albedo)


def _paint_lips(albedo: np.ndarray, identity: Identity, lips: np.ndarray, rng: np.random.Generator) -> None:
    tint = np.array([0.80, 0.50, 0.52]) * rng.uniform(0.85, 1.08)
    if identity.sex == "female":
        tint = tint * np.array([1.0, 0.80, 0.82]) * rng.uniform(0.8, 1.0)
    streaks = 1 + 0.06 * grain.blotches(rng, 80, albedo.shape[1])
    rows = np.nonzero(lips.any(1))[0]
    band = slice(rows[0], rows[-1] + 1)
    albedo[:, band] *= 1 + lips[band] * (in_layers(tint, len(albedo)) * streaks[band] - 1)


def _grow_brows(albedo: np.ndarray, identity: Identity, rng: np.random.Generator) -> None:
    """Short hairs that lean outwards, denser in the middle of the brow."""
    resolution = albedo.shape[1]
    rows = slice(int(0.22 * resolution), int(0.46 * resolution))
    x, y = (axis[rows] for axis in plane.coordinates(resolution))
    t = (np.abs(x) - 0.135) / 0.42
    thick = (0.040 + 0.009 * identity.brow_thickness) * (1 - 0.55 * rise(t, 0.35, 1.1)) * rise(t, -0.06, 0.08)
    offset = (y - brow_line(identity, t)) / np.maximum(thick, 1e-3)
    body = rise(np.abs(offset), 1.25, 0.55) * rise(t, -0.06, 0.05) * rise(t, 1.05, 0.85)
    lean = np.clip((x * 1.0 + np.sign(x) * (y + 0.25) * 0.9) / 1.6 + 0.5, 0, 1)
    hairs = 1 + 0.30 * grain.strands(rng, np.full_like(lean, 0.3), lean, 220)
    cover = np.clip(body * hairs * (0.84 + 0.10 * identity.brow_thickness), 0, 0.95)
    albedo[:, rows] += cover * (in_layers(hair_on_face(identity), len(albedo)) - albedo[:, rows])
