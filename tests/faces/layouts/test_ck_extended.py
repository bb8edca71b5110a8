"""``ckextended.csv``: made by hand, its own code, no subjects; drawn faces written and read back; bad rows named."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces import parsed_cache
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts import ck_extended
from fer_probe.faces.splits import subject_split

PICTURES = np.random.default_rng(0).integers(0, 256, (8, 1, 48, 48), np.uint8)
#: By code, as the table's owner has it; contempt is 7, and neutral is not 0.
WORDS = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt"]
USAGES = ["Training"] * 5 + ["PublicTest", "PrivateTest", "PrivateTest"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Nothing is kept outside the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def table(tmp_path):
    """A row of each code."""
    path = tmp_path / "archive" / "ckextended.csv"
    path.parent.mkdir()
    rows = [f"{code},{' '.join(map(str, PICTURES[code].ravel()))},{USAGES[code]}" for code in range(8)]
    path.write_text("\n".join(["emotion,pixels,Usage", *rows]) + "\n")
    return path


@pytest.mark.parametrize("by_folder", [False, True])
def test_made_by_hand(table, by_folder):
    """It looks like FER2013's table and has another code: pictures, names and splits, nobody known."""
    faces = load_faces(table.parent if by_folder else table)
    assert faces.source == "CK+ without subjects (ckextended.csv)" and faces.skipped == ()
    np.testing.assert_array_equal(faces.pixels, PICTURES)
    assert [faces.expression_names[e] for e in faces.expression] == WORDS
    assert faces.split.tolist() == USAGES and faces.subject is None and faces.sequence is None
    assert len(load_faces(table, split="test")) == 2


def test_a_split_by_subject_is_refused(table):
    """The table has lost who is seen, and that is the reason given."""
    with pytest.raises(FacesError, match="ckextended.csv.* who is seen"):
        subject_split(load_faces(table), {"train": 0.5, "test": 0.5})


def test_bad_rows_are_named_and_the_rest_goes_on(table):
    """A code beyond contempt, a row that is cut off, a usage that is none."""
    lines = table.read_text().splitlines()
    lines[2] = "8" + lines[2][1:]
    lines[4] = lines[4][:200]
    lines[6] = lines[6].replace("PublicTest", "Dev")
    table.write_text("\n".join(lines))
    with pytest.warns(UserWarning, match="3 could not be read"):
        faces = load_faces(table)
    assert list(faces.skipped) == [
        "ckextended.csv row 3: emotion '8', expected 0 to 7",
        "ckextended.csv row 5: 2 columns, expected 3 (emotion, pixels, Usage)",
        "ckextended.csv row 7: usage 'Dev', expected Training, PublicTest, PrivateTest",
    ]
    np.testing.assert_array_equal(faces.pixels, PICTURES[[0, 2, 4, 6, 7]])
    with pytest.raises(FacesError, match="strict"):
        load_faces(table, strict=True)


def test_read_as_fer2013_first(table, monkeypatch):
    """What the cache keeps of a table is kept by corpus: contempt is no bad row because it once was."""
    monkeypatch.setattr(parsed_cache, "SMALLEST", 0)
    with pytest.warns(UserWarning, match="emotion '7', expected 0 to 6"):
        assert len(load_faces(table, "fer2013")) == 7
    assert len(load_faces(table)) == 8


def test_what_is_no_such_table(tmp_path, table):
    """Another name is FER2013's; a folder without it; a file that only pretends to be packed; votes."""
    renamed = table.rename(table.with_name("faces48.csv"))
    assert not ck_extended.recognises(renamed) and len(load_faces(renamed, "ck_extended")) == 8
    with pytest.raises(FacesError, match=r"holds no ckextended\.csv"):
        load_faces(table.parent, "ck_extended")
    torn = tmp_path / "ckextended.csv.xz"
    torn.write_bytes(b"nothing")
    with pytest.raises(FacesError, match="is damaged or no text"):
        load_faces(torn, "ck_extended")
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        load_faces(renamed, "ck_extended", votes=tmp_path / "fer2013new.csv")


def test_drawn_faces_are_read_back_equal(tmp_path):
    """Pictures, labels by name and splits; whole subjects are divided, as no split is drawn."""
    drawn = fp.draw_faces(subjects=5, size=48, expressions=("contempt", "neutral"))
    written = ck_extended.write(drawn, tmp_path / "out")
    assert written == tmp_path / "out" / "ckextended.csv"
    back = load_faces(tmp_path / "out")
    np.testing.assert_array_equal(back.pixels, drawn.pixels)
    assert [back.expression_names[e] for e in back.expression] == ["contempt", "neutral"] * 5
    assert [sorted(set(drawn.subject[back.split == usage])) for usage in ("Training", "PublicTest", "PrivateTest")] == [
        ["D000", "D001", "D002"], ["D003"], ["D004"],
    ]  # fmt: skip
    with pytest.raises(FacesError, match="not empty"):
        ck_extended.write(drawn, tmp_path / "out")


def test_other_sizes_and_colours_become_the_tables(tmp_path):
    """The table holds 48×48 grey and nothing else."""
    drawn = fp.draw_faces(subjects=1, size=96, channels=3, expressions=("fear",))
    back = load_faces(ck_extended.write(drawn, tmp_path / "out"))
    halved = drawn.pixels[0].reshape(3, 48, 2, 48, 2).mean((2, 4))
    grey = np.tensordot([0.299, 0.587, 0.114], halved, axes=1)
    assert back.pixels.shape == (1, 1, 48, 48) and np.abs(back.pixels[0, 0] - grey).max() < 1.5
