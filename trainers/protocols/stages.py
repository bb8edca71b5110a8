"""Stages: the trainings that a row's own begins with, each with what the one before has learnt; none is done twice."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_probe.checkpoints import Checkpoint, load_checkpoint
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import RecordError, appearing_file
from trainers.interruptions import differences
from trainers.protocols.augmented_faces import augmented_faces
from trainers.protocols.protocol import ProtocolSettings
from trainers.recipe import Recipe
from trainers.training_loop import train

_FORMAT = "fer_probe protocol stage 1"


@dataclass(frozen=True, eq=False)
class Stage:
    """A training before a row's own.

    Attributes:
        recipe: that is trained.
        seed: of the training.
        training: faces that it learns from.
        validation: faces that choose the epoch.
        about: what tells it from others, as plain values.
        path: its checkpoint. A ``.json`` beside it says that it is through, and what it is.
    """

    recipe: Recipe
    seed: int
    training: FaceImages
    validation: FaceImages
    about: Mapping[str, Any]
    path: Path


def learnt(stages: Sequence[Stage], settings: ProtocolSettings, progress: bool) -> list[Checkpoint]:
    """What each stage has learnt; one that is through is read, one that was interrupted goes on.

    Args:
        stages: in order; each begins with the one before.
        settings: how the protocol is run.
        progress: show a progress bar for each training.

    Raises:
        RecordError: one that is through is damaged, or was made with another recipe, seed, faces, or another beginning.
    """
    done: list[Checkpoint] = []
    for stage in stages:
        start = done[-1] if done else None
        about = json.loads(json.dumps({**stage.about, "start": start and start.sha256}))
        done.append(_kept(stage, about) or _trained(stage, about, start, settings, progress))
    return done


def _kept(stage: Stage, about: Mapping[str, Any]) -> Checkpoint | None:
    """The checkpoint of a stage that is through; None where it is not."""
    note = stage.path.with_suffix(".json")
    if not note.exists():
        return None
    again = f"delete {note.name} in {note.parent}, and this stage is trained again"
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
        if kept["format"] != _FORMAT:
            raise ValueError("it is no stage of a protocol")
        different, checkpoint = differences(kept["about"], about), load_checkpoint(stage.path)
        if checkpoint.sha256 != kept["checkpoint"]:
            raise ValueError(f"{stage.path.name} is not the one that was trained")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(f"{note} cannot be used ({error}); {again}") from error
    if different:
        raise RecordError(
            f"{note} is a stage with other {', '.join(different)}; give another folder to --out, or {again}"
        )
    return checkpoint


def _trained(
    stage: Stage, about: Mapping[str, Any], start: Checkpoint | None, settings: ProtocolSettings, progress: bool
) -> Checkpoint:
    validation = stage.validation
    if settings.augment_evaluation:
        validation = augmented_faces(validation, stage.recipe, stage.seed)
    checkpoint = train(
        stage.recipe, stage.training, validation, checkpoint=stage.path, start=start, device=settings.device,
        seed=stage.seed, minutes=settings.minutes, progress=progress,
    )  # fmt: skip
    with appearing_file(stage.path.with_suffix(".json")) as partial:
        note = {"format": _FORMAT, "about": about, "checkpoint": checkpoint.sha256}
        partial.write_text(json.dumps(note, indent=1), encoding="utf-8")
    return checkpoint
