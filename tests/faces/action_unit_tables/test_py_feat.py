"""py-feat's tables: pictures and videos, and presence only by a threshold."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables.py_feat import read, recognises
from fer_probe.faces.layouts.face_table import write_face_table
from tests.faces.action_unit_tables.written_tables import PY_FEAT, known, write_py_feat


def test_a_table_made_by_hand(tmp_path):
    """A picture by a path of another system, one without a face (empty cells), a video's frame; 0–1, no presence."""
    file = tmp_path / "fex.csv"
    file.write_text(
        ",FaceScore,AU01,AU43,input,frame\n"
        "0,0.99,0.25,0.5,C:\\study\\a.JPG,0\n"
        "1,0.0,,,b.png,1\n"
        "2,0.9,0.75,0,/study/walk.1.mp4,7.0\n"
    )
    assert recognises(file) and recognises(tmp_path)
    table = read(file)
    assert table.image.tolist() == ["C:/study/a.JPG", "b.png", ""]
    assert table.sequence.tolist() == ["", "", "/study/walk.1"] and table.frame.tolist() == [-1, -1, 7]
    assert (table.scale, table.first_frame) == ("0-1", 0)
    assert table.intensity[[0, 2]].tolist() == [[0.25, 0.5], [0.75, 0]]
    assert np.isnan(table.intensity[1]).all() and np.isnan(table.presence).all()


def test_bad_rows_are_named(tmp_path):
    """A value that is no share, no input, a video without frames."""
    file = tmp_path / "fex.csv"
    file.write_text("AU01,input\n0.1,a.png\n1.5,b.png\n0.5,\n0.5,walk.mp4\n")
    assert read(file).skipped == (
        "fex.csv row 3: AU01 is '1.5', expected 0 to 1",
        "fex.csv row 4: no input",
        "fex.csv row 5: walk.mp4 is no picture, and there is no column frame",
    )


def test_drawn_faces_are_found_again(tmp_path):
    """Below another root, intensities and presence by the user's threshold."""
    drawn = fp.draw_faces(2, 24, expressions=("neutral", "fear", "happiness"))
    write_face_table(drawn, tmp_path / "faces")
    faces = fp.load_faces(tmp_path / "faces")
    write_py_feat(faces, tmp_path / "fex.csv", root="/elsewhere/study")
    joined = fp.load_faces(tmp_path / "faces", action_units=tmp_path / "fex.csv", presence_threshold=0.5)
    assert joined.skipped == () and joined.action_unit_scale == "0-1"
    for number in known(drawn, PY_FEAT):
        ours, theirs = (np.flatnonzero(f.action_unit_numbers == number)[0] for f in (faces, joined))
        wanted = faces.action_unit_intensity[:, ours]
        assert joined.action_unit_intensity[:, theirs] == pytest.approx(wanted, abs=1e-4)
        assert np.array_equal(joined.action_units[:, theirs] == 1, wanted >= 0.5)
