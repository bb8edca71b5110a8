"""What the camera makes of light: tone, background, blur, pixels, noise."""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import grain
from fer_probe.faces.drawn_faces.scene import Camera


def photograph(lit: np.ndarray, cover: np.ndarray, camera: Camera, size: int, seed: int | Sequence[int]) -> np.ndarray:
    """A picture (K, size, size) uint8 of the light ``lit`` (S, S, K) that comes from where ``cover`` (S, S) is 1."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    picture = _developed(lit, 0.6 * camera.contrast)
    behind = _background(camera, lit.shape[0])[..., None]
    picture -= behind
    picture *= cover[..., None]
    picture += behind
    if camera.blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), max(camera.blur * lit.shape[0], 0.3))
    if lit.shape[0] != size:
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    picture = picture.reshape(size, size, -1)
    picture *= 255
    picture += np.float32(camera.noise) * rng.standard_normal((size, size, 1), dtype=np.float32)
    return np.ascontiguousarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8).transpose(2, 0, 1))


def _developed(lit: np.ndarray, hardness: float) -> np.ndarray:
    """Light as tone, 0–1: highlights roll off instead of clipping, then the square root, then an s-curve."""
    over = np.clip(lit, 0.6, np.inf) - 0.6
    tone = np.sqrt(np.clip(lit, 0, 0.6) + over / (1 + over * 2.5))
    curve = 3 - 2 * tone
    curve *= tone
    curve *= hardness
    curve += 1 - hardness
    tone *= curve
    return tone


def _background(camera: Camera, size: int) -> np.ndarray:
    rng = np.random.default_rng(np.random.SeedSequence(camera.backdrop))
    steps = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    behind = grain.blotches(rng, 5, size)
    behind *= 0.12 * camera.clutter
    behind += camera.gradient[0] * steps + camera.background
    behind += camera.gradient[1] * steps[:, None]
    return np.clip(behind, 0.02, 0.98, out=behind)
