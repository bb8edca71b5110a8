"""DISFA: one file a person and action unit, frames from 1."""

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables.disfa import recognises
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.face_table import write_face_table
from tests.faces.action_unit_tables.written_tables import write_disfa


@pytest.fixture
def labels(tmp_path):
    """Two people; of the second AU12 was never coded, and AU1 of one frame only."""
    files = {
        "SN001/SN001_au1.txt": "1,0\n2,3\n", "SN001/SN001_au12.txt": "1,0\n2,5\n",
        "SN002/SN002_au1.txt": "1,2\n", "SN002/.DS_Store": "",
    }  # fmt: skip
    for name, content in files.items():
        file = tmp_path / "DISFA" / "ActionUnit_Labels" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path / "DISFA"


def picture(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.full((8, 8), 9, np.uint8))


def faces_of(folder, *names):
    for name in names:
        picture(folder / name)
    (folder / "faces.csv").write_text("path\n" + "".join(f"{name}\n" for name in names))
    return fp.load_faces(folder)


def test_one_row_a_frame_from_many_files(labels):
    """Units of a frame come from as many files; one that is missing leaves it uncoded; presence is not told."""
    assert recognises(labels) and recognises(labels / "ActionUnit_Labels" / "SN001")
    table = fp.load_action_units(labels)
    assert list(zip(table.sequence, table.frame, strict=True)) == [("SN001", 1), ("SN001", 2), ("SN002", 1)]
    assert table.numbers.tolist() == [1, 12] and table.scale == "0-5" and table.first_frame == 1
    expected = np.array([[0, 0], [3, 5], [2, np.nan]], np.float32)
    assert np.array_equal(table.intensity, expected, equal_nan=True) and np.isnan(table.presence).all()


def test_bad_lines_are_named(labels):
    """Three cells, half a frame, an intensity of 6, a file that is no text."""
    folder = labels / "ActionUnit_Labels" / "SN001"
    (folder / "SN001_au4.txt").write_text("1,2,3\n1.5,2\n1,6\n\n2,1\n")
    (folder / "SN001_au5.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.warns(UserWarning, match="4 could not be read"):
        table = fp.load_action_units(labels)
    told = "\n".join(table.skipped)
    for words in (
        "SN001_au4.txt line 1: '1,2,3', expected frame,intensity", "line 2: frame is '1.5', expected a whole number",
        "line 3: intensity is '6', expected 0 to 5", "SN001_au5.txt: cannot be read",
    ):  # fmt: skip
        assert words in told
    assert table.intensity[1].tolist() == [3, 1, 5]


def test_pictures_are_joined_by_person_and_number(labels, tmp_path):
    """Frames cut out of the videos and named by their numbers, in each person's folder."""
    table = fp.load_action_units(labels)
    names = ("frames/SN001/00001.png", "frames/SN001/00002.png", "frames/SN002/00001.png")
    joined = fp.join_action_units(faces_of(tmp_path, *names), table, presence_threshold=2)
    expected = np.array([[0, 0], [1, 1], [1, np.nan]], np.float32)
    assert np.array_equal(joined.action_units, expected, equal_nan=True)


def test_pictures_that_count_from_zero_are_refused(labels, tmp_path):
    """They would all be one frame off, silently."""
    faces = faces_of(tmp_path, "SN001/0.png", "SN001/1.png")
    with pytest.raises(FacesError, match=r"SN001/0\.png counts as frame 0, DISFA \(DISFA\) counts from 1"):
        fp.join_action_units(faces, fp.load_action_units(labels))


def test_drawn_faces_are_found_again(tmp_path):
    """Sequences by name and position: the first frame is 0 here and 1 there."""
    drawn = fp.draw_faces(2, 24, pictures="sequences", expressions=("happiness",))
    people = {name: f"SN{i:03d}" for i, name in enumerate(np.unique(drawn.sequence))}
    write_disfa(drawn, tmp_path, people)
    renamed = drawn.select(slice(None))
    write_face_table(renamed, tmp_path / "faces")
    table = (tmp_path / "faces" / "faces.csv").read_text()
    for sequence, person in people.items():
        table = table.replace(f",{sequence},", f",{person},")
    (tmp_path / "faces" / "faces.csv").write_text(table)
    joined = fp.load_faces(tmp_path / "faces", action_units=tmp_path / "ActionUnit_Labels")
    assert joined.skipped == ()
    for place, number in enumerate((1, 12, 25)):
        ours = np.flatnonzero(drawn.action_unit_numbers == number)[0]
        assert np.array_equal(
            joined.action_unit_intensity[:, place], np.round(drawn.action_unit_intensity[:, ours] * 5)
        )
