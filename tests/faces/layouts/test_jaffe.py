"""JAFFE: made by hand, names alone tell; drawn faces written and read back; bad files named."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts import jaffe

#: As the corpus has them: the last number runs through all pictures.
NAMES = {
    "KA.AN1.39": "anger", "KA.DI2.43": "disgust", "KA.FE1.45": "fear", "KA.HA1.29": "happiness", "KM.NE1.1": "neutral",
    "KM.SA1.9": "sadness", "KM.SU3.16": "surprise", "YM.HA2.53": "happiness",
}  # fmt: skip


def picture(file, value):
    cv2.imwrite(str(file), np.full((16, 16), value, np.uint8))


@pytest.fixture
def handmade(tmp_path):
    """Eight pictures of three women beside a text and a Mac's leftovers."""
    root = tmp_path / "archive" / "jaffe"
    root.mkdir(parents=True)
    for value, name in enumerate(NAMES):
        picture(root / f"{name}.tiff", value)
    (root / "README_FIRST.txt").write_text("JAFFE")
    (root / ".DS_Store").write_text("")
    (root / "._KA.AN1.39.tiff").write_text("")
    return root


@pytest.mark.parametrize("above", [0, 1, 2])
def test_made_by_hand(handmade, above):
    """Subject and expression by name; there are no splits and no recordings."""
    faces = load_faces([handmade, *handmade.parents][above])
    assert faces.source == "JAFFE" and faces.pixels.shape == (8, 1, 16, 16) and faces.skipped == ()
    names = list(NAMES)
    order = [names[value] for value in faces.pixels[:, 0, 0, 0]]
    assert sorted(order) == sorted(names)
    assert [faces.expression_names[e] for e in faces.expression] == [NAMES[name] for name in order]
    assert faces.subject.tolist() == [name[:2] for name in order]
    assert faces.split is None and faces.sequence is None


def test_what_is_wrong_is_named_and_the_rest_goes_on(handmade):
    """A file that is empty, names that tell nothing, an expression that JAFFE does not have."""
    (handmade / "KM.NE1.1.tiff").write_bytes(b"")
    picture(handmade / "face.tiff", 99)
    picture(handmade / "KA.CO1.50.tiff", 99)
    with pytest.warns(UserWarning, match="3 could not be read"):
        faces = load_faces(handmade)
    expected = "a name that tells no subject and none of AN, DI, FE, HA, NE, SA, SU, expected such as KA.AN1.39.tiff"
    assert sorted(faces.skipped) == [
        f"KA.CO1.50.tiff: {expected}", "KM.NE1.1.tiff: an empty file", f"face.tiff: {expected}",
    ]  # fmt: skip
    assert len(faces) == 7
    with pytest.raises(FacesError, match="strict"):
        load_faces(handmade, strict=True)


def test_other_pictures_are_another_corpus(tmp_path, handmade):
    """It is known by its names. Votes belong to FER2013."""
    picture(tmp_path / "face.tiff", 1)
    assert not any(jaffe.recognises(path) for path in (tmp_path / "face.tiff", tmp_path / "nowhere"))
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        load_faces(handmade, votes=tmp_path / "fer2013new.csv")


def test_drawn_faces_are_read_back_equal(tmp_path):
    """Pictures, labels by name and people, of whom several show the same twice; contempt is left out and said."""
    drawn = fp.draw_faces(subjects=2, size=24, per_subject=2, expressions=("contempt", "sadness", "neutral"))
    with pytest.warns(UserWarning, match="JAFFE has no contempt: 4 of 12 faces are left out"):
        jaffe.write(drawn, tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names[:4] == ["AA.NE1.2.tiff", "AA.NE2.4.tiff", "AA.SA1.1.tiff", "AA.SA2.3.tiff"] and len(names) == 8
    back, kept = load_faces(tmp_path / "out"), drawn.select(drawn.expression > 0)
    order = [int(path.split(".")[2]) - 1 for path in back.path]
    np.testing.assert_array_equal(back.pixels[:], kept.pixels[order])
    for faces in (back, kept.select(order)):
        words = [faces.expression_names[e] for e in faces.expression]
        assert words == ["neutral", "neutral", "sadness", "sadness"] * 2
        assert np.unique(faces.subject, return_inverse=True)[1].tolist() == [0] * 4 + [1] * 4


def test_what_cannot_be_written_is_refused(tmp_path):
    """More people than two letters tell apart; a folder that holds something."""
    one = fp.draw_faces(subjects=1, size=16, expressions=("fear",))
    crowd = one.select(np.zeros(677, int))
    crowd = replace(crowd, subject=np.array([f"D{i:03d}" for i in range(677)]))
    with pytest.raises(FacesError, match="tell 676 apart"):
        jaffe.write(crowd, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FacesError, match="not empty"):
        jaffe.write(one, tmp_path)
