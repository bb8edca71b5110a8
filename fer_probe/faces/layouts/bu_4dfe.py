"""BU-4DFE (Yin et al. 2008): recordings of 101 subjects, a picture and a 3-D model a frame; the pictures are read.

    F001/Angry/000.jpg, 000.wrl, …      women are F001, …, men M001, …

The folder's expression is every frame's label, the neutral beginning's too: :mod:`fer_probe.faces.frames` picks others.
"""

import re
from pathlib import Path

import numpy as np

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import gather
from fer_probe.faces.recording_folders import (
    RecordingFolder,
    carrying_throughout,
    found_frames,
    recording_folders,
    subject_folders,
    write_frames,
)
from fer_probe.faces.written_faces import expression_words, subject_numbers, with_expressions

_FOLDERS = {
    "anger": "Angry", "disgust": "Disgust", "fear": "Fear", "happiness": "Happy", "sadness": "Sad",
    "surprise": "Surprise",
}  # fmt: skip
EXPRESSIONS = tuple(_FOLDERS)
SPLITS: dict[str, tuple[str, ...]] = {}

_SUBJECT = re.compile(r"[FM]\d{3,}")
_SEXES = {"F": "female", "M": "male"}


def recognises(path: Path) -> bool:
    """Whether a folder such as ``F001/Angry`` lies somewhere below, or is given."""
    return any(True for _ in subject_folders(path, _SUBJECT, EXPRESSIONS))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every frame of every recording; what cannot be used is named in ``skipped``.

    ``attributes["sex"]`` is ``"female"`` or ``"male"``, as the subject's letter tells.

    Args:
        path: the folder with the subjects, or one above it.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, one recording in two places, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is BU-4DFE")
    skipped: list[str] = []
    subjects = list(subject_folders(path, _SUBJECT, EXPRESSIONS))
    recordings = recording_folders(subjects, EXPRESSIONS, path, skipped)
    return gather(
        path, found_frames(recordings, _tell, path, skipped), source="BU-4DFE, every frame labelled as its recording",
        expression_names=EXPRESSIONS, skipped=skipped, check=check,
    )  # fmt: skip


def _tell(recording: RecordingFolder) -> tuple[str, dict[str, str]]:
    """A recording's name, such as ``F001/Angry``, and the subject's sex."""
    subject = recording.subject
    return f"{subject}/{_FOLDERS[recording.expression]}", {"sex": _SEXES[subject[0]]}


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write recordings as BU-4DFE has them, without the 3-D models.

    The layout holds neither action units nor the label of a single frame; other expressions are left out and said.

    Args:
        faces: with ``subject``, ``sequence``, ``frame`` and ``attributes["sex"]``, such as
            ``draw_faces(pictures="sequences")``.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no recordings, a subject of unknown sex, two recordings of one expression and subject, or a folder
            that holds something.
    """
    written = with_expressions(carrying_throughout(faces), EXPRESSIONS, "BU-4DFE")
    names = [_FOLDERS[word] for word in expression_words(written)]
    places = [f"{person}/{name}" for person, name in zip(_people(written), names, strict=True)]
    return write_frames(written, places, folder, ".jpg")


def _people(faces: FaceImages) -> np.ndarray:
    """(N,) ``F001`` or ``M001``: women and men counted by themselves, in the order of their names."""
    numbers = subject_numbers(faces, "BU-4DFE")
    letters = np.array([_letter(faces, i) for i in range(len(faces))])
    people = np.empty(len(faces), dtype="<U16")
    for letter in _SEXES:
        theirs = letters == letter
        counted = np.unique(numbers[theirs], return_inverse=True)[1] + 1
        people[theirs] = [f"{letter}{number:03d}" for number in counted]
    return people


def _letter(faces: FaceImages, i: int) -> str:
    sex = str(faces.attributes["sex"][i]) if "sex" in faces.attributes else ""
    letters = {word: letter for letter, word in _SEXES.items()}
    if sex not in letters:
        raise FacesError(
            f"BU-4DFE calls women F001 and men M001; face {i} is {sex or 'of unknown sex'}: set attributes['sex']"
        )
    return letters[sex]
