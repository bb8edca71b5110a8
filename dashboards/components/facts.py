"""Facts: what is known of a face, in words."""

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.faces.face_images import FaceImages


def expression_of(faces: FaceImages, index: int) -> str:
    """A face's expression, or that it has no label."""
    expression = int(faces.expression[index])
    return faces.expression_names[expression] if expression >= 0 else "no label"


def face_facts(faces: FaceImages, index: int) -> list[tuple[str, str]]:
    """What is known of a face: name → words; the same names for every face of a set."""
    facts = [("Expression", expression_of(faces, index))]
    if faces.subject is not None:
        facts.append(("Subject", str(faces.subject[index])))
    if len(faces.action_unit_numbers):
        facts.append(("Action units", _action_units(faces, index)))
    return facts


def _action_units(faces: FaceImages, index: int) -> str:
    presence = np.asarray(faces.action_units[index])
    if np.isnan(presence).all():
        return "not coded"
    return ", ".join(action_unit_label(int(au)) for au in faces.action_unit_numbers[presence == 1]) or "none"
