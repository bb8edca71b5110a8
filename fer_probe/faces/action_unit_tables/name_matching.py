"""Names matched: which row of a table speaks of which face, by as much of their paths as both have.

Two programs seldom see a picture under the same root, and some leave out its ending. Nothing is guessed: what fits
several is matched to none.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import numpy as np

from fer_probe.faces.picture_files import PICTURE_ENDINGS

#: In place of a row: none has such a name, or several may be meant.
NO_ROW, SEVERAL = -1, -2
Parts = tuple[str, ...]
_Places = dict[Parts, list[int]]


def matched_pictures(faces: Sequence[str], rows: Sequence[str]) -> np.ndarray:
    """For each face's path the row that names the same picture: (N,) int, NO_ROW or SEVERAL.

    The same path comes first; else the longest common end of both paths, endings of files apart, if it is unique on
    both sides. A file's name alone is enough unless it is a mere number, which every folder has: then one path must
    end with the whole of the other.
    """
    same = _unique_pairs(faces, rows)
    face_parts, row_parts = ([picture_parts(name) for name in names] for names in (faces, rows))
    by_end = _matched(face_parts, row_parts, whole=lambda end: end[-1:] != () and end[-1].isdigit())
    return np.array([same.get(name, row) for name, row in zip(faces, by_end, strict=True)], np.int64)


def matched_sequences(faces: Sequence[str], rows: Sequence[str]) -> np.ndarray:
    """The same of recordings, ``S010_002`` being ``S010/002``; one name must end with the whole of the other."""
    return np.array(
        _matched([_sequence_parts(name) for name in faces], [_sequence_parts(name) for name in rows], whole=bool),
        np.int64,
    )


def picture_parts(name: str) -> Parts:
    """Folders and name of a picture, without the ending; ``KA.AN1.39`` keeps its number."""
    path = PurePosixPath(name.replace("\\", "/"))
    known = path.suffix.lower() in PICTURE_ENDINGS
    return tuple(part for part in (path.with_suffix("") if known else path).parts if part not in "/.")


def _sequence_parts(name: str) -> Parts:
    return tuple(part for part in re.split(r"[/\\_]", name) if part not in (".", ""))


def _unique_pairs(faces: Sequence[str], rows: Sequence[str]) -> dict[str, int]:
    """Names that stand once on both sides, with their rows."""
    face_places, row_places = _places([(name,) for name in faces]), _places([(name,) for name in rows])
    return {
        name: row_places[name,][0]
        for name in faces
        if name and len(face_places[name,]) == 1 and len(row_places.get((name,), ())) == 1
    }


def _matched(faces: list[Parts], rows: list[Parts], whole: Callable[[Parts], bool]) -> list[int]:
    """Rows of the faces; where ``whole`` says so of a common end, it must be all of one name."""
    face_ends, row_ends = _places(faces), _places(rows)
    found = []
    for parts in faces:
        end = next((parts[i:] for i in range(len(parts)) if parts[i:] in row_ends), ())
        named = row_ends.get(end, [])
        if whole(end) and not any(len(end) == min(len(parts), len(rows[row])) for row in named):
            found.append(NO_ROW)
        elif len(named) == 1 and len(face_ends[end]) == 1:
            found.append(named[0])
        else:
            found.append(SEVERAL if named else NO_ROW)
    return found


def _places(names: Sequence[Parts]) -> _Places:
    """Every end of every name, and where it stands."""
    places: _Places = defaultdict(list)
    for number, parts in enumerate(names):
        for i in range(len(parts)):
            places[parts[i:]].append(number)
    return dict(places)
