"""A plain folder of pictures: made by hand in every usual spelling, and drawn faces in that layout."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.expressions import EXPRESSIONS
from fer_probe.faces.corpora import READERS, load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.folder import read, recognises, write


def picture(path, value, side=64, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (side, side) if channels == 1 else (side, side, 3)
    cv2.imwrite(str(path), np.full(shape, value, np.uint8))


def words(faces):
    return [faces.expression_names[number] for number in faces.expression]


def test_a_folder_an_expression(tmp_path):
    """Any usual word, any picture, a colour one among grey ones; hidden files and empty folders are nothing."""
    for value, name in enumerate(["Angry/a.jpg", "happiness/1.PNG", "no expression/x.jpeg", "sad/b.png"], start=1):
        picture(tmp_path / name, 10 * value, channels=3 if value == 2 else 1)
    (tmp_path / "Angry" / ".DS_Store").write_text("")
    (tmp_path / "Angry" / "._a.jpg").write_bytes(b"\0\5\26\7")
    (tmp_path / "sad" / "read me.txt").write_text("b.png is mine")
    (tmp_path / "fear").mkdir()
    faces = load_faces(tmp_path)
    assert words(faces) == ["anger", "happiness", "neutral", "sadness"]
    assert np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist() == [10, 20, 30, 40]
    assert faces.skipped == () and faces.split is None and faces.subject is None


@pytest.mark.parametrize("root", ["", "my faces/v2"])
def test_below_split_folders(tmp_path, root):
    """Train, val and test in any usual word have one name each; pictures of any size are nobody's but this layout's."""
    for value, split in enumerate(["train", "Val", "test", "training", "validation", "valid"], start=1):
        picture(tmp_path / root / split / "happy" / "x.png", value)
    picture(tmp_path / root / "disgust" / "y.png", 9)
    faces = load_faces(tmp_path)
    by_value = dict(zip(np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist(), faces.split.tolist(), strict=True))
    expected = ["train", "validation", "test", "train", "validation", "validation"]
    assert by_value == {**dict(enumerate(expected, start=1)), 9: ""}
    assert words(load_faces(tmp_path, split="test")) == ["happiness"]
    assert load_faces(tmp_path / root / "train").split.tolist() == ["train"]


def test_it_is_the_last_that_is_tried():
    """Everything that is more than a plain folder is read as what it is."""
    assert list(READERS)[-1] == "folder"


def test_the_corpus_s_own_name_says_nothing(tmp_path):
    """A folder of pictures that happens to be called ``happy`` holds no folder of an expression."""
    picture(tmp_path / "happy" / "a.png", 1)
    assert recognises(tmp_path) and not recognises(tmp_path / "happy")
    assert not recognises(tmp_path / "happy" / "a.png")


def test_bad_files_in_the_middle(tmp_path):
    """Named and counted; folders of another name are told with their number; strict stops at the first."""
    for number in range(4):
        picture(tmp_path / "faces" / "happy" / f"{number}.png", 10 * number + 10)
    whole = (tmp_path / "faces" / "happy" / "1.png").read_bytes()
    (tmp_path / "faces" / "happy" / "1.png").write_bytes(whole[: len(whole) // 2])
    for name in ("a.png", "b.png"):
        picture(tmp_path / "faces" / "bored" / name, 1)
    picture(tmp_path / "faces" / "stray.png", 1)
    with pytest.warns(UserWarning, match="3 could not be read"):
        faces = load_faces(tmp_path / "faces")
    assert faces.path.tolist() == ["happy/0.png", "happy/2.png", "happy/3.png"]
    assert faces.skipped == (
        "faces (pictures: 1): a folder that is not called after an expression",
        "faces/bored (pictures: 2): a folder that is not called after an expression",
        "happy/1.png: is cut off: its end is missing",
    )
    with pytest.raises(FacesError, match="strict"):
        load_faces(tmp_path / "faces", strict=True)
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)


@pytest.mark.parametrize("split", [False, True])
def test_drawn_faces_are_read_back(tmp_path, split):
    """Pictures to the pixel, labels by name, splits."""
    drawn = fp.draw_faces(3, 24, seed=5, channels=3, expressions=EXPRESSIONS)
    if split:
        drawn = replace(drawn, split=np.array(["train", "validation", "test"]).repeat(8))
    back = load_faces(write(drawn, tmp_path / "out"))
    pictures = {np.asarray(back.pixels[i]).tobytes(): i for i in range(len(back))}
    order = [pictures[drawn.pixels[i].tobytes()] for i in range(len(drawn))]
    assert sorted(order) == list(range(24))
    assert [words(back)[i] for i in order] == [drawn.expression_names[e] for e in drawn.expression]
    assert (back.split[order].tolist() == drawn.split.tolist()) if split else (back.split is None)


def test_what_the_layout_cannot_hold(tmp_path):
    """Faces without an expression are left out and said; another split, and a full folder, are refused."""
    drawn = fp.draw_faces(1, 24)
    with pytest.raises(FacesError, match="no split 'PublicTest'"):
        write(replace(drawn, split=np.full(7, "PublicTest")), tmp_path / "out")
    drawn.expression[0] = -1
    with pytest.warns(UserWarning, match="a plain folder has no face without an expression: 1 of 7"):
        write(drawn, tmp_path / "out")
    with pytest.warns(UserWarning), pytest.raises(FacesError, match="is not empty"):
        write(drawn, tmp_path / "out")
