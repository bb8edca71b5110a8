"""Records go to disk and come back whole, or not at all."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pytest

from fer_probe import records
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import (
    Record,
    RecordError,
    appearing_file,
    arrays_sha256,
    load_provenance,
    load_record,
    save_record,
    stretches,
)


@dataclass(frozen=True, eq=False)
class AUThing(Record):
    values: np.ndarray
    names: tuple[str, ...]
    size: tuple[int, int]
    share: float
    missing: np.ndarray | None = None


def thing(seed=0):
    return AUThing(np.random.default_rng(seed).normal(size=(3, 2)), ("a", "b"), (4, 5), float("nan"))


def test_a_record_comes_back_equal_and_memory_mapped(tmp_path):
    """Arrays, tuples, None and NaN survive; arrays are mapped, not read."""
    save_record(thing(), tmp_path / "r", {"seed": 3})
    back = load_record(tmp_path / "r", AUThing)
    assert np.array_equal(back.values, thing().values)
    assert isinstance(back.values, np.memmap)
    assert (back.names, back.size, back.missing) == (("a", "b"), (4, 5), None)
    assert np.isnan(back.share)
    assert load_provenance(tmp_path / "r")["seed"] == 3


def test_kinds_are_spelled_in_words():
    """The folder's name of a class with an abbreviation in it."""
    assert AUThing.kind() == "au_thing"
    assert FaceImages.kind() == "face_images"


def test_an_interrupted_write_leaves_the_old_record(tmp_path):
    """A record that cannot be written changes nothing, and leaves nothing behind."""
    save_record(thing(), tmp_path / "r", {})
    broken = AUThing(thing(1).values, ("a",), (1, 1), object())
    with pytest.raises(TypeError):
        save_record(broken, tmp_path / "r", {})
    assert np.array_equal(load_record(tmp_path / "r", AUThing).values, thing().values)
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_replaced_record_does_not_pull_the_old_map_away(tmp_path):
    """What a page still shows of the old record stays readable."""
    save_record(thing(0), tmp_path / "r", {})
    old = load_record(tmp_path / "r", AUThing)
    save_record(thing(1), tmp_path / "r", {})
    assert np.array_equal(old.values, thing(0).values)
    assert np.array_equal(load_record(tmp_path / "r", AUThing).values, thing(1).values)


def test_what_cannot_be_read_is_named(tmp_path):
    """No record, torn JSON, a missing array, another kind: each an error with the folder."""
    with pytest.raises(RecordError, match="no record at .*nowhere"):
        load_record(tmp_path / "nowhere", AUThing)
    folder = save_record(thing(), tmp_path / "r", {})
    with pytest.raises(RecordError, match="of kind 'au_thing', not 'face_images'"):
        load_record(folder, FaceImages)
    (folder / "values.npy").write_bytes(b"torn")
    with pytest.raises(RecordError, match=r"values\.npy cannot be read"):
        load_record(folder, AUThing)
    (folder / "record.json").write_text("{")
    with pytest.raises(RecordError, match="not readable JSON"):
        load_record(folder, AUThing)


def test_a_record_of_another_version_is_said(tmp_path):
    """A field that this version does not know is an error, not a crash."""
    folder = save_record(thing(), tmp_path / "r", {})
    note = json.loads((folder / "record.json").read_text())
    note["values"]["invented"] = 1
    (folder / "record.json").write_text(json.dumps(note))
    with pytest.raises(RecordError, match="another version"):
        load_record(folder, AUThing)


class LazyPixels:
    """Pixels that are made when they are asked for."""

    shape = (600, 1, 2, 2)

    def __getitem__(self, index):
        return np.broadcast_to(
            np.arange(600, dtype=np.uint8)[index][:, None, None, None], (len(range(600)[index]), 1, 2, 2)
        )


@pytest.fixture
def short_stretches(monkeypatch):
    """Seven of the lazy pixels' pictures a stretch, and what was asked for at once."""
    asked = []
    monkeypatch.setattr(records, "_STRETCH_BYTES", 7 * 4)
    read = LazyPixels.__getitem__

    def listened(self, index):
        asked.append(read(self, index))
        return asked[-1]

    monkeypatch.setattr(LazyPixels, "__getitem__", listened)
    return asked


def test_lazy_pixels_and_mappings_of_arrays_are_kept(tmp_path, short_stretches):
    """Lazy pixels are written a stretch at a time; attributes come back by name."""
    faces = FaceImages(
        LazyPixels(), np.full(600, -1), (), np.empty((600, 0)), np.empty(0, int), attributes={"age": np.arange(600)}
    )
    save_record(faces, tmp_path / "faces", {})
    back = load_record(tmp_path / "faces", FaceImages)
    assert np.array_equal(back.pixels[:, 0, 1, 1], np.arange(600).astype(np.uint8))
    assert np.array_equal(back.attributes["age"], np.arange(600))
    assert max(map(len, short_stretches)) == 7


def test_a_hash_reads_a_stretch_at_a_time(short_stretches):
    """And is that of the whole: of the shape, the type and all bytes."""
    lazy = LazyPixels()
    whole = np.array(LazyPixels.__getitem__(lazy, slice(None)))
    short_stretches.clear()
    assert arrays_sha256(lazy) == hashlib.sha256(b"(600, 1, 2, 2)|u1" + whole.tobytes()).hexdigest()
    assert max(map(len, short_stretches)) == 7


def test_a_stretch_is_never_empty(monkeypatch):
    """One picture at a time where it is larger than a stretch; none where there is none."""
    monkeypatch.setattr(records, "_STRETCH_BYTES", 3)
    assert [(s.start, s.stop) for s in stretches(np.zeros((2, 5)))] == [(0, 1), (1, 2)]
    assert list(stretches(np.zeros((0, 5)))) == []


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    """An exception while writing leaves the old file and no other."""
    target = tmp_path / "report.html"
    target.write_text("old")
    with pytest.raises(KeyError), appearing_file(target) as partial:
        partial.write_text("half")
        raise KeyError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_hashes_tell_shapes_apart():
    """The same bytes in another shape are another content."""
    zeros = np.zeros((4, 6))
    assert arrays_sha256(zeros) != arrays_sha256(zeros.reshape(6, 4))
    assert arrays_sha256(zeros) == arrays_sha256(zeros.copy())
