"""Found faces: what a corpus's layout tells of each picture, gathered into :class:`FaceImages`.

A reader of a corpus walks through its folders and tables, tells what it finds face by face, and names what it cannot
use. Everything that all corpora share happens here: looking the files over, one size, one order of labels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.picture_files import Box, PictureFiles, cut_out, decoded, reasons_unreadable, window
from fer_probe.faces.reading_progress import told_progress

_UNKNOWN_FRAME = -1


@dataclass(frozen=True, eq=False)
class FoundFace:
    """One picture as its corpus tells of it; what the corpus does not tell stays as it is here.

    Attributes:
        file: the picture.
        expression: one of :data:`fer_probe.expressions.EXPRESSIONS`; empty where it has none.
        subject, sequence, split: in the corpus's own words.
        frame: position within the sequence, from 0.
        presence: action unit → 1 or 0; None where the picture is not coded at all. Where it is, a unit that the
            corpus codes and the mapping lacks is absent, and one that is NaN is not coded.
        intensity: action unit → intensity in the corpus's scale, likewise.
        landmarks: (68, 2) x and y in pixels of the file's picture.
        box: of the face within the file's picture.
        votes: annotators' votes, in the order of the names that :func:`gather` is given.
        told: how the reader speaks of it, such as ``"faces.csv row 7: 00005.png"``; its path where that is empty.
        attributes: further facts, such as ``{"valence": 0.3}``; every face of a corpus has the same ones.
    """

    file: Path
    expression: str = ""
    subject: str = ""
    sequence: str = ""
    split: str = ""
    frame: int = _UNKNOWN_FRAME
    presence: Mapping[int, float] | None = None
    intensity: Mapping[int, float] | None = None
    landmarks: np.ndarray | None = None
    box: Box | None = None
    votes: Sequence[int] | None = None
    told: str = ""
    attributes: Mapping[str, str | float] | None = None


@dataclass(frozen=True)
class Coding:
    """Which action units a corpus codes, and how.

    Attributes:
        numbers: FACS numbers.
        scale: of intensities, ``"0-1"`` or ``"0-5"``; None where presence is all that is coded.
    """

    numbers: tuple[int, ...] = ()
    scale: str | None = None


def gather(
    root: Path,
    found: Iterable[FoundFace],
    *,
    source: str,
    expression_names: Sequence[str],
    coding: Coding = Coding(),
    votes_names: Sequence[str] = (),
    skipped: Sequence[str] = (),
    check: bool = False,
    shape: tuple[int, int, int] | None = None,
    channels: int | None = None,
) -> FaceImages:
    """Faces as a corpus tells of them, their pixels still on the disk.

    Args:
        root: the corpus's folder; paths are told from there.
        found: in the order that the faces are to have.
        source: the corpus, in words for people.
        expression_names: in the corpus's own order.
        coding: its action units.
        votes_names: what its votes stand for; every face has them then.
        skipped: what the reader could not use, a sentence each; files that are no whole pictures come on top.
        check: decode every picture now.
        shape: (C, H, W) that every picture is brought to; None takes the first picture's.
        channels: 1 grey or 3 colours, where the first picture is not to decide; ``shape`` says it too.

    Raises:
        FacesError: no picture at all can be read.
    """
    faces, unreadable = _readable(root, list(told_progress(found, "finding pictures")), check)
    told = [*skipped, *unreadable]  # read after the faces were found, for their reader adds to it as it goes
    if not faces:
        raise FacesError(f"{root}: no picture of {source} can be read; {'; '.join(told[:3]) or 'none is there'}")
    boxes = [face.box for face in faces] if any(face.box for face in faces) else None
    place = {name: number for number, name in enumerate(expression_names)}
    presence, intensity = (
        _coded([getattr(face, kind) for face in faces], coding) for kind in ("presence", "intensity")
    )
    shape = shape or _first_shape(faces[0], channels)
    return FaceImages(
        pixels=PictureFiles([face.file for face in faces], shape, boxes),
        expression=np.array([place.get(face.expression, -1) for face in faces], np.int64),
        expression_names=tuple(expression_names),
        action_units=presence,
        action_unit_numbers=np.array(coding.numbers, np.int64),
        action_unit_intensity=intensity if coding.scale else None,
        action_unit_scale=coding.scale,
        subject=_words([face.subject for face in faces]),
        sequence=_words([face.sequence for face in faces]),
        split=_words([face.split for face in faces]),
        frame=_frames(faces),
        path=np.array([_told_path(face.file, root) for face in faces]),
        landmarks=_landmarks(faces, shape),
        votes=np.array([face.votes for face in faces], np.int16) if votes_names else None,
        votes_names=tuple(votes_names),
        attributes=_attributes(faces),
        source=source,
        skipped=tuple(told),
    )


def _readable(root: Path, faces: list[FoundFace], check: bool) -> tuple[list[FoundFace], list[str]]:
    """The faces whose files seem to be whole pictures, the first one decoded; and of the others why not."""
    reasons = reasons_unreadable([face.file for face in faces], decode=check)
    first = next((i for i, why in enumerate(reasons) if why is None), None)
    while first is not None and (why := reasons_unreadable([faces[first].file], decode=True)[0]):
        reasons[first] = why
        first = next((i for i, why in enumerate(reasons) if why is None), None)
    pairs = list(zip(faces, reasons, strict=True))
    unreadable = [f"{face.told or _told_path(face.file, root)}: {why}" for face, why in pairs if why]
    return [face for face, why in pairs if why is None], unreadable


def _told_path(file: Path, root: Path) -> str:
    """As it lies in the corpus; by letters, for pathlib takes seconds for a hundred thousand."""
    return file.as_posix().removeprefix(f"{root.as_posix()}/")


def _coded(codes: Sequence[Mapping[int, float] | None], coding: Coding) -> np.ndarray:
    """(N, A) float32, NaN throughout where a picture is not coded."""
    values = np.full((len(codes), len(coding.numbers)), np.nan, np.float32)
    for row, code in enumerate(codes):
        if code is not None:
            values[row] = [code.get(number, 0.0) for number in coding.numbers]
    return values


def _words(words: Sequence[str]) -> np.ndarray | None:
    return np.array(words, dtype=np.str_) if any(words) else None


def _frames(faces: Sequence[FoundFace]) -> np.ndarray | None:
    frames = np.array([face.frame for face in faces], np.int64)
    return None if (frames == _UNKNOWN_FRAME).all() else frames


def _first_shape(face: FoundFace, channels: int | None) -> tuple[int, int, int]:
    """(C, H, W) of a face as it lies in its file, cut out by its box; C as asked for."""
    own, height, width = cut_out(decoded(face.file), face.box).shape
    return channels or own, height, width


def _landmarks(faces: Sequence[FoundFace], shape: tuple[int, int, int]) -> np.ndarray | None:
    """(N, 68, 2) in pixels of pictures of ``shape``; NaN where a face has none."""
    if all(face.landmarks is None for face in faces):
        return None
    return np.stack([_moved_landmarks(face, shape) for face in faces]).astype(np.float32)


def _moved_landmarks(face: FoundFace, shape: tuple[int, int, int]) -> np.ndarray:
    """A file's landmarks as they lie in the picture that is cut out and resized; pixel centres at whole numbers."""
    if face.landmarks is None:
        return np.full((68, 2), np.nan)
    try:
        with Image.open(face.file) as opened:  # reads the header only
            width, height = opened.size
    except OSError:  # a damaged header: the picture is an error as soon as it is decoded
        return np.full((68, 2), np.nan)
    top, left, bottom, right = window(face.box, height, width)
    scale = np.array([shape[2] / (right - left), shape[1] / (bottom - top)])
    moved: np.ndarray = (face.landmarks - [left, top] + 0.5) * scale - 0.5
    return moved


def _attributes(faces: Sequence[FoundFace]) -> dict[str, np.ndarray]:
    names = faces[0].attributes or {}
    return {name: np.array([(face.attributes or {})[name] for face in faces]) for name in names}
