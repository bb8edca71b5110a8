"""RAF-DB: made by hand as its authors hand it out; drawn faces written and read back; bad lines and files named."""

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts import raf_db
from fer_probe.faces.splits import subject_split

LINES = ["train_00001.jpg 5", "train_00002.jpg 1", "test_0001.jpg 7", "test_0002.jpg 2", "train_00003.jpg 3",
         "train_00004.jpg 4", "train_00005.jpg 6"]  # fmt: skip
WORDS = ["sadness", "surprise", "neutral", "fear", "disgust", "happiness", "anger"]


@pytest.fixture
def handmade(tmp_path):
    """Seven lines, a code each; colours that survive JPEG; a Mac's leftovers."""
    root = tmp_path / "RAF-DB" / "basic"
    (root / "EmoLabel").mkdir(parents=True)
    (root / "Image" / "aligned").mkdir(parents=True)
    (root / "Image" / "original").mkdir(parents=True)
    (root / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(LINES) + "\n")
    for number, line in enumerate(LINES):
        name = line.split(".")[0]
        cv2.imwrite(
            str(root / "Image" / "aligned" / f"{name}_aligned.jpg"), np.full((20, 20, 3), 30 * number, np.uint8)
        )
        cv2.imwrite(str(root / "Image" / "original" / f"{name}.jpg"), np.full((30, 50, 3), 255, np.uint8))
    (root / "Image" / "aligned" / ".DS_Store").write_text("")
    return root


@pytest.mark.parametrize("above", [0, 1, 2])
def test_made_by_hand(handmade, above):
    """The aligned pictures, by the list's codes, which begin at 1; the split stands in the name; nobody is known."""
    faces = load_faces([handmade, *handmade.parents][above])
    assert faces.pixels.shape == (7, 3, 20, 20) and faces.skipped == ()
    assert faces.pixels[:, 0, 0, 0].tolist() == [0, 30, 60, 90, 120, 150, 180]
    assert [faces.expression_names[e] for e in faces.expression] == WORDS
    assert faces.split.tolist() == ["train", "train", "test", "test", "train", "train", "train"]
    assert len(load_faces(handmade, split="test")) == 2
    with pytest.raises(FacesError, match="who is seen"):
        subject_split(faces, {"train": 0.5, "test": 0.5})


def test_what_is_wrong_is_named_and_the_rest_goes_on(handmade):
    """A torn picture, one that is missing, one that no line names, lines that are none."""
    torn = handmade / "Image" / "aligned" / "train_00002_aligned.jpg"
    torn.write_bytes(torn.read_bytes()[:-8])
    (handmade / "Image" / "aligned" / "train_00003_aligned.jpg").rename(torn.with_name("stranger.jpg"))
    table = handmade / "EmoLabel" / "list_patition_label.txt"
    table.write_text(table.read_text() + "train_00006.jpg 8\ntrain_00007.jpg\nface.jpg 1\n")
    with pytest.warns(UserWarning, match="6 could not be read"):
        faces = load_faces(handmade)
    assert sorted(faces.skipped) == [
        "aligned/stranger.jpg: list_patition_label.txt does not name it",
        "list_patition_label.txt line 10: 'face.jpg' begins neither with train_ nor with test_",
        "list_patition_label.txt line 2: train_00002_aligned.jpg: is cut off: its end is missing",
        "list_patition_label.txt line 5: train_00003_aligned.jpg: there is no such file",
        "list_patition_label.txt line 8: label '8', expected 1 to 7",
        "list_patition_label.txt line 9: 1 words, expected a name and a label, such as train_00001.jpg 5",
    ]
    assert [faces.expression_names[e] for e in faces.expression] == [WORDS[i] for i in (0, 2, 3, 5, 6)]
    with pytest.raises(FacesError, match="strict"):
        load_faces(handmade, strict=True)


def test_parts_that_are_missing(tmp_path):
    """No list, no aligned pictures, votes: each with what was expected."""
    with pytest.raises(FacesError, match=r"holds no list_patition_label\.txt"):
        load_faces(tmp_path, "raf_db")
    (tmp_path / "list_patition_label.txt").write_text("train_00001.jpg 5\n")
    with pytest.raises(FacesError, match="holds no folder Image/aligned"):
        load_faces(tmp_path)
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        load_faces(tmp_path, votes=tmp_path / "fer2013new.csv")


def test_drawn_faces_are_read_back_equal(tmp_path):
    """Labels by name and splits to the letter, pictures as far as JPEG allows; contempt is left out and said."""
    drawn = fp.draw_faces(subjects=5, size=32, channels=3, expressions=("contempt", "happiness", "anger"))
    with pytest.warns(UserWarning, match="RAF-DB has no contempt: 5 of 15 faces are left out"):
        raf_db.write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    kept = drawn.select(drawn.expression > 0)
    assert back.pixels.shape == kept.pixels.shape
    assert (
        np.abs(back.pixels[:].astype(int) - kept.pixels).mean() < 4 < np.abs(np.diff(kept.pixels[:, 0], axis=0)).mean()
    )
    assert [back.expression_names[e] for e in back.expression] == ["happiness", "anger"] * 5
    assert back.split.tolist() == ["train"] * 8 + ["test"] * 2
    names = sorted(path.name for path in (tmp_path / "out/Image/aligned").iterdir())
    assert names[:3] == ["test_0001_aligned.jpg", "test_0002_aligned.jpg", "train_00001_aligned.jpg"]
    with pytest.raises(FacesError, match="not empty"):
        raf_db.write(kept, tmp_path / "out")
