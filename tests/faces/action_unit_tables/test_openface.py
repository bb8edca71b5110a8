"""OpenFace's tables: written by hand with their oddities, and drawn faces' units written so and read back."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables.openface import read, recognises
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.face_table import write_face_table
from tests.faces.action_unit_tables.written_tables import OPENFACE_GRADED, known, write_openface

PICTURE = "face, confidence, gaze_0_x, AU01_r, AU12_r, AU01_c, AU12_c, AU28_c\n"
SEQUENCE = "frame, face_id, timestamp, confidence, success, AU01_r, AU12_r, AU01_c, AU12_c, AU28_c\n"


@pytest.fixture
def pictures(tmp_path):
    """A smile whose two numbers disagree, and a picture in which no face was found."""
    folder = tmp_path / "processed"
    (folder / "S010").mkdir(parents=True)
    (folder / "S010" / "smile.csv").write_text(PICTURE + "0, 0.98, 0.1, 0.00, 3.27, 1.00, 0.00, 1.00\n")
    (folder / "nobody.csv").write_text(PICTURE)
    (folder / "smile_of_details.txt").write_text("Input:smile.jpg\n")
    (folder / "._smile.csv").write_bytes(b"\x00\xff")
    return folder


def test_pictures_are_read_by_the_names_of_their_files(pictures):
    """Spaces in the header are no part of a name; both networks' words are kept though they disagree."""
    assert recognises(pictures)
    table = read(pictures)
    assert table.image.tolist() == ["S010/smile", "nobody"] and table.scale == "0-5"
    assert table.numbers.tolist() == [1, 12, 28]
    assert table.presence[0].tolist() == [1, 0, 1]
    assert table.intensity[0, :2].tolist() == [0, pytest.approx(3.27)] and np.isnan(table.intensity[0, 2])
    assert table.skipped == ()


def test_a_picture_without_a_face_is_not_coded(pictures):
    """A file with a header and no row is a picture without codes, which is not a picture without action units."""
    table = read(pictures)
    assert np.isnan(table.presence[1]).all() and np.isnan(table.intensity[1]).all()


def test_frames_without_success_are_not_coded(tmp_path):
    """Frames are numbered from 1; where tracking failed, OpenFace writes zeros that mean nothing."""
    file = tmp_path / "S010_002.csv"
    file.write_text(SEQUENCE + "1, 0, 0.000, 0.98, 1, 0.5, 0, 1, 0, 0\n2, 0, 0.033, 0.02, 0, 0, 0, 0, 0, 0\n")
    assert recognises(file)
    table = read(file)
    assert table.sequence.tolist() == ["S010_002"] * 2 and table.frame.tolist() == [1, 2] and table.first_frame == 1
    assert table.presence[0].tolist() == [1, 0, 0]
    assert np.isnan(table.presence[1]).all() and np.isnan(table.intensity[1]).all()


def test_bad_rows_and_files_are_named_and_the_rest_goes_on(pictures):
    """A torn row, a word, a value outside the scale, half a presence, a stranger's table, and one that is no text."""
    for name, row in {
        "torn": "0, 0.98, 0.1, 0.0", "word": "0, 1, 0, high, 0, 0, 0, 0", "over": "0, 1, 0, 0, 7.5, 0, 0, 0",
        "half": "0, 1, 0, 0, 0, 0.5, 0, 0",
    }.items():  # fmt: skip
        (pictures / f"{name}.csv").write_text(PICTURE + row + "\n")
    (pictures / "notes.csv").write_text("name, remark\n")
    (pictures / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.warns(UserWarning, match="6 could not be read"):
        table = fp.load_action_units(pictures)
    assert table.image.tolist() == ["S010/smile", "nobody"]
    told = "\n".join(table.skipped)
    for words in (
        "torn.csv row 2: 4 columns, expected 8", "word.csv row 2: AU01_r is 'high', expected 0 to 5",
        "over.csv row 2: AU12_r is '7.5', expected 0 to 5", "half.csv row 2: AU01_c is '0.5', expected 0 or 1",
        "notes.csv: no table of action units; its columns are name, remark", "bytes.csv: cannot be read",
    ):  # fmt: skip
        assert words in told
    with pytest.raises(FacesError, match=r"bytes\.csv: cannot be read.*strict"):
        fp.load_action_units(pictures, strict=True)


def test_a_folder_without_a_row_is_an_error(tmp_path):
    """A table of another kind, named by the user as OpenFace's."""
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FacesError, match=r"has no row that can be read; a\.csv: no table of action units"):
        fp.load_action_units(tmp_path, "openface")


@pytest.mark.parametrize(("pictures_drawn", "by"), [("expressions", "path"), ("sequences", "sequence")])
def test_drawn_faces_are_found_again(tmp_path, pictures_drawn, by):
    """Each face gets its own units back, by its picture's name or by sequence and frame."""
    drawn = fp.draw_faces(2, 24, pictures=pictures_drawn, expressions=("neutral", "fear", "happiness"))
    write_face_table(drawn, tmp_path / "faces")
    faces = fp.load_faces(tmp_path / "faces")
    write_openface(faces, tmp_path / "openface", by)
    joined = fp.load_faces(tmp_path / "faces", action_units=tmp_path / "openface")
    assert joined.skipped == () and joined.action_unit_scale == "0-5"
    for number in known(drawn, OPENFACE_GRADED):
        ours, theirs = (np.flatnonzero(f.action_unit_numbers == number)[0] for f in (faces, joined))
        assert np.array_equal(joined.action_units[:, theirs], faces.action_units[:, ours])
        assert joined.action_unit_intensity[:, theirs] == pytest.approx(
            faces.action_unit_intensity[:, ours] * 5, abs=1e-3
        )
