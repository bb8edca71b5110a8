"""What a set of faces holds, in words for people."""

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.faces.face_images import FaceImages


def summary(faces: FaceImages) -> str:
    """One block of lines: pictures, labels, subjects, splits, action units with counts, and what was skipped."""
    return "\n".join(
        line
        for line in (
            faces.source,
            _pictures(faces),
            _expressions(faces),
            _counted("splits", faces.split),
            _subjects(faces),
            _action_units(faces),
            _skipped(faces),
        )
        if line
    )


def _pictures(faces: FaceImages) -> str:
    count, channels, height, width = faces.pixels.shape
    return f"  pictures     {count:,} of {height}×{width}, {'grey' if channels == 1 else 'colour'}"


def _expressions(faces: FaceImages) -> str:
    labelled = faces.expression[faces.expression >= 0]
    counts = np.bincount(labelled, minlength=len(faces.expression_names))
    named = ", ".join(f"{name} {count:,}" for name, count in zip(faces.expression_names, counts, strict=True) if count)
    return f"  expressions  {len(labelled):,} labelled" + (f": {named}" if named else "")


def _counted(title: str, values: np.ndarray | None) -> str:
    if values is None:
        return ""
    return f"  {title:12} " + ", ".join(
        f"{name} {count:,}" for name, count in zip(*np.unique(values, return_counts=True), strict=True)
    )


def _subjects(faces: FaceImages) -> str:
    if faces.subject is None:
        return "  subjects     not known: a split by subject is impossible"
    return f"  subjects     {len(np.unique(faces.subject)):,}"


def _action_units(faces: FaceImages) -> str:
    coded = [
        f"{action_unit_label(int(number))} {int((column == 1).sum()):,} of {int((~np.isnan(column)).sum()):,}"
        for number, column in zip(faces.action_unit_numbers, faces.action_units.T, strict=True)
    ]
    return f"  action units {len(coded)} coded: {', '.join(coded)}" if coded else "  action units not coded"


def _skipped(faces: FaceImages) -> str:
    if not faces.skipped:
        return ""
    return "\n".join([f"  skipped      {len(faces.skipped):,}", *(f"    {line}" for line in faces.skipped[:20])])
