"""BP4D (Zhang et al. 2014): ``AUCoding/AU_OCC/F001_T1.csv``, a person's task a file, presence by frame.

The header has the units' numbers above their columns; the first column is the number that the frame's picture has.
1 is present, 0 absent, 9 not coded.
"""

import re
from functools import partial
from pathlib import Path

from fer_probe.faces.action_unit_tables.action_unit_table import ActionUnitTable, CodedRow, gather_rows
from fer_probe.faces.action_unit_tables.label_files import Cells, any_header, csv_files, frame_in, header, label_files

_FILE = re.compile(r"[FM]\d+_T\d+")
_UNIT = re.compile(r"(?:AU)?0*([1-9]\d*)")
_COLUMN = re.compile(r".*")
_CODES = {"0": 0.0, "1": 1.0, "9": float("nan"), "": float("nan")}


def recognises(path: Path) -> bool:
    """Whether CSV files named as a person's task lie here, with numbers for a header."""
    return any_header(path, _tells, named=_FILE)


def read(path: Path) -> ActionUnitTable:
    """Read every task's file. Intensities (``AU_INT``) are another coding, and are left alone."""
    skipped: list[str] = []
    rows = (
        row
        for file in label_files(path, _tells, _COLUMN, skipped, named=_FILE)
        for row in file.coded(partial(_row, frame=file.columns[0], name=file.name.split("/")[-1]))
    )
    return gather_rows(
        rows, _numbers(path), scale="presence", source=f"BP4D ({path.name})", skipped=skipped, numbered=True
    )  # fmt: skip


def _tells(columns: tuple[str, ...]) -> bool:
    return len(columns) > 1 and all(_UNIT.fullmatch(column) for column in columns[1:])


def _numbers(path: Path) -> list[int]:
    columns = {column for file in csv_files(path, _FILE) for column in header(file)[1:]}
    return sorted({int(match[1]) for column in columns if (match := _UNIT.fullmatch(column))})


def _row(cells: Cells, frame: str, name: str) -> CodedRow:
    wrong = next((column for column, code in cells.items() if column != frame and code not in _CODES), None)
    if wrong is not None:
        raise ValueError(f"AU{wrong} is {cells[wrong]!r}, expected 0, 1 or 9")
    presence = {int(_UNIT.sub(r"\1", column)): _CODES[code] for column, code in cells.items() if column != frame}
    return CodedRow(sequence=name, frame=frame_in(cells, frame), presence=presence)
