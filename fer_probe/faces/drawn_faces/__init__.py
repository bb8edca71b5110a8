"""Drawn faces: people who do not exist, of whom every action unit and the pixels it moved are known.

``draw_faces`` makes sets; ``render_face`` makes one face under full control.
"""

from fer_probe.faces.drawn_faces.contact_sheet import action_unit_sheet, contact_sheet, drawn_sheet, expression_sheet
from fer_probe.faces.drawn_faces.drawn_face_images import DrawnFaces, draw_faces
from fer_probe.faces.drawn_faces.identity import HAIR_STYLES, Identity, random_identity
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.render import render_face
from fer_probe.faces.drawn_faces.scene import Camera, Light, Pose

__all__ = [
    "DRAWN_ACTION_UNITS", "HAIR_STYLES", "Camera", "DrawnFaces", "Identity", "Light", "Pose", "action_unit_sheet",
    "contact_sheet", "draw_faces", "drawn_sheet", "expression_sheet", "random_identity", "render_face",
]  # fmt: skip
