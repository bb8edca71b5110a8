"""The door to all formats: recognised or named, and through ``load_faces``."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables import TABLES
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.records import load_record, save_record

FIRST_LINES = {
    "openface": ("out/a.csv", "face, confidence, AU01_r, AU01_c\n0, 1, 0, 0\n"),
    "py_feat": ("fex.csv", "AU01,input,frame\n0.5,a.png,0\n"),
    "libreface": ("results.csv", "input_image_path,au_1\na.png,1\n"),
    "disfa": ("labels/SN001_au1.txt", "1,0\n"),
    "bp4d": ("AU_OCC/F001_T1.csv", "0,1\n1,1\n"),
}


@pytest.fixture(params=FIRST_LINES)
def written(request, tmp_path):
    """A format's name, and a folder with the least that it can hold."""
    name, content = FIRST_LINES[request.param]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    return request.param, tmp_path


def test_every_format_is_recognised_as_itself_and_no_other(written):
    """All formats are asked; one says yes."""
    name, folder = written
    assert [known for known, table in TABLES.items() if table.recognises(folder)] == [name]
    assert fp.load_action_units(folder).source.startswith({"disfa": "DISFA", "bp4d": "BP4D"}.get(name, ""))


def test_a_table_is_a_record(written):
    """It goes to the disk and comes back."""
    _, folder = written
    table = fp.load_action_units(folder)
    save_record(table, folder / "record", {})
    back = load_record(folder / "record", fp.ActionUnitTable)
    assert np.array_equal(back.presence, table.presence, equal_nan=True) and back.scale == table.scale


def test_what_is_not_known_says_what_is(tmp_path):
    """A missing path, an unknown table, an unknown format, a scale that the format contradicts."""
    (tmp_path / "a.csv").write_text("a,b\n")
    with pytest.raises(FacesError, match="nothing at"):
        fp.load_action_units(tmp_path / "missing.csv")
    with pytest.raises(FacesError, match=r"a\.csv is no action-unit table.*openface: CSV files with AU01_r"):
        fp.load_action_units(tmp_path / "a.csv")
    with pytest.raises(FacesError, match=f"no format 'face_reader'.*known are {', '.join(TABLES)}"):
        fp.load_action_units(tmp_path / "a.csv", "face_reader")
    (tmp_path / "fex.csv").write_text(FIRST_LINES["py_feat"][1])
    with pytest.raises(FacesError, match="is py_feat, whose scale is '0-1', not '0-5'"):
        fp.load_action_units(tmp_path / "fex.csv", scale="0-5")


@pytest.fixture
def corpus(tmp_path):
    """Three people's faces in a folder, the last one's in the test set."""
    drawn = fp.draw_faces(3, 24, expressions=("neutral", "happiness"))
    drawn = dataclasses.replace(drawn, split=np.repeat(["train", "train", "test"], 2))
    write_face_table(drawn, tmp_path / "faces")
    return tmp_path / "faces", [f"{s}/{i:05d}.png" for i, s in enumerate(drawn.subject)]


def test_load_faces_joins_before_it_takes_a_split(corpus, tmp_path):
    """Rows of the other split are no strangers; a table that is read already does as well as a path."""
    folder, paths = corpus
    (tmp_path / "fex.csv").write_text("AU12,input\n" + "".join(f"0.{i + 1},{p}\n" for i, p in enumerate(paths)))
    for table in (tmp_path / "fex.csv", fp.load_action_units(tmp_path / "fex.csv")):
        faces = fp.load_faces(folder, split="test", action_units=table, presence_threshold=0.6)
        assert faces.action_units.tolist() == [[0], [1]] and faces.skipped == ()


def test_strict_stops_at_a_bad_row_of_the_table(corpus, tmp_path):
    """As it does at a bad picture."""
    folder, paths = corpus
    (tmp_path / "fex.csv").write_text(f"AU12,input\nmuch,{paths[0]}\n0.5,{paths[1]}\n")
    with pytest.raises(FacesError, match=r"fex\.csv row 2: AU12 is 'much'.*strict"):
        fp.load_faces(folder, action_units=tmp_path / "fex.csv", strict=True)


def test_a_threshold_without_a_table(corpus):
    """It would say nothing of the faces' own units, silently."""
    with pytest.raises(FacesError, match="belongs to an action-unit table"):
        fp.load_faces(corpus[0], presence_threshold=0.5)
