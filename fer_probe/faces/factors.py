"""Factors: what faces are known to differ by, as numbers or categories."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_images import FaceImages

#: Pose and light, as drawn faces know them.
SCENE = ("yaw", "pitch", "roll", "light_azimuth", "light_elevation", "light_strength")


def known_factors(faces: FaceImages) -> dict[str, NDArray[Any]]:
    """What is known of every face and varies: action units, or expressions; identity; pose and light.

    Each expression is a factor of its own, shown or not, for that is how latents stand for them. Action units that come
    with expressions come together, and no latent could tell them apart: where expressions are labelled they stand for
    them, and action units count where they are switched by themselves.

    Returns:
        Name → (N,); floats have an order, words are categories. Empty where nothing is known.
    """
    found: dict[str, NDArray[Any]] = {}
    if (np.asarray(faces.expression) >= 0).all():
        shown = np.asarray(faces.expression)
        found |= {name: (shown == number).astype(float) for number, name in enumerate(faces.expression_names)}
    elif len(faces.action_unit_numbers):
        known = faces.action_units if faces.action_unit_intensity is None else faces.action_unit_intensity
        found |= {
            f"AU{au}": np.asarray(column, float) for au, column in zip(faces.action_unit_numbers, known.T, strict=True)
        }
    if faces.subject is not None:
        found["identity"] = np.asarray(faces.subject).astype(str)
    found |= {name: np.asarray(faces.attributes[name], float) for name in SCENE if name in faces.attributes}
    return {name: told for name, told in found.items() if varies(told)}


def varies(told: NDArray[Any]) -> bool:
    """Whether a factor, (N,), is known of every face and not the same of all."""
    known = told.dtype.kind != "f" or bool(np.isfinite(told).all())
    return known and len(np.unique(told)) > 1
