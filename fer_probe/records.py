"""Records: what an analysis found, as a frozen dataclass, to disk and back with where it came from.

A record is a folder: ``record.json`` holds its plain values and its provenance, one ``.npy`` file each array.
Arrays come back memory-mapped. A folder appears whole or not at all.
"""

import dataclasses
import hashlib
import importlib.metadata
import json
import math
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

RECORD_FILE = "record.json"
_STRETCH_BYTES = 2**25
_VERSIONED = ("fer_probe", "torch", "numpy", "scipy", "scikit-learn", "opencv-python")


class RecordError(ValueError):
    """A record's folder is missing, torn or of another kind; the message names the folder and what to do."""


@dataclasses.dataclass(frozen=True, eq=False)
class Record:
    """Base of every record. Fields are arrays, plain values, tuples of them, or None."""

    @classmethod
    def kind(cls) -> str:
        """The record's name on disk: ``AUDistances`` → ``au_distances``."""
        name = cls.__name__
        starts = [i for i, letter in enumerate(name) if letter.isupper()]
        words = [i for i in starts if i == 0 or name[i - 1].islower() or name[i + 1 : i + 2].islower()]
        return "_".join(name[a:b].lower() for a, b in zip(words, [*words[1:], len(name)], strict=True))

    def variant(self) -> str:
        """What tells it from others of its kind in a study: its layer, where it is of one."""
        return str(getattr(self, "layer", ""))


R = TypeVar("R", bound=Record)


def save_record(record: Record, folder: Path | str, provenance: Mapping[str, Any]) -> Path:
    """Write ``record`` as ``folder``, replacing what stood there, atomically.

    Args:
        record: any frozen dataclass derived from :class:`Record`.
        folder: the record's own folder; its parents are made.
        provenance: where it came from (hashes, layer, seed …); library versions are added.
    """
    folder = Path(folder)
    values = _flattened({field.name: getattr(record, field.name) for field in dataclasses.fields(record)})
    arrays = {name: value for name, value in values.items() if _is_array(value)}
    plain = {name: value for name, value in values.items() if name not in arrays}
    note = {
        "kind": record.kind(),
        "id": uuid.uuid4().hex,  # tells a reader that the record was replaced while it read
        "values": plain,
        "arrays": {name: list(array.shape) for name, array in arrays.items()},
        "provenance": {**provenance, "versions": library_versions()},
    }
    with _appearing_folder(folder) as partial:
        for name, array in arrays.items():
            _write_array(partial / f"{name}.npy", array)
        (partial / RECORD_FILE).write_text(json.dumps(note, indent=1, default=_jsonable), encoding="utf-8")
    return folder


def load_record(folder: Path | str, kind: type[R]) -> R:
    """Read the record of ``kind`` in ``folder``; its arrays are memory-mapped, read-only.

    Raises:
        RecordError: no such record, one of another kind, or one whose file is missing or torn.
    """
    folder = Path(folder)
    note, arrays = _read_whole(folder)
    if note["kind"] != kind.kind():
        raise RecordError(f"{folder} holds a record of kind {note['kind']!r}, not {kind.kind()!r}")
    plain = {name: _tupled(value) for name, value in note["values"].items()}
    try:
        return kind(**_nested({**arrays, **plain}))
    except TypeError as error:
        raise RecordError(f"{folder}: written by another version ({error}); probe again") from error


def load_provenance(folder: Path | str) -> dict[str, Any]:
    """Where the record in ``folder`` came from, as it was saved."""
    provenance: dict[str, Any] = _read_note(Path(folder))["provenance"]
    return provenance


def library_versions() -> dict[str, str]:
    """The installed versions of the libraries that a result can depend on."""
    return {name: _version(name) for name in _VERSIONED}


def file_sha256(path: Path | str) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def arrays_sha256(*arrays: Any) -> str:
    """One SHA-256 over the shapes, types and bytes of arrays, in hexadecimal; lazy ones are read in stretches."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{_dtype(array).str}".encode())
        for stretch in stretches(array):
            digest.update(np.ascontiguousarray(array[stretch]).tobytes())
    return digest.hexdigest()


def stretches(array: Any, entry_bytes: int = 0) -> Iterator[slice]:
    """Slices along an array's first axis, of about 32 MiB each: what is lazy may be larger than memory.

    Args:
        array: of any kind that has a shape and slices.
        entry_bytes: of what is made of an entry, where that may be larger than the entry.
    """
    own_bytes = math.prod(array.shape[1:]) * _dtype(array).itemsize
    length = max(1, _STRETCH_BYTES // max(1, entry_bytes, own_bytes))
    for start in range(0, array.shape[0], length):
        yield slice(start, start + length)


@contextmanager
def appearing_file(path: Path | str) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` when the block ends well and vanishes when it does not."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=path.suffix)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())  # mkstemp makes files private; a study is to be shared
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _appearing_folder(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        yield partial
        partial.chmod(0o777 & ~_umask())
        if folder.exists():
            # A memory map of the old arrays stays valid: the files live until the last map is gone.
            old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-old-"))
            folder.replace(old / folder.name)
            partial.replace(folder)
            shutil.rmtree(old)
        else:
            partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _is_array(value: Any) -> bool:
    """Arrays, and lazy pixels that are indexed like one."""
    return isinstance(value, np.ndarray) or (hasattr(value, "shape") and hasattr(value, "__getitem__"))


def _dtype(array: Any) -> np.dtype[Any]:
    """An array's type; lazy pixels that do not tell theirs are bytes."""
    return np.dtype(getattr(array, "dtype", np.uint8))


def _write_array(path: Path, array: Any) -> None:
    """A lazy array is written a stretch at a time, and not through a memory map, which would count as memory used."""
    if isinstance(array, np.ndarray):
        np.save(path, array, allow_pickle=False)
        return
    descr = np.lib.format.dtype_to_descr(_dtype(array))
    header = {"descr": descr, "fortran_order": False, "shape": tuple(array.shape)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for stretch in stretches(array):
            file.write(np.ascontiguousarray(array[stretch]).tobytes())


def _flattened(values: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of arrays, ``{"attributes": {"age": …}}``, as ``{"attributes.age": …}``."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and any(_is_array(item) for item in value.values()):
            flat.update({f"{name}.{key}": item for key, item in value.items()})
        else:
            flat[name] = value
    return flat


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {name: value for name, value in values.items() if "." not in name}
    for name, value in values.items():
        if "." in name:
            field, key = name.split(".", 1)
            nested.setdefault(field, {})[key] = value
    return nested


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _read_whole(folder: Path, tries: int = 20) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A record's note and arrays of one and the same version, though it may be replaced meanwhile."""
    for attempt in range(tries):
        try:
            note = _read_note(folder)
            arrays = {name: _read_array(folder / f"{name}.npy") for name in note["arrays"]}
            if _read_note(folder).get("id") == note.get("id"):
                return note, arrays
        except RecordError:
            if attempt == tries - 1:
                raise
        time.sleep(0.002)
    raise RecordError(f"{folder} is replaced again and again while it is read; wait until the probe has ended")


def _read_note(folder: Path) -> dict[str, Any]:
    try:
        note: dict[str, Any] = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(f"no record at {folder}; make it with `fer-probe probe`") from None
    except json.JSONDecodeError as error:
        raise RecordError(f"{folder / RECORD_FILE} is not readable JSON ({error}); probe again") from error
    return note


def _read_array(path: Path) -> np.ndarray:
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path} cannot be read ({error}); probe again") from error
    return array


def _tupled(value: Any) -> Any:
    """JSON has lists where records have tuples."""
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"a record cannot hold {type(value).__name__}: give arrays or plain values")
