"""What a set of faces holds, in words for people."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.faces.face_images import FaceImages

_GRADED_ONLY = " graded"


def summary(faces: FaceImages, listed: int | None = 20) -> str:
    """One block of lines: pictures, labels, subjects, sequences, splits, action units, and what was dropped and why.

    Args:
        faces: any; their pictures are not read.
        listed: how many of the things that could not be used are listed one by one; None lists them all.
    """
    lines = [
        faces.source or "faces",
        _line("pictures", _pictures(faces)),
        _line("labelled", _labelled(faces)),
        _line("subjects", _subjects(faces)),
        _line("sequences", _sequences(faces)),
        _line("splits", "none of its own" if faces.split is None else _counted(faces.split.tolist())),
        _line("action units", _action_units(faces)),
        _line("also known", _also_known(faces)),
        _line("dropped", _dropped(faces)),
        *_listed(faces, listed),
    ]
    return "\n".join(line for line in lines if line)


def _line(title: str, words: str) -> str:
    return f"  {title:12} {words}" if words else ""


def _pictures(faces: FaceImages) -> str:
    count, channels, height, width = faces.pixels.shape
    return f"{count:,} of {height}×{width}, {'grey' if channels == 1 else 'colour'}"


def _labelled(faces: FaceImages) -> str:
    names = [faces.expression_names[number] for number in faces.expression if number >= 0]
    return f"{len(names):,}" + (f": {_counted(names, faces.expression_names)}" if names else " with an expression")


def _subjects(faces: FaceImages) -> str:
    if faces.subject is None:
        return "not known: a split by subject is impossible"
    known = faces.subject[faces.subject != ""]
    unknown = len(faces) - len(known)
    return f"{len(np.unique(known)):,}" + (f"; unknown on {unknown:,}" if unknown else "")


def _sequences(faces: FaceImages) -> str:
    """Recordings; two people's may have the same name."""
    if faces.sequence is None:
        return "single pictures"
    whose = faces.subject if faces.subject is not None else np.full(len(faces), "")
    lengths = Counter(
        (one, name) for one, name in zip(whose.tolist(), faces.sequence.tolist(), strict=True) if name
    ).values()
    if not lengths:
        return "single pictures"
    shortest, longest = min(lengths), max(lengths)
    frames = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    return f"{len(lengths):,} of {frames} frames"


def _action_units(faces: FaceImages) -> str:
    """Each one's count of pictures that show it, and of how many that are coded for it."""
    if not len(faces.action_unit_numbers):
        return "not coded"
    coded = [_coded(faces, column) for column in range(len(faces.action_unit_numbers))]
    scale = f", intensities {faces.action_unit_scale}" if faces.action_unit_scale else ""
    graded_only = sum(line.endswith(_GRADED_ONLY) for line in coded)
    threshold = f" (presence of {graded_only} is not told: give a presence threshold)" if graded_only else ""
    return f"{len(coded)} coded{scale}{threshold}: {', '.join(coded)}"


def _coded(faces: FaceImages, column: int) -> str:
    """One unit's counts, or of how many pictures the intensity alone is known."""
    label = action_unit_label(int(faces.action_unit_numbers[column]))
    known = ~np.isnan(faces.action_units[:, column])
    if not known.any() and faces.action_unit_intensity is not None:
        graded = int((~np.isnan(faces.action_unit_intensity[:, column])).sum())
        return f"{label} {graded:,}{_GRADED_ONLY}"
    return f"{label} {int((faces.action_units[:, column] == 1).sum()):,} of {int(known.sum()):,}"


def _also_known(faces: FaceImages) -> str:
    known = ["landmarks"] if faces.landmarks is not None else []
    known += [f"votes ({len(faces.votes_names)} columns)"] if faces.votes is not None else []
    return ", ".join([*known, *faces.attributes])


def _dropped(faces: FaceImages) -> str:
    """How many, and the reasons by how often they occur."""
    if not faces.skipped:
        return "nothing"
    reasons = Counter(line.rpartition(": ")[2] for line in faces.skipped).most_common()
    words = ", ".join(f"{reason} ({count:,})" for reason, count in reasons[:3])
    return f"{len(faces.skipped):,}: {words}" + (", …" if len(reasons) > 3 else "")


def _listed(faces: FaceImages, listed: int | None) -> list[str]:
    lines = [f"    {line}" for line in faces.skipped[:listed]]
    rest = len(faces.skipped) - len(lines)
    return [*lines, f"    … and {rest:,} more: fer-probe faces --check lists all"] if rest else lines


def _counted(words: Iterable[str], order: Iterable[str] = ()) -> str:
    """Each word and how often it occurs, in the order given, else in the alphabet's."""
    counts = Counter(words)
    return ", ".join(f"{word or 'none'} {counts[word]:,}" for word in order or sorted(counts) if counts[word])
