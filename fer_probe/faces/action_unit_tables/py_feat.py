"""py-feat (Cheong et al. 2023): ``AU01 …`` 0–1, ``input`` the picture or the video, ``frame`` from 0.

The values are a classifier's confidence. Whether a unit is present is not told: that takes a threshold.
"""

import re
from pathlib import Path, PurePosixPath

from fer_probe.faces.action_unit_tables.action_unit_table import ActionUnitTable, CodedRow, gather_rows
from fer_probe.faces.action_unit_tables.label_files import Cells, any_header, frame_in, label_files, number_in
from fer_probe.faces.picture_files import PICTURE_ENDINGS

NUMBERS = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43)
_UNIT = re.compile(r"AU(\d+)")
_WANTED = re.compile(rf"input|frame|{_UNIT.pattern}")


def recognises(path: Path) -> bool:
    """Whether a CSV file, or one in a folder, has the columns ``input`` and ``AU01 …``."""
    return any_header(path, _tells)


def read(path: Path) -> ActionUnitTable:
    """Read one CSV, or all of a folder."""
    skipped: list[str] = []
    files = label_files(path, _tells, _WANTED, skipped)
    rows = (row for file in files for row in file.coded(_row))
    return gather_rows(
        rows, NUMBERS, scale="0-1", source=f"py-feat ({path.name})", skipped=skipped, first_frame=0
    )  # fmt: skip


def _tells(columns: tuple[str, ...]) -> bool:
    return "input" in columns and any(_UNIT.fullmatch(column) for column in columns)


def _row(cells: Cells) -> CodedRow:
    intensity = {
        int(match[1]): number_in(cells, column, 1) for column in cells if (match := _UNIT.fullmatch(column))
    }  # fmt: skip
    source = cells["input"].replace("\\", "/")
    if not source:
        raise ValueError("no input")
    if PurePosixPath(source).suffix.lower() in PICTURE_ENDINGS:
        return CodedRow(image=source, intensity=intensity)
    if "frame" not in cells:
        raise ValueError(f"{source} is no picture, and there is no column frame")
    video = PurePosixPath(source).with_suffix("").as_posix()
    return CodedRow(sequence=video, frame=frame_in(cells, "frame"), intensity=intensity)
