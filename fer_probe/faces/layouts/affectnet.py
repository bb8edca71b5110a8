"""AffectNet (Mollahosseini et al. 2017) as its authors' lists: rectangles, landmarks, expressions, valence and arousal.

    training.csv     subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,
                     arousal
    validation.csv   the same; it has been shipped without that header
    1/0a1b2c.jpg …   beside the lists, or in a folder of their own such as Manually_Annotated_Images

The face is cut out by its rectangle, in pixels of the picture; landmarks are 136 numbers, x and y in turn, divided
by ";".
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from fer_probe.faces.corpus_folders import folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.numbered_rows import first_row, numbered_rows
from fer_probe.faces.picture_files import Box, box_in_pixels
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, split_words

#: The codes 0 to 7; the layouts of the same corpus share them.
EXPRESSIONS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
#: The codes 8 to 10: no expression, and why.
NO_EXPRESSION = ("none", "uncertain", "no face")
#: Valence or arousal of a picture that has none.
NOT_RATED = -2.0
COLUMNS = (
    "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks", "expression",
    "valence", "arousal",
)  # fmt: skip
SPLITS: dict[str, tuple[str, ...]] = {"train": ("training",), "validation": ("validation",)}

_RECTANGLE = COLUMNS[1:5]
#: How many rows of a list are looked for on the disk, to find where the pictures are.
_TRIED = 20
_FOLDER_HOLDS = 300


def recognises(path: Path) -> bool:
    """Whether this is such a list, or a folder with one."""
    return any(True for _ in _lists(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every row of every list; what cannot be used is named in ``skipped``.

    Codes 8 to 10 are no expression; ``attributes["no_expression"]`` says why: none of the eight, uncertain, no face.
    ``attributes["valence"]`` and ``["arousal"]`` are -1 to 1, NaN where a picture is not rated.

    Args:
        path: a list, or the folder that holds lists and pictures.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no list, no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is AffectNet")
    root = path if path.is_dir() else path.parent
    lists = list(_lists(path))
    if not lists:
        raise FacesError(f"{path} holds no list of AffectNet, a .csv file with the columns {', '.join(COLUMNS)}")
    skipped: list[str] = []
    found = (face for table in lists for face in _found(table, _pictures(root, table), skipped))
    return gather(root, found, source="AffectNet", expression_names=EXPRESSIONS, skipped=skipped, check=check)


def _lists(path: Path) -> Iterator[Path]:
    folders = folders_below(path)
    tables = [path] if path.is_file() else (table for folder in folders for table in sorted(folder.glob("*.csv")))
    return (table for table in tables if not table.name.startswith(".") and _is_list(table))


def _is_list(table: Path) -> bool:
    """Whether its first row is the header, or a row of such a list."""
    cells = first_row(table) if table.suffix.lower() == ".csv" else []
    return COLUMNS[0] in cells or (len(cells) == len(COLUMNS) and cells[5].count(";") == 135)


def _pictures(root: Path, table: Path) -> Path:
    """The folder that a list's paths begin from: the list's own, or the first that holds one of its pictures."""
    names = [dict(zip(columns, cells, strict=False)).get(COLUMNS[0], "") for _, columns, cells in _rows(table, _TRIED)]
    for folder in [table.parent, *folders_below(root)]:
        if any(name and (folder / name).is_file() for name in names):
            return folder
    return table.parent


def _rows(table: Path, count: int | None = None) -> Iterator[tuple[int, tuple[str, ...], list[str]]]:
    """Number, columns and cells of every row but the header."""
    columns: tuple[str, ...] = COLUMNS
    for number, cells in islice(numbered_rows(table), count):
        if COLUMNS[0] in cells:
            columns = tuple(cells)
        else:
            yield number, columns, cells


def _found(table: Path, pictures: Path, skipped: list[str]) -> Iterator[FoundFace]:
    for number, columns, cells in told_progress(_rows(table), "reading rows"):
        told = f"{table.name} row {number}"
        try:
            if len(cells) != len(columns):
                raise ValueError(f"{len(cells)} columns, expected {len(columns)}")
            row = dict(zip(columns, cells, strict=True))
            told = f"{told}: {row[COLUMNS[0]]}"
            yield _face(row, pictures, table.stem.lower(), told)
        except ValueError as error:
            skipped.append(f"{told}: {error}")


def _face(row: Mapping[str, str], pictures: Path, split: str, told: str) -> FoundFace:
    if lacking := [name for name in COLUMNS if name not in row]:
        raise ValueError(f"no column {lacking[0]}")
    expression, why_none = expression_of(row["expression"])
    rated = {name: rating(name, row[name]) for name in ("valence", "arousal")}
    file = pictures / row[COLUMNS[0]]
    return FoundFace(
        file, expression=expression, split=split, box=_box(row, file), landmarks=_landmarks(row["facial_landmarks"]),
        told=told, attributes={**rated, "no_expression": why_none},
    )  # fmt: skip


def expression_of(word: str) -> tuple[str, str]:
    """An expression by its code, and why there is none; one of the two is empty.

    Raises:
        ValueError: no code from 0 to 10.
    """
    meanings = [*((name, "") for name in EXPRESSIONS), *(("", why) for why in NO_EXPRESSION)]
    try:
        code = float(word)
    except ValueError:
        code = np.nan
    if code not in range(len(meanings)):
        raise ValueError(f"expression {word!r}, expected 0 to {len(meanings) - 1}")
    return meanings[int(code)]


def rating(name: str, word: str) -> float:
    """Valence or arousal, -1 to 1; NaN where a picture is not rated.

    Raises:
        ValueError: no such number.
    """
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if value == NOT_RATED:
        return np.nan
    if not -1 <= value <= 1:
        raise ValueError(f"{name} {word!r}, expected -1 to 1, or {NOT_RATED:g} where it is not rated")
    return value


def _box(row: Mapping[str, str], file: Path) -> Box:
    words = [row[name] for name in _RECTANGLE]
    try:
        left, top, width, height = map(float, words)
    except ValueError:
        raise ValueError(f"the rectangle {', '.join(words)}, expected four numbers") from None
    return box_in_pixels(file, left, top, left + width, top + height)


def _landmarks(words: str) -> np.ndarray | None:
    if not words:
        return None
    try:
        return np.array(words.split(";"), np.float64).reshape(68, 2)
    except ValueError:
        raise ValueError(f"{words.count(';') + 1} landmark numbers ({words[:20]}…), expected 136") from None


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as AffectNet's lists, the whole picture being the face; the folder is returned.

    The layout holds expressions, landmarks, valence and arousal, training and validation, and nothing else. A face
    without an expression is "uncertain"; one that is not rated has -2.

    Args:
        faces: any; where they have no splits, each fifth subject validates.
        folder: a new or empty folder.

    Raises:
        FacesError: an expression or a split that AffectNet lacks, or a folder that holds something; nothing is
            written then.
    """
    splits, codes = split_words(faces, {"train": "training", "validation": "validation"}), expression_codes(faces)
    height, width = faces.pixels.shape[2:]
    with new_folder(folder) as made:
        lists = {split: [",".join(COLUMNS)] for split in SPLITS["train"] + SPLITS["validation"]}
        for i, (split, code) in enumerate(zip(splits.tolist(), codes, strict=True)):
            name = f"{i // _FOLDER_HOLDS + 1}/{i:06d}.jpg"
            write_picture(made / name, faces.pixels[i])
            points = "" if faces.landmarks is None else ";".join(f"{value:.4f}" for value in faces.landmarks[i].ravel())
            ratings = f"{written_rating(faces, 'valence', i):g},{written_rating(faces, 'arousal', i):g}"
            lists[split].append(f"{name},0,0,{width},{height},{points},{code},{ratings}")
        for split, lines in lists.items():
            (made / f"{split}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def expression_codes(faces: FaceImages) -> list[int]:
    """(N,) AffectNet's codes of faces; "uncertain" where they have no expression.

    Raises:
        FacesError: an expression that AffectNet lacks.
    """
    uncertain = len(EXPRESSIONS) + NO_EXPRESSION.index("uncertain")
    codes = {**{word: code for code, word in enumerate(EXPRESSIONS)}, "": uncertain}
    words = expression_words(faces).tolist()
    if lacking := sorted(set(words) - set(codes)):
        raise FacesError(f"AffectNet has no code for {lacking[0]!r}; it has {', '.join(EXPRESSIONS)}")
    return [codes[word] for word in words]


def written_rating(faces: FaceImages, name: str, i: int) -> float:
    """A face's valence or arousal as AffectNet writes it: :data:`NOT_RATED` where it is not known."""
    value = float(faces.attributes[name][i]) if name in faces.attributes else np.nan
    return NOT_RATED if np.isnan(value) else value
