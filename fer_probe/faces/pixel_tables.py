"""Pixel tables: 48×48 grey faces as rows ``emotion,pixels,Usage``, as FER2013 is handed out and others after it.

Columns come in any order, ``Usage`` and ``emotion`` may be missing; also read as .xz, .gz, .bz2 or .zip. Rows are
numbered as a spreadsheet numbers them: the header is row 1.
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

from fer_probe.faces.corpus_folders import new_folder
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.parsed_cache import Arrays
from fer_probe.faces.picture_files import fitted
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, split_words, with_expressions
from fer_probe.records import appearing_file

SIDE = 48
USAGES = ("Training", "PublicTest", "PrivateTest")
#: Of a table without ``Usage`` and ``emotion``, whose rows were never divided.
UNDIVIDED_TEST = "Test"
SPLITS = {"train": ("Training",), "validation": ("PublicTest",), "test": ("PrivateTest", UNDIVIDED_TEST)}
#: What a damaged table raises while it is read.
DAMAGED = (OSError, EOFError, UnicodeDecodeError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, csv.Error)

_OPENERS: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}


def is_pixel_table(table: Path) -> bool:
    """Whether a file is a table, packed or not, whose header names pixels."""
    if ".csv" not in table.suffixes:
        return False
    try:
        with opened(table) as file:
            return "pixels" in header(next(csv.reader(file), []))
    except DAMAGED:
        return False


def parse_pixel_table(path: Path, codes: int) -> Arrays:
    """Every row once: the good ones as arrays, the bad ones as sentences, every row's usage for what joins by row.

    Args:
        path: the table.
        codes: how many expressions there are; ``emotion`` is 0 to ``codes - 1``.

    Returns:
        ``pixels`` (N, 1, 48, 48), ``expression`` (N,), -1 where there is none, ``row`` (N,) numbers,
        ``every_usage`` (rows,) of bad rows too, and ``skipped``.
    """
    pixels, expression, numbers, usages, skipped = [], [], [], [], []
    with opened(path) as file:
        lines = csv.reader(file)
        columns = header(next(lines, []))
        if "pixels" not in columns:
            raise FacesError(f"{path} has no column 'pixels'; its header is {', '.join(columns) or 'empty'}")
        for number, cells in enumerate(told_progress(lines, "reading rows"), start=2):
            row = dict(zip(columns, cells, strict=False))
            usages.append(row.get("Usage", "Training" if "emotion" in columns else UNDIVIDED_TEST).strip())
            try:
                picture, label = _read_row(row, len(cells), columns, codes)
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


def table_faces(table: Path, rows: Arrays, expression_names: Sequence[str], source: str) -> FaceImages:
    """What :func:`parse_pixel_table` gave, as faces; their path is the table and the row."""
    return FaceImages(
        pixels=rows["pixels"],
        expression=rows["expression"].astype(np.int64),
        expression_names=tuple(expression_names),
        action_units=np.zeros((len(rows["row"]), 0), np.float32),
        action_unit_numbers=np.zeros(0, np.int64),
        path=np.array([f"{table.name}#row {row}" for row in rows["row"]], dtype=np.str_),
        split=rows["every_usage"][rows["row"] - 2],
        source=source,
        skipped=tuple(rows["skipped"].tolist()),
    )


def write_pixel_table(
    faces: FaceImages, folder: Path | str, name: str, expression_names: Sequence[str], layout: str
) -> Path:
    """Write faces as a table, grey and 48×48, with their splits; faces without one are divided by whole subjects.

    Args:
        faces: any; those whose expression the layout lacks are left out and said.
        folder: a new or empty folder.
        name: the table's, such as ``fer2013.csv``.
        expression_names: by code.
        layout: what the corpus is called.

    Returns:
        The table's path.

    Raises:
        FacesError: no expression of the layout, a split that it lacks, or a folder that holds something.
    """
    written = with_expressions(faces, expression_names, layout)
    usages = split_words(written, dict(zip(SPLITS, USAGES, strict=True)))
    codes = [tuple(expression_names).index(word) for word in expression_words(written)]
    with new_folder(folder) as made, appearing_file(made / name) as partial:
        partial.write_text("emotion,pixels,Usage\n", encoding="utf-8")
        with partial.open("a", encoding="utf-8") as file:
            for i, (code, usage) in enumerate(zip(codes, usages, strict=True)):
                picture = fitted(np.asarray(written.pixels[i]), (1, SIDE, SIDE))
                file.write(f"{code},{' '.join(map(str, picture.ravel().tolist()))},{usage}\n")
    return made / name


def header(cells: Sequence[str]) -> list[str]:
    """Column names without the spaces of ``icml_face_data.csv``."""
    return [cell.strip() for cell in cells]


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
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


def _read_row(row: dict[str, str], cells: int, columns: Sequence[str], codes: int) -> tuple[np.ndarray, int]:
    """Pixels and label of one row, or ValueError with the reason."""
    if cells != len(columns):
        raise ValueError(f"{cells} columns, expected {len(columns)} ({', '.join(columns)})")
    label = -1 if "emotion" not in row else _label(row["emotion"], codes)
    if "Usage" in row and row["Usage"].strip() not in USAGES:
        raise ValueError(f"usage {row['Usage']!r}, expected {', '.join(USAGES)}")
    return _picture(row["pixels"]), label


def _label(word: str, codes: int) -> int:
    if word.strip() not in map(str, range(codes)):
        raise ValueError(f"emotion {word!r}, expected 0 to {codes - 1}")
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
