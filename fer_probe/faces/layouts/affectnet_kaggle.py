"""AffectNet (Mollahosseini et al. 2017) as Kaggle passes it on: folders of expressions, and a table that knows better.

    labels.csv                          ,pth,label,relFCs    an index, path, expression, relative confidence
    {Train,Test}/anger/image0000006.jpg

``pth`` is ``anger/image0000006.jpg``, below the folder of a split or below the table's own. Where the folder says
another expression than the table, the table is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from fer_probe.expressions import expression_name
from fer_probe.faces.corpus_folders import child_files, child_folders, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.layouts.affectnet import EXPRESSIONS
from fer_probe.faces.numbered_rows import first_row, numbered_rows
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, split_words, with_expressions

SPLITS: dict[str, tuple[str, ...]] = {
    "train": ("Train", "train"),
    "validation": ("Val", "Valid", "Validation", "val", "valid", "validation"),
    "test": ("Test", "test"),
}

TABLE = "labels.csv"
#: The folder of each expression.
FOLDERS = {
    "anger": "anger", "contempt": "contempt", "disgust": "disgust", "fear": "fear", "happiness": "happy",
    "neutral": "neutral", "sadness": "sad", "surprise": "surprise",
}  # fmt: skip
_COLUMNS = ("pth", "label", "relFCs")
_SPLIT_WORDS = {"train", "test", "val", "valid", "validation"}


def recognises(path: Path) -> bool:
    """Whether this is ``labels.csv`` with the columns ``pth,label,relFCs``, or a folder with one."""
    return any(True for _ in _tables(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every row whose picture is there; what cannot be used is named in ``skipped``.

    ``attributes["folder"]`` is the expression that the picture's folder says, ``attributes["relFCs"]`` the relative
    confidence. How often folder and table disagree is told in ``source``.

    Args:
        path: the table, or the folder it lies in.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no table, no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is AffectNet")
    tables = list(_tables(path))
    if not tables:
        raise FacesError(f"{path} holds no {TABLE} with the columns {', '.join(_COLUMNS)}")
    skipped: list[str] = []
    found = (face for table in tables for face in _found(table, skipped))
    root = path if path.is_dir() else path.parent
    faces = gather(root, found, source="AffectNet (Kaggle)", expression_names=EXPRESSIONS, skipped=skipped, check=check)
    told = faces.attributes["folder"]
    other = int(((told != "") & (told != expression_words(faces))).sum())
    return replace(faces, source=f"{faces.source}; {other:,} lie in another expression's folder, {TABLE} is right")


def _tables(path: Path) -> Iterator[Path]:
    tables = [path] if path.is_file() else [folder / TABLE for folder in folders_below(path)]
    for table in tables:
        if table.is_file() and table.suffix.lower() == ".csv" and {*_COLUMNS[:2]} <= {*first_row(table)}:
            yield table


def _found(table: Path, skipped: list[str]) -> Iterator[FoundFace]:
    """Every row as a face; pictures that no row knows are named."""
    places = _places(table)
    rows = numbered_rows(table)
    _, columns = next(rows)
    known = set()
    for number, cells in told_progress(rows, "reading rows"):
        told = f"{table.name} row {number}"
        try:
            if len(cells) != len(columns):
                raise ValueError(f"{len(cells)} columns, expected {len(columns)}")
            row = dict(zip(columns, cells, strict=True))
            known.add(row["pth"])
            told = f"{told}: {row['pth']}"
            yield _face(row, places.get(row["pth"], []), told)
        except ValueError as error:
            skipped.append(f"{told}: {error}")
    for name, folders in places.items():
        if name not in known:
            skipped += [f"{_told(folder, table)}{name}: {table.name} has no row of it" for folder in folders]


def _told(folder: Path, table: Path) -> str:
    return "" if folder == table.parent else f"{folder.name}/"


def _places(table: Path) -> dict[str, list[Path]]:
    """Each picture such as ``anger/image0000006.jpg`` → the folders it lies below: a split's, or the table's own."""
    places: dict[str, list[Path]] = {}
    for base in [table.parent, *child_folders(table.parent)]:
        for folder in child_folders(base):
            for file in filter(is_picture_file, child_files(folder)):
                places.setdefault(f"{folder.name}/{file.name}", []).append(base)
    return places


def _face(row: Mapping[str, str], folders: list[Path], told: str) -> FoundFace:
    """A row's face, whose picture lies below exactly one of the folders."""
    if len(folders) != 1:
        raise ValueError(f"lies in {' and '.join(f.name for f in folders)}" if folders else "there is no such file")
    word, base = row.get("relFCs", ""), folders[0]
    try:
        confidence = float(word or np.nan)
    except ValueError:
        raise ValueError(f"relFCs {word!r}, expected a number") from None
    return FoundFace(
        base / row["pth"], expression=expression_name(row["label"]),
        split=base.name if base.name.lower() in _SPLIT_WORDS else "", told=told,
        attributes={"relFCs": confidence, "folder": _expression(row["pth"].partition("/")[0])},
    )  # fmt: skip


def _expression(word: str) -> str:
    """The expression's one name; empty where the word is none."""
    try:
        return expression_name(word)
    except ValueError:
        return ""


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as Kaggle's folders and table; the folder is returned.

    The layout holds expressions, training and test, and nothing else. The relative confidence of a face that has
    none is 1.

    Args:
        faces: with expressions; where they have no splits, each fifth subject is tested.
        folder: a new or empty folder.

    Raises:
        FacesError: no face with an expression, a split that the corpus lacks, or a folder that holds something;
            nothing is written then.
    """
    held = with_expressions(faces, EXPRESSIONS, "AffectNet (Kaggle)")
    splits, words = split_words(held, {"train": "Train", "test": "Test"}), expression_words(held).tolist()
    confidences = held.attributes.get("relFCs", np.ones(len(held)))
    with new_folder(folder) as made:
        lines = [f",{','.join(_COLUMNS)}"]
        for i, (split, word, confidence) in enumerate(zip(splits.tolist(), words, confidences, strict=True)):
            name = f"{FOLDERS[word]}/image{i:07d}.jpg"
            write_picture(made / split / name, held.pixels[i])
            lines.append(f"{i},{name},{FOLDERS[word]},{confidence:.9g}")
        (made / TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made
