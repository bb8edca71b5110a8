"""AffectNet's lists: made by hand as its authors hand them out, and drawn faces in that layout."""

import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.affectnet import EXPRESSIONS, expression_of, read, recognises, write

HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
#: Every landmark in the picture's middle, of the mark that ``picture`` leaves there.
MIDDLE = ";".join(["20.0", "16.0"] * 68)


def picture(path, value, height=32, width=40):
    """A frame of black around a face of one grey, 10 pixels wide and high."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.zeros((height, width), np.uint8)
    image[11:21, 15:25] = value
    cv2.imwrite(str(path), image)


def row(name, code, valence="0.5", arousal="-0.25", rectangle="15,11,10,10", landmarks=MIDDLE):
    return f"{name},{rectangle},{landmarks},{code},{valence},{arousal}"


@pytest.fixture
def by_hand(tmp_path):
    """A list with its header, one without, one of spaces; eleven codes; pictures beside the lists."""
    for number in range(1, 13):
        picture(tmp_path / str(number) / f"face{number}.png", 10 * number)
    rows = [row(f"{number}/face{number}.png", number - 1) for number in range(1, 9)]
    rows += [row(f"{number}/face{number}.png", number - 1, "-2", "-2") for number in range(9, 12)]
    (tmp_path / "training.csv").write_text("\n".join([HEADER.replace(",", ", "), *rows]))
    (tmp_path / "validation.csv").write_text(row("12/face12.png", 6, "-0.9", "1") + "\r\n")
    (tmp_path / ".DS_Store").write_text("")
    (tmp_path / "._training.csv").write_bytes(b"\0\5\26\7")
    return tmp_path


def words(faces):
    return [faces.expression_names[number] if number >= 0 else "" for number in faces.expression]


def test_the_layout_by_hand(by_hand):
    """Each code has its expression, 8 to 10 none and why; the face is cut out; splits by the list's name."""
    faces = load_faces(by_hand)
    assert faces.pixels.shape == (12, 1, 10, 10)
    assert (np.asarray(faces.pixels[:]) == 10 * np.arange(1, 13).reshape(12, 1, 1, 1)).all()
    eight = ["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"]
    assert words(faces) == [*eight, "", "", "", "anger"]
    assert faces.attributes["no_expression"].tolist() == [*[""] * 8, "none", "uncertain", "no face", ""]
    assert faces.split.tolist() == ["training"] * 11 + ["validation"]
    assert faces.skipped == () and faces.subject is None
    assert load_faces(by_hand, split="validation").path.tolist() == ["12/face12.png"]


def test_ratings_and_landmarks(by_hand):
    """Not rated is not -2; landmarks lie where they lay, in the face that is cut out."""
    faces = load_faces(by_hand)
    gone = [np.nan] * 3
    assert np.array_equal(faces.attributes["valence"], [0.5] * 8 + gone + [-0.9], equal_nan=True)
    assert np.array_equal(faces.attributes["arousal"], [-0.25] * 8 + gone + [1], equal_nan=True)
    assert (faces.landmarks == (5, 5)).all()


def test_pictures_in_a_folder_of_their_own(by_hand):
    """As the archives unpack; a list is read by itself too, and its first picture may be missing."""
    pictures, lists = by_hand / "Manually_Annotated_Images", by_hand / "Manually_Annotated_file_lists"
    pictures.mkdir()
    lists.mkdir()
    shutil.rmtree(by_hand / "1")
    for number in range(2, 13):
        (by_hand / str(number)).rename(pictures / str(number))
    for name in ("training.csv", "validation.csv"):
        (by_hand / name).rename(lists / name)
    faces = read(by_hand)
    assert len(faces) == 11 and faces.path[0] == "Manually_Annotated_Images/2/face2.png"
    assert faces.skipped == ("training.csv row 2: 1/face1.png: there is no such file",)
    (lists / "validation.csv").rename(pictures / "validation.csv")
    assert words(load_faces(pictures / "validation.csv")) == ["anger"]


BAD = {
    "short.png,1,2": "3 columns, expected 9",
    row("1/face1.png", 11): "expression '11', expected 0 to 10",
    row("1/face1.png", "happy"): "expression 'happy', expected 0 to 10",
    row("1/face1.png", 1, "3"): "valence '3', expected -1 to 1",
    row("1/face1.png", 1, "0", ""): "arousal '', expected -1 to 1",
    row("1/face1.png", 1, rectangle="NULL,11,10,10"): "the rectangle NULL, 11, 10, 10, expected four numbers",
    row("1/face1.png", 1, rectangle="40,11,10,10"): "a rectangle that holds nothing of the picture",
    row("1/face1.png", 1, landmarks="1;2;3"): "3 landmark numbers (1;2;3…), expected 136",
    row("torn.png", 1): "an empty file",
    row("gone.png", 1): "there is no such file",
}


def test_bad_rows_in_the_middle(by_hand):
    """Each is named by its number and reason, and the rest goes on; strict stops at the first."""
    good = (by_hand / "training.csv").read_text().splitlines()
    (by_hand / "training.csv").write_text("\n".join([*good[:5], *BAD, *good[5:]]))
    (by_hand / "torn.png").write_bytes(b"")
    with pytest.warns(UserWarning, match="10 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 12
    for number, (said, expected) in enumerate(zip(faces.skipped, BAD.values(), strict=True), start=6):
        assert said.startswith(f"training.csv row {number}") and expected in said
    with pytest.raises(FacesError, match="row 6: 3 columns.*strict"):
        load_faces(by_hand, strict=True)


def test_landmarks_that_are_missing(by_hand):
    """An empty cell: the face is read, its landmarks are not known."""
    (by_hand / "validation.csv").write_text(f"{HEADER}\n{row('12/face12.png', 0, landmarks='')}")
    faces = load_faces(by_hand)
    assert np.isnan(faces.landmarks[11]).all() and not np.isnan(faces.landmarks[:11]).any()


def test_a_header_that_lacks_a_column(by_hand):
    """Said for every row, and so for a list of which nothing is left."""
    (by_hand / "validation.csv").write_text(f"{HEADER.removesuffix(',arousal')}\n12/face12.png,0,0,9,9,,1,0\n")
    with pytest.raises(FacesError, match="validation.csv row 2: 12/face12.png: no column arousal"):
        load_faces(by_hand / "validation.csv")


def test_what_is_no_affectnet(tmp_path):
    """Another table, a folder of pictures, what is named AffectNet without being it; votes."""
    (tmp_path / "faces.csv").write_text("path,expression\na.png,happy\n")
    picture(tmp_path / "1" / "a.png", 1)
    assert not recognises(tmp_path) and not recognises(tmp_path / "faces.csv")
    assert not recognises(tmp_path / "1" / "a.png")
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)
    with pytest.raises(FacesError, match="holds no list of AffectNet"):
        load_faces(tmp_path, corpus="affectnet")


def test_a_code_is_a_whole_number():
    """Also as it is written for a fraction; no other word is."""
    assert expression_of("7.0") == ("contempt", "") and expression_of("10") == ("", "no face")
    for word in ("-1", "0.5", "nan", "inf", ""):
        with pytest.raises(ValueError, match="expected 0 to 10"):
            expression_of(word)


def test_drawn_faces_are_read_back(tmp_path):
    """Pictures, labels by name, landmarks, splits and ratings."""
    drawn = fp.draw_faces(5, 24, seed=2, expressions=EXPRESSIONS)
    drawn.expression[3] = -1
    drawn.attributes["valence"] = np.linspace(-1, 1, 40)
    drawn.attributes["valence"][7] = np.nan
    back = load_faces(write(drawn, tmp_path / "out"))
    assert np.abs(np.asarray(back.pixels[:]).astype(int) - drawn.pixels).max() <= 1
    assert words(back) == [drawn.expression_names[e] if e >= 0 else "" for e in drawn.expression]
    assert back.attributes["no_expression"][3] == "uncertain"
    assert np.abs(back.landmarks - drawn.landmarks).max() < 1e-3
    assert np.allclose(back.attributes["valence"], drawn.attributes["valence"], atol=1e-5, equal_nan=True)
    assert np.isnan(back.attributes["arousal"]).all()
    fifth = drawn.subject == sorted(set(drawn.subject))[4]
    assert np.array_equal(back.split == "validation", fifth)


def test_what_the_layout_cannot_hold(tmp_path):
    """A test set, an expression of another scheme, a folder with something in it: nothing is written."""
    drawn = fp.draw_faces(1, 24)
    with pytest.raises(FacesError, match="is not empty"):
        write(drawn, tmp_path.parent)
    with pytest.raises(FacesError, match="no split 'test'"):
        write(replace(drawn, split=np.full(len(drawn), "test")), tmp_path / "out")
    with pytest.raises(FacesError, match="AffectNet has no code for 'awe'"):
        write(replace(drawn, expression_names=("awe", *drawn.expression_names[1:])), tmp_path / "out")
    assert not (tmp_path / "out").exists()
