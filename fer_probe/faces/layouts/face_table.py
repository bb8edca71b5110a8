"""A plain folder of pictures with a table: the layout that everybody can make, and that drawn faces are written in.

    faces.csv     path,expression,subject,sequence,frame,split,AU01,AU02,…,AU01_intensity,…
    D000/000.png  …

Only ``path`` is required. ``AUnn`` is presence: 1, 0, empty = not coded; ``AUnn_intensity`` is 0–1.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fer_probe.expressions import EXPRESSIONS, expression_name
from fer_probe.faces.corpus_folders import new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import Coding, FoundFace, gather
from fer_probe.records import appearing_file

TABLE = "faces.csv"
SPLITS: dict[str, tuple[str, ...]] = {"train": ("train",), "validation": ("validation",), "test": ("test",)}
_PRESENCE = re.compile(r"AU(\d+)")
_WORDS = ("subject", "sequence", "split")


def recognises(path: Path) -> bool:
    """Whether a path is such a table, or a folder that holds ``faces.csv``."""
    table = path / TABLE if path.is_dir() else path
    if table.suffix.lower() != ".csv" or not table.is_file():
        return False
    with table.open(encoding="utf-8-sig", errors="replace") as file:
        return "path" in [name.strip() for name in file.readline().split(",")]


def write_face_table(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as PNG files with their table, the table last, so that a torn folder has none.

    Args:
        faces: any faces; a folder a subject where subjects are known.
        folder: a new or empty folder.

    Returns:
        The table's path.

    Raises:
        FacesError: the folder holds something already, and nothing is written; or it cannot be written to.
    """
    with new_folder(folder) as made:
        paths = [_picture_path(faces, i) for i in range(len(faces))]
        for i, path in enumerate(paths):
            write_picture(made / path, faces.pixels[i])
        with appearing_file(made / TABLE) as partial:
            _table(faces, paths).to_csv(partial, index=False)
    return made / TABLE


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read a table; its pictures are read when they are asked for. What cannot be read is named in ``skipped``.

    Args:
        path: the table, or its folder.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: a table that is none, one without any picture, or votes.
    """
    table = path / TABLE if path.is_dir() else path
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {table} has none")
    rows = _rows(table)
    skipped: list[str] = []
    source = f"{table.parent.name}/{table.name}"
    return gather(
        table.parent, _found(table, rows, skipped), source=source, expression_names=EXPRESSIONS,
        coding=_coding(rows), skipped=skipped, check=check,
    )  # fmt: skip


def _rows(table: Path) -> pd.DataFrame:
    """The table as words, or the reason why it is none."""
    try:
        rows = pd.read_csv(table, dtype=str, skipinitialspace=True).rename(columns=str.strip)
    except UnicodeDecodeError as error:
        raise FacesError(f"{table} is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    except pd.errors.EmptyDataError as error:
        raise FacesError(f"{table} is empty; expected a header with the column path") from error
    except pd.errors.ParserError as error:
        raise FacesError(f"{table} is no table: {str(error).strip()}") from error
    except OSError as error:
        raise FacesError(f"{table} cannot be read ({error.strerror})") from error
    if "path" not in rows:
        raise FacesError(f"{table} has no column 'path'; its columns are {', '.join(map(str, rows))}")
    return rows


def _coding(rows: pd.DataFrame) -> Coding:
    numbers = tuple(sorted(int(match[1]) for name in rows if (match := _PRESENCE.fullmatch(str(name)))))
    graded = any(f"AU{number:02d}_intensity" in rows for number in numbers)
    return Coding(numbers, "0-1" if graded else None)


def _found(table: Path, rows: pd.DataFrame, skipped: list[str]) -> Iterator[FoundFace]:
    """Every row with a path, as a face."""
    numbers = _coding(rows).numbers
    presence = {n: _numbers(table, rows, f"AU{n:02d}" if f"AU{n:02d}" in rows else f"AU{n}") for n in numbers}
    intensity = {n: _numbers(table, rows, f"AU{n:02d}_intensity") for n in numbers}
    frames = np.nan_to_num(_numbers(table, rows, "frame"), nan=-1) if "frame" in rows else np.full(len(rows), -1)
    words = {name: rows[name].fillna("").tolist() for name in ("expression", *_WORDS) if name in rows}
    for row, name in enumerate(rows["path"]):
        told = f"{table.name} row {row + 2}"
        if not isinstance(name, str):
            skipped.append(f"{told}: no path")
            continue
        own = {key: values[row] for key, values in words.items()}
        yield FoundFace(
            table.parent / name,
            expression=_expression(own.pop("expression", ""), told, skipped),
            frame=int(frames[row]),
            presence={n: float(values[row]) for n, values in presence.items()},
            intensity={n: float(values[row]) for n, values in intensity.items()},
            told=f"{told}: {name}",
            **own,
        )


def _table(faces: FaceImages, paths: list[str]) -> pd.DataFrame:
    names = np.array([*faces.expression_names, ""])
    columns: dict[str, Any] = {"path": paths, "expression": names[faces.expression]}
    columns |= {name: value for name in (*_WORDS, "frame") if (value := getattr(faces, name)) is not None}
    for column, number in enumerate(faces.action_unit_numbers):
        columns[f"AU{number:02d}"] = pd.array(faces.action_units[:, column], dtype="Int64")
    if faces.action_unit_intensity is not None and faces.action_unit_scale == "0-1":
        for column, number in enumerate(faces.action_unit_numbers):
            columns[f"AU{number:02d}_intensity"] = np.round(faces.action_unit_intensity[:, column], 4)
    return pd.DataFrame(columns)


def _picture_path(faces: FaceImages, i: int) -> str:
    return f"{faces.subject[i]}/{i:05d}.png" if faces.subject is not None else f"{i:05d}.png"


def _expression(word: str, told: str, skipped: list[str]) -> str:
    """The expression's one name; a word that is none is named, and its face stays without an expression."""
    try:
        return expression_name(word) if word.strip() else ""
    except ValueError as error:
        skipped.append(f"{told}: {error}")
        return ""


def _numbers(table: Path, rows: pd.DataFrame, name: str) -> np.ndarray:
    """A column as numbers, empty cells as NaN; a column that is missing is NaN throughout."""
    if name not in rows:
        return np.full(len(rows), np.nan, np.float32)
    numbers = pd.to_numeric(rows[name], errors="coerce")
    if (wrong := numbers.isna() & rows[name].notna()).any():
        row = int(str(wrong.idxmax()))
        raise FacesError(f"{table.name} row {row + 2}: {name} is {rows[name][row]!r}, expected a number")
    return numbers.to_numpy(np.float32)
