"""CK+48: made by hand as Kaggle has it; drawn faces written and read back; bad files named."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.frames import first_as_neutral
from fer_probe.faces.layouts import ck_plus_48

FOLDERS = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")


def picture(file, value):
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.full((48, 48), value, np.uint8))


@pytest.fixture
def handmade(tmp_path):
    """The last three frames of one recording, one picture of each other expression, and strangers."""
    root = tmp_path / "archive" / "CK+48"
    for number, folder in enumerate(FOLDERS):
        picture(root / folder / f"S0{10 + number}_002_00000012.png", 10 * number)
    picture(root / "happy" / "S014_002_00000014.png", 42)
    picture(root / "happy" / "S014_002_00000013.png", 41)
    (root / ".DS_Store").write_text("")
    (root / "fear" / ".DS_Store").write_text("")
    return root


@pytest.mark.parametrize("above", [0, 1, 2])
def test_made_by_hand(handmade, above):
    """The folder is the label, whatever its place; the name keeps subject, recording and frame."""
    faces = load_faces([handmade, *handmade.parents][above])
    assert faces.source == "CK+48" and faces.pixels.shape == (9, 1, 48, 48) and faces.skipped == ()
    found = {int(p[0, 0, 0]): faces.expression_names[e] for p, e in zip(faces.pixels, faces.expression, strict=True)}
    assert found == {0: "anger", 10: "contempt", 20: "disgust", 30: "fear", 40: "happiness", 41: "happiness",
                     42: "happiness", 50: "sadness", 60: "surprise"}  # fmt: skip
    happy = faces.select(faces.subject == "S014")
    assert happy.pixels[:, 0, 0, 0].tolist() == [40, 41, 42]
    assert set(happy.sequence) == {"S014_002"} and happy.frame.tolist() == [11, 12, 13]
    assert len(np.unique(faces.subject)) == 7 and faces.action_units.shape == (9, 0)


def test_no_frame_is_a_neutral_beginning(handmade):
    """They are the last three of a recording: the protocol that labels first frames neutral finds none."""
    with pytest.raises(FacesError, match="no frame 0"):
        first_as_neutral(load_faces(handmade))


def test_what_is_wrong_is_named_and_the_rest_goes_on(handmade):
    """A torn picture, a name that is none, an expression that CK+48 does not have."""
    torn = handmade / "happy" / "S014_002_00000013.png"
    torn.write_bytes(torn.read_bytes()[:-16])
    picture(handmade / "happy" / "face.png", 1)
    picture(handmade / "neutral" / "S014_002_00000001.png", 1)
    with pytest.warns(UserWarning, match="3 could not be read"):
        faces = load_faces(handmade)
    assert sorted(faces.skipped) == [
        "happy/S014_002_00000013.png: is cut off: its end is missing",
        "happy/face.png: a name other than S010_002_00000012",
        "neutral/S014_002_00000001.png: CK+48 has no neutral",
    ]
    assert len(faces) == 8
    with pytest.raises(FacesError, match="strict"):
        load_faces(handmade, strict=True)


def test_other_folders_of_expressions_are_another_corpus(tmp_path):
    """It is known by its names: a plain folder has others. Asked for by name, what is missing is said."""
    picture(tmp_path / "happy" / "1.png", 1)
    assert not ck_plus_48.recognises(tmp_path)
    with pytest.raises(FacesError, match=r"no picture of CK\+48 can be read; happy/1.png: a name other than"):
        load_faces(tmp_path, "ck_plus_48")


def test_votes_are_refused(handmade):
    """They belong to FER2013."""
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        load_faces(handmade, votes=handmade / "fer2013new.csv")


def test_drawn_faces_are_read_back_equal(tmp_path):
    """Pictures, labels by name, subjects, recordings; neutral, which CK+48 lacks, is left out and said."""
    drawn = fp.draw_faces(subjects=2, size=48, expressions=("happiness", "neutral", "anger"))
    with pytest.warns(UserWarning, match="CK\\+48 has no neutral: 2 of 6 faces are left out"):
        ck_plus_48.write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    assert (tmp_path / "out/CK+48/happy/S000_001_00000001.png").is_file()
    kept = drawn.select(drawn.expression != 1)
    order = np.lexsort((kept.subject, kept.expression == 0))  # by folder: anger, happy
    np.testing.assert_array_equal(back.pixels[:], kept.pixels[order])
    assert [back.expression_names[e] for e in back.expression] == ["anger"] * 2 + ["happiness"] * 2
    assert back.subject.tolist() == ["S000", "S001"] * 2 and back.frame.tolist() == [0] * 4
    assert len(np.unique(back.sequence)) == 4


def test_drawn_recordings_keep_their_frames(tmp_path):
    """Every frame but the first is labelled; colour and size become the layout's."""
    drawn = fp.draw_faces(subjects=1, size=24, channels=3, pictures="sequences", expressions=("fear",))
    with pytest.warns(UserWarning, match="no face without an expression: 1 of 8"):
        ck_plus_48.write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    assert back.pixels.shape == (7, 1, 48, 48)
    assert back.frame.tolist() == [1, 2, 3, 4, 5, 6, 7] and set(back.sequence) == {"S000_001"}


def test_what_cannot_be_written_is_refused(tmp_path):
    """No subjects, nothing that the layout has, a folder that holds something."""
    drawn = fp.draw_faces(subjects=1, size=24, expressions=("neutral", "fear"))
    fear = drawn.select(drawn.expression == 1)
    for faces, told in ((replace(fear, subject=None), "who is seen"), (drawn.select([0]), "no face shows")):
        with pytest.raises(FacesError, match=told):
            ck_plus_48.write(faces, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FacesError, match="not empty"):
        ck_plus_48.write(fear, tmp_path)
