"""What was skipped: said once, with the first of it; or, strictly, an error."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from fer_probe.faces.face_images import FacesError


def tell_skipped(skipped: Sequence[str], path: Path, strict: bool) -> None:
    """Warn the caller's caller of what could not be read at ``path``; nothing where that is nothing.

    Args:
        skipped: a sentence each.
        path: what was read.
        strict: raise instead.

    Raises:
        FacesError: ``strict``, and there is one.
    """
    if not skipped:
        return
    if strict:
        raise FacesError(f"{skipped[0]} (strict)")
    first = "; ".join(skipped[:3])
    rest = "" if len(skipped) <= 3 else "; … (all of them in .skipped)"
    warnings.warn(f"{path}: {len(skipped)} could not be read: {first}{rest}", stacklevel=3)
