"""A folder of pictures with a table: written, read back, and read as people make it by hand."""

import cv2
import numpy as np
import pytest

from fer_probe.expressions import EXPRESSIONS
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.layouts.face_table import read, recognises, write_face_table

RNG = np.random.default_rng(0)


def faces(channels=1):
    return FaceImages(
        pixels=RNG.integers(0, 256, (4, channels, 6, 5), dtype=np.uint8),
        expression=np.array([1, 0, -1, 1]),
        expression_names=("neutral", "happiness"),
        action_units=np.array([[1, 0], [0, np.nan], [1, 1], [0, 0]], np.float32),
        action_unit_numbers=np.array([6, 12]),
        action_unit_intensity=np.array([[0.5, 0], [0, np.nan], [0.25, 1], [0, 0]], np.float32),
        action_unit_scale="0-1",
        subject=np.array(["A", "A", "B", "B"]),
        split=np.array(["train", "train", "test", "test"]),
        frame=np.array([0, 1, 0, 1]),
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_is_read_back_equal(tmp_path, channels):
    """Pictures, labels by name, subjects, splits, action units and their gaps survive."""
    written = faces(channels)
    write_face_table(written, tmp_path / "out")
    back = read(tmp_path / "out")
    assert np.array_equal(back.pixels, written.pixels)
    names = [back.expression_names[e] if e >= 0 else None for e in back.expression]
    assert names == ["happiness", "neutral", None, "happiness"]
    for name in ("subject", "split", "frame", "action_unit_numbers"):
        assert np.array_equal(getattr(back, name), getattr(written, name))
    for name in ("action_units", "action_unit_intensity"):
        assert np.array_equal(getattr(back, name), getattr(written, name), equal_nan=True)


def test_a_table_made_by_hand(tmp_path):
    """Two columns, a synonym, a space after the comma and an AU without a leading zero are enough."""
    cv2.imwrite(str(tmp_path / "one.png"), np.full((4, 4), 7, np.uint8))
    (tmp_path / "mine.csv").write_text("path, expression,AU4\none.png,Happy,1\n")
    assert recognises(tmp_path / "mine.csv")
    found = read(tmp_path / "mine.csv")
    assert EXPRESSIONS[found.expression[0]] == "happiness"
    assert found.action_unit_numbers.tolist() == [4] and found.action_units.tolist() == [[1.0]]
    assert found.pixels[0, 0, 0, 0] == 7


def test_bad_pictures_and_words_are_named_by_row(tmp_path):
    """A missing picture and an unknown expression are named; the rest is read."""
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4), np.uint8))
    (tmp_path / "faces.csv").write_text("path,expression\na.png,happy\nmissing.png,sad\nb.png,bored\n")
    found = read(tmp_path)
    assert len(found) == 2
    found_skipped = sorted(found.skipped)
    assert found_skipped[0] == "faces.csv row 3: missing.png: there is no such file"
    assert "row 4: 'bored' is no known expression" in found_skipped[1]


def test_every_bad_picture_has_its_own_reason(tmp_path):
    """Missing, empty, damaged, 16 bit and without a path are told apart."""
    cv2.imwrite(str(tmp_path / "good.png"), np.zeros((4, 4), np.uint8))
    cv2.imwrite(str(tmp_path / "deep.png"), np.zeros((4, 4), np.uint16))
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "torn.png").write_bytes(b"nothing")
    names = ["good.png", "missing.png", "empty.png", "torn.png", "deep.png", ""]
    (tmp_path / "faces.csv").write_text("path,subject\n" + "".join(f"{name},A\n" for name in names))
    assert sorted(read(tmp_path, check=True).skipped) == [
        "faces.csv row 3: missing.png: cannot be opened (No such file or directory)",
        "faces.csv row 4: empty.png: an empty file",
        "faces.csv row 5: torn.png: cannot be decoded; it is damaged, or no picture",
        "faces.csv row 6: deep.png: 16 bits a channel, expected 8",
        "faces.csv row 7: no path",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("path,subject\na.png,Zoë\n".encode("latin-1"), "is not UTF-8"),
        (b"", "is empty; expected a header"),
        (b"path\na.png\nb.png,1,2,3\n", "is no table"),
        (b"file,expression\na.png,happy\n", "has no column 'path'; its columns are file, expression"),
    ],
)
def test_tables_that_are_none(tmp_path, content, told):
    """Another encoding, an empty file, torn rows and other columns: the table is named with the reason."""
    (tmp_path / "faces.csv").write_bytes(content)
    with pytest.raises(FacesError, match=f"faces.csv {told}"):
        read(tmp_path)


def test_a_table_that_is_not_there(tmp_path):
    """A folder that is named as this corpus and has no table."""
    with pytest.raises(FacesError, match=r"faces\.csv cannot be read \(No such file"):
        read(tmp_path)


def test_a_place_that_cannot_be_written(tmp_path):
    """A file where a folder is needed is the user's error, not a traceback."""
    (tmp_path / "file").write_text("")
    for folder in ("file", "file/deeper"):
        with pytest.raises(FacesError, match="cannot be written"):
            write_face_table(faces(), tmp_path / folder)


def test_a_table_with_a_byte_order_mark(tmp_path):
    """Spreadsheets put one before the first column's name."""
    (tmp_path / "faces.csv").write_text("path\na.png\n", encoding="utf-8-sig")
    assert recognises(tmp_path)


def test_a_number_that_is_none_is_refused(tmp_path):
    """An action unit that is a word is an error with row and column."""
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((4, 4), np.uint8))
    (tmp_path / "faces.csv").write_text("path,AU01\na.png,strong\n")
    with pytest.raises(FacesError, match="row 2: AU01 is 'strong', expected a number"):
        read(tmp_path)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    """Writing into a folder that is not empty is refused, and nothing in it changes."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FacesError, match="not empty"):
        write_face_table(faces(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
