"""FER2013: hand-written tables in every variant that occurs; bad rows named by number; FERPlus by row; the cache."""

import bz2
import gzip
import lzma
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces import parsed_cache
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts import fer2013

SIDE = 48
PICTURES = np.random.default_rng(0).integers(0, 256, (4, 1, SIDE, SIDE), np.uint8)
LABELS = [3, 6, 0, 1]
USAGES = ["Training", "PublicTest", "PrivateTest", "Training"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Nothing is kept outside the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def text_of(picture):
    return " ".join(map(str, picture.ravel()))


def rows():
    return [
        f"{label},{text_of(picture)},{usage}" for label, picture, usage in zip(LABELS, PICTURES, USAGES, strict=True)
    ]


def written(path, lines, header="emotion,pixels,Usage"):
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def assert_the_four(faces):
    np.testing.assert_array_equal(faces.pixels, PICTURES)
    assert [faces.expression_names[i] for i in faces.expression] == ["happiness", "neutral", "anger", "disgust"]
    assert faces.split.tolist() == USAGES
    assert faces.skipped == ()


def test_the_table(tmp_path):
    """Pixels, labels by name, splits, and a place for every row."""
    faces = load_faces(written(tmp_path / "fer2013.csv", rows()))
    assert_the_four(faces)
    assert faces.path.tolist() == [f"fer2013.csv#row {n}" for n in (2, 3, 4, 5)]
    assert faces.action_units.shape == (4, 0)


def test_a_constant_picture_is_a_picture(tmp_path):
    """FER2013 has twelve of them: kept with their label, and zeros once each picture is standardised by itself."""
    table = tmp_path / "fer2013.csv"
    table.write_text("emotion,pixels,Usage\n" + f"3,{' '.join(['77'] * 2304)},Training\n")
    faces = load_faces(table)
    assert (faces.pixels == 77).all() and faces.expression.tolist() == [3] and not faces.skipped
    assert not fp.Preprocessing(48, per_picture=True)(faces)[0:1].any()


def test_the_folder_of_the_table_will_do(tmp_path):
    """People point at the folder they unpacked."""
    written(tmp_path / "fer2013.csv", rows())
    assert_the_four(load_faces(tmp_path))


def test_spaces_in_the_header_and_another_order(tmp_path):
    """``icml_face_data.csv`` writes "emotion, Usage, pixels"."""
    lines = [f"{a},{u},{text_of(p)}" for a, p, u in zip(LABELS, PICTURES, USAGES, strict=True)]
    assert_the_four(load_faces(written(tmp_path / "icml_face_data.csv", lines, "emotion, Usage, pixels")))


def test_quotes_a_byte_order_mark_and_windows_lines(tmp_path):
    """Tables that went through a spreadsheet."""
    lines = [f'{a},"{text_of(p)}",{u}' for a, p, u in zip(LABELS, PICTURES, USAGES, strict=True)]
    path = tmp_path / "fer2013.csv"
    path.write_bytes(("\ufeffemotion,pixels,Usage\r\n" + "\r\n".join(lines) + "\r\n").encode())
    assert_the_four(load_faces(path))


@pytest.mark.parametrize("ending", [".xz", ".gz", ".bz2", ".zip"])
def test_compressed(tmp_path, ending):
    """Read as they are, without unpacking."""
    plain = written(tmp_path / "plain.csv", rows())
    path = tmp_path / f"fer2013.csv{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/._fer2013.csv", "nothing")
            archive.write(plain, "fer2013/fer2013.csv")
    else:
        pack = {".xz": lzma.compress, ".gz": gzip.compress, ".bz2": bz2.compress}[ending]
        path.write_bytes(pack(plain.read_bytes()))
    assert_the_four(load_faces(path))


def test_the_challenges_tables(tmp_path):
    """``train.csv`` is all Training; ``test.csv`` has no labels and a split of its own."""
    train = load_faces(written(tmp_path / "train.csv", [r.rsplit(",", 1)[0] for r in rows()], "emotion,pixels"))
    assert set(train.split) == {"Training"}
    test = load_faces(written(tmp_path / "test.csv", map(text_of, PICTURES), "pixels"), split="test")
    assert test.expression.tolist() == [-1] * 4
    np.testing.assert_array_equal(test.pixels, PICTURES)


@pytest.mark.parametrize(
    ("split", "kept"),
    [("train", [0, 3]), ("validation", [1]), ("test", [2]), ("PublicTest", [1]), ("Training", [0, 3])],
)
def test_splits_by_either_name(tmp_path, split, kept):
    """Ours or the owners'."""
    faces = load_faces(written(tmp_path / "fer2013.csv", rows()), split=split)
    np.testing.assert_array_equal(faces.pixels, PICTURES[kept])


BAD_ROWS = {
    "too few pixels": ("0,1 2 3,Training", "3 pixels, expected 2304"),
    "too bright": (f"0,256 {text_of(PICTURES[0])[4:]},Training", None),
    "above 255": ("0," + " ".join(["256"] + ["0"] * 2303) + ",Training", "from 0 to 256"),
    "negative": ("0," + " ".join(["-1"] + ["0"] * 2303) + ",Training", "from -1 to 0"),
    "no numbers": ("0,abc,Training", "no whole numbers"),
    "a fraction": ("0," + " ".join(["0"] * 2303 + ["0.5"]) + ",Training", "no whole numbers"),
    "trailing letters": ("0," + " ".join(["0"] * 2304) + " x,Training", "no whole numbers"),
    "no pixels": ("0,,Training", None),
    "label 7": (f"7,{text_of(PICTURES[0])},Training", "emotion '7', expected 0 to 6"),
    "no label": (f",{text_of(PICTURES[0])},Training", "emotion ''"),
    "unknown usage": (f"0,{text_of(PICTURES[0])},Validation", "usage 'Validation'"),
    "a missing column": (f"0,{text_of(PICTURES[0])}", "2 columns, expected 3"),
    "an empty row": ("", "0 columns"),
    "one column more": (f"0,{text_of(PICTURES[0])},Training,9", "4 columns"),
}


@pytest.mark.parametrize("fault", [name for name in BAD_ROWS if BAD_ROWS[name][1]])
def test_a_bad_row_is_named_and_the_rest_goes_on(tmp_path, fault):
    """Its number and reason, once as a warning and for good in ``skipped``; strict stops there."""
    bad, reason = BAD_ROWS[fault]
    path = written(tmp_path / "fer2013.csv", [rows()[0], bad, *rows()[1:]])
    with pytest.warns(UserWarning, match=r"1 could not be read: fer2013\.csv row 3: "):
        faces = load_faces(path)
    np.testing.assert_array_equal(faces.pixels, PICTURES)
    assert faces.path.tolist() == [f"fer2013.csv#row {n}" for n in (2, 4, 5, 6)]
    assert faces.split.tolist() == USAGES
    assert len(faces.skipped) == 1
    assert faces.skipped[0].startswith("fer2013.csv row 3: ")
    assert reason in faces.skipped[0]
    with pytest.raises(FacesError, match=r"fer2013\.csv row 3: .*strict"):
        load_faces(path, strict=True)


def test_nothing_but_bad_rows(tmp_path):
    """An error, not an empty set."""
    path = written(tmp_path / "fer2013.csv", ["0,1 2 3,Training"] * 5)
    with (
        pytest.warns(UserWarning, match=r"5 could not be read.*row 2.*row 3.*row 4.*all of them"),
        pytest.raises(FacesError, match="no face that can be read"),
    ):
        load_faces(path)


VOTES_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def votes_file(path, usages, offset=0):
    lines = [f"{usage},,{i + offset},0,0,0,0,0,0,0,0,1" for i, usage in enumerate(usages)]
    return written(path, lines, VOTES_HEADER)


def test_votes_join_by_row(tmp_path):
    """In the order of rows, past a bad one, and picked along with a split; names are never looked at."""
    table = written(tmp_path / "fer2013.csv", [rows()[0], "9,1,Training", *rows()[1:]])
    votes = votes_file(tmp_path / "fer2013new.csv", [USAGES[0], "Training", *USAGES[1:]])
    with pytest.warns(UserWarning, match="row 3"):
        faces = load_faces(table, votes=votes)
    assert faces.votes[:, 0].tolist() == [0, 2, 3, 4]
    assert faces.votes.shape == (4, 10)
    assert (faces.votes_names[0], faces.votes_names[-1]) == ("neutral", "NF")
    with pytest.warns(UserWarning, match="row 3"):
        assert load_faces(table, votes=votes, split="test").votes[:, 0].tolist() == [3]


@pytest.mark.parametrize(
    ("usages", "told"),
    [
        (USAGES[:3], "votes for 3 rows, the pictures have 4"),
        (USAGES[::-1], "row 3 is PrivateTest, the picture there PublicTest"),
    ],
)
def test_votes_of_another_table_are_refused(tmp_path, usages, told):
    """Other numbers of rows, or another order."""
    table = written(tmp_path / "fer2013.csv", rows())
    with pytest.raises(FacesError, match=told):
        load_faces(table, votes=votes_file(tmp_path / "votes.csv", usages))


def test_votes_that_are_none(tmp_path):
    """A missing file and a table without vote columns are named."""
    table = written(tmp_path / "fer2013.csv", rows())
    with pytest.raises(FacesError, match="no votes at"):
        load_faces(table, votes=tmp_path / "missing.csv")
    with pytest.raises(FacesError, match="no table of FERPlus votes"):
        load_faces(table, votes=table)


def test_damaged_files_are_named(tmp_path):
    """No traceback of a decompressor or of the csv module."""
    path = tmp_path / "fer2013.csv.xz"
    path.write_bytes(lzma.compress(written(tmp_path / "p.csv", rows()).read_bytes())[:-40])
    with pytest.raises(FacesError, match=r"fer2013\.csv\.xz is damaged"):
        load_faces(path, "fer2013")
    path = written(tmp_path / "fer2013.csv", ['0,"' + "1 " * 100_000])
    with pytest.raises(FacesError, match=r"fer2013\.csv is damaged"):
        load_faces(path)
    with pytest.raises(FacesError, match="no column 'pixels'"):
        load_faces(written(tmp_path / "other.csv", ["a,b"], "name,expression"), "fer2013")


def test_drawn_faces_are_read_back_equal(tmp_path):
    """Pictures, labels by name and splits: known ones are kept; contempt, which FER2013 lacks, is left out and said."""
    drawn = fp.draw_faces(subjects=3, size=SIDE, expressions=("contempt", "neutral", "anger"))
    drawn = replace(drawn, split=np.array(["train", "validation", "test"]).repeat(3))
    with pytest.warns(UserWarning, match="FER2013 has no contempt: 3 of 9 faces are left out"):
        table = fer2013.write(drawn, tmp_path / "out")
    back, kept = load_faces(table), drawn.select(drawn.expression > 0)
    np.testing.assert_array_equal(back.pixels, kept.pixels)
    assert [back.expression_names[e] for e in back.expression] == ["neutral", "anger"] * 3
    assert back.split.tolist() == ["Training"] * 2 + ["PublicTest"] * 2 + ["PrivateTest"] * 2


class TestCache:
    """The second reading of a large table comes from the cache, and only where it may."""

    @pytest.fixture
    def table(self, tmp_path, monkeypatch):
        monkeypatch.setattr(parsed_cache, "SMALLEST", 0)
        return written(tmp_path / "fer2013.csv", [*rows(), "9,1,Training"])

    def kept(self, tmp_path):
        return list((tmp_path / "cache" / "fer_probe").glob("fer2013-*.npz"))

    @pytest.mark.filterwarnings("ignore:.*could not be read")
    def test_the_second_reading_is_the_first(self, tmp_path, table, monkeypatch):
        """Everything comes back, the bad row too, without parsing."""
        first = load_faces(table)
        assert len(self.kept(tmp_path)) == 1
        monkeypatch.setattr("fer_probe.faces.layouts.fer2013._parse", None)
        again = load_faces(table)
        np.testing.assert_array_equal(again.pixels, first.pixels)
        assert (again.skipped, again.path.tolist()) == (first.skipped, first.path.tolist())

    @pytest.mark.filterwarnings("ignore:.*could not be read")
    def test_a_changed_file_is_noticed(self, tmp_path, table):
        """Even one of the same size and time, where its ends differ; the old cache is replaced."""
        load_faces(table)
        stat = table.stat()
        text = table.read_text()
        table.write_text(text.replace("\n3,", "\n4,", 1))
        os.utime(table, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        faces = load_faces(table)
        assert faces.expression_names[faces.expression[0]] == "sadness"
        assert len(self.kept(tmp_path)) == 1

    @pytest.mark.filterwarnings("ignore:.*could not be read")
    @pytest.mark.parametrize("damage", [b"", b"nonsense", None])
    def test_a_damaged_cache_is_made_anew(self, tmp_path, table, damage):
        """Empty, nonsense or cut in half."""
        load_faces(table)
        (kept,) = self.kept(tmp_path)
        whole = kept.read_bytes()
        kept.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
        np.testing.assert_array_equal(load_faces(table).pixels, PICTURES)
        assert kept.stat().st_size == len(whole)

    @pytest.mark.filterwarnings("ignore:.*could not be read")
    def test_no_place_for_a_cache_is_said(self, tmp_path, table, monkeypatch):
        """Reading goes on; the warning says that it will be parsed again."""
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        with pytest.warns(UserWarning, match="parsed again next time"):
            assert len(load_faces(table)) == 4


REAL = os.environ.get("FER_PROBE_FER2013")
#: How Kaggle's folders are named.
KAGGLES = {
    "anger": "angry", "disgust": "disgust", "fear": "fear", "happiness": "happy", "neutral": "neutral",
    "sadness": "sad", "surprise": "surprise",
}  # fmt: skip


@pytest.mark.fer2013
@pytest.mark.skipif(not REAL, reason="FER_PROBE_FER2013 names no fer2013.csv")
class TestReal:
    """The real FER2013, where it is at hand."""

    def test_counts_are_the_published_ones(self):
        """Goodfellow et al. 2013: pictures a class and a split."""
        faces = load_faces(REAL)
        assert np.bincount(faces.expression).tolist() == [4953, 547, 5121, 8989, 6077, 4002, 6198]
        assert [(faces.split == usage).sum() for usage in USAGES[:3]] == [28709, 3589, 3589]
        assert faces.skipped == ()

    @pytest.fixture
    def place(self):
        """A folder for half a gigabyte, which pytest's own would keep."""
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)

    def test_the_folders_and_the_plain_table_hold_the_same(self, place):
        """Written as Kaggle passes them on, and unpacked: the same pictures, labels by name and splits as packed."""
        packed = load_faces(REAL)
        names = np.array(packed.expression_names)[packed.expression]
        for row, (picture, name, usage) in enumerate(zip(packed.pixels, names, packed.split, strict=True)):
            folder = place / "folders" / ("train" if usage == "Training" else "test") / KAGGLES[name]
            folder.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / f"{usage}_{row}.png"), picture[0])
        folders = load_faces(place / "folders")
        rows = np.array([int(Path(path).stem.split("_")[1]) for path in folders.path])
        assert sorted(rows) == list(range(len(packed)))
        (place / "fer2013.csv").write_bytes(lzma.decompress(Path(REAL).read_bytes()))
        for other, order in ((folders, rows), (load_faces(place / "fer2013.csv"), slice(None))):
            assert np.array_equal(other.pixels[:], packed.pixels[order])
            assert np.array_equal(np.array(other.expression_names)[other.expression], names[order])
            assert np.array_equal(other.split, packed.split[order])

    def test_ferplus_agrees_with_the_labels(self):
        """The votes beside the real file join, and their majority mostly is the label."""
        votes = Path(REAL).with_name("fer2013new.csv")
        if not votes.exists():
            pytest.skip(f"no {votes.name} beside the table")
        faces = load_faces(REAL, votes=votes)
        happy = faces.expression == faces.expression_names.index("happiness")
        assert (faces.votes[happy].argmax(1) == faces.votes_names.index("happiness")).mean() > 0.85

    def test_the_second_process_reads_the_cache(self):
        """No parsing in a new process: its cost is measured by hand, its use proved here."""
        code = (
            "import fer_probe.faces.layouts.fer2013 as f\n"
            "from fer_probe.faces.corpora import load_faces\n"
            f"load_faces({REAL!r}); f._parse = None; print(len(load_faces({REAL!r})))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "35887"
