"""Recording folders: ``SUBJECT/EXPRESSION/000.jpg``, as Oulu-CASIA and BU-4DFE keep their recordings."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from fer_probe.expressions import expression_name
from fer_probe.faces.corpus_folders import DEEPEST, child_files, child_folders, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace
from fer_probe.faces.frames import recordings, shown_expression
from fer_probe.faces.picture_files import is_picture_file

F = TypeVar("F", bound=FaceImages)
_LAST_NUMBER = re.compile(r"(\d+)$")


@dataclass(frozen=True)
class RecordingFolder:
    """One recording on the disk: ``subject`` as its folder is called, ``expression`` by its one name."""

    folder: Path
    subject: str
    expression: str

    def frames(self, path: Path, skipped: list[str]) -> Iterator[tuple[int, Path]]:
        """Frame numbers, as the names end, with their pictures, in order; what has no number of its own is named."""
        numbered: dict[int, Path] = {}
        for file in filter(is_picture_file, child_files(self.folder)):
            match = _LAST_NUMBER.search(file.stem)
            if match is None:
                skipped.append(f"{told(file, path)}: a name without a frame's number, expected such as 000.jpg")
            elif (taken := numbered.setdefault(int(match[1]), file)) != file:
                skipped.append(f"{told(file, path)}: a second frame {int(match[1])}, beside {taken.name}")
        yield from sorted(numbered.items())


def subject_folders(path: Path, subject: re.Pattern[str], expressions: Sequence[str]) -> Iterator[Path]:
    """Folders that are called as a subject is and hold an expression's folder, wherever they lie below ``path``."""
    for folder in folders_below(path, DEEPEST + 1):
        if subject.fullmatch(folder.name) and any(_expression(child) in expressions for child in child_folders(folder)):
            yield folder


def recording_folders(
    subjects: Sequence[Path], expressions: Sequence[str], path: Path, skipped: list[str]
) -> list[RecordingFolder]:
    """The recordings of each subject's folder; a folder that is called otherwise is named."""
    found = []
    for subject in subjects:
        for folder in child_folders(subject):
            expression = _expression(folder)
            if expression in expressions:
                found.append(RecordingFolder(folder, subject.name, expression))
            else:
                skipped.append(f"{told(folder, path)}: a folder that is called as none of {', '.join(expressions)}")
    return found


def told(file: Path, path: Path) -> str:
    """A file as it lies in the corpus at ``path``."""
    return file.as_posix().removeprefix(f"{path.as_posix()}/")


def found_frames(
    recordings: Sequence[RecordingFolder],
    tell: Callable[[RecordingFolder], tuple[str, Mapping[str, str]]],
    path: Path,
    skipped: list[str],
) -> Iterator[FoundFace]:
    """Every frame of every recording, labelled as its recording.

    Args:
        recordings: in the order that they are to have.
        tell: the name of a recording, and further facts about it.
        path: the corpus's folder.
        skipped: takes what cannot be used.

    Raises:
        FacesError: a recording lies in two places: it would count twice, in training and again where it is tested.
    """
    places: dict[str, Path] = {}
    for recording in recordings:
        sequence, _ = tell(recording)
        if (other := places.setdefault(sequence, recording.folder)) != recording.folder:
            raise FacesError(
                f"{other} and {recording.folder} are both {sequence}: give the path that holds one of them"
            )
    for recording in recordings:
        sequence, attributes = tell(recording)
        for frame, file in recording.frames(path, skipped):
            yield FoundFace(
                file,
                expression=recording.expression,
                subject=recording.subject,
                sequence=sequence,
                frame=frame,
                attributes=attributes,
            )


def carrying_throughout(faces: F) -> F:
    """Every frame with its recording's expression, the neutral beginning too, as folders of an expression tell it.

    Raises:
        FacesError: no recordings, or one that shows several expressions.
    """
    expression = faces.expression.copy()
    for frames in recordings(faces):
        expression[frames] = shown_expression(faces, frames)
    return dataclasses.replace(faces, expression=expression)


def write_frames(faces: FaceImages, places: Sequence[str], folder: Path | str, ending: str) -> Path:
    """Write every face as ``places[i]/000.jpg`` by its frame's number.

    Raises:
        FacesError: two faces for one place, or a folder that holds something; nothing is written then.
    """
    frames = np.zeros(len(faces), np.int64) if faces.frame is None else faces.frame
    files = [f"{place}/{frame:03d}{ending}" for place, frame in zip(places, frames, strict=True)]
    names, counts = np.unique(files, return_counts=True)
    if (counts > 1).any():
        raise FacesError(
            f"{counts.max()} faces would be {names[counts.argmax()]}: this layout has room for one recording of an "
            "expression and subject; leave the others out"
        )
    with new_folder(folder) as made:
        for file, picture in zip(files, faces.pixels, strict=True):
            write_picture(made / file, picture)
    return made


def _expression(folder: Path) -> str:
    """The expression that a folder is called after; empty where it is none."""
    try:
        return expression_name(folder.name)
    except ValueError:
        return ""
