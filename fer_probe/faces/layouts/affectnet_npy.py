"""AffectNet (Mollahosseini et al. 2017) as its later release: pictures of faces cut out, four arrays a picture.

{train_set,val_set}/images/0.jpg
{train_set,val_set}/annotations/0_exp.npy    the code of the expression, as in the lists; a number or a word of it
                                0_val.npy    valence, likewise; 0_aro.npy arousal
                                0_lnd.npy    136 numbers, x and y of the landmarks in turn, in any shape
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fer_probe.faces.corpus_folders import child_files, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.layouts.affectnet import (
    EXPRESSIONS,
    expression_codes,
    expression_of,
    rating,
    written_rating,
)
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import split_words

SPLITS: dict[str, tuple[str, ...]] = {"train": ("train_set",), "validation": ("val_set",)}

_PICTURES, _ANNOTATIONS, _EXPRESSION = "images", "annotations", "_exp.npy"


def recognises(path: Path) -> bool:
    """Whether ``images`` lies beside ``annotations`` that hold a file such as ``0_exp.npy``."""
    return any(True for _ in _split_folders(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture with its arrays; what cannot be used is named in ``skipped``.

    Expressions and attributes are as in :mod:`fer_probe.faces.layouts.affectnet`. The expression's array is needed;
    where another is not there, nothing is known.

    Args:
        path: the folder that holds ``train_set`` or ``val_set``, or one of the two.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is AffectNet")
    root, skipped = path.resolve(), list[str]()
    found = (face for folder in _split_folders(root) for face in _found(folder, root, skipped))
    return gather(root, found, source="AffectNet (arrays)", expression_names=EXPRESSIONS, skipped=skipped, check=check)


def _split_folders(path: Path) -> Iterator[Path]:
    """Folders such as ``train_set``, by what lies in them."""
    for folder in folders_below(path):
        if (folder / _PICTURES).is_dir() and (folder / _ANNOTATIONS).is_dir():
            with os.scandir(folder / _ANNOTATIONS) as entries:
                annotated = any(entry.name.endswith(_EXPRESSION) for entry in entries)
            if annotated:
                yield folder


def _found(folder: Path, root: Path, skipped: list[str]) -> Iterator[FoundFace]:
    pictures = [file for file in child_files(folder / _PICTURES) if is_picture_file(file)]
    pictures.sort(key=lambda file: (len(file.stem), file.stem))  # 2 before 10
    for file in told_progress(pictures, "reading annotations", len(pictures)):
        try:
            yield _face(file, folder)
        except ValueError as error:
            skipped.append(f"{file.relative_to(root).as_posix()}: {error}")


def _face(file: Path, folder: Path) -> FoundFace:
    expression, why_none = expression_of(_word(folder, f"{file.stem}{_EXPRESSION}") or "not there")
    kinds = {"valence": "val", "arousal": "aro"}
    words = {name: _word(folder, f"{file.stem}_{kind}.npy") for name, kind in kinds.items()}
    rated = {name: rating(name, word) if word else np.nan for name, word in words.items()}
    landmarks = _array(folder, f"{file.stem}_lnd.npy")
    if landmarks is not None and landmarks.size != 136:
        raise ValueError(f"{file.stem}_lnd.npy holds {landmarks.size} numbers, expected 136")
    return FoundFace(
        file, expression=expression, split=folder.name, attributes={**rated, "no_expression": why_none},
        landmarks=None if landmarks is None else landmarks.reshape(68, 2).astype(np.float64),
    )  # fmt: skip


def _word(folder: Path, name: str) -> str:
    """The one entry of an array, in words; empty where there is no such file."""
    array = _array(folder, name)
    if array is None:
        return ""
    if array.size != 1:
        raise ValueError(f"{name} holds {array.size} entries, expected one")
    return str(array.item())


def _array(folder: Path, name: str) -> np.ndarray | None:
    try:
        array: np.ndarray = np.load(folder / _ANNOTATIONS / name, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{name} is no array that can be read ({error})") from error
    return array


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as AffectNet's pictures and arrays; the folder is returned.

    What the layout holds and what it does not: see :func:`fer_probe.faces.layouts.affectnet.write`.

    Args:
        faces: any; where they have no splits, each fifth subject validates.
        folder: a new or empty folder.

    Raises:
        FacesError: an expression or a split that AffectNet lacks, or a folder that holds something; nothing is
            written then.
    """
    splits, codes = split_words(faces, {"train": "train_set", "validation": "val_set"}), expression_codes(faces)
    with new_folder(folder) as made:
        for i, (split, code) in enumerate(zip(splits.tolist(), codes, strict=True)):
            write_picture(made / split / _PICTURES / f"{i}.jpg", faces.pixels[i])
            arrays = {"exp": np.array(str(code))}
            arrays |= {"val": _written(faces, "valence", i), "aro": _written(faces, "arousal", i)}
            arrays |= {} if faces.landmarks is None else {"lnd": faces.landmarks[i].ravel().astype(np.float64)}
            (made / split / _ANNOTATIONS).mkdir(exist_ok=True)
            for kind, array in arrays.items():
                np.save(made / split / _ANNOTATIONS / f"{i}_{kind}.npy", array)
    return made


def _written(faces: FaceImages, name: str, i: int) -> np.ndarray:
    return np.array(str(written_rating(faces, name, i)))
