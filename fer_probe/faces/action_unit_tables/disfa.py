"""DISFA (Mavadati et al. 2013): ``ActionUnit_Labels/SN001/SN001_au12.txt``, one file a person and action unit.

A line is ``frame,intensity``, frames from 1, intensities 0–5. From which intensity on a unit counts as present is
the user's to say.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from fer_probe.faces.action_unit_tables.action_unit_table import ActionUnitTable, CodedRow, gather_rows
from fer_probe.faces.action_unit_tables.label_files import frame_in, number_in

_FILE = re.compile(r"(SN\d+)_au(\d+)\.txt", re.IGNORECASE)


def recognises(path: Path) -> bool:
    """Whether such files lie anywhere below a folder."""
    return path.is_dir() and next(_files(path), None) is not None


def read(path: Path) -> ActionUnitTable:
    """Read every person's files; a unit whose file or line is missing is not coded."""
    skipped: list[str] = []
    coded: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    numbers = set()
    for file, person, number in _files(path):
        numbers.add(number)
        for frame, intensity in _lines(file, file.relative_to(path).as_posix(), skipped):
            coded[person, frame][number] = intensity
    rows = (
        CodedRow(sequence=person, frame=frame, intensity=coded[person, frame]) for person, frame in sorted(coded)
    )  # fmt: skip
    return gather_rows(
        rows, sorted(numbers), scale="0-5", source=f"DISFA ({path.name})", skipped=skipped, first_frame=1,
        numbered=True,
    )  # fmt: skip


def _files(path: Path) -> Iterator[tuple[Path, str, int]]:
    """File, person and action unit."""
    for file in path.rglob("*.[tT][xX][tT]"):
        if match := _FILE.fullmatch(file.name):
            yield file, match[1].upper(), int(match[2])


def _lines(file: Path, name: str, skipped: list[str]) -> Iterator[tuple[int, float]]:
    """Frame and intensity of every good line."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        skipped.append(f"{name}: cannot be read ({error})")
        return
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split(",")]
        try:
            if len(cells) == 2:
                told = dict(zip(("frame", "intensity"), cells, strict=True))
                yield frame_in(told, "frame"), number_in(told, "intensity", 5)
            elif line.strip():
                raise ValueError(f"{line!r}, expected frame,intensity")
        except ValueError as error:
            skipped.append(f"{name} line {number}: {error}")
