"""BU-4DFE: pictures beside 3-D models, women and men by their letters, and drawn recordings in that layout."""

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.bu_4dfe import EXPRESSIONS, read, recognises, write


def picture(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((8, 6), value, np.uint8))


@pytest.fixture
def by_hand(tmp_path):
    """Two subjects; each frame's model beside it, and a folder deeper than expected."""
    root = tmp_path / "BU4DFE" / "disk 1"
    for value, (subject, expression, frame) in enumerate(
        [("F001", "Angry", "000"), ("F001", "Angry", "001"), ("F001", "Happy", "000"), ("M043", "Sad", "000"),
         ("M043", "Surprise", "100"), ("M043", "Disgust", "002"), ("M043", "Fear", "003")]
    ):  # fmt: skip
        picture(root / subject / expression / f"{frame}.jpg", 10 * value + 10)
        (root / subject / expression / f"{frame}.wrl").write_text("#VRML V2.0 utf8")
    (root / "F001" / ".DS_Store").write_text("")
    (root / "M043" / "Angry").mkdir()
    return tmp_path


def test_the_layout_by_hand(by_hand):
    """Labels by the folders' names, whatever their spelling; the models are passed over."""
    assert recognises(by_hand) and recognises(by_hand / "BU4DFE" / "disk 1" / "F001")
    faces = load_faces(by_hand)
    values = np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist()
    words = [faces.expression_names[e] for e in faces.expression]
    known = zip(words, faces.sequence, faces.frame.tolist(), faces.attributes["sex"], strict=True)
    assert dict(zip(values, known, strict=True)) == {
        10: ("anger", "F001/Angry", 0, "female"), 20: ("anger", "F001/Angry", 1, "female"),
        30: ("happiness", "F001/Happy", 0, "female"), 40: ("sadness", "M043/Sad", 0, "male"),
        50: ("surprise", "M043/Surprise", 100, "male"), 60: ("disgust", "M043/Disgust", 2, "male"),
        70: ("fear", "M043/Fear", 3, "male"),
    }  # fmt: skip
    assert set(faces.subject) == {"F001", "M043"} and faces.skipped == ()


def test_bad_files_are_named_and_the_rest_goes_on(by_hand):
    """Torn, empty, and a folder of another name; strict stops at the first."""
    folder = by_hand / "BU4DFE" / "disk 1" / "F001" / "Angry"
    (folder / "002.jpg").write_bytes((folder / "001.jpg").read_bytes()[:40])
    (folder / "003.jpg").write_bytes(b"")
    picture(folder.parent / "textures" / "000.jpg", 9)
    with pytest.warns(UserWarning, match="3 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 7
    said = "\n".join(faces.skipped)
    for part in ("002.jpg: is cut off", "003.jpg: an empty file", "F001/textures: a folder that is called as none"):
        assert part in said
    with pytest.raises(FacesError, match="strict"):
        load_faces(by_hand, strict=True)


def test_a_recording_in_two_places_is_refused(by_hand):
    """A second copy of F001 would be counted twice."""
    picture(by_hand / "BU4DFE" / "disk 2" / "F001" / "Angry" / "000.jpg", 10)
    with pytest.raises(FacesError, match="disk 1.*disk 2.* are both F001/Angry"):
        read(by_hand)


def test_what_is_no_bu_4dfe(tmp_path):
    """Oulu-CASIA's subjects and a folder without any; votes."""
    picture(tmp_path / "oulu" / "P001" / "Anger" / "000.jpg", 1)
    picture(tmp_path / "plain" / "angry" / "000.jpg", 1)
    assert not recognises(tmp_path / "oulu") and not recognises(tmp_path / "plain")
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)


def test_drawn_recordings_are_read_back(tmp_path):
    """Pictures, labels by name, people and their sex, frames; the neutral beginning takes the folder's label."""
    drawn = fp.draw_faces(3, 24, seed=1, pictures="sequences", expressions=EXPRESSIONS)
    assert set(drawn.attributes["sex"]) == {"female", "male"}
    write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    assert len(back) == len(drawn)
    # Drawn people are counted for each sex by itself: find everyone's name by the pictures alone.
    pictures = np.asarray(back.pixels[:]).astype(int)
    name_of = {}
    for i in range(len(drawn)):
        j = int(np.abs(pictures - drawn.pixels[i]).max((1, 2, 3)).argmin())
        assert np.abs(pictures[j] - drawn.pixels[i]).max() <= 1
        assert back.frame[j] == drawn.frame[i] and back.attributes["sex"][j] == drawn.attributes["sex"][i]
        if drawn.frame[i]:
            assert EXPRESSIONS[back.expression[j]] == drawn.expression_names[drawn.expression[i]]
        assert name_of.setdefault(drawn.subject[i], back.subject[j]) == back.subject[j]
    assert len(set(name_of.values())) == 3 == len(np.unique(back.subject))
    assert len(np.unique(back.sequence)) == len(np.unique(drawn.sequence))


def test_what_the_layout_cannot_hold(tmp_path):
    """People of unknown sex have no name in it; neutral recordings are left out and said."""
    drawn = fp.draw_faces(1, 24, pictures="sequences", expressions=("neutral", "fear"))
    with pytest.warns(UserWarning, match="BU-4DFE has no neutral: 8 of 16"):
        write(drawn, tmp_path / "out")
    assert len(read(tmp_path / "out")) == 8
    drawn.attributes.pop("sex")
    with pytest.warns(UserWarning), pytest.raises(FacesError, match="face 0 is of unknown sex"):
        write(drawn, tmp_path / "other")
