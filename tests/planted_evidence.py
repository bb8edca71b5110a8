"""Faces and responses of which is known what each action unit's evidence has to be."""

import numpy as np

from fer_probe.faces.face_images import FaceImages
from fer_probe.harvesting import Harvest

PERSONS, PICTURES, MAPS = 30, 8, 10
PERSON = np.repeat(np.arange(PERSONS), PICTURES)


def planted_faces() -> FaceImages:
    """AU12 raises map 4; AU1 raises none; AU28 is on three faces; AU43 varies within one person only."""
    rng = np.random.default_rng(0)
    units = (rng.random((len(PERSON), 4)) < 0.4).astype(np.float32)
    units[:, 1] = rng.random(len(PERSON)) < 0.5
    units[:, 2] = np.arange(len(PERSON)) < 3
    units[:, 3] = PERSON % 2
    units[0, 3] = 1
    return FaceImages(
        np.zeros((len(PERSON), 1, 4, 4), np.uint8), np.full(len(PERSON), -1), ("neutral",), units,
        np.array([12, 1, 28, 43]), subject=np.array([f"S{i:02}" for i in PERSON]),
    )  # fmt: skip


def planted_harvest(faces: FaceImages) -> Harvest:
    """Ten maps of layer "deep" on those faces."""
    responses = np.random.default_rng(1).gamma(2, 1, (len(PERSON), MAPS))
    responses[:, 4] += 8 * faces.action_units[:, 0]
    order = np.argsort(-responses, axis=0)[:4].T
    values = np.take_along_axis(responses.T, order, axis=1)
    return Harvest("deep", values, order, np.zeros((MAPS, 4, 2), int), responses, (5, 5), len(PERSON))
