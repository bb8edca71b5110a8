"""Corpus folders: found at any depth, in order; hidden strangers passed over; pictures written as they are."""

import re

import numpy as np
import pytest

from fer_probe.faces.corpus_folders import child_files, folders_below, holds_file, new_folder, write_picture
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.picture_files import decoded

RNG = np.random.default_rng(0)


def test_folders_come_level_by_level_and_no_deeper(tmp_path):
    """The nearest first; hidden folders, an archive's leftovers and what lies too deep are none."""
    for folder in ("b/deep/deeper", "a", ".git/x", "__MACOSX/a"):
        (tmp_path / folder).mkdir(parents=True)
    found = [folder.relative_to(tmp_path).as_posix() for folder in folders_below(tmp_path, deepest=2)]
    assert found == [".", "a", "b", "b/deep"]


def test_a_file_has_no_folders_below(tmp_path):
    """A table is no folder: nothing is found, and nothing fails."""
    (tmp_path / "table.csv").write_text("")
    assert list(folders_below(tmp_path / "table.csv")) == []


def test_files_of_a_folder_in_order(tmp_path):
    """Folders and hidden files such as a Mac's are passed over."""
    for name in ("b.png", "a.png", ".DS_Store", "._a.png"):
        (tmp_path / name).write_text("")
    (tmp_path / "c.png").mkdir()
    assert [file.name for file in child_files(tmp_path)] == ["a.png", "b.png"]


def test_a_name_is_looked_for_whole(tmp_path):
    """Not a part of it, and not in folders below."""
    (tmp_path / "below").mkdir()
    for name in ("._S010.png", "S010.png.txt", "below/S010.png"):
        (tmp_path / name).write_text("")
    assert not holds_file(tmp_path, re.compile(r"S\d+\.png"))
    assert holds_file(tmp_path / "below", re.compile(r"S\d+\.png"))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_written_picture_is_the_same(tmp_path, channels):
    """Grey and colour, not with red and blue exchanged; folders above it are made."""
    picture = RNG.integers(0, 256, (channels, 5, 4), dtype=np.uint8)
    write_picture(tmp_path / "S010" / "002" / "one.png", picture)
    np.testing.assert_array_equal(decoded(tmp_path / "S010" / "002" / "one.png"), picture)


@pytest.mark.parametrize(("channels", "levels"), [(1, 1), (3, 4)])
def test_a_written_jpeg_is_nearly_the_same(tmp_path, channels, levels):
    """A corpus of JPEGs read back tells the same face: grey within one level, colour within a few."""
    picture = draw_faces(1, 32, channels=channels).pixels[0]
    write_picture(tmp_path / "000.jpeg", picture)
    assert np.abs(decoded(tmp_path / "000.jpeg").astype(int) - picture).max() <= levels


def test_a_folder_that_cannot_be_taken(tmp_path):
    """One that holds something is left as it is; a file in the way is said in a sentence."""
    (tmp_path / "thesis.txt").write_text("years of work")
    for folder, told in ((tmp_path, "is not empty"), (tmp_path / "thesis.txt" / "deeper", "cannot be written")):
        with pytest.raises(FacesError, match=told), new_folder(folder) as made:
            write_picture(made / "a.png", np.zeros((1, 4, 4), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
