"""OpenFace 2 (Baltrušaitis et al. 2018): one CSV a picture or a sequence, its header separated by ", ".

``AU01_r …`` are intensities 0–5 of 17 units, ``AU01_c …`` presence of the same and AU28, by two networks that may
disagree: both are kept. A picture's file without a row, and a frame without success, are not coded.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fer_probe.faces.action_unit_tables.action_unit_table import ActionUnitTable, CodedRow, gather_rows
from fer_probe.faces.action_unit_tables.label_files import (
    Cells,
    LabelFile,
    any_header,
    frame_in,
    label_files,
    number_in,
    presence_in,
)

NUMBERS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45)
_UNIT = re.compile(r"AU(\d+)_([rc])")
_WANTED = re.compile(rf"frame|success|{_UNIT.pattern}")


def recognises(path: Path) -> bool:
    """Whether a CSV file, or one in a folder, has columns such as ``AU01_r`` and ``AU01_c``."""
    return any_header(path, _tells)


def read(path: Path) -> ActionUnitTable:
    """Read one CSV, or all of a folder; a picture or a sequence is named as its file is."""
    skipped: list[str] = []
    rows = (row for file in label_files(path, _tells, _WANTED, skipped) for row in _rows(file))
    return gather_rows(
        rows, NUMBERS, scale="0-5", source=f"OpenFace ({path.name})", skipped=skipped, first_frame=1
    )  # fmt: skip


def _tells(columns: tuple[str, ...]) -> bool:
    return any(_UNIT.fullmatch(column) for column in columns)


def _rows(file: LabelFile) -> Iterator[CodedRow]:
    if "frame" not in file.columns and file.empty:
        yield CodedRow(image=file.name)  # no face was found
    yield from file.coded(partial(_row, name=file.name))


def _row(cells: Cells, name: str) -> CodedRow:
    units = [(int(match[1]), match[2], column) for column in cells if (match := _UNIT.fullmatch(column))]
    coded = presence_in(cells, "success") == 1 if "success" in cells else True
    presence = {number: presence_in(cells, column) for number, kind, column in units if kind == "c" and coded}
    intensity = {number: number_in(cells, column, 5) for number, kind, column in units if kind == "r" and coded}
    if "frame" in cells:
        return CodedRow(sequence=name, frame=frame_in(cells, "frame"), presence=presence, intensity=intensity)
    return CodedRow(image=name, presence=presence, intensity=intensity)
