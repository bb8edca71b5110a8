"""Label files: CSV files of action units with a header, however it is spaced; what is bad in them is named."""

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fer_probe.faces.action_unit_tables.action_unit_table import CodedRow

Cells = Mapping[str, str]
_LOOKED_AT = 5
_ANY = re.compile(r"[^.].*")


@dataclass(frozen=True)
class LabelFile:
    """One CSV file.

    Attributes:
        name: its path from the folder that was given, without the ending.
        columns: of its header, without spaces around them.
        rows: each as it is spoken of, and its cells by column.
        empty: whether there is a header only, without so much as a torn row.
        skipped: grows by a sentence for each row that cannot be used.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str, Cells]]
    empty: bool
    skipped: list[str]

    def coded(self, read_row: Callable[[Cells], CodedRow]) -> Iterator[CodedRow]:
        """Every row that ``read_row`` can read; the ValueError of any other is its reason."""
        for told, cells in self.rows:
            try:
                yield read_row(cells)
            except ValueError as error:
                self.skipped.append(f"{told}: {error}")


def csv_files(path: Path, named: re.Pattern[str] = _ANY) -> list[Path]:
    """The file itself, or every CSV file below a folder, if named so without its ending; hidden ones are left out."""
    files = sorted(path.rglob("*.[cC][sS][vV]")) if path.is_dir() else [path] if path.suffix.lower() == ".csv" else []
    return [file for file in files if named.fullmatch(file.stem) and not file.name.startswith(".")]


def header(file: Path) -> tuple[str, ...]:
    """Column names of a CSV file; none where it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return _names(next(csv.reader(opened), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()


def any_header(path: Path, told_by: Callable[[tuple[str, ...]], bool], named: re.Pattern[str] = _ANY) -> bool:
    """Whether one of the first CSV files has a header that tells its format."""
    return any(told_by(header(file)) for file in csv_files(path, named)[:_LOOKED_AT])


def label_files(
    path: Path,
    told_by: Callable[[tuple[str, ...]], bool],
    wanted: re.Pattern[str],
    skipped: list[str],
    named: re.Pattern[str] = _ANY,
) -> Iterator[LabelFile]:
    """The CSV files of a format, one after another; ``skipped`` names those that are none.

    Args:
        path: a file or a folder.
        told_by: whether a header is the format's.
        wanted: columns whose cells are kept; programs write hundreds.
        skipped: grows by a sentence for each file and row that cannot be used.
        named: files' names without their ending; others are passed over.
    """
    root = path if path.is_dir() else path.parent
    for file in csv_files(path, named):
        name = file.relative_to(root).as_posix()
        try:
            columns, rows, empty = _read(file, name, wanted, skipped)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            skipped.append(f"{name}: cannot be read ({error})")
            continue
        if told_by(columns):
            yield LabelFile(name[: -len(file.suffix)], columns, rows, empty, skipped)
        else:
            skipped.append(f"{name}: no table of action units; its columns are {', '.join(columns[:8]) or 'none'}")


def number_in(cells: Cells, column: str, top: float) -> float:
    """A cell's number from 0 to ``top``; NaN where it is empty.

    Raises:
        ValueError: anything else.
    """
    word = cells[column]
    try:
        number = float(word) if word else math.nan
    except ValueError:
        number = math.inf
    if not (math.isnan(number) or 0 <= number <= top):
        raise ValueError(f"{column} is {word!r}, expected 0 to {top:g}")
    return number


def presence_in(cells: Cells, column: str) -> float:
    """1, 0 or NaN for an empty cell.

    Raises:
        ValueError: anything else.
    """
    number = number_in(cells, column, top=1)
    if number not in (0, 1) and not math.isnan(number):
        raise ValueError(f"{column} is {cells[column]!r}, expected 0 or 1")
    return number


def frame_in(cells: Cells, column: str) -> int:
    """A frame's number.

    Raises:
        ValueError: no whole number.
    """
    try:
        number = float(cells[column])
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise ValueError(f"{column} is {cells[column]!r}, expected a whole number")
    return int(number)


def _read(
    file: Path, name: str, wanted: re.Pattern[str], skipped: list[str]
) -> tuple[tuple[str, ...], list[tuple[str, Cells]], bool]:
    """Columns, good rows, and whether there is no row at all."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = csv.reader(opened)
        columns = _names(next(lines, []))
        kept = [(i, column) for i, column in enumerate(columns) if wanted.fullmatch(column)]
        rows: list[tuple[str, Cells]] = []
        torn = 0
        for number, cells in enumerate(lines, start=2):
            told = f"{name} row {number}"
            if len(cells) == len(columns):
                rows.append((told, {column: cells[i].strip() for i, column in kept}))
            elif cells:
                torn += 1
                skipped.append(f"{told}: {len(cells)} columns, expected {len(columns)}")
    return columns, rows, not rows and not torn


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells)
