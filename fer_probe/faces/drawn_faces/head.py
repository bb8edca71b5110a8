"""The shape of a head at rest: its outline, its relief, and how a person's proportions differ from the average."""

from functools import cache

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.identity import Identity
from fer_probe.faces.drawn_faces.plane import bump, hill, rise

#: Shape parameters that change the relief, besides moving it.
_RELIEF_PARAMETERS = ("brow_ridge", "nose_projection", "nose_width", "upper_lip", "lower_lip", "cheeks", "jaw_width")


def outline(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """0 at the centre of the head, 1 on its outline, more outside: a superellipse, narrower at the jaw."""
    along_y = np.where(y < 0, (np.maximum(-y, 0) / 1.24) ** 2.9, (np.maximum(y, 0) / plane.CHIN_Y) ** 2.4)
    inside: np.ndarray = np.abs(x / 0.765) ** 2.1 + along_y
    return inside


@cache
def face_cover(resolution: int) -> np.ndarray:
    """(R, R) 1 on the head, 0 outside it, with a soft edge."""
    return rise(outline(*plane.coordinates(resolution)), 1.02, 0.97)


def relief(identity: Identity, resolution: int) -> np.ndarray:
    """Height of the face over its plane, (resolution, resolution)."""
    average, differences = _relief_basis(resolution)
    weights = np.array([getattr(identity, name) for name in _RELIEF_PARAMETERS], np.float32)
    height: np.ndarray = average + np.tensordot(weights, differences, 1)
    return height


def solid(identity: Identity) -> np.ndarray:
    """(G, G, 3) float32: where the places of the coarse grid lie on this person's head: x, y and height."""
    x, y = plane.coordinates(plane.COARSE)
    moved = proportions(identity)
    return cv2.merge([x + moved[..., 0], y + moved[..., 1], depth(identity)])


def depth(identity: Identity) -> np.ndarray:
    """The same height, smooth and on the coarse grid: what parallax is computed from."""
    head, nose = _depth_basis()
    high: np.ndarray = head + np.float32(0.20 + 0.02 * identity.nose_projection) * nose
    return high


def proportions(identity: Identity) -> np.ndarray:
    """How far this person's features lie from the average's: (G, G, 2) displacement on the coarse grid."""
    names, fields = _proportion_basis()
    weights = np.array([getattr(identity, name) for name in names], np.float32)
    moved: np.ndarray = np.tensordot(weights, fields, 1)
    return moved


@cache
def _depth_basis() -> tuple[np.ndarray, np.ndarray]:
    """(G, G) the head without its nose, and the nose."""
    x, y = plane.coordinates(plane.COARSE)
    dome = 0.72 * (1 - np.minimum(outline(x, y), 1.35) ** 1.2)
    head = dome + 0.05 * hill(x, y, (0, 0.8), (0.25, 0.2)) - 0.04 * hill(x, y, (0.0, -0.02), (0.5, 0.12))
    return head, hill(x, y, (0, 0.36), (0.11, 0.17))


@cache
def _relief_basis(resolution: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = plane.coordinates(resolution)
    ax = np.abs(x)
    average = _skull(x, y) + _sockets(ax, y) + _nose(ax, y) + _mouth(x, y)
    nose_ridge = rise(y, -0.05, 0.40) * rise(y, 0.51, 0.45) * np.exp(-0.5 * (x / 0.09) ** 2)
    differences = {
        "brow_ridge": 0.016 * hill(ax, y, (0.26, -0.19), (0.18, 0.055)),
        "nose_projection": 0.028 * nose_ridge,
        "nose_width": 0.014 * hill(ax, y, (0.15, 0.43), (0.07, 0.06)),
        "upper_lip": 0.006 * hill(ax, y, (0.07, 0.70), (0.12, 0.03)),
        "lower_lip": 0.008 * hill(ax, y, (0.0, 0.81), (0.15, 0.04)),
        "cheeks": 0.020 * hill(ax, y, (0.46, 0.42), (0.18, 0.18)),
        "jaw_width": 0.012 * hill(ax, y, (0.0, 1.10), (0.22, 0.10)),
    }
    return average, np.stack([differences[name] for name in _RELIEF_PARAMETERS]).astype(np.float32)


def _skull(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    ax = np.abs(x)
    dome = 0.86 * np.sqrt(np.maximum(1.0 - outline(x, y), 0.0) + 0.012)
    cheekbone = 0.055 * hill(ax, y, (0.46, 0.20), (0.16, 0.12)) - 0.03 * hill(ax, y, (0.55, 0.62), (0.13, 0.2))
    ridge = 0.030 * hill(ax, y, (0.30, -0.20), (0.20, 0.06)) - 0.012 * hill(ax, y, (0.0, -0.30), (0.09, 0.09))
    temple = -0.03 * hill(ax, y, (0.64, -0.30), (0.10, 0.18))
    chin = 0.060 * hill(ax, y, (0.0, 1.06), (0.16, 0.09)) - 0.038 * hill(ax, y, (0.0, 0.945), (0.17, 0.04))
    return dome + cheekbone + ridge + temple + chin


def _sockets(ax: np.ndarray, y: np.ndarray) -> np.ndarray:
    socket = -0.075 * hill(ax, y, (0.33, -0.03), (0.17, 0.095)) - 0.050 * hill(ax, y, (0.15, -0.01), (0.06, 0.09))
    ball = 0.060 * hill(ax, y, (0.355, 0.005), (0.115, 0.075))
    bag = -0.010 * hill(ax, y, (0.30, 0.14), (0.14, 0.03))
    return socket + ball + bag


def _nose(ax: np.ndarray, y: np.ndarray) -> np.ndarray:
    rising = 0.07 + 0.185 * np.clip((y + 0.08) / 0.48, 0, 1) ** 1.4
    width = 0.058 + 0.040 * rise(y, 0.05, 0.42)
    ridge = rising * np.exp(-0.5 * (ax / width) ** 2) * rise(y, -0.28, -0.02) * rise(y, 0.515, 0.44)
    side = 0.05 * hill(ax, y, (0.0, 0.30), (0.15, 0.16))
    tip = 0.060 * hill(ax, y, (0.0, 0.405), (0.075, 0.058))
    wing = 0.095 * hill(ax, y, (0.145, 0.435), (0.046, 0.050)) - 0.012 * hill(ax, y, (0.215, 0.42), (0.03, 0.07))
    nostril = -0.05 * hill(ax, y, (0.082, 0.487), (0.040, 0.018))
    return ridge + side + tip + wing + nostril


def _mouth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    ax = np.abs(x)
    muzzle = 0.075 * hill(ax, y, (0.0, 0.74), (0.24, 0.17))
    philtrum = -0.014 * hill(ax, y, (0.0, 0.595), (0.026, 0.055)) + 0.008 * hill(ax, y, (0.055, 0.60), (0.02, 0.055))
    taper = np.maximum(1 - (x / 0.30) ** 2, 0)
    away = y - plane.slit(x)
    upper = 0.030 * taper * np.exp(-0.5 * ((away + 0.040) / 0.024) ** 2)
    lower = 0.044 * taper * np.exp(-0.5 * ((away - 0.048) / 0.030) ** 2)
    seam = -0.030 * rise(taper, 0.0, 0.3) * np.exp(-0.5 * (away / 0.012) ** 2)
    corner = -0.020 * hill(ax, y, (0.305, 0.755), (0.030, 0.030))
    return muzzle + philtrum + upper + lower + seam + corner


@cache
def _proportion_basis() -> tuple[tuple[str, ...], np.ndarray]:
    x, y = plane.coordinates(plane.COARSE)
    ax, side, zero = np.abs(x), np.sign(x), np.zeros_like(x)
    basis = {
        "face_width": (0.042 * x, zero),
        "jaw_width": (0.068 * x * bump(zero, y, (0, 1.0), (1, 0.85)), zero),
        "chin_length": (zero, 0.042 * rise(y, 0.85, 1.22)),
        "eye_spacing": (0.019 * side * bump(ax, y, (0.35, 0.0), (0.34, 0.32)), zero),
        "brow_height": (zero, -0.028 * bump(ax, y, (0.34, -0.30), (0.50, 0.22))),
        "nose_length": (zero, 0.031 * bump(x, y, (0, 0.44), (0.40, 0.26))),
        "nose_width": (0.022 * side * bump(ax, y, (0.155, 0.42), (0.15, 0.22)), zero),
        "mouth_width": (0.029 * side * bump(ax, y, (0.28, 0.76), (0.27, 0.28)), zero),
        "mouth_height": (zero, 0.020 * bump(x, y, (0, 0.80), (0.60, 0.32))),
        "upper_lip": (zero, -0.014 * bump(ax, y, (0.08, 0.655), (0.26, 0.082))),
        "lower_lip": (zero, 0.017 * bump(ax, y, (0.06, 0.865), (0.26, 0.10))),
        "cheeks": (0.045 * x * bump(ax, y, (0.6, 0.50), (0.6, 0.5)), zero),
        "hairline": (zero, -0.070 * rise(y, -0.40, -0.80)),
    }
    fields = np.stack([np.stack(pair, -1) for pair in basis.values()]).astype(np.float32)
    return tuple(basis), fields
