"""AffectNet from Kaggle, folders and a table that disagree: made by hand, and drawn faces in that layout."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.affectnet_kaggle import EXPRESSIONS, read, recognises, write

ROWS = [
    "0,anger/image0000006.jpg,surprise,0.8738",
    "1,anger/image0000060.jpg,anger,0.8510",
    "2,happy/image1.png,happy,",
    "3,sad/image2.jpg,contempt,1",
]


def picture(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((8, 8), value, np.uint8))


@pytest.fixture
def by_hand(tmp_path):
    """Pictures in the folders of two splits, two of them in another expression's; a header with spaces."""
    for value, name in enumerate(
        [
            "Train/anger/image0000006.jpg",
            "Train/anger/image0000060.jpg",
            "Train/happy/image1.png",
            "Test/sad/image2.jpg",
        ]
    ):
        picture(tmp_path / name, 10 * value + 10)
    (tmp_path / "labels.csv").write_text("\n".join([", pth , label, relFCs", *ROWS]))
    (tmp_path / "Train" / "anger" / ".DS_Store").write_text("")
    (tmp_path / "Train" / "fear").mkdir()
    return tmp_path


def words(faces):
    return [faces.expression_names[number] for number in faces.expression]


def test_the_table_is_right(by_hand):
    """Where the folder says another expression; how often that is, is told, and each picture's folder kept."""
    faces = load_faces(by_hand)
    assert np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist() == [10, 20, 30, 40]
    assert words(faces) == ["surprise", "anger", "happiness", "contempt"]
    assert faces.attributes["folder"].tolist() == ["anger", "anger", "happiness", "sadness"]
    assert "2 lie in another expression's folder, labels.csv is right" in faces.source
    assert np.array_equal(faces.attributes["relFCs"], [0.8738, 0.851, np.nan, 1], equal_nan=True)
    assert faces.split.tolist() == ["Train", "Train", "Train", "Test"] and faces.skipped == ()
    assert words(load_faces(by_hand, split="test")) == ["contempt"]


@pytest.mark.parametrize("place", ["", "train", "archive (3)/AffectNet"])
def test_pictures_beside_the_table(by_hand, tmp_path, place):
    """The table in a split's folder names that split; elsewhere there is none. Also read by the table's own path."""
    folder = tmp_path / "other" / place
    picture(folder / "anger" / "image0000006.jpg", 50)
    (folder / "labels.csv").write_text(f",pth,label,relFCs\n{ROWS[0]}\n")
    for path in (tmp_path / "other", folder / "labels.csv"):
        faces = load_faces(path)
        assert words(faces) == ["surprise"]
        assert (faces.split is None) if place != "train" else faces.split.tolist() == ["train"]


def test_bad_rows_in_the_middle(by_hand):
    """Named by number and picture; pictures without a row are named too; strict stops at the first."""
    bad = {
        "9,anger/gone.jpg,anger,1": "anger/gone.jpg: there is no such file",
        "9,happy/image1.png,bored,1": "happy/image1.png: 'bored' is no known expression",
        "9,sad/image2.jpg,sad,high": "sad/image2.jpg: relFCs 'high', expected a number",
        "9,sad/image2.jpg": "2 columns, expected 4",
        "9,fear/twice.jpg,fear,1": "fear/twice.jpg: lies in Test and Train",
    }
    (by_hand / "labels.csv").write_text("\n".join([",pth,label,relFCs", *ROWS[:2], *bad, *ROWS[2:]]))
    for split in ("Train", "Test"):
        picture(by_hand / split / "fear" / "twice.jpg", 1)
    picture(by_hand / "Test" / "sad" / "unlisted.jpg", 1)
    (by_hand / "Train" / "anger" / "image0000060.jpg").write_bytes(b"")
    with pytest.warns(UserWarning, match="7 could not be read"):
        faces = load_faces(by_hand)
    assert words(faces) == ["surprise", "happiness", "contempt"]
    expected = [f"labels.csv row {number}: {why}" for number, why in enumerate(bad.values(), start=4)]
    for said, told in zip(faces.skipped, expected, strict=False):
        assert said.startswith(told)
    assert faces.skipped[5:] == (
        "Test/sad/unlisted.jpg: labels.csv has no row of it",
        "labels.csv row 3: anger/image0000060.jpg: an empty file",
    )
    with pytest.raises(FacesError, match="row 4: anger/gone.jpg.*strict"):
        load_faces(by_hand, strict=True)


def test_what_is_no_affectnet(tmp_path):
    """A table of other columns; votes; a folder without a table."""
    (tmp_path / "labels.csv").write_text("name,label\na.jpg,anger\n")
    assert not recognises(tmp_path)
    with pytest.raises(FacesError, match=r"holds no labels\.csv with the columns pth, label, relFCs"):
        load_faces(tmp_path, corpus="affectnet_kaggle")
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)


def test_drawn_faces_are_read_back(tmp_path):
    """Pictures, labels by name, splits and confidences; nothing disagrees."""
    drawn = fp.draw_faces(5, 24, seed=3, expressions=EXPRESSIONS)
    drawn.attributes["relFCs"] = np.linspace(0, 1, 40)
    back = load_faces(write(drawn, tmp_path / "out"))
    assert np.abs(np.asarray(back.pixels[:]).astype(int) - drawn.pixels).max() <= 1
    assert words(back) == [drawn.expression_names[e] for e in drawn.expression]
    assert np.allclose(back.attributes["relFCs"], drawn.attributes["relFCs"])
    assert np.array_equal(back.split == "Test", drawn.subject == sorted(set(drawn.subject))[4])
    assert "; 0 lie in another expression's folder" in back.source


def test_what_the_layout_cannot_hold(tmp_path):
    """Faces without an expression are left out and said; validation, and a folder with something in it, are refused."""
    drawn = fp.draw_faces(1, 24)
    with pytest.raises(FacesError, match="no split 'validation'"):
        write(replace(drawn, split=np.full(len(drawn), "validation")), tmp_path / "out")
    drawn.expression[2] = -1
    with pytest.warns(UserWarning, match="no face without an expression: 1 of 7"):
        write(drawn, tmp_path / "out")
    assert len(read(tmp_path / "out")) == 6
    with pytest.warns(UserWarning), pytest.raises(FacesError, match="is not empty"):
        write(drawn, tmp_path / "out")
