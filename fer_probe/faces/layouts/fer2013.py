"""FER2013 (Goodfellow et al. 2013) as a table, with FERPlus (Barsoum et al. 2016) beside it.

Known are ``fer2013.csv`` and ``icml_face_data.csv`` (``emotion,pixels,Usage`` in any order), the challenge's
``train.csv`` and ``test.csv`` (no ``Usage``; ``test.csv`` no ``emotion``), each also as .xz, .gz, .bz2 or .zip.
Rows are numbered as a spreadsheet numbers them: the header is row 1.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from fer_probe.expressions import FER2013_ORDER, FERPLUS_ORDER
from fer_probe.faces import pixel_tables
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.parsed_cache import Arrays, parsed
from fer_probe.faces.pixel_tables import DAMAGED, USAGES, header, is_pixel_table, opened, table_faces

SPLITS = pixel_tables.SPLITS
_IN_FOLDERS = ("fer2013.csv", "icml_face_data.csv")


def recognises(path: Path) -> bool:
    """Whether this is a table of FER2013, or a folder with one; tells by its header."""
    table = _table(path)
    return table is not None and not table.name.lower().startswith("ckext") and is_pixel_table(table)


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
    except DAMAGED as error:
        raise FacesError(f"{table} is damaged or no text: {error}") from error
    faces = table_faces(table, rows, FER2013_ORDER, f"FER2013 ({table.name})")
    if votes is None:
        return faces
    joined = _votes(votes, rows)[rows["row"] - 2]
    return replace(faces, votes=joined, votes_names=FERPLUS_ORDER, source=f"{faces.source} with FERPlus votes")


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as ``fer2013.csv``; see :func:`fer_probe.faces.pixel_tables.write_pixel_table`."""
    return pixel_tables.write_pixel_table(faces, folder, "fer2013.csv", FER2013_ORDER, "FER2013")


def _parse(path: Path) -> Arrays:
    return pixel_tables.parse_pixel_table(path, len(FER2013_ORDER))


def _votes(path: Path, rows: Arrays) -> np.ndarray:
    """(rows of the table, bad ones too, 10) votes; their own usage column proves that the order is the same."""
    if not path.is_file():
        raise FacesError(f"no votes at {path}")
    try:
        with opened(path) as file:
            columns, *lines = list(csv.reader(file)) or [[]]
        names = header(columns)
        votes = np.array([[line[names.index(name)] for name in FERPLUS_ORDER] for line in lines], np.int16)
        usages = [line[names.index("Usage")] for line in lines]
    except (*DAMAGED, ValueError, IndexError) as error:
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
