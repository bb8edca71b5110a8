"""What the camera makes of light: tone, background, blur, pixels, noise."""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import grain
from fer_probe.faces.drawn_faces.scene import Camera


def photograph(lit: np.ndarray, cover: np.ndarray, camera: Camera, size: int, seed: int | Sequence[int]) -> np.ndarray:
    """A picture (K, size, size) uint8 of the light ``lit`` (S, S, K) that comes from where ``cover`` (S, S) is 1."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    tone = np.sqrt(_shouldered(lit))
    tone += np.float32(0.6 * camera.contrast) * (tone * tone * (3 - 2 * tone) - tone)
    behind = _background(camera, lit.shape[0])[..., None]
    picture = behind + cover[..., None] * (tone - behind)
    if camera.blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), max(camera.blur * lit.shape[0], 0.3))
    if lit.shape[0] != size:
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    picture = picture.reshape(size, size, -1) * 255
    picture += np.float32(camera.noise) * rng.standard_normal((size, size, 1), dtype=np.float32)
    return np.ascontiguousarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8).transpose(2, 0, 1))


def _shouldered(lit: np.ndarray) -> np.ndarray:
    """Highlights roll off instead of clipping."""
    over = np.maximum(lit - 0.6, 0)
    kept: np.ndarray = np.maximum(np.minimum(lit, 0.6) + over / (1 + over / 0.4), 0)
    return kept


def _background(camera: Camera, size: int) -> np.ndarray:
    rng = np.random.default_rng(np.random.SeedSequence(camera.backdrop))
    steps = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    slope = camera.gradient[0] * steps[None] + (camera.background + camera.gradient[1] * steps[:, None])
    pattern = grain.blotches(rng, 5, size) * np.float32(0.12 * camera.clutter)
    behind: np.ndarray = np.clip(slope + pattern, 0.02, 0.98).astype(np.float32)
    return behind
