"""Corpus folders: finding a corpus's parts wherever they lie below a folder, and writing one into a new folder."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from fer_probe.faces.face_images import FacesError

#: Deepest level at which a corpus is looked for: archives unpack into a folder of a folder of their own name.
DEEPEST = 5
#: As near to the picture as JPEG comes: grey within one level, colours unthinned.
_AS_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 100, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


def folders_below(path: Path, deepest: int = DEEPEST) -> Iterator[Path]:
    """The folder itself and those below it, level by level and in order; hidden ones are passed over.

    Args:
        path: where to begin; a file gives nothing.
        deepest: how many levels down.
    """
    level = [path] if path.is_dir() else []
    for _ in range(deepest + 1):
        yield from level
        level = [child for folder in level for child in child_folders(folder)]


def child_folders(folder: Path) -> list[Path]:
    """The folders that lie in a folder, in order; ``.git`` and ``__MACOSX`` are no part of a corpus."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith((".", "__MACOSX")) and entry.is_dir()]
    return [folder / name for name in sorted(names)]


def child_files(folder: Path) -> list[Path]:
    """The files that lie in a folder, in order; ``.DS_Store`` and other hidden ones are no part of a corpus."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_file()]
    return [folder / name for name in sorted(names)]


def holds_file(folder: Path, name: re.Pattern[str]) -> bool:
    """Whether a folder holds something of such a name; quick where it holds a hundred thousand others."""
    with os.scandir(folder) as entries:
        return any(name.fullmatch(entry.name) for entry in entries)


@contextmanager
def new_folder(folder: Path | str) -> Iterator[Path]:
    """A folder to write a corpus into: it is new or empty, and what the disk refuses meanwhile is one sentence.

    Raises:
        FacesError: the folder holds something already, and nothing is written; or it cannot be written to.
    """
    folder = Path(folder)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise FacesError(f"{folder} is not empty; give a new folder, so that nothing in it is lost")
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as error:
        raise FacesError(f"{folder} cannot be written ({error.strerror}); give a folder that can") from error


def write_picture(file: Path, picture: np.ndarray) -> None:
    """Write a picture (1 or 3, H, W) uint8 as the kind of file that its ending tells, with the folders above it.

    Raises:
        FacesError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = np.asarray(picture)
    colours = picture[0] if len(picture) == 1 else cv2.cvtColor(picture.transpose(1, 2, 0), cv2.COLOR_RGB2BGR)
    options = _AS_JPEG if file.suffix.lower() in (".jpg", ".jpeg") else ()
    if not cv2.imwrite(str(file), colours, options):
        raise FacesError(f"{file} cannot be written; is the disk full?")
