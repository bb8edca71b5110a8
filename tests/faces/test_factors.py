"""Known factors: what varies among faces and is known of every one."""

import dataclasses

import numpy as np

import fer_probe as fp
from fer_probe.faces.factors import known_factors


def test_factors_of_drawn_faces():
    """Switched units with their intensities, or each expression as a factor; who, how turned, how lit."""
    switched = known_factors(fp.draw_faces(6, 24, pictures="action_units", per_subject=7))
    assert {"AU1", "AU12", "identity", "yaw", "light_azimuth"} <= set(switched) and "anger" not in switched
    shown = known_factors(fp.draw_faces(3, 24))
    assert {"anger", "neutral", "identity"} <= set(shown) and "AU12" not in shown
    assert shown["anger"].sum() == 3


def test_factors_that_are_not_known_are_left_out():
    """NaN, or the same of all faces."""
    faces = fp.draw_faces(1, 24)
    faces = dataclasses.replace(faces, attributes={"yaw": np.full(7, np.nan), "roll": np.arange(7.0)})
    found = known_factors(faces)
    assert "identity" not in found and "yaw" not in found and "roll" in found
