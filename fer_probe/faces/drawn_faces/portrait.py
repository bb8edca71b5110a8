"""A person at rest, ready to be posed: textures and proportions, computed once an identity."""

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import hair, head, muscle_fields, plane, skin
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import rise
from fer_probe.faces.drawn_faces.skin import LUMINANCE, in_channels


@dataclass(frozen=True, eq=False)
class Portrait:
    """One identity's layers, all at rest and in the plane of the face.

    Attributes:
        identity: who it is.
        paint: (R, R, K + 1) linear reflectance in K channels, and cover of the background.
        relief: (R, R, 4) slope along x, slope along y, light lost in hollows, gloss.
        solid: (G, G, 3) where the coarse grid's places lie on this head: x, y and height towards the viewer.
        skin: (K,) the plain colour of the skin.
        bare: (R, R, 1) 1 where no hair lies on the skin, so that it is seen to fold.
    """

    identity: Identity
    paint: np.ndarray
    relief: np.ndarray
    solid: np.ndarray
    skin: np.ndarray
    bare: np.ndarray

    @property
    def exposure(self) -> float:
        """A camera meters the face: it meets dark skin more than half way."""
        brightness = self.skin[0] if len(self.skin) == 1 else self.skin @ LUMINANCE
        return float(1.02 * (0.42 / brightness) ** 0.78)


@lru_cache(maxsize=16)
def portrait(identity: Identity, resolution: int, channels: int) -> Portrait:
    """The layers of ``identity`` in textures of ``resolution``, in 1 (grey) or 3 (RGB) channels."""
    layers, cover, bare = _layers(identity, resolution, channels)
    paint = np.concatenate([layers[..., :channels], cover[..., None]], -1)
    relief = np.ascontiguousarray(layers[..., channels:])
    for side in (muscle_fields.LEFT, muscle_fields.RIGHT):
        lines = muscle_fields.age_relief(side, resolution)
        relief[lines.rows, lines.columns] += (
            np.float32(0.15 + 1.2 * identity.wrinkles) * lines.layers * bare[lines.rows, lines.columns]
        )
    colour = in_channels(skin.skin_colour(identity), channels)
    return Portrait(identity, paint, relief, head.solid(identity), colour, bare)


def _layers(identity: Identity, resolution: int, channels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(R, R, K + 4) colour and relief, the cover of the background, and where skin lies bare."""
    _, y = plane.coordinates(resolution)
    face = head.face_cover(resolution)
    locks = hair.grow_hair(identity, resolution)
    ears = hair.ear_cover(identity, resolution)
    neck = hair.neck_cover(identity, resolution)
    bare = in_channels(skin.skin_colour(identity), channels)
    hair_colour = locks.shade[..., None] * in_channels(np.array(identity.hair_colour), channels)
    hair_layer = np.concatenate([hair_colour, _relief(locks.height, np.float32(0.25))], -1)
    gloss = _static_relief("gloss", resolution)
    face_layer = np.concatenate([
        skin.skin_albedo(identity, resolution, channels),
        _relief(head.relief(identity, resolution), gloss),
    ], -1)  # fmt: skip
    in_shadow = 0.26 + 0.36 * rise(y, 1.15, 1.5)
    layers = np.concatenate([in_shadow[..., None] * bare, _static_relief("neck", resolution)], -1)
    _lay(layers, hair_layer.copy(), locks.cover)
    _lay(layers[..., :channels], np.broadcast_to(bare * np.float32(0.75), (*y.shape, channels)).copy(), ears)
    _lay(layers[..., channels:], _static_relief("ears", resolution).copy(), ears)
    _lay(layers, face_layer, face)
    _lay(layers, hair_layer, locks.cover * (1 - ears * (1 - face)))
    layers[..., channels + 2] += _shadow_of(locks.cover, face) * (1 - locks.cover)
    return layers, np.maximum.reduce([face, ears, neck, locks.cover]), 1 - locks.cover[..., None]


def _lay(under: np.ndarray, over: np.ndarray, cover: np.ndarray) -> None:
    """Lay one layer over another, in place; ``over`` is used up."""
    over -= under
    over *= cover[..., None]
    under += over


@cache
def _static_relief(what: str, resolution: int) -> np.ndarray:
    """What is the same for everybody: the relief of neck and ears, and where skin shines."""
    x, y = plane.coordinates(resolution)
    if what == "neck":
        return _relief(0.5 * np.sqrt(np.maximum(1 - (x / 0.7) ** 2, 0) + 0.02), np.float32(0.1))
    if what == "ears":
        return _relief(0.15 + 0.10 * _ear_relief(x, y), np.float32(0.2))
    return _skin_gloss(x, y)


def _relief(height: np.ndarray, gloss: np.ndarray | np.float32) -> np.ndarray:
    """(R, R, 4) of a height: slopes along x and y, light lost in hollows, gloss."""
    height = height.astype(np.float32, copy=False)
    cell = plane.SPAN / height.shape[0]
    relief = np.empty((*height.shape, 4), np.float32)
    relief[..., 0] = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=1, scale=0.5 / cell)
    relief[..., 1] = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=1, scale=0.5 / cell)
    relief[..., 2] = _hollows(height, cell)
    relief[..., 3] = gloss
    return relief


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
