"""Judges: networks that read what another network draws, and had no part in it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fer_probe.checkpoints import Checkpoint, CheckpointError
from fer_probe.latents.codings import Coding, classifier_of
from fer_probe.latents.traversal_readings import Read, reading_by

_UNIT = re.compile(r"AU\d+")


@dataclass(frozen=True)
class Judge:
    """A network that reads faces.

    Attributes:
        name: what it is called in records: its file's.
        read: pixels in 0–1 (n, C, H, W) → readings (n, K).
        reading_names: of the K readings, expressions or people; or action units, ``"AU12"``.
        intensities: whether they are intensities of action units, and not probabilities.
    """

    name: str
    read: Read
    reading_names: tuple[str, ...]
    intensities: bool


def judges_of(checkpoints: Sequence[Checkpoint], coding: Coding | None, sha256: str = "") -> tuple[Judge, ...]:
    """Checkpoints as judges of what a coding decodes.

    Args:
        checkpoints: classifiers, or regressors of action units.
        coding: of the network that is judged.
        sha256: of its file.

    Raises:
        CheckpointError: nothing is decoded that could be read, a judge that is the network itself, that is given
            twice, or that reads neither classes nor action units.
    """
    if checkpoints and (coding is None or coding.decode is None):
        raise CheckpointError("judges read decoded faces, and the model that is probed decodes none; leave them out")
    stems = Counter(checkpoint.path.stem for checkpoint in checkpoints)
    names = [
        one.path.stem if stems[one.path.stem] == 1 else f"{one.path.resolve().parent.name}-{one.path.stem}"
        for one in checkpoints
    ]
    for name, checkpoint in zip(names, checkpoints, strict=True):
        if checkpoint.sha256 == sha256:
            raise CheckpointError(f"{checkpoint.path} is the network that is probed; a judge is one of its own")
        if names.count(name) > 1:
            raise CheckpointError(f"the judge {checkpoint.path} is given twice, or has the name of another; rename one")
    return tuple(_judge(checkpoint, name) for name, checkpoint in zip(names, checkpoints, strict=True))


def _judge(checkpoint: Checkpoint, name: str) -> Judge:
    if (reads := classifier_of(checkpoint)) is None:
        raise CheckpointError(f"the judge {checkpoint.path} reads neither classes nor action units")
    model, names = reads
    units = all(_UNIT.fullmatch(one) for one in names)
    return Judge(name, reading_by(replace(checkpoint, model=model), probabilities=not units), names, units)
