"""MMI (Pantic et al. 2005): sessions of one recording or picture, with its emotion and its action units in time.

    Sessions/1/session.xml               <track view="0">: 0 frontal, 2 two views side by side
    Sessions/1/S001-001.xml              <Metatag Name="Emotion" Value="5"/>
    Sessions/1/S001-001-oao_aucs.xml     <ActionUnit Number="12"><Marker Frame="20" Type="1"/>…
    Sessions/1/S001-001.jpg              a picture, or a recording's frames S001-001_0001.jpg, …

The film of a recording, ``S001-001.avi``, is named and not read: its frames are to be taken out beside it. Frames
count from 1, as the markers do; where a recording has one called 0, they count from 0. ``S001`` is the subject.

A recording runs from neutral over the peak and back: :mod:`fer_probe.faces.frames` picks the middle.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from fer_probe.faces.corpus_folders import child_files, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import Coding, FoundFace, gather
from fer_probe.faces.frames import recordings
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.recording_folders import carrying_throughout, told
from fer_probe.faces.written_faces import expression_words, subject_numbers, with_expressions

#: The values 1 to 6 of the Emotion tag; larger ones are no basic emotion.
EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
SPLITS: dict[str, tuple[str, ...]] = {}
#: A marker's type: which phase of its action unit begins at its frame.
NEUTRAL, ONSET, APEX, OFFSET = range(4)

_CODES = "-oao_aucs"
_NAME = re.compile(rf"((S\d+)-\d+)(?:({_CODES})|\D*?(\d+))?")


@dataclass
class _Recording:
    """What one session folder has of one recording."""

    name: str
    subject: str
    film: Path | None = None
    about: Path | None = None
    codes: Path | None = None
    pictures: list[tuple[int, Path]] = field(default_factory=list)


def recognises(path: Path) -> bool:
    """Whether a folder with ``session.xml`` or ``S001-001-oao_aucs.xml`` lies somewhere below, or is given."""
    return any(True for _ in _sessions(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every picture of every session; what cannot be used is named in ``skipped``.

    Every frame is labelled as its recording. An action unit is present from its onset's marker up to the neutral one
    behind its offset; a recording without a file of action units is not coded. A unit that no file names is not among
    ``action_unit_numbers``. ``attributes["view"]`` is the track's, empty where it is not told.

    Args:
        path: the folder ``Sessions``, one above it, or one session.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is MMI")
    skipped: list[str] = []
    found: list[FoundFace] = []
    units: set[int] = set()
    for folder in _sessions(path):
        for face in _faces(folder, path, skipped):
            found.append(face)
            units |= set(face.presence or {})
    return gather(
        path,
        found,
        source="MMI, every frame labelled as its recording",
        expression_names=EXPRESSIONS,
        coding=Coding(tuple(sorted(units))),
        skipped=skipped,
        check=check,
    )


def _sessions(path: Path) -> Iterator[Path]:
    for folder in folders_below(path):
        names = [file.name for file in child_files(folder)]
        ours = [name for name in names if _NAME.match(name)]
        if ours and ("session.xml" in names or any(name.endswith(f"{_CODES}.xml") for name in ours)):
            yield folder


def _faces(folder: Path, path: Path, skipped: list[str]) -> Iterator[FoundFace]:
    session = _parsed(folder / "session.xml", path, skipped) if (folder / "session.xml").is_file() else None
    track = None if session is None else session.find(".//{*}track")
    view = "" if track is None else track.get("view", "")
    for recording in _recordings(folder, path, skipped):
        if recording.film is not None and not recording.pictures:
            skipped.append(_no_film(recording.film, path))
        about = recording.about or folder / "session.xml"
        tags = session if recording.about is None else _parsed(recording.about, path, skipped)
        expression = "" if tags is None else _expression(tags, told(about, path), skipped)
        codes = None if recording.codes is None else _phases(recording.codes, path, skipped)
        first = 0 if 0 in dict(recording.pictures) else 1
        for number, file in sorted(recording.pictures):
            yield FoundFace(
                file,
                expression=expression,
                subject=recording.subject,
                sequence=f"{folder.absolute().name}/{recording.name}",
                frame=number - first,
                presence=None if codes is None else _presence(codes, number - first + 1),
                attributes={"view": view},
            )


def _recordings(folder: Path, path: Path, skipped: list[str]) -> list[_Recording]:
    """A session's recordings, mostly one; pictures that belong to none by their names are named."""
    found: dict[str, _Recording] = {}
    for file in child_files(folder):
        match = _NAME.fullmatch(file.stem)
        if match is None:
            if is_picture_file(file):
                skipped.append(f"{told(file, path)}: called as no picture of MMI, such as S001-001.jpg")
            continue
        name, subject, codes, number = match.groups()
        recording = found.setdefault(name, _Recording(name, subject))
        if is_picture_file(file):
            _add(recording, int(number or 1), file, path, skipped)
        elif file.suffix.lower() == ".avi":
            recording.film = file
        elif file.suffix.lower() == ".xml" and codes:
            recording.codes = file
        elif file.suffix.lower() == ".xml" and number is None:
            recording.about = file
    return list(found.values())


def _add(recording: _Recording, number: int, file: Path, path: Path, skipped: list[str]) -> None:
    taken = dict(recording.pictures).get(number)
    if taken is None:
        recording.pictures.append((number, file))
    else:
        skipped.append(f"{told(file, path)}: a second frame {number}, beside {taken.name}")


def _no_film(film: Path, path: Path) -> str:
    return (
        f"{told(film, path)}: a film, which is not read; take its frames out beside it, such as with "
        f"ffmpeg -i {film.name} -q:v 2 {film.stem}_%04d.jpg"
    )


def _parsed(file: Path, path: Path, skipped: list[str]) -> ElementTree.Element | None:
    """The file's root; one that is no XML is named."""
    try:
        return ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError, UnicodeDecodeError) as error:
        skipped.append(f"{told(file, path)}: no XML that can be read ({error})")
        return None


def _expression(tags: ElementTree.Element, told_file: str, skipped: list[str]) -> str:
    """The basic emotion that a recording is tagged with; empty where it is tagged with none."""
    value = next((tag.get("Value", "") for tag in tags.findall(".//{*}Metatag") if tag.get("Name") == "Emotion"), None)
    if value is None:
        return ""
    if not value.strip().isdecimal() or int(value) < 1:
        skipped.append(
            f"{told_file}: Emotion {value!r}, expected 1 to {len(EXPRESSIONS)}, or more for no basic emotion"
        )
        return ""
    return EXPRESSIONS[int(value) - 1] if int(value) <= len(EXPRESSIONS) else ""


def _phases(file: Path, path: Path, skipped: list[str]) -> dict[int, list[tuple[int, int]]] | None:
    """Action unit → its markers (frame, phase) in order; what cannot be told is named, and a unit with it not coded."""
    root = _parsed(file, path, skipped)
    if root is None:
        return None
    units: dict[int, list[tuple[int, int]]] = {}
    for unit in root.findall(".//{*}ActionUnit"):
        number = unit.get("Number", "")
        try:
            markers = [(int(mark.get("Frame", "")), int(mark.get("Type", ""))) for mark in unit.findall("{*}Marker")]
            if any(phase not in range(4) for _, phase in markers):
                raise ValueError
            units.setdefault(int(number), []).extend(markers)
        except ValueError:
            skipped.append(
                f"{told(file, path)}: ActionUnit {number!r}, expected a whole number with Markers of a Frame and a "
                "Type from 0 to 3"
            )
            if number.strip().isdecimal():
                units[int(number)] = []
    return {number: sorted(markers, key=lambda marker: marker[0]) for number, markers in units.items()}


def _presence(phases: Mapping[int, list[tuple[int, int]]], frame: int) -> dict[int, float]:
    """Action unit → 1 while a phase other than neutral lasts at this frame, counted from 1; NaN without any marker."""
    presence = {}
    for number, markers in phases.items():
        begun = [phase for begins, phase in markers if begins <= frame]
        presence[number] = float("nan") if not markers else float(bool(begun) and begun[-1] != NEUTRAL)
    return presence


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write recordings as MMI has them, as frames and not as films: subjects ``S001``, …, a session each.

    The layout holds which action units are present in which frame, not how strongly, and no label of a single frame;
    a unit that is never present has a neutral marker alone. Recordings of neutral and contempt are left out and said,
    those without any expression are no basic emotion.

    Args:
        faces: with ``subject``, ``sequence`` and ``frame``, such as ``draw_faces(pictures="sequences")``.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no recordings, one that is coded in part, or a folder that holds something; nothing is written then.
    """
    written = with_expressions(carrying_throughout(faces), (*EXPRESSIONS, ""), "MMI")
    subjects, words = subject_numbers(written, "MMI"), expression_words(written)
    recorded = recordings(written)
    codes = [_codes(written, frames) for frames in recorded]
    views = written.attributes.get("view", np.full(len(written), "0"))
    theirs: Counter[int] = Counter()
    with new_folder(folder) as made:
        for number, (frames, unit) in enumerate(zip(recorded, codes, strict=True), start=1):
            theirs[int(subjects[frames[0]])] += 1
            name = f"S{subjects[frames[0]] + 1:03d}-{theirs[int(subjects[frames[0]])]:03d}"
            session = made / "Sessions" / str(number)
            for i, frame in zip(frames, _frame_numbers(written, frames), strict=True):
                write_picture(session / f"{name}_{frame:04d}.jpg", written.pixels[i])
            _write_xml(session / "session.xml", "session", [("track", {"view": str(views[frames[0]])})])
            _write_xml(session / f"{name}.xml", "Metadata", _emotion_tags(words[frames[0]]))
            if unit is not None:
                _write_codes(session / f"{name}{_CODES}.xml", unit)
    return made


def _codes(faces: FaceImages, frames: np.ndarray) -> dict[int, list[tuple[int, int]]] | None:
    """Action unit → its markers over a recording; None where it is not coded."""
    presence = faces.action_units[frames]
    if np.isnan(presence).all():
        return None
    if np.isnan(presence).any():
        raise FacesError(f"the recording of face {frames[0]} is coded in part; MMI codes every frame and unit, or none")
    intensity = presence if faces.action_unit_intensity is None else faces.action_unit_intensity[frames]
    numbers = _frame_numbers(faces, frames)
    return {
        int(unit): _markers(presence[:, column] == 1, intensity[:, column], numbers)
        for column, unit in enumerate(faces.action_unit_numbers)
    }


def _markers(present: np.ndarray, intensity: np.ndarray, numbers: np.ndarray) -> list[tuple[int, int]]:
    """(frame, phase) where each phase begins: the apex where it is strongest, the offset in its last frame."""
    markers = [] if present[0] else [(int(numbers[0]), NEUTRAL)]
    edges = np.flatnonzero(np.diff(present, prepend=False, append=False))
    for start, end in edges.reshape(-1, 2):
        apex = start + int(np.argmax(intensity[start:end]))
        markers.append((int(numbers[start]), ONSET))
        if apex > start:
            markers.append((int(numbers[apex]), APEX))
        if end < len(present):
            if end - 1 > apex:
                markers.append((int(numbers[end - 1]), OFFSET))
            markers.append((int(numbers[end]), NEUTRAL))
    return markers


def _frame_numbers(faces: FaceImages, frames: np.ndarray) -> np.ndarray:
    assert faces.frame is not None  # recordings has seen to it
    return faces.frame[frames] + 1


def _emotion_tags(word: str) -> list[tuple[str, dict[str, str]]]:
    return [("Metatag", {"Name": "Emotion", "Value": str(EXPRESSIONS.index(word) + 1)})] if word else []


def _write_codes(file: Path, codes: Mapping[int, list[tuple[int, int]]]) -> None:
    root = ElementTree.Element("ActionUnits")
    for number, markers in codes.items():
        unit = ElementTree.SubElement(root, "ActionUnit", {"Number": str(number)})
        for frame, phase in markers:
            ElementTree.SubElement(unit, "Marker", {"Frame": str(frame), "Type": str(phase)})
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _write_xml(file: Path, name: str, children: list[tuple[str, dict[str, str]]]) -> None:
    root = ElementTree.Element(name)
    for child, attributes in children:
        ElementTree.SubElement(root, child, attributes)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
