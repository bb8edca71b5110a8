"""Numbered rows: the cells of a comma-separated list that may have no header, with the numbers that people see."""

import csv
from collections.abc import Iterator
from pathlib import Path

from fer_probe.faces.face_images import FacesError

_NO_TEXT = (OSError, UnicodeDecodeError, csv.Error)


def numbered_rows(table: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, numbered from 1 as a spreadsheet does, its cells without surrounding spaces.

    Raises:
        FacesError: the file cannot be read, or is no text.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.reader(file, skipinitialspace=True), start=1):
                if stripped := [cell.strip() for cell in cells]:
                    yield number, stripped
    except _NO_TEXT as error:
        raise FacesError(f"{table} cannot be read, or is no text: {error}") from error


def first_row(table: Path) -> list[str]:
    """The cells of a file's first row; none where it is empty, unreadable or no text."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            cells = next(csv.reader([file.readline(20_000)], skipinitialspace=True), [])
    except _NO_TEXT:
        return []
    return [cell.strip() for cell in cells]
