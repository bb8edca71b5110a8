"""CK+48, the last three frames of CK+'s labelled recordings as Kaggle passes them on: 48×48, cut out, without neutral.

    CK+48/{anger,contempt,disgust,fear,happy,sadness,surprise}/S010_002_00000012.png

The folder is the label; the name keeps subject, recording and frame. Frames keep CK+'s place, counted from 0: none of
them is the neutral beginning.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from fer_probe.expressions import expression_name
from fer_probe.faces.corpus_folders import child_files, folders_below, holds_file, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.layouts.ck_plus import called_recordings
from fer_probe.faces.picture_files import fitted, is_picture_file
from fer_probe.faces.written_faces import expression_words, with_expressions

#: Expression → its folder.
FOLDERS = {
    "anger": "anger", "contempt": "contempt", "disgust": "disgust", "fear": "fear", "happiness": "happy",
    "sadness": "sadness", "surprise": "surprise",
}  # fmt: skip
EXPRESSIONS = tuple(FOLDERS)
SPLITS: dict[str, tuple[str, ...]] = {}
SIDE = 48

#: Archives unpack into a folder of a folder of their own name.
_DEEPEST = 3
_NAME = re.compile(r"(S\d+)_(\d+)_(\d+)")
_FILE = re.compile(rf"{_NAME.pattern}\.\w+")


def recognises(path: Path) -> bool:
    """Whether folders of expressions hold pictures such as ``S010_002_00000012.png``."""
    return any(holds_file(folder, _FILE) for folder, _ in _expression_folders(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture; what cannot be used is named in ``skipped``.

    Args:
        path: the folder with the expressions' folders, or one above it.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is CK+48")
    skipped: list[str] = []
    return gather(
        path, _found(path, skipped), source="CK+48", expression_names=EXPRESSIONS, skipped=skipped, check=check,
        channels=1,
    )  # fmt: skip


def _expression_folders(path: Path) -> Iterator[tuple[Path, str]]:
    """Folders that are called as an expression, with its one name."""
    for folder in folders_below(path, _DEEPEST):
        try:
            yield folder, expression_name(folder.name)
        except ValueError:
            continue


def _found(path: Path, skipped: list[str]) -> Iterator[FoundFace]:
    for folder, expression in _expression_folders(path):
        for file in filter(is_picture_file, child_files(folder)):
            name = _NAME.fullmatch(file.stem)
            if name is None or expression not in EXPRESSIONS:
                why = "a name other than S010_002_00000012" if name is None else f"CK+48 has no {expression}"
                skipped.append(f"{file.relative_to(path).as_posix()}: {why}")
                continue
            subject, recording, number = name.groups()
            yield FoundFace(
                file, expression=expression, subject=subject, sequence=f"{subject}_{recording}", frame=int(number) - 1
            )


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as CK+48 has them, grey and 48×48.

    Args:
        faces: with ``subject``, ``sequence`` and ``frame``, as drawn faces are; those without an expression, or with
            one that CK+48 lacks, are left out and said.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no subjects, no recordings, no expression of CK+48, or a folder that holds something; nothing is
            written then.
    """
    written = with_expressions(faces, EXPRESSIONS, "CK+48")
    words = expression_words(written)
    called = list(called_recordings(written, "CK+48"))
    assert written.frame is not None  # recordings have frames
    with new_folder(folder) as made:
        for subject, recording, frames in called:
            for i in frames:
                name = f"{subject}_{recording}_{written.frame[i] + 1:08d}.png"
                write_picture(made / "CK+48" / FOLDERS[words[i]] / name, fitted(written.pixels[i], (1, SIDE, SIDE)))
    return made
