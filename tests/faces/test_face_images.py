"""Face images keep what is known of them together."""

import dataclasses

import numpy as np
import pytest

from fer_probe.faces.face_images import FaceImages, FacesError


def faces(count=6):
    return FaceImages(
        pixels=np.arange(count * 4, dtype=np.uint8).reshape(count, 1, 2, 2),
        expression=np.arange(count) % 2,
        expression_names=("anger", "neutral"),
        action_units=np.eye(count, 2, dtype=np.float32),
        action_unit_numbers=np.array([1, 12]),
        subject=np.array([f"S{i // 2}" for i in range(count)]),
        attributes={"age": np.arange(count) + 20},
        source="a test",
    )


@pytest.mark.parametrize("condition", [
    lambda faces: faces.subject == "S1", np.array([2, 3]), slice(2, 4), np.arange(6) // 2 == 1,
])  # fmt: skip
def test_select_takes_everything_along(condition):
    """A condition, indices, a slice and a mask choose the same faces with all that is known of them."""
    chosen = faces().select(condition)
    assert len(chosen) == 2
    assert chosen.pixels[0, 0, 0, 0] == 8
    assert chosen.subject.tolist() == ["S1", "S1"]
    assert chosen.attributes["age"].tolist() == [22, 23]
    assert chosen.action_units.shape == (2, 2)


def test_entries_must_fit_the_pictures():
    """A table with another number of rows is named."""
    with pytest.raises(FacesError, match="subject has 5 entries for 6 pictures"):
        FaceImages(**{**vars(faces()), "subject": np.array(["S"] * 5)})
    with pytest.raises(FacesError, match=r"expected \(6, 2\)"):
        FaceImages(**{**vars(faces()), "action_units": np.zeros((6, 3))})
    with pytest.raises(FacesError, match="expression 2 has no name"):
        FaceImages(**{**vars(faces()), "expression": np.full(6, 2)})


def test_faces_are_told_in_one_line():
    """Printing faces says how many and what is known, never pixels; what is not known is left out."""
    assert repr(faces()) == "FaceImages(6 of 2×2 grey, 2 expressions, 2 action units, 3 subjects)"
    unknown = dataclasses.replace(faces(1), subject=None, expression=np.array([-1]))
    assert repr(unknown) == "FaceImages(1 of 2×2 grey, 0 expressions, 2 action units)"


def test_only_drawn_faces_know_what_moved():
    """Asking a photograph which pixels an AU moved is an error that says why."""
    with pytest.raises(FacesError, match="only drawn faces know which pixels AU12 moved; these are a test"):
        faces().action_unit_mask(0, 12)
