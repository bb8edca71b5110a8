"""Runs of a protocol: what one training came to, kept as one JSON file, so that no training is done twice."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import RecordError, appearing_file
from trainers.interruptions import differences

_FORMAT = "fer_probe protocol run 1"


@dataclass(frozen=True)
class Run:
    """One training of a row, and what it read of the test faces.

    Attributes:
        about: what tells this run from others: protocol, recipe, seed, division and hash of the faces.
        name: such as ``"fold-3-seed-0"``.
        accuracy: on the test faces, 0–1.
        validation_accuracy: of the epoch that was kept, 0–1.
        test_faces: how many were read.
        minutes: of training, all stages before it included.
        stopped: why it ended; a stage before it is named if its time was over.
        machine: that it was trained on, in words.
        class_names: in the order of ``confusion``.
        confusion: K lists of K counts; a list is a label, its entries what was read.
        mistakes: the surest first; ``index`` into the corpus as it was loaded, ``path`` (empty where unknown),
            ``labelled``, ``read_as``, ``probability``.
    """

    about: Mapping[str, Any]
    name: str
    accuracy: float
    validation_accuracy: float
    test_faces: int
    minutes: float
    stopped: str
    machine: str
    class_names: list[str]
    confusion: list[list[int]]
    mistakes: list[dict[str, Any]]


def run_of(
    name: str,
    about: Mapping[str, Any],
    trained: Checkpoint,
    found: Evaluation,
    test: FaceImages,
    index: list[int],
    stages: Sequence[Checkpoint] = (),
    validation_accuracy: float | None = None,
) -> Run:
    """What a training came to.

    Args:
        name: of the run.
        about: as in :class:`Run`.
        trained: the checkpoint.
        found: what it read of ``test``.
        test: the test faces.
        index: of each test face within the corpus.
        stages: the trainings that it began with.
        validation_accuracy: where the training itself does not tell it.
    """
    if validation_accuracy is None:
        validation_accuracy = float(trained.metrics["validation_accuracy"])
    mistakes = [
        {
            "index": index[i],
            "path": "" if test.path is None else str(test.path[i]),
            "labelled": found.class_names[found.expected[i]],
            "read_as": found.class_names[found.predicted[i]],
            "probability": round(float(found.probabilities[i, found.predicted[i]]), 4),
        }
        for i in found.misclassified
    ]
    return Run(
        about=about,
        name=name,
        accuracy=found.accuracy,
        validation_accuracy=validation_accuracy,
        test_faces=int(found.confusion.sum()),
        minutes=round(sum(float(one.metrics["minutes"]) for one in (*stages, trained)), 2),
        stopped="; ".join(
            [
                *(
                    f"{stage.recipe['name']}: {why}"
                    for stage in stages
                    if "time over" in (why := stage.metrics["stopped"])
                ),
                str(trained.metrics["stopped"]),
            ]
        ),
        machine=machine_in_words(str(trained.metrics["device"])),
        class_names=list(found.class_names),
        confusion=found.confusion.tolist(),
        mistakes=mistakes,
    )


def save_run(run: Run, path: Path) -> None:
    """Write a run as JSON, whole or not at all."""
    with appearing_file(path) as partial:
        partial.write_text(json.dumps({"format": _FORMAT, **asdict(run)}, indent=1), encoding="utf-8")


def load_run(path: Path, about: Mapping[str, Any]) -> Run | None:
    """The run that is kept in a file; None where there is no file.

    Args:
        path: the file.
        about: what the run is to be; see :class:`Run`.

    Raises:
        RecordError: a damaged file, or one of another recipe, seed, division or set of faces.
    """
    if not path.exists():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.pop("format") != _FORMAT:
            raise ValueError("it is no run of a protocol")
        run = Run(**kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(f"{path} cannot be read ({error}); delete it, and this run is done again") from error
    # As JSON has them: lists where the recipe has tuples.
    if different := differences(run.about, json.loads(json.dumps(about))):
        raise RecordError(
            f"{path} is a run with other {', '.join(different)}; give another folder to --out, or delete this file and "
            "the run is done again"
        )
    return run


def machine_in_words(device: str) -> str:
    """Such as ``"NVIDIA H200"`` or ``"x86_64 processor, 2 threads"``."""
    if device == "cuda" and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    kind = f"{platform.machine()} processor" if device == "cpu" else device
    return f"{kind}, {torch.get_num_threads()} threads"
