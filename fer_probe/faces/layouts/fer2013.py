"""FER2013 (Goodfellow et al. 2013) as a table, with FERPlus (Barsoum et al. 2016) beside it.

Known are ``fer2013.csv`` and ``icml_face_data.csv`` (``emotion,pixels,Usage`` in any order), the challenge's
``train.csv`` and ``test.csv`` (no ``Usage``; ``test.csv`` no ``emotion``), each also as .xz, .gz, .bz2 or .zip.
Rows are numbered as a spreadsheet numbers them: the header is row 1.
"""

import bz2
import csv
import gzip
import io
import lzma
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from fer_probe.expressions import FER2013_ORDER, FERPLUS_ORDER
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.parsed_cache import Arrays, parsed
from fer_probe.faces.reading_progress import told_progress

SIDE = 48
USAGES = ("Training", "PublicTest", "PrivateTest")
#: Of the challenge's ``test.csv``, whose rows were never divided.
UNDIVIDED_TEST = "Test"
SPLITS = {"train": ("Training",), "validation": ("PublicTest",), "test": ("PrivateTest", UNDIVIDED_TEST)}

_OPENERS: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}
_DAMAGED = (OSError, EOFError, UnicodeDecodeError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, csv.Error)
_IN_FOLDERS = ("fer2013.csv", "icml_face_data.csv")


def recognises(path: Path) -> bool:
    """Whether this is a table of FER2013, or a folder with one; tells by its header."""
    table = _table(path)
    if table is None or ".csv" not in table.suffixes or table.name.lower().startswith("ckext"):
        return False
    try:
        with _opened(table) as file:
            return "pixels" in _header(next(csv.reader(file), []))
    except _DAMAGED:
        return False


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every row that can be read; the others are named in ``skipped``.

    Args:
        path: the table, or the folder it lies in.
        votes: FERPlus's ``fer2013new.csv``, joined by the order of rows.
        check: changes nothing: pictures of a table are always read.

    Raises:
        FacesError: no such table, a damaged file, or votes that belong to another one.
    """
    table = _table(path)
    if table is None:
        raise FacesError(f"{path} holds no {' or '.join(_IN_FOLDERS)}")
    try:
        rows = parsed(table, _parse)
    except _DAMAGED as error:
        raise FacesError(f"{table} is damaged or no text: {error}") from error
    joined = None if votes is None else _votes(votes, rows)[rows["row"] - 2]
    return FaceImages(
        pixels=rows["pixels"],
        expression=rows["expression"].astype(np.int64),
        expression_names=FER2013_ORDER,
        action_units=np.zeros((len(rows["row"]), 0), np.float32),
        action_unit_numbers=np.zeros(0, np.int64),
        path=np.array([f"{table.name}#row {row}" for row in rows["row"]], dtype=np.str_),
        split=rows["every_usage"][rows["row"] - 2],
        votes=joined,
        votes_names=() if joined is None else FERPLUS_ORDER,
        source=f"FER2013 ({table.name})" + ("" if joined is None else " with FERPlus votes"),
        skipped=tuple(rows["skipped"].tolist()),
    )


def _parse(path: Path) -> Arrays:
    """Every row once: the good ones as arrays, the bad ones as sentences, every row's usage for the votes."""
    pixels, expression, numbers, usages, skipped = [], [], [], [], []
    with _opened(path) as file:
        lines = csv.reader(file)
        columns = _header(next(lines, []))
        if "pixels" not in columns:
            raise FacesError(f"{path} has no column 'pixels'; its header is {', '.join(columns) or 'empty'}")
        for number, cells in enumerate(told_progress(lines, "reading rows"), start=2):
            row = dict(zip(columns, cells, strict=False))
            usages.append(row.get("Usage", "Training" if "emotion" in columns else UNDIVIDED_TEST).strip())
            try:
                picture, label = _read_row(row, len(cells), columns)
            except ValueError as error:
                skipped.append(f"{path.name} row {number}: {error}")
                continue
            pixels.append(picture)
            expression.append(label)
            numbers.append(number)
    return {
        "pixels": np.array(pixels, np.uint8).reshape(-1, 1, SIDE, SIDE),
        "expression": np.array(expression, np.int8),
        "row": np.array(numbers, np.int64),
        "every_usage": np.array(usages, np.str_),
        "skipped": np.array(skipped, np.str_),
    }


def _read_row(row: dict[str, str], cells: int, columns: Sequence[str]) -> tuple[np.ndarray, int]:
    """Pixels and label of one row, or ValueError with the reason."""
    if cells != len(columns):
        raise ValueError(f"{cells} columns, expected {len(columns)} ({', '.join(columns)})")
    label = -1 if "emotion" not in row else _label(row["emotion"])
    if "Usage" in row and row["Usage"].strip() not in USAGES:
        raise ValueError(f"usage {row['Usage']!r}, expected {', '.join(USAGES)}")
    return _picture(row["pixels"]), label


def _label(word: str) -> int:
    if word.strip() not in set("0123456"):
        raise ValueError(f"emotion {word!r}, expected 0 to 6")
    return int(word)


def _picture(text: str) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # how older numpy says "not all of it was numbers"
            values = np.fromstring(text, np.int64, sep=" ")
    except (ValueError, DeprecationWarning):
        raise ValueError("pixels that are no whole numbers") from None
    if len(values) != SIDE * SIDE:
        raise ValueError(f"{len(values)} pixels, expected {SIDE * SIDE} ({SIDE}×{SIDE})")
    if values.min() < 0 or values.max() > 255:
        raise ValueError(f"pixels from {values.min()} to {values.max()}, expected 0 to 255")
    return values.astype(np.uint8)


def _votes(path: Path, rows: Arrays) -> np.ndarray:
    """(rows of the table, bad ones too, 10) votes; their own usage column proves that the order is the same."""
    if not path.is_file():
        raise FacesError(f"no votes at {path}")
    try:
        with _opened(path) as file:
            columns, *lines = list(csv.reader(file)) or [[]]
        names = _header(columns)
        votes = np.array([[line[names.index(name)] for name in FERPLUS_ORDER] for line in lines], np.int16)
        usages = [line[names.index("Usage")] for line in lines]
    except (*_DAMAGED, ValueError, IndexError) as error:
        raise FacesError(f"{path} is no table of FERPlus votes ({', '.join(FERPLUS_ORDER)}): {error}") from error
    expected = rows["every_usage"].tolist()
    if len(votes) != len(expected):
        raise FacesError(f"{path} has votes for {len(votes)} rows, the pictures have {len(expected)}")
    other = [i for i, (a, b) in enumerate(zip(usages, expected, strict=True)) if a != b and b in USAGES]
    if other:
        raise FacesError(
            f"{path} row {other[0] + 2} is {usages[other[0]]}, the picture there {expected[other[0]]}: "
            "votes are joined by the order of rows, and these have another"
        )
    return votes


def _table(path: Path) -> Path | None:
    """The file itself, or the one table in a folder."""
    if not path.is_dir():
        return path
    found = [file for name in _IN_FOLDERS for file in sorted(path.glob(f"{name}*")) if file.is_file()]
    return found[0] if found else None


def _header(cells: Sequence[str]) -> list[str]:
    """Column names without the spaces of ``icml_face_data.csv``."""
    return [cell.strip() for cell in cells]


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text of a table that may be compressed."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            name = next((n for n in archive.namelist() if n.endswith(".csv") and "__MACOSX" not in n), None)
            if name is None:
                raise zipfile.BadZipFile("the archive holds no .csv")
            with archive.open(name) as member:
                yield io.TextIOWrapper(member, encoding="utf-8-sig", newline="")
        return
    opener: Callable[..., IO[str]] = _OPENERS.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield file
