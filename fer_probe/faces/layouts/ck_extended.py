"""``ckextended.csv``, frames of CK+ as Kaggle passes them on: a table as FER2013's, with a code of its own.

The table has lost who is seen: CK+'s pictures of one person are alike, and nothing tells which they are, so that a
split by subject is impossible. Its own ``Usage`` may have the same person on two sides.
"""

from pathlib import Path

from fer_probe.faces import pixel_tables
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.parsed_cache import Arrays, parsed

#: By code; FER2013's 0 to 6 with contempt behind them.
EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt")
SPLITS = pixel_tables.SPLITS
TABLE = "ckextended.csv"


def recognises(path: Path) -> bool:
    """Whether this is ``ckextended.csv``, packed or not, or a folder with it; nothing but its name tells its code."""
    table = _table(path)
    return table is not None and _is_called_so(table) and pixel_tables.is_pixel_table(table)


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every row that can be read; the others are named in ``skipped``.

    Args:
        path: the table, whatever it is called, or the folder it lies in.
        votes: not known for this layout.
        check: changes nothing: pictures of a table are always read.

    Raises:
        FacesError: no such table, a damaged file, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is ckextended.csv, whose rows are others")
    table = _table(path)
    if table is None:
        raise FacesError(f"{path} holds no {TABLE}")
    try:
        rows = parsed(table, _parse, kind="ck_extended")
    except pixel_tables.DAMAGED as error:
        raise FacesError(f"{table} is damaged or no text: {error}") from error
    return pixel_tables.table_faces(table, rows, EXPRESSIONS, f"CK+ without subjects ({table.name})")


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as ``ckextended.csv``; see :func:`fer_probe.faces.pixel_tables.write_pixel_table`."""
    return pixel_tables.write_pixel_table(faces, folder, TABLE, EXPRESSIONS, TABLE)


def _parse(path: Path) -> Arrays:
    return pixel_tables.parse_pixel_table(path, len(EXPRESSIONS))


def _table(path: Path) -> Path | None:
    """The file itself, or the one in a folder."""
    if not path.is_dir():
        return path
    return next((file for file in sorted(path.iterdir()) if file.is_file() and _is_called_so(file)), None)


def _is_called_so(file: Path) -> bool:
    return file.name.lower().startswith("ckextended")
