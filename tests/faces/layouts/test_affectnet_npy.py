"""AffectNet's later release, pictures with arrays: made by hand, and drawn faces in that layout."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.affectnet_npy import EXPRESSIONS, read, recognises, write

POINTS = np.arange(136.0)


def annotated(folder, name, value, **arrays):
    """A picture of one grey and the arrays that are given."""
    for kind in ("images", "annotations"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "images" / f"{name}.jpg"), np.full((8, 8), value, np.uint8))
    for kind, array in arrays.items():
        np.save(folder / "annotations" / f"{name}_{kind}.npy", array)


@pytest.fixture
def by_hand(tmp_path):
    """Codes as words, whole numbers and fractions; landmarks in three shapes; 10 that comes after 2."""
    train, val = tmp_path / "AffectNet" / "train_set", tmp_path / "AffectNet" / "val_set"
    annotated(train, 10, 30, exp=np.float32(10), val=np.array("-2"), aro=np.array("-2"), lnd=POINTS)
    annotated(train, 2, 20, exp=np.array("1"), val=np.array("0.75"), aro=np.float64(-0.5), lnd=POINTS.reshape(68, 2))
    annotated(train, 0, 10, exp=np.int64(7), val=np.float32(0.25), aro=np.array(["1"]), lnd=POINTS.astype("<U8")[None])
    annotated(val, 5, 40, exp=np.array("6"))
    (train / "images" / ".DS_Store").write_text("")
    (train / "annotations" / ".DS_Store").write_text("")
    return tmp_path


def words(faces):
    return [faces.expression_names[number] if number >= 0 else "" for number in faces.expression]


def test_the_layout_by_hand(by_hand):
    """Numbers in their order, labels by name, what is not there is not known."""
    assert recognises(by_hand) and recognises(by_hand / "AffectNet" / "val_set")
    faces = load_faces(by_hand)
    assert np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist() == [10, 20, 30, 40]
    assert words(faces) == ["contempt", "happiness", "", "anger"]
    assert faces.attributes["no_expression"].tolist() == ["", "", "no face", ""]
    assert np.array_equal(faces.attributes["valence"], [0.25, 0.75, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(faces.attributes["arousal"], [1, -0.5, np.nan, np.nan], equal_nan=True)
    assert (faces.landmarks[:3] == POINTS.reshape(68, 2)).all() and np.isnan(faces.landmarks[3]).all()
    assert faces.split.tolist() == ["train_set"] * 3 + ["val_set"] and faces.skipped == ()
    assert len(load_faces(by_hand, split="train")) == 3


def test_bad_files_in_the_middle(by_hand):
    """Named with the array that is wrong; the rest goes on, and strict stops at the first."""
    train = by_hand / "AffectNet" / "train_set"
    annotated(train, 3, 1)
    annotated(train, 4, 1, exp=np.array("12"))
    annotated(train, 5, 1, exp=np.array([1, 2]))
    annotated(train, 6, 1, exp=np.array("1"), lnd=np.zeros(10))
    annotated(train, 7, 1, exp=np.array("1"), val=np.array("much"))
    annotated(train, 8, 1, exp=np.array([{}], dtype=object))
    annotated(train, 9, 1, exp=np.array("1"))
    (train / "annotations" / "9_aro.npy").write_bytes(b"\x93NUMPY")
    annotated(train, 11, 1, exp=np.array("1"))
    (train / "images" / "11.jpg").write_bytes(b"")
    with pytest.warns(UserWarning, match="8 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 4
    told = [
        ("3.jpg", "expression 'not there', expected 0 to 10"), ("4.jpg", "expression '12'"),
        ("5.jpg", "5_exp.npy holds 2 entries, expected one"), ("6.jpg", "6_lnd.npy holds 10 numbers, expected 136"),
        ("7.jpg", "valence 'much', expected -1 to 1"), ("8.jpg", "8_exp.npy is no array that can be read"),
        ("9.jpg", "9_aro.npy is no array that can be read"), ("11.jpg", "an empty file"),
    ]  # fmt: skip
    for said, (name, why) in zip(faces.skipped, told, strict=True):
        assert said.startswith(f"AffectNet/train_set/images/{name}: ") and why in said
    with pytest.raises(FacesError, match=r"3\.jpg.*strict"):
        load_faces(by_hand, strict=True)


def test_what_is_no_affectnet(tmp_path):
    """Pictures without arrays; votes."""
    annotated(tmp_path / "train_set", 0, 1)
    assert not recognises(tmp_path)
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)


def test_drawn_faces_are_read_back(tmp_path):
    """Pictures, labels by name, landmarks, splits and ratings."""
    drawn = fp.draw_faces(2, 24, seed=2, channels=3, expressions=EXPRESSIONS)
    drawn.expression[5] = -1
    drawn.attributes["arousal"] = np.linspace(-1, 1, 16)
    splits = np.array(["train", "validation"]).repeat(8)
    back = load_faces(write(replace(drawn, split=splits), tmp_path / "out"))
    assert np.abs(np.asarray(back.pixels[:]).astype(int) - drawn.pixels).max() <= 5
    assert words(back) == [drawn.expression_names[e] if e >= 0 else "" for e in drawn.expression]
    assert np.allclose(back.landmarks, drawn.landmarks, atol=1e-5)
    assert np.allclose(back.attributes["arousal"], drawn.attributes["arousal"])
    assert np.isnan(back.attributes["valence"]).all()
    assert back.split.tolist() == ["train_set"] * 8 + ["val_set"] * 8
    with pytest.raises(FacesError, match="is not empty"):
        write(drawn, tmp_path / "out")
