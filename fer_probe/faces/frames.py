"""Frames: which pictures of a recording stand for its expression, as the papers choose them.

    peak_frames     the last three, where CK+ and Oulu-CASIA end at the peak (Barradas-Chacón et al.; Ali & Hughes)
    middle_frames   the three in the middle, where MMI is at its peak (Ali & Hughes)
    all_but_first   every frame but the neutral first one (Zhu et al.)
    first_as_neutral   the first frame as an eighth expression; the others stay as they are

A label that a corpus gives to some frame of a recording, as CK+ does to the last one, is carried to other frames by
these functions alone, and ``source`` says so. They take any faces with ``sequence`` and ``frame``, and compose:

    peak_frames(first_as_neutral(faces), neutral_first=True)    # CK+ with neutral, the usual protocol
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np

from fer_probe.faces.face_images import FaceImages, FacesError

F = TypeVar("F", bound=FaceImages)
#: ``"as_coded"``: a frame has the codes it was given, or NaN. ``"inherit"``: a frame that nobody coded takes those of
#: its recording's last coded frame, and ``attributes["action_units_inherited"]`` tells which did.
Codes = Literal["as_coded", "inherit"]


def peak_frames(faces: F, last: int = 3, *, neutral_first: bool = False, action_units: Codes = "as_coded") -> F:
    """The last frames of every recording, carrying its expression; never the first frame of one that has more.

    Args:
        faces: with ``sequence`` and ``frame``.
        last: how many of each.
        neutral_first: keep the first frames that are labelled neutral too; see :func:`first_as_neutral`.
        action_units: whether frames that nobody coded take the peak's action units.

    Raises:
        FacesError: no recordings, or one whose frames have several labels.
    """
    _refuse_none(last)
    recorded = recordings(faces)
    chosen = [frames[1:][-last:] if len(frames) > 1 else frames for frames in recorded]
    first = np.array([frames[0] for frames in recorded if len(frames) > 1], np.int64)
    kept = first[_is_neutral(faces, first)] if neutral_first else first[:0]
    told = f"the last {last} frames" + (" and the neutral first" if neutral_first else "")
    return _carrying(faces, recorded, chosen, told + _fewer(chosen, last), action_units, kept)


def middle_frames(faces: F, count: int = 3, *, action_units: Codes = "as_coded") -> F:
    """The frames in the middle of every recording, carrying its expression.

    Args:
        faces: with ``sequence`` and ``frame``.
        count: how many of each; of an uneven rest the larger half lies behind them.
        action_units: whether frames that nobody coded take those of the recording's last coded frame.

    Raises:
        FacesError: no recordings, or one whose frames have several labels.
    """
    _refuse_none(count)
    recorded = recordings(faces)
    starts = [max(0, (len(frames) - count) // 2) for frames in recorded]
    chosen = [frames[start : start + count] for frames, start in zip(recorded, starts, strict=True)]
    told = f"the {count} middle frames" + _fewer(chosen, count)
    return _carrying(faces, recorded, chosen, told, action_units)


def all_but_first(faces: F, *, action_units: Codes = "as_coded") -> F:
    """Every frame but the first of every recording, carrying its expression; a recording of one frame is left out.

    Args:
        faces: with ``sequence`` and ``frame``.
        action_units: whether frames that nobody coded take the peak's action units.

    Raises:
        FacesError: no recordings, or one whose frames have several labels.
    """
    recorded = recordings(faces)
    return _carrying(faces, recorded, [frames[1:] for frames in recorded], "all frames but the first", action_units)


def first_as_neutral(faces: F) -> F:
    """The same faces, frame 0 of every recording labelled neutral; its action units stay as they are.

    Raises:
        FacesError: no recordings, or none with its frame 0: what is left of a recording does not begin with neutral.
    """
    first = np.array([frames[0] for frames in recordings(faces)], np.int64)
    begins = np.zeros(0, bool) if faces.frame is None else faces.frame[first] == 0
    if not begins.any():
        raise FacesError(
            f"{faces.source or 'these faces'} have no frame 0: a first frame is neutral only where a recording begins; "
            "label it before frames are picked"
        )
    names = faces.expression_names if "neutral" in faces.expression_names else (*faces.expression_names, "neutral")
    expression = faces.expression.copy()
    expression[first[begins]] = names.index("neutral")
    lost = f" (but {int((~begins).sum())} that lack it)" if not begins.all() else ""
    source = f"{faces.source}; the first frame of every recording as neutral{lost}"
    return dataclasses.replace(faces, expression=expression, expression_names=names, source=source)


def recordings(faces: FaceImages) -> list[np.ndarray]:
    """The indices of every recording's faces, in the order of its frames; one subject's 001 is not another's.

    Raises:
        FacesError: no recordings, a face without one, or the same frame of a recording twice.
    """
    if faces.sequence is None or faces.frame is None:
        raise FacesError(
            f"{faces.source or 'these faces'} are no recordings: frames are picked by .sequence and .frame, which CK+, "
            "MMI, Oulu-CASIA, BU-4DFE and faces drawn as sequences have"
        )
    if (without := np.flatnonzero((faces.sequence == "") | (faces.frame < 0))).size:
        raise FacesError(f"{_told(faces, without[0])} has no sequence or no frame; leave such faces out")
    words = [faces.sequence] if faces.subject is None else [faces.subject, faces.sequence]
    groups = [np.unique(word, return_inverse=True)[1] for word in words]
    order = np.lexsort((faces.frame, *groups[::-1]))
    number = np.stack(groups)[:, order]
    begins = np.flatnonzero((np.diff(number, axis=1) != 0).any(0)) + 1
    _refuse_twins(faces, order, begins)
    return np.split(order, begins) if len(order) else []


def shown_expression(faces: FaceImages, frames: np.ndarray) -> int:
    """The one label of a recording, -1 where it has none; a neutral first frame is not what it shows.

    Raises:
        FacesError: its frames have several.
    """
    shown = frames[1:] if len(frames) > 1 and _is_neutral(faces, frames[:1])[0] else frames
    labels = np.unique(faces.expression[shown])
    labels = labels[labels >= 0]
    if len(labels) > 1:
        names = ", ".join(faces.expression_names[label] for label in labels)
        raise FacesError(
            f"the recording of {_told(faces, frames[0])} shows several expressions ({names}): no one of them is "
            "the whole recording's; divide it, or leave frames out"
        )
    return int(labels[0]) if len(labels) else -1


def _refuse_none(count: int) -> None:
    if count < 1:
        raise FacesError(f"{count} frames of each recording: at least one is needed")


def _refuse_twins(faces: FaceImages, order: np.ndarray, begins: np.ndarray) -> None:
    """Two faces cannot be the same frame of one recording: which is the last would be chance."""
    assert faces.frame is not None
    same = np.diff(faces.frame[order]) == 0
    same[begins - 1] = False
    if same.any():
        one, other = order[np.flatnonzero(same)[0] :][:2]
        told = f"{_told(faces, one)} and {_told(faces, other)}"
        raise FacesError(f"{told} are both frame {faces.frame[one]} of one recording; give them sequences of their own")


def _carrying(
    faces: F,
    recorded: Sequence[np.ndarray],
    chosen: Sequence[np.ndarray],
    told: str,
    action_units: Codes,
    kept: np.ndarray | None = None,
) -> F:
    """The chosen frames with their recording's label, and the kept ones with their own, in the order of the faces."""
    if action_units not in ("as_coded", "inherit"):
        raise FacesError(f"action_units={action_units!r}: expected 'as_coded' or 'inherit'")
    expression = faces.expression.copy()
    for frames, some in zip(recorded, chosen, strict=True):
        unlabelled = some[faces.expression[some] < 0]
        if unlabelled.size:
            expression[unlabelled] = shown_expression(faces, frames)
    changed: dict[str, Any] = {"expression": expression}
    told = f"{told} of every recording, carrying its expression"
    if action_units == "inherit":
        changed |= _inherited(faces, recorded)
        told += ", and where nobody coded them its peak's action units"
    index = np.sort(np.concatenate([*chosen, np.zeros(0, np.int64) if kept is None else kept]).astype(np.int64))
    return dataclasses.replace(faces, **changed, source=f"{faces.source}; {told}").select(index)


def _inherited(faces: FaceImages, recorded: Sequence[np.ndarray]) -> dict[str, Any]:
    """Action units where every frame that nobody coded has those of its recording's last coded one."""
    coded = ~np.isnan(faces.action_units).all(1)
    presence = faces.action_units.copy()
    intensity = None if faces.action_unit_intensity is None else faces.action_unit_intensity.copy()
    heirs = np.zeros(len(faces), bool)
    for frames in recorded:
        known, uncoded = frames[coded[frames]], frames[~coded[frames]]
        if known.size:
            presence[uncoded] = presence[known[-1]]
            heirs[uncoded] = True
            if intensity is not None:
                intensity[uncoded] = intensity[known[-1]]
    attributes = {**faces.attributes, "action_units_inherited": heirs}
    return {"action_units": presence, "action_unit_intensity": intensity, "attributes": attributes}


def _is_neutral(faces: FaceImages, index: np.ndarray) -> np.ndarray:
    names = np.array([*faces.expression_names, ""])  # the last one is what -1 means
    neutral: np.ndarray = names[faces.expression[index]] == "neutral"
    return neutral


def _fewer(chosen: Sequence[np.ndarray], count: int) -> str:
    short = sum(len(some) < count for some in chosen)
    return f" (fewer in {short} that are too short)" if short else ""


def _told(faces: FaceImages, i: int) -> str:
    return f"face {i}" if faces.path is None else str(faces.path[i])
