"""FERPlus (Barsoum et al. 2016) as its own folders: FER2013's pictures with the votes of ten people each.

    data/FER2013{Train,Valid,Test}/fer0000000.png
                                   label.csv        fer0000000.png,"(0, 0, 48, 48)",4,0,0,1,3,2,0,0,0,0

The rectangle is left, top, right, bottom in pixels; the votes stand in the order of FERPLUS_ORDER.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fer_probe.expressions import FERPLUS_ORDER
from fer_probe.faces.corpus_folders import folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.numbered_rows import numbered_rows
from fer_probe.faces.picture_files import box_in_pixels
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.votes import VOTED_EXPRESSIONS, majority_expression
from fer_probe.faces.written_faces import expression_words, split_words

EXPRESSIONS = VOTED_EXPRESSIONS
SPLITS: dict[str, tuple[str, ...]] = {
    "train": ("FER2013Train",), "validation": ("FER2013Valid",), "test": ("FER2013Test",),
}  # fmt: skip

TABLE = "label.csv"
_FOLDERS = tuple(name for names in SPLITS.values() for name in names)
_RECTANGLE = re.compile(r"\((\d+), *(\d+), *(\d+), *(\d+)\)")
_VOTERS = 10


def recognises(path: Path) -> bool:
    """Whether a folder such as ``FER2013Train`` with ``label.csv`` lies somewhere below, or is this one."""
    return any(True for _ in _split_folders(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture with its votes; what cannot be used is named in ``skipped``.

    All votes are kept in ``votes``, as FERPlus's table beside FER2013's has them. The expression is their majority
    (:func:`~fer_probe.faces.votes.majority_expression`); where that is unknown, or that this is no face, there is none.

    Args:
        path: the folder that holds the three, or one of them.
        votes: is refused: this layout has its own.
        check: decode every picture now.

    Raises:
        FacesError: no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"{path} has its own votes; those of {votes} belong to FER2013's table")
    root, skipped = path.resolve(), list[str]()
    found = (face for folder in _split_folders(root) for face in _found(folder, root, skipped))
    return gather(
        root, found, source="FERPlus", expression_names=EXPRESSIONS, votes_names=FERPLUS_ORDER, skipped=skipped,
        check=check,
    )  # fmt: skip


def _split_folders(path: Path) -> Iterator[Path]:
    for folder in folders_below(path.resolve()):
        if folder.name in _FOLDERS and (folder / TABLE).is_file():
            yield folder


def _found(folder: Path, root: Path, skipped: list[str]) -> Iterator[FoundFace]:
    table = (folder / TABLE).relative_to(root).as_posix()
    for number, cells in told_progress(numbered_rows(folder / TABLE), "reading rows"):
        told = f"{table} row {number}: {cells[0]}"
        try:
            yield _face(folder, cells, told)
        except ValueError as error:
            skipped.append(f"{told}: {error}")


def _face(folder: Path, cells: Sequence[str], told: str) -> FoundFace:
    if len(cells) != 2 + len(FERPLUS_ORDER):
        raise ValueError(f"{len(cells)} columns, expected {2 + len(FERPLUS_ORDER)}")
    rectangle = _RECTANGLE.fullmatch(cells[1])
    if rectangle is None:
        raise ValueError(f"the rectangle {cells[1]!r}, expected one such as (0, 0, 48, 48)")
    if not all(cell.isdecimal() for cell in cells[2:]):
        raise ValueError(f"votes {', '.join(cells[2:])}, expected whole numbers from 0")
    votes = [int(cell) for cell in cells[2:]]
    file = folder / cells[0]
    left, top, right, bottom = map(int, rectangle.groups())
    return FoundFace(
        file, expression=majority_expression(votes), split=folder.name, votes=votes, told=told,
        box=box_in_pixels(file, left, top, right, bottom),
    )  # fmt: skip


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as FERPlus's folders; the folder is returned.

    The layout holds votes and the three splits, and nothing else. Faces without votes are given ten, all for their
    expression, or for "unknown".

    Args:
        faces: any; where they have no splits, each fifth subject validates and each fifth is tested.
        folder: a new or empty folder.

    Raises:
        FacesError: a split or an expression that FERPlus lacks, or a folder that holds something; nothing is written
            then.
    """
    splits, votes = split_words(faces, dict(zip(SPLITS, _FOLDERS, strict=True))), _votes(faces)
    height, width = faces.pixels.shape[2:]
    with new_folder(folder) as made:
        lists: dict[str, list[str]] = {}
        for i, split in enumerate(splits.tolist()):
            name = f"fer{i:07d}.png"
            write_picture(made / "data" / split / name, faces.pixels[i])
            row = f'{name},"(0, 0, {width}, {height})",{",".join(map(str, votes[i].tolist()))}'
            lists.setdefault(split, []).append(row)
        for split, rows in lists.items():
            (made / "data" / split / TABLE).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return made


def _votes(faces: FaceImages) -> np.ndarray:
    """(N, 10) votes: the faces' own, or all for their expression."""
    if faces.votes is not None and faces.votes_names == FERPLUS_ORDER:
        return faces.votes
    words = [word or "unknown" for word in expression_words(faces).tolist()]
    if lacking := sorted(set(words) - set(FERPLUS_ORDER)):
        raise FacesError(f"FERPlus has no {lacking[0]!r}; it has {', '.join(EXPRESSIONS)}")
    return _VOTERS * np.array([[word == name for name in FERPLUS_ORDER] for word in words], np.int16)
