"""Oulu-CASIA NIR&VIS (Zhao et al. 2011): recordings from neutral to the peak, in two lights of three strengths.

    OriginalImg/VL/Strong/P001/Anger/000.jpeg
    PreProcess_Img/NI_Acropped/Dark/P080/Surprise/000.jpeg      the same faces cut out; PreProcess, PreProcessImg too

``VL`` is visible and ``NI`` near-infrared light. The folder's expression is every frame's label, the neutral
beginning's too: :mod:`fer_probe.faces.frames` picks the peak. Where both folders lie there, the faces cut out are read.
"""

import re
from collections.abc import Sequence
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
    "anger": "Anger", "disgust": "Disgust", "fear": "Fear", "happiness": "Happiness", "sadness": "Sadness",
    "surprise": "Surprise",
}  # fmt: skip
EXPRESSIONS = tuple(_FOLDERS)
SPLITS: dict[str, tuple[str, ...]] = {}
LIGHTS = ("VL", "NI")
STRENGTHS = ("Strong", "Weak", "Dark")

_SUBJECT = re.compile(r"P\d{3,}")
_CROPPED = "_ACROPPED"


def recognises(path: Path) -> bool:
    """Whether a folder such as ``P001/Anger`` lies somewhere below, or is given."""
    return any(True for _ in subject_folders(path, _SUBJECT, EXPRESSIONS))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every frame of every recording; what cannot be used is named in ``skipped``.

    ``attributes`` tell the ``light`` (``"VL"``, ``"NI"``) and its ``strength`` (``"Strong"``, ``"Weak"``, ``"Dark"``);
    empty where no folder above the subject's does.

    Args:
        path: any of the folders above the subjects, or one above them.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, one recording in two places, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is Oulu-CASIA")
    # Visible light first: the first picture decides between grey and colour.
    subjects = sorted(subject_folders(path, _SUBJECT, EXPRESSIONS), key=lambda folder: _conditions(folder)[0] != "VL")
    cropped = [folder for folder in subjects if _is_cropped(folder)]
    left_out = bool(cropped) and len(cropped) < len(subjects)
    skipped: list[str] = []
    recordings = recording_folders(cropped or subjects, EXPRESSIONS, path, skipped)
    return gather(
        path,
        found_frames(recordings, _tell, path, skipped),
        source="Oulu-CASIA, every frame labelled as its recording"
        + (", faces cut out; OriginalImg, the same ones, left out" if left_out else ""),
        expression_names=EXPRESSIONS,
        skipped=skipped,
        check=check,
    )


def _tell(recording: RecordingFolder) -> tuple[str, dict[str, str]]:
    """A recording's name, such as ``VL/Strong/P001/Anger``, and its light."""
    light, strength = _conditions(recording.folder.parent)
    words = (light, strength, recording.subject, _FOLDERS[recording.expression])
    return "/".join(word for word in words if word), {"light": light, "strength": strength}


def _conditions(subject: Path) -> tuple[str, str]:
    """Light and strength, as the two folders above a subject's tell them."""
    strength, light = (folder.name for folder in (subject.absolute().parent, subject.absolute().parent.parent))
    lights = {word.upper(): word for word in LIGHTS}
    strengths = {word.upper(): word for word in STRENGTHS}
    return lights.get(light.upper().removesuffix(_CROPPED), ""), strengths.get(strength.upper(), "")


def _is_cropped(subject: Path) -> bool:
    above = [folder.name.upper() for folder in list(subject.absolute().parents)[1:3]]
    return any(name.endswith(_CROPPED) or name.startswith("PREPROCESS") for name in above)


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write recordings as Oulu-CASIA has them: subjects ``P001``, …, in strong visible light if nothing else is known.

    The layout holds neither action units nor the label of a single frame; other expressions are left out and said.

    Args:
        faces: with ``subject``, ``sequence`` and ``frame``, such as ``draw_faces(pictures="sequences")``.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no recordings, two of one expression and subject, or a folder that holds something.
    """
    written = with_expressions(carrying_throughout(faces), EXPRESSIONS, "Oulu-CASIA")
    lights, strengths = (_known(written, name, words) for name, words in (("light", LIGHTS), ("strength", STRENGTHS)))
    names = [_FOLDERS[word] for word in expression_words(written)]
    people = [f"P{number + 1:03d}" for number in subject_numbers(written, "Oulu-CASIA")]
    places = ["/".join(("OriginalImg", *words)) for words in zip(lights, strengths, people, names, strict=True)]
    return write_frames(written, places, folder, ".jpeg")


def _known(faces: FaceImages, attribute: str, words: Sequence[str]) -> np.ndarray:
    """(N,) a condition of each face; the first one where it is none of the layout's."""
    said = faces.attributes.get(attribute, np.full(len(faces), ""))
    return np.where(np.isin(said, words), said, words[0])
