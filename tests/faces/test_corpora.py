"""Corpora: recognised or named; Kaggle's folders read by name; what is not known says what would be."""

import re

import cv2
import numpy as np
import pytest

from fer_probe.faces.corpora import READERS, load_faces
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts import fer2013, fer2013_folders


def picture(path, value, side=48):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((side, side), value, np.uint8))


@pytest.fixture
def folders(tmp_path):
    """Handmade as Kaggle has them, with the strangers that folders gather."""
    root = tmp_path / "archive"
    picture(root / "train" / "neutral" / "Training_1.png", 10)
    picture(root / "train" / "angry" / "Training_2.png", 20)
    picture(root / "test" / "surprise" / "PublicTest_3.png", 30)
    picture(root / "test" / "happy" / "PrivateTest_4.png", 40)
    picture(root / "test" / "sad" / "renamed.png", 50)
    (root / "train" / "fear").mkdir()
    (root / "train" / ".DS_Store").write_text("")
    (root / "train" / "angry" / ".DS_Store").write_text("")
    (root / "train" / "angry" / "notes.txt").write_text("")
    return root


@pytest.mark.parametrize("deeper", [False, True])
def test_folders_are_read_by_name(folders, deeper):
    """Neutral is neutral though alphabetical order would make it sadness; one folder too high is found."""
    faces = load_faces(folders.parent if deeper else folders)
    found = {int(p[0, 0, 0]): (faces.expression_names[e], s) for p, e, s in zip(
        faces.pixels, faces.expression, faces.split, strict=True)}  # fmt: skip
    assert found == {
        10: ("neutral", "Training"),
        20: ("anger", "Training"),
        30: ("surprise", "PublicTest"),
        40: ("happiness", "PrivateTest"),
        50: ("sadness", "Test"),
    }
    assert any(path.endswith("train/angry/Training_2.png") for path in faces.path)


def test_written_folders_are_read_back(tmp_path):
    """Labels and splits are equal, pictures within what JPEG loses; neutral faces lie in ``neutral``."""
    faces = draw_faces(5, 48, seed=0)
    fer2013_folders.write(faces, tmp_path / "drawn")
    back = load_faces(tmp_path / "drawn", strict=True)
    assert len(back) == len(faces) == 35
    order = np.array([int(re.search(r"_(\d+)\.jpg", path)[1]) for path in back.path])
    assert (
        np.array(back.expression_names)[back.expression] == np.array(faces.expression_names)[faces.expression][order]
    ).all()
    assert np.abs(back.pixels.astype(int) - faces.pixels[order]).max() <= 2
    people = {split: set(faces.subject[order[back.split == split]]) for split in fer2013.USAGES}
    assert [len(group) for group in people.values()] == [3, 1, 1]
    assert sum(path.startswith("drawn/train/neutral/") or "train/neutral/" in path for path in back.path) == 3
    with pytest.raises(FacesError, match="not empty"):
        fer2013_folders.write(faces, tmp_path / "drawn")


@pytest.mark.parametrize(("split", "values"), [("train", {10, 20}), ("validation", {30}), ("test", {40, 50})])
def test_splits_of_folders(folders, split, values):
    """The split stands in the file's name; the folder's counts where the name tells nothing."""
    assert set(load_faces(folders, split=split).pixels[:, 0, 0, 0].tolist()) == values


def test_bad_pictures_are_named(folders):
    """Empty, torn, of another size, of an expression FER2013 does not have."""
    (folders / "train" / "angry" / "empty.jpg").write_bytes(b"")
    (folders / "train" / "angry" / "torn.jpg").write_bytes(b"nothing")
    picture(folders / "train" / "angry" / "large.png", 9, side=64)
    picture(folders / "train" / "contempt" / "Training_9.png", 9)
    picture(folders / "train" / "other" / "Training_9.png", 9)
    with pytest.warns(UserWarning, match="5 could not be read"):
        faces = load_faces(folders)
    assert len(faces) == 5
    told = "\n".join(faces.skipped)
    for part in ("empty.jpg: no readable", "torn.jpg: no readable", "large.png: 64×64", "no contempt", "'other'"):
        assert part in told
    with pytest.raises(FacesError, match="strict"):
        load_faces(folders, strict=True)


def test_votes_do_not_join_folders(folders, tmp_path):
    """The order of rows is lost there."""
    with pytest.raises(FacesError, match="order of the table's rows"):
        load_faces(folders, votes=tmp_path / "fer2013new.csv")


@pytest.mark.parametrize(("name", "content"), [("notes.txt", "x"), ("a.csv", "a,b\n")])
def test_what_is_not_known_says_what_is(tmp_path, name, content):
    """Every layout is listed."""
    (tmp_path / name).write_text(content)
    with pytest.raises(FacesError, match=r"no corpus that is known.*fer2013\.csv.*Training_123"):
        load_faces(tmp_path / name)


def test_what_is_not_known_is_told_as_it_was_seen(tmp_path):
    """Columns, an empty file, a picture, a folder's files: first what lies there, in words for both doors."""
    root = tmp_path / "pictures"
    for i in range(3):
        picture(root / f"{i}.png", i)
    (tmp_path / "a.csv").write_text("image, label\n1,2\n")
    (tmp_path / "b.csv").write_text("")
    (tmp_path / "c.npz").write_text("x")
    (tmp_path / "none").mkdir()
    seen = {
        "a.csv": "a table with the columns image, label", "b.csv": "an empty file", "c.npz": "a .npz file",
        "pictures": "a folder with 3 .png files and no table", "pictures/0.png": "a single picture",
        "none": "an empty folder",
    }  # fmt: skip
    for name, words in seen.items():
        with pytest.raises(FacesError, match=f"{name} is {re.escape(words)}: no corpus") as told:
            load_faces(tmp_path / name)
        assert "name the corpus" in str(told.value) and "corpus=" not in str(told.value)
    (root / "labels.csv").write_text("image,label\n")
    told_table = "3 .png files and labels.csv, a table with the columns image, label: no corpus"
    with pytest.raises(FacesError, match=re.escape(told_table)):
        load_faces(root)


def test_what_is_not_there(tmp_path, folders):
    """A missing path, an unknown corpus, an unknown split: each by name."""
    with pytest.raises(FacesError, match="nothing at"):
        load_faces(tmp_path / "missing.csv")
    with pytest.raises(FacesError, match=f"no corpus 'fer'; known are {', '.join(READERS)}"):
        load_faces(folders, "fer")
    with pytest.raises(FacesError, match="no split 'dev'; it has PrivateTest"):
        load_faces(folders, split="dev")
    with pytest.raises(FacesError, match=r"holds no fer2013\.csv"):
        load_faces(folders, "fer2013")
