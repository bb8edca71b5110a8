"""Light on skin and hair: one distant light, the light from all around, and what shines."""

import math

import cv2
import numpy as np

from fer_probe.faces.drawn_faces import plane
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS, LEFT, RIGHT, relief
from fer_probe.faces.drawn_faces.posed_face import PosedFace
from fer_probe.faces.drawn_faces.scene import Light, Pose


def towards_light(light: Light, pose: Pose) -> np.ndarray:
    """The light's direction as the head meets it: unit vector right, down, out of the face."""
    roll, yaw, pitch = np.deg2rad([pose.roll, pose.yaw, pose.pitch])
    x, y, z = light.direction
    x, y = x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)
    y, z = y * np.cos(pitch) + z * np.sin(pitch), z * np.cos(pitch) - y * np.sin(pitch)
    x, z = x * np.cos(yaw) - z * np.sin(yaw), z * np.cos(yaw) + x * np.sin(yaw)
    return np.array([x, y, z], np.float32)


def shaded(face: PosedFace, light: Light) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lit skin and hair (S, S, K), their cover of the background (S, S), and the light alone (S, S).

    Light = ambient · openness + strength · max(0, n·l), and a highlight (n·h)¹⁶ where the surface shines, with n the
    surface's normal, l towards the light and h halfway between l and the viewer.
    """
    columns = face.columns
    at = plane.texture_index(face.sheets[0][:, columns], face.person.paint.shape[0])
    slope_x, slope_y, hollow, gloss = cv2.split(plane.read(_creased(face), at))
    *colours, cover = cv2.split(plane.read(face.person.paint, at))
    lx, ly, lz = (float(value) for value in towards_light(light, face.pose))
    upright = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    facing = (lz - slope_x * lx - slope_y * ly) * upright
    openness = np.clip(1 - hollow, 0.12, 1.0)
    shade = openness * (light.ambient * 0.80 + (light.ambient * 0.20) * upright)
    diffuse = np.clip(facing + 0.12, 0, np.inf)
    diffuse *= light.strength / 1.12 * 0.35 + (light.strength / 1.12 * 0.65) * openness
    shade += diffuse
    mirror = np.clip(facing + upright, 0, np.inf)
    mirror *= 1 / math.hypot(lx, ly, lz + 1)
    for _ in range(4):
        mirror *= mirror
    mirror *= 0.10 * light.strength / face.person.exposure**0.6
    mirror *= gloss
    mirror *= openness
    lit = cv2.merge([part * shade + mirror for part in colours])
    around = 0, 0, columns.start, face.size - columns.stop, cv2.BORDER_CONSTANT
    lit, cover, alone = (cv2.copyMakeBorder(part, *around) for part in (lit, cover, shade))
    return lit.reshape(face.size, face.size, len(colours)), cover, alone


def _creased(face: PosedFace) -> np.ndarray:
    """The relief at rest and what the muscles heap up on it; old skin folds more sharply."""
    relief_at_rest = face.person.relief
    heaped = np.zeros_like(relief_at_rest)
    folding = 0.80 + 0.45 * face.person.identity.wrinkles
    for side, row in ((LEFT, face.left), (RIGHT, face.right)):
        for i in np.flatnonzero(row):
            patch = relief(DRAWN_ACTION_UNITS[i], side, len(heaped))
            if patch is not None:
                under = heaped[patch.rows, patch.columns]
                cv2.scaleAdd(patch.layers, folding * float(row[i]), under, under)
    heaped *= face.person.bare
    heaped += relief_at_rest
    return heaped
