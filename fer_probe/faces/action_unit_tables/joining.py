"""Joining: an action-unit table's rows brought to the faces that they speak of."""

import dataclasses
import re
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np

from fer_probe.faces.action_unit_tables.action_unit_table import NO_FRAME, SCALES, ActionUnitTable
from fer_probe.faces.action_unit_tables.name_matching import (
    NO_ROW,
    SEVERAL,
    matched_pictures,
    matched_sequences,
)
from fer_probe.faces.face_images import FaceImages, FacesError


def join_action_units(
    faces: FaceImages, table: ActionUnitTable, *, presence_threshold: float | None = None
) -> FaceImages:
    """Faces with a table's action units in place of their own, joined by picture; who is not in it is not coded.

    A row belongs to the face of the same path, else to the one whose path ends alike, as far as that is unique, else
    to that of the same sequence and frame. What does not join is counted and named, in ``.skipped`` and a warning.

    Args:
        faces: any faces whose ``path``, or ``sequence`` and ``frame``, is known.
        table: of :func:`load_action_units`.
        presence_threshold: intensity from which on a unit is present, in the table's scale; decides wherever an
            intensity is known. None keeps the presence that the table tells, and leaves it unknown where it
            tells none.

    Raises:
        FacesError: a threshold outside the scale, faces without names, or not one face that joins.
    """
    presence = _presence(table, presence_threshold)
    rows = _rows_of(faces, table)
    if (rows < 0).all():
        raise FacesError(
            f"no face of {faces.source or 'these'} is in {table.source}: faces are named such as "
            f"{_face_name(faces, 0)}, its rows such as {table.row_name(0)}"
        )
    told = _not_joined(faces, table, rows)
    if told:
        _warn(faces, table, rows, told)
    plain = {field.name: getattr(faces, field.name) for field in dataclasses.fields(FaceImages)}
    plain |= {
        "action_units": _picked(presence, rows),
        "action_unit_numbers": table.numbers,
        "action_unit_intensity": None if table.intensity is None else _picked(table.intensity, rows),
        "action_unit_scale": None if table.scale == "presence" else table.scale,
        "source": f"{faces.source}; action units from {table.source}"
        + ("" if presence_threshold is None else f", present from {presence_threshold:g} of {table.scale}"),
        "skipped": (*faces.skipped, *table.skipped, *told),
    }
    return FaceImages(**plain)


def _presence(table: ActionUnitTable, threshold: float | None) -> np.ndarray:
    """(R, A) presence, by the threshold wherever there is one and an intensity."""
    if threshold is None:
        return table.presence
    if table.intensity is None:
        raise FacesError(f"{table.source} tells presence and no intensity; leave the threshold {threshold:g} out")
    if not 0 < threshold <= SCALES[table.scale]:
        raise FacesError(
            f"presence threshold {threshold:g}: intensities of {table.source} are {table.scale}, expected more than 0 "
            f"and at most {SCALES[table.scale]:g}"
        )
    by_threshold = (table.intensity >= threshold).astype(np.float32)
    return np.where(np.isnan(table.intensity), table.presence, by_threshold)


def _rows_of(faces: FaceImages, table: ActionUnitTable) -> np.ndarray:
    """(N,) the row of each face, NO_ROW or SEVERAL."""
    if faces.path is None and (faces.sequence is None or faces.frame is None):
        raise FacesError(f"{faces.source or 'these faces'} have neither paths nor frames of sequences to join them by")
    rows = np.full(len(faces), NO_ROW, np.int64)
    if faces.path is not None:
        of_pictures = np.flatnonzero(table.image != "")
        rows = _in(of_pictures, matched_pictures(faces.path.tolist(), table.image[of_pictures].tolist()))
    for i, row in _by_frame(faces, table, np.flatnonzero(rows == NO_ROW)):
        rows[i] = row
    claims = np.bincount(rows[rows >= 0], minlength=1)
    return np.where((rows >= 0) & (claims[np.maximum(rows, 0)] > 1), SEVERAL, rows)


def _by_frame(faces: FaceImages, table: ActionUnitTable, index: np.ndarray) -> Iterator[tuple[int, int]]:
    """Some faces and their rows, NO_ROW or SEVERAL, by sequence and frame."""
    recordings = sorted(set(table.sequence[table.sequence != ""].tolist()))
    if not recordings:
        return
    own, numbers = _sequences(faces), _frame_numbers(faces, table)
    names = sorted(set(own))
    of_sequence = dict(zip(names, matched_sequences(names, recordings).tolist(), strict=True))
    place: dict[tuple[str, int], int] = {}
    for row, key in enumerate(zip(table.sequence.tolist(), table.frame.tolist(), strict=True)):
        place[key] = SEVERAL if key in place else row
    for i in index.tolist():
        recording, number = of_sequence[own[i]], numbers[i]
        if recording < 0 or number == NO_FRAME:
            yield i, min(recording, NO_ROW)
        elif table.first_frame is not None and number < table.first_frame:
            raise FacesError(
                f"{_face_name(faces, i)} counts as frame {number}, {table.source} counts from "
                f"{table.first_frame}: number the pictures from there, or give sequence and frame"
            )
        else:
            yield i, place.get((recordings[recording], number), NO_ROW)


def _sequences(faces: FaceImages) -> list[str]:
    """Each face's recording, or the folder of its picture."""
    if faces.sequence is not None:
        return faces.sequence.tolist()
    paths = [] if faces.path is None else faces.path.tolist()
    return [PurePosixPath(path).parent.as_posix() for path in paths]


def _frame_numbers(faces: FaceImages, table: ActionUnitTable) -> list[int]:
    """Each face's frame as the table numbers it; NO_FRAME where that is not known."""
    if faces.frame is not None and table.first_frame is not None:
        return [frame if frame < 0 else frame + table.first_frame for frame in faces.frame.tolist()]
    if not table.numbered or faces.path is None:
        return [NO_FRAME] * len(faces)
    ends = [re.search(r"\d+$", PurePosixPath(path).stem) for path in faces.path.tolist()]
    return [int(end[0]) if end else NO_FRAME for end in ends]


def _in(index: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Places in a selection as places in the whole; what is below 0 stays."""
    return np.where(chosen < 0, chosen, index[np.maximum(chosen, 0)] if len(index) else NO_ROW)


def _picked(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(N, A) of each face's row, NaN where it has none."""
    picked = np.full((len(rows), values.shape[1]), np.nan, np.float32)
    picked[rows >= 0] = values[rows[rows >= 0]]
    return picked


def _not_joined(faces: FaceImages, table: ActionUnitTable, rows: np.ndarray) -> list[str]:
    """A sentence for each face without a row, and for each row without a face."""
    reasons = {NO_ROW: f"not in {table.source}", SEVERAL: f"several faces or rows of {table.source} may be meant"}
    told = [f"{_face_name(faces, i)}: {reasons[int(rows[i])]}" for i in np.flatnonzero(rows < 0).tolist()]
    left = np.setdiff1d(np.arange(len(table)), rows[rows >= 0])
    return told + [f"{table.row_name(int(row))} of {table.source}: no such face" for row in left]


def _face_name(faces: FaceImages, i: int) -> str:
    """A face as people find it."""
    if faces.path is not None:
        return str(faces.path[i])
    return f"{_sequences(faces)[i]} frame {faces.frame[i] if faces.frame is not None else i}"


def _warn(faces: FaceImages, table: ActionUnitTable, rows: np.ndarray, told: list[str]) -> None:
    missing = int((rows < 0).sum())
    warnings.warn(
        f"{missing:,} of {len(faces):,} faces and {len(told) - missing:,} of {len(table):,} rows of {table.source} are "
        f"not joined: {'; '.join(told[:3])}" + ("; … (all of them in .skipped)" if len(told) > 3 else ""),
        stacklevel=3,
    )
