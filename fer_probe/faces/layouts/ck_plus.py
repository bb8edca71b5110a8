"""CK+, the extended Cohn-Kanade corpus (Lucey et al. 2010): recordings from neutral to the peak that their labels tell.

    cohn-kanade-images/S010/002/S010_002_00000012.png
    Emotion/S010/002/S010_002_00000012_emotion.txt       one of EXPRESSIONS by its place, "   3.0000000e+00"
    FACS/S010/002/S010_002_00000012_facs.txt             a line an action unit, number and intensity
    Landmarks/S010/002/S010_002_00000012_landmarks.txt   68 lines "x y"

Names tell all, so the folders above ``S010`` may be called anything. Expression and action units belong to the peak,
which their file's name names: every other frame is unlabelled and not coded. That the first frame is neutral, and that
the last three share the label, is a protocol and no label: :mod:`fer_probe.faces.frames` has it.
"""

import filecmp
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from fer_probe.faces.corpus_folders import child_files, folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import Coding, FoundFace, gather
from fer_probe.faces.frames import recordings
from fer_probe.faces.picture_files import is_picture_file
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, subject_numbers

#: The codes 0 to 7 of the Emotion files.
EXPRESSIONS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
SPLITS: dict[str, tuple[str, ...]] = {}
#: Lucey et al. 2010, table 1: a coded peak shows these or does not.
CODED = (
    1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 23, 24, 25, 26, 27, 28, 29, 31, 34, 38, 39, 43,
)  # fmt: skip

_FRAME = re.compile(r"(S\d+)_(\d+)_(\d+)")
_KINDS = ("picture", "emotion", "facs", "landmarks")
#: A frame's name, such as ``S010_002_00000012`` → its file.
_Files = dict[str, Path]
T = TypeVar("T")


def recognises(path: Path) -> bool:
    """Whether a folder such as ``S010/002`` with a picture such as ``S010_002_00000012.png`` lies somewhere below."""
    return any(
        is_picture_file(file) and _is_of(folder, file.stem)
        for folder in _recording_folders(path.resolve())
        for file in child_files(folder)
    )


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every frame of every recording; what cannot be used is named in ``skipped``.

    Intensities are the letters A to E as 1 to 5; a unit that is present and not graded has none (NaN). A unit outside
    :data:`CODED` is coded only where a file names it.

    Args:
        path: the folder that holds pictures and labels, however they are nested.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no picture at all, two different files of the same name, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is CK+")
    root, skipped = path.resolve(), list[str]()
    files = _files(root, skipped)
    pictures = files["picture"]
    expressions = _each(files["emotion"], _expression, root, skipped)
    codes = _each(files["facs"], _codes, root, skipped)
    _name_lost_labels({**files["emotion"], **files["facs"]}, pictures, root, skipped)
    landmarks = _each(files["landmarks"], _landmarks, root, skipped)
    numbers = tuple(sorted({*CODED, *(unit for code in codes.values() for unit in code)})) if codes else ()
    return gather(
        root, _found(pictures, expressions, codes, landmarks), source="CK+", expression_names=EXPRESSIONS,
        coding=Coding(numbers, "0-5" if codes else None), skipped=skipped, check=check, channels=1,
    )  # fmt: skip


def _recording_folders(root: Path) -> Iterator[Path]:
    """Every folder such as ``S010/002``, of pictures and of labels."""
    for folder in folders_below(root):
        if folder.name.isdecimal() and _FRAME.fullmatch(f"{folder.parent.name}_{folder.name}_0"):
            yield folder


def _is_of(folder: Path, frame: str) -> bool:
    """Whether a frame's name is one of the recording that its folder is called after."""
    match = _FRAME.fullmatch(frame)
    return match is not None and match.group(1, 2) == (folder.parent.name, folder.name)


def _files(root: Path, skipped: list[str]) -> dict[str, _Files]:
    """The files of each kind; what is not called after its folder is named."""
    files: dict[str, _Files] = {kind: {} for kind in _KINDS}
    for folder in _recording_folders(root):
        for file in child_files(folder):
            kind, frame = _kind_and_frame(file)
            if kind and _is_of(folder, frame):
                _put(files[kind], frame, file)
            elif kind:
                expected = f"{folder.parent.name}_{folder.name}_00000001"
                skipped.append(f"{_told(file, root)}: not called after its folder, such as {expected}")
    return files


def _kind_and_frame(file: Path) -> tuple[str, str]:
    """What a file is and of which frame; ``("", "")`` for a stranger."""
    frame, _, kind = file.stem.rpartition("_")
    if file.suffix == ".txt":
        return (kind, frame) if kind in _KINDS else ("", "")
    return ("picture", file.stem) if is_picture_file(file) else ("", "")


def _put(files: _Files, frame: str, file: Path) -> None:
    """Keep a frame's file; a copy of the same is passed over, another is one too many."""
    known = files.setdefault(frame, file)
    if known != file and not filecmp.cmp(known, file, shallow=False):
        raise FacesError(f"{known} and {file} tell differently of the same frame; keep one of the two folders")


def _told(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()


def _each(files: _Files, parse: Callable[[Path], T], root: Path, skipped: list[str]) -> dict[str, T]:
    """What every file says; one that cannot be read is named, and its frame is without."""
    said = {}
    for frame, file in told_progress(files.items(), "reading labels", len(files)):
        try:
            said[frame] = parse(file)
        except (OSError, ValueError) as error:
            skipped.append(f"{_told(file, root)}: {error}")
    return said


def _rows(file: Path, columns: int, count: int | None = None) -> np.ndarray:
    """(rows, columns) numbers of a text file; ValueError says what is wrong with it."""
    lines = [words for line in file.read_text(encoding="utf-8").splitlines() if (words := line.split())]
    wrong = next((len(words) for words in lines if len(words) != columns), columns)
    if wrong != columns or not lines:
        raise ValueError(f"a line of {wrong} numbers, expected {columns}" if lines else "an empty file")
    if count is not None and len(lines) != count:
        raise ValueError(f"{len(lines)} lines, expected {count}")
    return np.array(lines, np.float64)


def _expression(file: Path) -> str:
    code = float(_rows(file, 1, 1)[0, 0])
    if code not in range(len(EXPRESSIONS)):
        raise ValueError(f"emotion {code:g}, expected 0 to {len(EXPRESSIONS) - 1}")
    return EXPRESSIONS[int(code)]


def _codes(file: Path) -> dict[int, float]:
    """Action unit → intensity, NaN where it is present and not graded."""
    codes: dict[int, float] = {}
    for unit, intensity in _rows(file, 2):
        if unit < 1 or unit % 1 or intensity not in range(6):
            raise ValueError(f"line {unit:g} {intensity:g}, expected an action unit and an intensity from 0 to 5")
        if int(unit) in codes:
            raise ValueError(f"action unit {unit:g} is there twice")
        codes[int(unit)] = intensity or np.nan
    return codes


def _landmarks(file: Path) -> np.ndarray:
    return _rows(file, 2, 68)


def _name_lost_labels(labels: _Files, pictures: _Files, root: Path, skipped: list[str]) -> None:
    """Name labels whose picture is missing; recordings without any picture are normal."""
    there = {frame.rpartition("_")[0] for frame in pictures}
    for frame, file in labels.items():
        if frame not in pictures and frame.rpartition("_")[0] in there:
            skipped.append(f"{_told(file, root)}: the picture {frame} that it labels is not there")


def _found(
    pictures: _Files,
    expressions: Mapping[str, str],
    codes: Mapping[str, Mapping[int, float]],
    landmarks: Mapping[str, np.ndarray],
) -> Iterator[FoundFace]:
    of_recording: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for name in pictures:
        subject, recording, number = name.split("_")
        of_recording[subject, recording].append((int(number), name))
    unlisted = dict.fromkeys({unit for code in codes.values() for unit in code} - {*CODED}, np.nan)
    for (subject, recording), frames in sorted(of_recording.items()):
        for frame, (_, name) in enumerate(sorted(frames)):
            code = codes.get(name)
            yield FoundFace(
                pictures[name],
                expression=expressions.get(name, ""),
                subject=subject,
                sequence=f"{subject}_{recording}",
                frame=frame,
                presence=None if code is None else {**unlisted, **dict.fromkeys(code, 1.0)},
                intensity=None if code is None else {**unlisted, **code},
                landmarks=landmarks.get(name),
            )


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write recordings as CK+ has them: subjects ``S000``, …; the last frame of each is its peak.

    The layout holds the peak's expression and action units alone, and intensities as the letters A to E. A peak
    without any action unit has no FACS file, as the layout cannot say so.

    Args:
        faces: with ``subject``, ``sequence`` and ``frame``, such as ``draw_faces(pictures="sequences")``.
        folder: a new or empty folder.

    Returns:
        The folder.

    Raises:
        FacesError: no recordings, an expression that CK+ has no code for, action units that are coded in part, or a
            folder that holds something; nothing is written then.
    """
    called = list(called_recordings(faces))
    labels = {int(frames[-1]): _labels(faces, int(frames[-1])) for *_, frames in called}
    with new_folder(folder) as made:
        for subject, recording, frames in called:
            for number, i in enumerate(frames.tolist(), start=1):
                name = f"{subject}_{recording}_{number:08d}"
                write_picture(made / "cohn-kanade-images" / subject / recording / f"{name}.png", faces.pixels[i])
                landmarks = {} if faces.landmarks is None else {"Landmarks": _lines(faces.landmarks[i])}
                for kind, text in {**labels.get(i, {}), **landmarks}.items():
                    _write_text(made / kind / subject / recording / f"{name}_{kind.lower()}.txt", text)
    return made


def called_recordings(faces: FaceImages, layout: str = "CK+") -> Iterator[tuple[str, str, np.ndarray]]:
    """Every recording as CK+ calls it: subject, such as ``S000``, its number, from ``001``, and its faces by frame.

    Raises:
        FacesError: no subjects or no recordings.
    """
    subjects = subject_numbers(faces, layout)
    counted: Counter[int] = Counter()
    for frames in recordings(faces):
        subject = int(subjects[frames[0]])
        counted[subject] += 1
        yield f"S{subject:03d}", f"{counted[subject]:03d}", frames


def _labels(faces: FaceImages, peak: int) -> dict[str, str]:
    """The texts of a peak's files; empty where there is nothing to tell."""
    return {"Emotion": _emotion_text(faces, peak), "FACS": _facs_text(faces, peak)}


def _emotion_text(faces: FaceImages, peak: int) -> str:
    word = str(expression_words(faces)[peak])
    if word and word not in EXPRESSIONS:
        raise FacesError(f"CK+ has no code for {word!r}; it has {', '.join(EXPRESSIONS)}")
    return _lines(np.array([[EXPRESSIONS.index(word)]])) if word else ""


def _facs_text(faces: FaceImages, peak: int) -> str:
    present = faces.action_units[peak]
    if np.isnan(present).any() and not np.isnan(present).all():
        raise FacesError(f"face {peak} is coded for some action units alone; a peak of CK+ is coded for all or none")
    shown = present == 1
    return _lines(np.stack([faces.action_unit_numbers, _letters(faces, peak)], -1)[shown])


def _letters(faces: FaceImages, peak: int) -> np.ndarray:
    """Intensities as the letters A to E, counted from 1; 0 where a unit is not graded."""
    if faces.action_unit_intensity is None:
        return np.zeros(len(faces.action_unit_numbers))
    fifths = faces.action_unit_intensity[peak] * (5.0 if faces.action_unit_scale == "0-1" else 1.0)
    return np.nan_to_num(np.clip(np.ceil(np.round(fifths, 4)), 1, 5))


def _lines(numbers: np.ndarray) -> str:
    return "".join("".join(f"{number:16.7e}" for number in row) + "\n" for row in numbers)


def _write_text(file: Path, text: str) -> None:
    """A label file; where there is nothing to tell, its folder alone, as CK+ has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if text:
        file.write_text(text, encoding="utf-8")
