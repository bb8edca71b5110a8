"""LibreFace (Chang et al. 2024): ``au_1 …`` presence, ``au_1_intensity …`` of other units.

Intensities are 0–5 by its documentation and 0–1 as people see them. The scale is what the user tells, or 0–5 where
a value above 1 shows it; it is never guessed. The picture is ``input_image_path``; of a video, ``path_to_frame`` and
``frame_idx`` (from 0), as its own source writes them.
"""

import re
from pathlib import Path, PurePosixPath

import numpy as np

from fer_probe.faces.action_unit_tables.action_unit_table import SCALES, ActionUnitTable, CodedRow, gather_rows
from fer_probe.faces.action_unit_tables.label_files import (
    Cells,
    any_header,
    csv_files,
    frame_in,
    header,
    label_files,
    number_in,
    presence_in,
)
from fer_probe.faces.face_images import FacesError

_UNIT = re.compile(r"au_(\d+)(_intensity)?")
_PICTURE, _FRAME_PICTURE, _FRAME = "input_image_path", "path_to_frame", "frame_idx"
_WANTED = re.compile(rf"{_PICTURE}|{_FRAME_PICTURE}|{_FRAME}|{_UNIT.pattern}")


def recognises(path: Path) -> bool:
    """Whether a CSV file, or one in a folder, has columns such as ``au_1``."""
    return any_header(path, _tells)


def read(path: Path, scale: str | None = None) -> ActionUnitTable:
    """Read one CSV, or all of a folder.

    Args:
        path: the file or folder.
        scale: of the intensities, ``"0-1"`` or ``"0-5"``; None takes 0–5 where a value above 1 shows it.

    Raises:
        FacesError: a scale that is neither told nor to be seen.
    """
    if scale not in (None, "0-1", "0-5"):
        raise FacesError(f"scale {scale!r} of {path}: intensities are '0-1' or '0-5'")
    skipped: list[str] = []
    top = SCALES[scale or "0-5"]
    rows = [row for file in label_files(path, _tells, _WANTED, skipped) for row in file.coded(lambda c: _row(c, top))]
    return gather_rows(
        rows, _numbers(path), scale=scale or _seen_scale(rows, path), source=f"LibreFace ({path.name})",
        skipped=skipped, first_frame=0,
    )  # fmt: skip


def _tells(columns: tuple[str, ...]) -> bool:
    return any(_UNIT.fullmatch(column) for column in columns)


def _numbers(path: Path) -> tuple[int, ...]:
    columns = {column for file in csv_files(path) for column in header(file)}
    return tuple(sorted({int(match[1]) for column in columns if (match := _UNIT.fullmatch(column))}))


def _seen_scale(rows: list[CodedRow], path: Path) -> str:
    intensities = np.array([value for row in rows for value in row.intensity.values()])
    intensities = intensities[~np.isnan(intensities)]
    if not len(intensities):
        return "presence"
    if intensities.max() > 1:
        return "0-5"
    raise FacesError(
        f"{path}: LibreFace's intensities are 0-5 or 0-1, and none here is above 1 (the largest is "
        f"{intensities.max():.3g}), so that the scale cannot be seen; tell it: scale='0-1' or '0-5'"
    )


def _row(cells: Cells, top: float) -> CodedRow:
    units = [(int(match[1]), match[2], column) for column in cells if (match := _UNIT.fullmatch(column))]
    picture = (cells.get(_PICTURE) or cells.get(_FRAME_PICTURE, "")).replace("\\", "/")
    if not picture:
        raise ValueError(f"no picture in {_PICTURE} or {_FRAME_PICTURE}")
    in_video = not cells.get(_PICTURE) and _FRAME in cells
    return CodedRow(
        image=picture,
        sequence=PurePosixPath(picture).parent.name if in_video else "",
        frame=frame_in(cells, _FRAME) if in_video else -1,
        presence={number: presence_in(cells, column) for number, graded, column in units if not graded},
        intensity={number: number_in(cells, column, top) for number, graded, column in units if graded},
    )
