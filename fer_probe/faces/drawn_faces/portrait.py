"""A person at rest, ready to be posed: textures and proportions, computed once an identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import hair, head, muscle_fields, plane, skin
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import rise
from fer_probe.faces.drawn_faces.skin import LUMINANCE, in_channels, in_layers


@dataclass(frozen=True, eq=False)
class Portrait:
    """One identity's layers, all at rest and in the plane of the face.

    Attributes:
        identity: who it is.
        paint: (R, R, K + 1) linear reflectance in K channels, and cover of the background.
        relief: (R, R, 4) slope along x, slope along y, light lost in hollows, gloss.
        reach: how far the person reaches to either side, in plane units.
        solid: (G, G, 3) where the coarse grid's places lie on this head: x, y and height towards the viewer.
        skin: (K,) the plain colour of the skin.
        bare: (R, R, 4) 1 where no hair lies on the skin, so that it is seen to fold; alike for each part of the relief.
    """

    identity: Identity
    paint: np.ndarray
    relief: np.ndarray
    reach: float
    solid: np.ndarray
    skin: np.ndarray
    bare: np.ndarray

    @cached_property
    def exposure(self) -> float:
        """A camera meters the face: it meets dark skin more than half way."""
        brightness = self.skin[0] if len(self.skin) == 1 else self.skin @ LUMINANCE
        return float(1.02 * (0.42 / brightness) ** 0.78)


@lru_cache(maxsize=16)
def portrait(identity: Identity, resolution: int, channels: int) -> Portrait:
    """The layers of ``identity`` in textures of ``resolution``, in 1 (grey) or 3 (RGB) channels."""
    layers, cover, bare = _layers(identity, resolution, channels)
    paint = cv2.merge([*layers[:channels], cover])
    relief = cv2.merge([*layers[channels:]])
    skin_only = cv2.merge([bare] * relief.shape[-1])
    for side in (muscle_fields.LEFT, muscle_fields.RIGHT):
        lines = muscle_fields.age_relief(side, resolution)
        box = lines.rows, lines.columns
        relief[box] += cv2.multiply(lines.layers, skin_only[box], scale=0.15 + 1.2 * identity.wrinkles)
    colour = in_channels(skin.skin_colour(identity), channels)
    x, _ = plane.axes(resolution)
    reach = float(np.abs(x[0, cover.any(0)]).max()) + plane.SPAN / resolution
    return Portrait(identity, paint, relief, reach, head.solid(identity), colour, skin_only)


def _layers(identity: Identity, resolution: int, channels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(K + 4, R, R) colour and relief, the cover of the background, and where skin lies bare."""
    face = head.face_cover(resolution)
    locks = hair.grow_hair(identity, resolution)
    ears = hair.ear_cover(identity, resolution)
    neck = hair.neck_cover(identity, resolution)
    bare = in_layers(skin.skin_colour(identity), channels)
    hair_colour = in_layers(np.array(identity.hair_colour), channels) * locks.shade
    hair_layer = [*hair_colour, *_relief(locks.height, np.float32(0.25))]
    face_relief = _relief(head.relief(identity, resolution), _static("gloss", resolution))
    face_layer = [*skin.skin_albedo(identity, resolution, channels), *face_relief]
    ear_layer = [*(bare * np.float32(0.75)), *_static("ears", resolution)]
    layers = np.concatenate([_static("in shadow", resolution) * bare, _static("neck", resolution)])
    _lay(layers, hair_layer, locks.cover)
    _lay(layers, ear_layer, ears)
    _lay(layers, face_layer, face)
    _lay(layers, hair_layer, locks.cover * (1 - ears * (1 - face)))
    uncovered = 1 - locks.cover
    layers[channels + 2] += _shadow_of(locks.cover, face) * uncovered
    return layers, np.maximum.reduce([face, ears, neck, locks.cover]), uncovered


def _lay(under: np.ndarray, over: Sequence[np.ndarray], cover: np.ndarray) -> None:
    """Lay one layer over another, (C, R, R) in place."""
    for i, layer in enumerate(over):
        under[i] += (layer - under[i]) * cover


@cache
def _static(what: str, resolution: int) -> np.ndarray:
    """What is the same for everybody: the relief of neck and ears, where skin shines, how dark it is under the chin."""
    x, y = plane.coordinates(resolution)
    if what == "neck":
        return _relief(0.5 * np.sqrt(np.maximum(1 - (x / 0.7) ** 2, 0) + 0.02), np.float32(0.1))
    if what == "ears":
        return _relief(0.15 + 0.10 * _ear_relief(x, y), np.float32(0.2))
    if what == "in shadow":
        return 0.26 + 0.36 * rise(y, 1.15, 1.5)
    return _skin_gloss(x, y)


def _relief(height: np.ndarray, gloss: np.ndarray | np.float32) -> np.ndarray:
    """(4, R, R) of a height: slopes along x and y, light lost in hollows, gloss."""
    height = height.astype(np.float32, copy=False)
    cell = plane.SPAN / height.shape[0]
    relief = np.empty((4, *height.shape), np.float32)
    cv2.Sobel(height, cv2.CV_32F, 1, 0, relief[0], ksize=1, scale=0.5 / cell)
    cv2.Sobel(height, cv2.CV_32F, 0, 1, relief[1], ksize=1, scale=0.5 / cell)
    relief[2] = _hollows(height, cell)
    relief[3] = gloss
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
