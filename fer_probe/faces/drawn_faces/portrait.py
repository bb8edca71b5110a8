"""A person at rest, ready to be posed: textures and proportions, computed once an identity."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import hair, head, muscle_fields, plane, skin
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import rise

#: Brightness of linear RGB.
LUMINANCE = np.array([0.25, 0.60, 0.15], np.float32)


@dataclass(frozen=True, eq=False)
class Portrait:
    """One identity's layers, all at rest and in the plane of the face.

    Attributes:
        identity: who it is.
        paint: (R, R, K + 1) linear reflectance in K channels, and cover of the background.
        relief: (R, R, 4) slope along x, slope along y, light lost in hollows, gloss.
        proportions: (G, G, 2) displacement from the average, on the coarse grid.
        depth: (G, G) height towards the viewer, on the coarse grid.
        skin: (K,) the plain colour of the skin.
    """

    identity: Identity
    paint: np.ndarray
    relief: np.ndarray
    proportions: np.ndarray
    depth: np.ndarray
    skin: np.ndarray


@lru_cache(maxsize=64)
def portrait(identity: Identity, resolution: int, channels: int) -> Portrait:
    """The layers of ``identity`` in textures of ``resolution``, in 1 (grey) or 3 (RGB) channels."""
    colour, cover, relief = _layers(identity, resolution)
    wear = identity.wrinkles
    for side in (muscle_fields.LEFT, muscle_fields.RIGHT):
        lines = muscle_fields.age_relief(side, resolution)
        relief[lines.rows, lines.columns, :3] += np.float32(0.15 + 1.2 * wear) * lines.layers
    bare = skin.skin_colour(identity).astype(np.float32)
    if channels == 1:
        colour, bare = (colour @ LUMINANCE)[..., None], np.array([bare @ LUMINANCE], np.float32)
    paint = np.concatenate([colour, cover[..., None]], -1).astype(np.float32)
    return Portrait(identity, paint, relief, head.proportions(identity), head.depth(identity).astype(np.float32), bare)


def _layers(identity: Identity, resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colour, cover and relief, laid one over the other: neck, hair, ears, head, the hair that falls on it."""
    x, y = plane.coordinates(resolution)
    face = rise(head.outline(x, y), 1.02, 0.97)
    locks = hair.grow_hair(identity, resolution)
    ears = hair.ear_cover(identity, resolution)
    neck = hair.neck_cover(identity, resolution)
    bare = skin.skin_colour(identity).astype(np.float32)
    in_shadow = 0.26 + 0.36 * rise(y, 1.15, 1.5)
    colour = np.broadcast_to(bare, (*x.shape, 3)) * in_shadow[..., None]
    relief = _relief(0.5 * np.sqrt(np.maximum(1 - (x / 0.7) ** 2, 0) + 0.02), np.float32(0.1))
    strands = _relief(locks.height, np.float32(0.25))
    for cover, layer_colour, layer_relief in (
        (locks.cover, locks.colour, strands),
        (ears, bare * np.float32(0.75), _relief(0.15 + 0.10 * _ear_relief(x, y), np.float32(0.2))),
        (face, skin.skin_albedo(identity, resolution), _relief(head.relief(identity, resolution), _skin_gloss(x, y))),
        (locks.cover * (1 - ears * (1 - face)), locks.colour, strands),
    ):
        colour = colour + cover[..., None] * (layer_colour - colour)
        relief = relief + cover[..., None] * (layer_relief - relief)
    relief[..., 2] += _shadow_of(locks.cover, face) * (1 - locks.cover)
    return colour, np.maximum.reduce([face, ears, neck, locks.cover]), relief


def _relief(height: np.ndarray, gloss: np.ndarray | np.float32) -> np.ndarray:
    """(R, R, 4) of a height: slopes along x and y, light lost in hollows, gloss."""
    cell = plane.SPAN / height.shape[0]
    slope_y, slope_x = np.gradient(height, cell)
    hollow = _hollows(height.astype(np.float32), cell)
    return np.stack([slope_x, slope_y, hollow, np.broadcast_to(gloss, height.shape)], -1).astype(np.float32)


def _shadow_of(hair_cover: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Hair keeps light from the skin beside it."""
    shadow: np.ndarray = 0.55 * cv2.GaussianBlur(hair_cover, (0, 0), 0.022 * hair_cover.shape[0]) * face
    return shadow


def _ear_relief(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    q = np.sqrt(((np.abs(x) - 0.79) / 0.07) ** 2 + ((y - 0.12) / 0.20) ** 2)
    return np.exp(-(((q - 0.75) / 0.25) ** 2))


def _skin_gloss(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Skin shines on forehead, nose and lower lip."""
    ax = np.abs(x)
    oily = plane.hill(ax, y, (0.0, -0.45), (0.35, 0.2)) + plane.hill(ax, y, (0.0, 0.3), (0.09, 0.25))
    lip = 1.5 * plane.hill(ax, y, (0.0, 0.81), (0.17, 0.03))
    return 0.45 + 0.5 * np.minimum(oily, 1) + lip


def _hollows(height: np.ndarray, cell: float) -> np.ndarray:
    """How much of the light from all around the relief keeps from its hollows."""
    wide = cv2.GaussianBlur(
        cv2.resize(height, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (0, 0), 0.03 / cell
    )
    wide = cv2.resize(wide, (height.shape[1], height.shape[0]), interpolation=cv2.INTER_LINEAR)
    near = cv2.GaussianBlur(height, (0, 0), 0.03 / cell)
    return np.clip(2.2 * (wide - height), 0, 0.5) + np.clip(6 * (near - height), 0, 0.45)
