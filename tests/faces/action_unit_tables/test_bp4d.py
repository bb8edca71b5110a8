"""BP4D: presence by frame, 9 for what is not coded."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables.bp4d import recognises
from tests.faces.action_unit_tables.written_tables import write_bp4d


@pytest.fixture
def coding(tmp_path):
    """Two tasks; AU2 is coded in neither, AU4 in the second only; intensities lie beside."""
    folder = tmp_path / "BP4D" / "AUCoding"
    (folder / "AU_OCC").mkdir(parents=True)
    (folder / "AU_INT" / "AU06").mkdir(parents=True)
    (folder / "AU_OCC" / "F001_T1.csv").write_text("0,1,2,4\n2440,1,9,9\n2441,0,9,9\n")
    (folder / "AU_OCC" / "M002_T8.csv").write_text("0,1,2,4\n1,9,9,1\n")
    (folder / "AU_INT" / "AU06" / "F001_T1_AU06.csv").write_text("2440,3\n")
    return folder


def test_nine_is_not_coded(coding):
    """Absent and not coded stay apart; a unit that is coded nowhere is left out."""
    assert recognises(coding) and recognises(coding / "AU_OCC" / "F001_T1.csv")
    table = fp.load_action_units(coding)
    assert table.sequence.tolist() == ["F001_T1", "F001_T1", "M002_T8"] and table.frame.tolist() == [2440, 2441, 1]
    assert table.numbers.tolist() == [1, 4] and table.scale == "presence" and table.intensity is None
    expected = np.array([[1, np.nan], [0, np.nan], [np.nan, 1]], np.float32)
    assert np.array_equal(table.presence, expected, equal_nan=True)


def test_bad_rows_are_named(coding):
    """A code of its own, and a frame that is none."""
    (coding / "AU_OCC" / "F003_T2.csv").write_text("0,1,2,4\n7,1,0,2\nseven,1,0,0\n9,1,0,0\n")
    with pytest.warns(UserWarning, match="2 could not be read"):
        table = fp.load_action_units(coding)
    assert "F003_T2.csv row 2: AU4 is '2', expected 0, 1 or 9" in table.skipped[0]
    assert "row 3: 0 is 'seven', expected a whole number" in table.skipped[1]
    assert table.frame.tolist() == [2440, 2441, 9, 1]


def test_pictures_are_joined_by_task_and_number(coding, tmp_path):
    """``F001/T1/2440.jpg``, with zeros before the number or without; what is not coded is not joined."""
    names = ["F001/T1/2440.jpg", "F001/T1/02441.jpg", "M002/T8/0001.jpg", "M002/T8/0002.jpg"]
    for name in names:
        (tmp_path / "2D" / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / "2D" / name), np.full((8, 8), 9, np.uint8))
    (tmp_path / "faces.csv").write_text("path\n" + "".join(f"2D/{name}\n" for name in names))
    with pytest.warns(UserWarning, match="1 of 4 faces and 0 of 3 rows"):
        faces = fp.load_faces(tmp_path / "faces.csv", action_units=coding)
    expected = np.array([[1, np.nan], [0, np.nan], [np.nan, 1], [np.nan, np.nan]], np.float32)
    assert np.array_equal(faces.action_units, expected, equal_nan=True)
    assert faces.action_unit_intensity is None and faces.action_unit_scale is None
    assert faces.skipped == ("2D/M002/T8/0002.jpg: not in BP4D (AUCoding)",)


def test_drawn_recordings_come_back(tmp_path):
    """What two drawn recordings show, written as BP4D's coding and joined to bare faces by their paths."""
    drawn = fp.draw_faces(1, 16, seed=0, pictures="sequences", expressions=("fear", "anger"))
    drawn.action_units[3, :2] = np.nan
    tasks = dict(zip(np.unique(drawn.sequence).tolist(), ("F001_T1", "F001_T6"), strict=True))
    write_bp4d(drawn, tmp_path, tasks)
    places = [tasks[name].replace("_", "/") for name in drawn.sequence.tolist()]
    paths = np.array([f"{place}/{frame + 1:04d}.jpg" for place, frame in zip(places, drawn.frame, strict=True)])
    nothing = {"action_units": np.zeros((16, 0), np.float32), "action_unit_numbers": np.zeros(0, int)}
    unknown = dict.fromkeys(("action_unit_intensity", "action_unit_scale", "sequence", "frame"))
    bare = replace(drawn, **nothing, **unknown, path=paths)
    joined = fp.join_action_units(bare, fp.load_action_units(tmp_path))
    assert joined.action_unit_numbers.tolist() == drawn.action_unit_numbers.tolist()
    assert np.array_equal(joined.action_units, drawn.action_units, equal_nan=True)
