"""JAFFE (Lyons et al. 1998): ten women, every picture named by who shows what.

KA.AN1.39.tiff    subject, expression (AN DI FE HA NE SA SU) and the number of her picture of it, number
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fer_probe.faces.corpus_folders import child_files, folders_below, holds_file, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.written_faces import expression_words, subject_numbers, with_expressions

#: Expression → how a name writes it.
CODES = {
    "anger": "AN", "disgust": "DI", "fear": "FE", "happiness": "HA", "neutral": "NE", "sadness": "SA", "surprise": "SU",
}  # fmt: skip
EXPRESSIONS = tuple(CODES)
SPLITS: dict[str, tuple[str, ...]] = {}

#: Archives unpack into a folder of a folder of their own name.
_DEEPEST = 3
_NAME = re.compile(r"([A-Z]{2})\.([A-Z]{2})(\d+)\.(\d+)")
_FILE = re.compile(rf"[A-Z]{{2}}\.({'|'.join(CODES.values())})\d+\.\d+\.\w+")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def recognises(path: Path) -> bool:
    """Whether a picture such as ``KA.AN1.39.tiff`` lies here or somewhere below."""
    return any(holds_file(folder, _FILE) for folder in folders_below(path, _DEEPEST))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture; what cannot be used is named in ``skipped``.

    Args:
        path: the folder with the pictures, or one above it.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is JAFFE")
    skipped: list[str] = []
    return gather(
        path, _found(path, skipped), source="JAFFE", expression_names=EXPRESSIONS, skipped=skipped, check=check
    )  # fmt: skip


def _pictures(path: Path) -> Iterator[Path]:
    for folder in folders_below(path, _DEEPEST):
        yield from filter(is_picture_file, child_files(folder))


def _found(path: Path, skipped: list[str]) -> Iterator[FoundFace]:
    words = {code: expression for expression, code in CODES.items()}
    for file in _pictures(path):
        name = _NAME.fullmatch(file.stem)
        if name is None or name[2] not in words:
            skipped.append(
                f"{file.relative_to(path).as_posix()}: a name that tells no subject and none of {', '.join(words)}, "
                "expected such as KA.AN1.39.tiff"
            )
            continue
        yield FoundFace(file, expression=words[name[2]], subject=name[1])


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as JAFFE has them: subjects ``AA``, ``AB``, …, who show each expression as often as they do.

    Args:
        faces: with ``subject``; those without an expression, or with one that JAFFE lacks, are left out and said.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no subjects or more than two letters tell apart, no expression of JAFFE, or a folder that holds
            something; nothing is written then.
    """
    written = with_expressions(faces, EXPRESSIONS, "JAFFE")
    subjects = [_initials(int(number)) for number in subject_numbers(written, "JAFFE")]
    words = expression_words(written).tolist()
    shown: Counter[tuple[str, str]] = Counter()
    with new_folder(folder) as made:
        for number, (subject, word) in enumerate(zip(subjects, words, strict=True), start=1):
            shown[subject, word] += 1
            name = f"{subject}.{CODES[word]}{shown[subject, word]}.{number}.tiff"
            write_picture(made / name, written.pixels[number - 1])
    return made


def _initials(number: int) -> str:
    if number >= len(_LETTERS) ** 2:
        raise FacesError(f"JAFFE names people by two letters, which tell {len(_LETTERS) ** 2} apart; write fewer")
    return _LETTERS[number // len(_LETTERS)] + _LETTERS[number % len(_LETTERS)]
