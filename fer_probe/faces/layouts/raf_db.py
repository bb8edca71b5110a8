"""RAF-DB (Li, Deng & Du 2017), the basic expressions: a list, and the aligned pictures that it names.

    EmoLabel/list_patition_label.txt      "train_00001.jpg 5"; so spelled
    Image/aligned/train_00001_aligned.jpg

A name tells the split. Who is seen is not told: a split by subject is impossible.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fer_probe.faces.corpus_folders import child_files, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.written_faces import expression_words, split_words, with_expressions
from fer_probe.records import appearing_file

#: By code; the first one is 1.
EXPRESSIONS = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
SPLITS: dict[str, tuple[str, ...]] = {"train": ("train",), "test": ("test",)}
LIST = "list_patition_label.txt"

#: Archives unpack into a folder of a folder of their own name.
_DEEPEST = 4
_ALIGNED = "aligned"


def recognises(path: Path) -> bool:
    """Whether ``list_patition_label.txt`` lies here or somewhere below."""
    return _list(path) is not None


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every aligned picture that the list names; what cannot be used is named in ``skipped``.

    Args:
        path: the folder that holds ``EmoLabel`` and ``Image``, or one above it.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no list, no folder of aligned pictures, no picture at all, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is RAF-DB")
    table = _list(path)
    if table is None:
        raise FacesError(f"{path} holds no {LIST}, which labels RAF-DB's pictures")
    aligned = next((folder for folder in folders_below(path, _DEEPEST) if folder.name == _ALIGNED), None)
    if aligned is None:
        raise FacesError(f"{path} holds no folder Image/{_ALIGNED}, in which RAF-DB's aligned pictures lie")
    skipped: list[str] = []
    return gather(
        path, _found(table, aligned, skipped), source="RAF-DB (aligned)", expression_names=EXPRESSIONS,
        skipped=skipped, check=check,
    )  # fmt: skip


def _list(path: Path) -> Path | None:
    return next((file for folder in folders_below(path, _DEEPEST) if (file := folder / LIST).is_file()), None)


def _found(table: Path, aligned: Path, skipped: list[str]) -> Iterator[FoundFace]:
    listed = set()
    lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, words in enumerate((line.split() for line in lines), start=1):
        try:
            name, split, expression = _read_line(words)
        except ValueError as error:
            skipped.append(f"{table.name} line {number}: {error}")
            continue
        file = aligned / f"{Path(name).stem}_aligned.jpg"
        listed.add(file.name)
        yield FoundFace(file, expression=expression, split=split, told=f"{table.name} line {number}: {file.name}")
    strangers = [file.name for file in child_files(aligned) if is_picture_file(file) and file.name not in listed]
    skipped += [f"{_ALIGNED}/{name}: {table.name} does not name it" for name in strangers]


def _read_line(words: Sequence[str]) -> tuple[str, str, str]:
    """Name, split and expression of a line, or ValueError with the reason."""
    if len(words) != 2:
        raise ValueError(f"{len(words)} words, expected a name and a label, such as train_00001.jpg 5")
    name, label = words
    split = name.split("_")[0]
    if split not in SPLITS:
        raise ValueError(f"{name!r} begins neither with train_ nor with test_")
    codes = {str(code): expression for code, expression in enumerate(EXPRESSIONS, start=1)}
    if label not in codes:
        raise ValueError(f"label {label!r}, expected 1 to {len(EXPRESSIONS)}")
    return name, split, codes[label]


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as RAF-DB has them, JPEGs with a list; faces without splits are divided by whole subjects.

    Args:
        faces: any; those without an expression, or with one that RAF-DB lacks, are left out and said. Subjects and
            action units have no place in this layout.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no expression of RAF-DB, another split, or a folder that holds something.
    """
    written = with_expressions(faces, EXPRESSIONS, "RAF-DB")
    splits = split_words(written, {name: name for name in SPLITS})
    labels = [EXPRESSIONS.index(word) + 1 for word in expression_words(written)]
    names = _names(splits)
    with new_folder(folder) as made:
        for name, picture in zip(names, written.pixels, strict=True):
            write_picture(made / "Image" / _ALIGNED / f"{name}_aligned.jpg", picture)
        with appearing_file(made / "EmoLabel" / LIST) as partial:
            lines = [f"{name}.jpg {label}\n" for name, label in zip(names, labels, strict=True)]
            partial.write_text("".join(lines), encoding="utf-8")
    return made


def _names(splits: np.ndarray) -> list[str]:
    """``train_00001`` and ``test_0001``, counted by split."""
    numbers = {split: iter(range(1, len(splits) + 1)) for split in SPLITS}
    digits = {"train": 5, "test": 4}
    return [f"{split}_{next(numbers[split]):0{digits[split]}d}" for split in splits.tolist()]
