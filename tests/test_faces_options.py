"""The faces that a person at the command line means: checked before hours of work, or only looked at."""

import cv2
import numpy as np
import pytest

from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.faces_options import layout_to_draw, read_faces


@pytest.fixture
def damaged(tmp_path):
    """Three pictures with a table; the second is damaged inside."""
    (tmp_path / "faces.csv").write_text("path\na.png\nb.png\nc.png\n")
    for name in "abc":
        noise = np.random.default_rng(0).integers(0, 256, (24, 24), np.uint8)
        cv2.imwrite(str(tmp_path / f"{name}.png"), noise)
    torn = bytearray((tmp_path / "b.png").read_bytes())
    torn[300] ^= 1
    (tmp_path / "b.png").write_bytes(torn)
    return tmp_path


def test_work_goes_on_past_a_damaged_picture(damaged):
    """It is left out and named before the work begins, unless nobody asked to decode."""
    with pytest.warns(UserWarning, match=r"1 could not be read: faces\.csv row 3: b\.png"):
        assert read_faces(damaged).path.tolist() == ["a.png", "c.png"]
    assert len(read_faces(damaged, check=False)) == 3


def test_the_layout_of_a_table_is_the_tables_own():
    """What ``draw`` writes where nothing else is asked for."""
    assert layout_to_draw("csv").write is write_face_table
