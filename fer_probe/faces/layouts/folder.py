"""A plain folder of pictures, the layout that everybody can make: a folder an expression, called after it.

    happy/anything.jpg          or in train, val and test:    train/happy/anything.png

Any usual word for an expression will do. The folders may lie deeper; a picture lies in its expression's folder itself.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from fer_probe.expressions import EXPRESSIONS, expression_name
from fer_probe.faces.corpus_folders import child_files, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.written_faces import expression_words, with_expressions

SPLITS: dict[str, tuple[str, ...]] = {"train": ("train",), "validation": ("validation",), "test": ("test",)}

_SPLIT_WORDS = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip


def recognises(path: Path) -> bool:
    """Whether a folder that is called after an expression, with a picture in it, lies somewhere below."""
    return any(_holds_a_picture(folder) for folder in folders_below(path) if _expression(folder, path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture; folders called otherwise are named in ``skipped``, one that is no picture likewise.

    Nobody knows who is seen. Splits are called train, validation and test, whatever their folders are called.

    Args:
        path: the folder above those of the expressions, or of the splits.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is a plain folder")
    root, skipped = path.resolve(), list[str]()
    return gather(
        root, _found(root, skipped), source=f"the folder {root.name}", expression_names=EXPRESSIONS,
        skipped=skipped, check=check,
    )  # fmt: skip


def _expression(folder: Path, root: Path) -> str:
    """The expression that a folder is called after; empty where it is none. The corpus's own name says nothing."""
    try:
        return "" if folder == root else expression_name(folder.name)
    except ValueError:
        return ""


def _holds_a_picture(folder: Path) -> bool:
    with os.scandir(folder) as entries:  # stops at the first
        return any(is_picture_file(Path(entry.name)) for entry in entries)


def _found(root: Path, skipped: list[str]) -> Iterator[FoundFace]:
    for folder in folders_below(root):
        expression, split = _expression(folder, root), _SPLIT_WORDS.get(folder.parent.name.lower(), "")
        pictures = [file for file in child_files(folder) if is_picture_file(file)]
        if expression:
            yield from (FoundFace(file, expression=expression, split=split) for file in pictures)
        elif pictures:
            told = folder.relative_to(root.parent).as_posix()
            skipped.append(f"{told} (pictures: {len(pictures):,}): a folder that is not called after an expression")


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as PNG files into a folder an expression, below one a split where splits are known.

    The layout holds expressions and splits, and nothing else.

    Args:
        faces: with expressions.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no face with an expression, a split other than train, validation and test, or a folder that holds
            something; nothing is written then.
    """
    held = with_expressions(faces, EXPRESSIONS, "a plain folder")
    splits = [""] * len(held) if held.split is None else [_split(word) for word in held.split.tolist()]
    with new_folder(folder) as made:
        for i, (split, word) in enumerate(zip(splits, expression_words(held).tolist(), strict=True)):
            write_picture(made / split / word / f"{i:06d}.png", held.pixels[i])
    return made


def _split(word: str) -> str:
    if word and word not in SPLITS:
        raise FacesError(f"no split {word!r} in this layout; it has {', '.join(SPLITS)}")
    return word
