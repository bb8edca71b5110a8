"""Hair, ears, neck and collar: what surrounds the face."""

from dataclasses import dataclass

import numpy as np

from fer_probe.faces.drawn_faces import grain, plane
from fer_probe.faces.drawn_faces.head import outline
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import hill, rise

_VOLUME = {"bald": 0.0, "cropped": 0.03, "short": 0.09, "parted": 0.11, "fringe": 0.10, "long": 0.12, "curly": 0.24,
           "tied": 0.03}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Hair:
    """Hair as a texture: how far it covers what lies under it, its colour, and its relief.

    Attributes:
        cover: (R, R) 0–1.
        shade: (R, R) factor on the colour of the hair.
        height: (R, R).
    """

    cover: np.ndarray
    shade: np.ndarray
    height: np.ndarray


def grow_hair(identity: Identity, resolution: int) -> Hair:
    """The hair of one person, at rest."""
    rng = np.random.default_rng([identity.texture_seed, 2])
    x, y = plane.axes(resolution)
    volume = _VOLUME[identity.hair_style] * rng.uniform(0.8, 1.25)
    parting = float(rng.uniform(0.2, 0.45) * (1 if rng.random() < 0.5 else -1))
    flow = _flow(identity, x, y, parting, rng)
    silhouette = outline(x / (1 + volume), y / (1 + 0.6 * volume))
    cover = _outer(identity, x, y, silhouette, flow, rng) * _outside_face(identity, x, y, parting, flow)
    shade = 1 + 0.26 * flow + 0.10 * grain.blotches(rng, 14, resolution)
    depth = rise(np.abs(x), 0.55, 0.95) * rise(y, -0.2, 0.5)
    shade = np.clip(shade, 0.3, 2) * ((1 - 0.45 * identity.skin) * (1 - 0.45 * depth))
    dome = 0.80 * np.sqrt(np.maximum(1.22 - silhouette, 0) + 0.02)
    return Hair(cover, shade, (dome + 0.010 * flow).astype(np.float32))


def ear_cover(identity: Identity, resolution: int) -> np.ndarray:
    """(R, R) 0–1: the ears, where the hair leaves them free."""
    x, y = plane.axes(resolution)
    if identity.hair_style in ("long", "curly"):
        return np.zeros((resolution, resolution), np.float32)
    q = ((np.abs(x) - 0.775 + 0.10 * (y - 0.1)) / 0.085) ** 2 + ((y - 0.13) / 0.235) ** 2
    return rise(q, 1.12, 0.88)


def neck_cover(identity: Identity, resolution: int) -> np.ndarray:
    """(R, R) 0–1: the neck below the jaw."""
    x, y = plane.axes(resolution)
    half_width = 0.46 + 0.05 * (identity.sex == "male") + 0.03 * identity.jaw_width + 0.5 * np.maximum(y - 1.32, 0)
    return rise(np.abs(x), half_width + 0.012, half_width - 0.012) * rise(y, 0.55, 0.6)


def _flow(identity: Identity, x: np.ndarray, y: np.ndarray, parting: float, rng: np.random.Generator) -> np.ndarray:
    """Strands fall from the parting, or curl."""
    if identity.hair_style == "curly":
        size = y.size
        return 0.8 * grain.blotches(rng, 52, size) + 0.6 * grain.blotches(rng, 26, size)
    origin = parting if identity.hair_style in ("parted", "long") else 0.0
    angle = np.arctan2(x - origin, y + 1.42 + 0.15 * np.abs(x))
    reach = np.sqrt((x - origin) ** 2 + (y + 1.42) ** 2)
    return grain.strands(rng, np.clip(reach * (1 / 3), 0, 1), angle * (1 / np.pi / 1.3) + 0.5, 420)


def _outer(
    identity: Identity, x: np.ndarray, y: np.ndarray, silhouette: np.ndarray, flow: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Inside the silhouette of the hair."""
    style = identity.hair_style
    rough = flow * (0.05 if style == "curly" else 0.02)
    skull = rise(silhouette + rough, 1.06, 1.0)
    if style == "long":
        half_width = 0.86 + 0.10 * rise(y, -0.2, 1.0) + rng.uniform(-0.03, 0.05) + 0.02 * flow
        fall = rise(np.abs(x), half_width + 0.02, half_width - 0.02) * rise(y, -0.15, 0.0)
        return np.maximum(skull, fall)
    if style == "curly":
        return skull * rise(y + 0.03 * flow + 0.25 * np.abs(x), 1.02, 0.96)
    if style == "bald":
        return skull * rise(np.abs(x), 0.60, 0.72) * rise(y, -0.75, -0.55) * rise(y, 0.02, -0.1) * 0.6
    return skull * rise(y, 0.18, 0.02)


def _outside_face(identity: Identity, x: np.ndarray, y: np.ndarray, parting: float, flow: np.ndarray) -> np.ndarray:
    """Outside the window that the hair leaves for the face: temples, forehead, cheeks."""
    style = identity.hair_style
    ax = np.abs(x)
    half_width = {"long": 0.675, "curly": 0.70}.get(style, 0.715)
    top = 0.78 + 0.05 * hill(ax, y, (0.42, -0.7), (0.18, 0.3))
    if style == "fringe":
        top = 0.47 + 0.03 * np.cos(4 * x) + 0.035 * flow
    elif style == "parted":
        top = 0.76 - 0.26 * rise(x if parting > 0 else -x, -0.1, -0.62)
    elif style == "long":
        top = 0.80 - 0.30 * rise(np.abs(x - parting * 0.6), 0.15, 0.62)
    window = (ax / half_width) ** 3.2 + np.maximum(-y, 0) ** 3.4 / top**3.4
    if style in ("long", "curly"):
        below = y[:, 0] > 0
        window[below] = (ax / (half_width + 0.02 * flow[below])) ** 3.2
    soft = 0.30 if style == "cropped" else 0.10
    cover = rise(window + 0.10 * flow, 1 - soft, 1 + soft)
    return cover * (0.80 if style == "cropped" else 1.0)
