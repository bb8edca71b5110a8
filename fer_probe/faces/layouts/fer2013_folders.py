"""FER2013 as the folders that Kaggle passes on: ``{train,test}/{angry,…}/Training_123.jpg``.

Labels are read by the folder's name: alphabetical order puts neutral at 4, the table puts it at 6.
The split is in a file's name (``Training_…``, ``PublicTest_…``, ``PrivateTest_…``), else in its folder's.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from fer_probe.expressions import FER2013_ORDER, expression_name
from fer_probe.faces.corpus_folders import child_folders, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.picture_files import fitted
from fer_probe.faces.pixel_tables import SIDE, UNDIVIDED_TEST, USAGES
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, split_words, with_expressions

_FOLDERS = {
    "train": "Training", "training": "Training",
    "validation": "PublicTest", "val": "PublicTest", "publictest": "PublicTest",
    "test": UNDIVIDED_TEST, "privatetest": "PrivateTest",
}  # fmt: skip
_KAGGLE_WORDS = {"anger": "angry", "happiness": "happy", "sadness": "sad"}
_PICTURES = {".jpg", ".jpeg", ".png"}


def recognises(path: Path) -> bool:
    """Whether ``train`` or ``test`` lie here, or up to two folders deeper, with pictures such as ``Training_123.jpg``.

    Folders of expressions alone are anybody's.
    """
    return path.is_dir() and any(file.name.startswith(USAGES) for file, _ in _files(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture that can be read; the others are named in ``skipped``.

    Args:
        path: the folder with ``train`` and ``test``, or one above it.
        votes: is refused: FERPlus is joined by the order of rows, which the folders have lost.
        check: changes nothing: these pictures are always read.
    """
    if votes is not None:
        raise FacesError("FERPlus votes are joined by the order of the table's rows; give fer2013.csv, not folders")
    pixels, expression, names, splits, skipped = [], [], [], [], []
    for file, folder_split in told_progress(_files(path), "reading pictures"):
        name = file.relative_to(path).as_posix()
        try:
            label, picture = _label(file), _picture(file)
        except ValueError as error:
            skipped.append(f"{name}: {error}")
            continue
        pixels.append(picture)
        expression.append(label)
        names.append(name)
        splits.append(next((usage for usage in USAGES if file.name.startswith(usage)), folder_split))
    return FaceImages(
        pixels=np.array(pixels, np.uint8).reshape(-1, 1, SIDE, SIDE),
        expression=np.array(expression, np.int64),
        expression_names=FER2013_ORDER,
        action_units=np.zeros((len(names), 0), np.float32),
        action_unit_numbers=np.zeros(0, np.int64),
        path=np.array(names, dtype=np.str_),
        split=np.array(splits, dtype=np.str_),
        source="FER2013 (folders)",
        skipped=tuple(skipped),
    )


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as Kaggle's folders: grey JPEGs of 48×48, ``train`` and ``test``, the split in each name.

    Args:
        faces: with expressions; without splits each fifth subject is tested, and one of five validates.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no face with an expression of FER2013's, a split it does not have, or a folder that holds
            something; nothing is written then.
    """
    held = with_expressions(faces, FER2013_ORDER, "FER2013")
    usages = split_words(held, dict(zip(("train", "validation", "test"), USAGES, strict=True)))
    words = expression_words(held)
    with new_folder(folder) as made:
        for i, (usage, word) in enumerate(zip(usages.tolist(), words.tolist(), strict=True)):
            part = made / ("train" if usage == USAGES[0] else "test") / _KAGGLE_WORDS.get(word, word)
            write_picture(part / f"{usage}_{i}.jpg", fitted(held.pixels[i], (1, SIDE, SIDE)))
    return made


def _split_folders(path: Path) -> Iterator[tuple[Path, str]]:
    """Folders of a split and the split's name, in order."""
    for folder in folders_below(path, 2):
        split = _FOLDERS.get(folder.name.lower())
        if split and any(_is_expression(child) for child in child_folders(folder)):
            yield folder, split


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Every picture with its folder's split; hidden files and strangers such as ``.DS_Store`` are passed over."""
    for folder, split in _split_folders(path):
        for file in sorted(folder.glob("*/*")):
            if file.suffix.lower() in _PICTURES and not file.name.startswith("."):
                yield file, split


def _is_expression(folder: Path) -> bool:
    try:
        return expression_name(folder.name) in FER2013_ORDER
    except ValueError:
        return False


def _label(file: Path) -> int:
    name = expression_name(file.parent.name)
    if name not in FER2013_ORDER:
        raise ValueError(f"FER2013 has no {name}")
    return FER2013_ORDER.index(name)


def _picture(file: Path) -> np.ndarray:
    picture = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_GRAYSCALE) if file.stat().st_size else None
    if picture is None:
        raise ValueError("no readable picture")
    if picture.shape != (SIDE, SIDE):
        raise ValueError(f"{picture.shape[1]}×{picture.shape[0]} pixels, expected {SIDE}×{SIDE}")
    return np.asarray(picture)
