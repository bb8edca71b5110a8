"""Interruptions: where a training stands, kept beside its checkpoint until it is through.

``net.safetensors`` holds the best weights so far and ``net.unfinished`` all that the next epoch needs: the same command
then goes on as if nothing had happened.
"""

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from fer_probe.records import appearing_file
from trainers.labelled_faces import TrainingError


class Interruption:
    """The file in which a training can go on.

    Attributes:
        path: beside the checkpoint, ending in ``.unfinished``.
    """

    def __init__(self, checkpoint: Path | str, training: Mapping[str, Any]) -> None:
        """For a checkpoint, and a training that is told from others by these plain values."""
        self.path = unfinished_path(checkpoint)
        self._training = json.loads(json.dumps(training))

    def save(self, state: Mapping[str, Any]) -> None:
        """Write where the training stands, whole or not at all."""
        with appearing_file(self.path) as partial:
            torch.save({"training": json.dumps(self._training), "state": dict(state)}, partial)

    def load(self) -> dict[str, Any] | None:
        """Where it stood; None where there is nothing to go on with.

        Raises:
            TrainingError: the file is damaged, or of another training.
        """
        if not self.path.exists():
            return None
        begin_anew = f"delete it (or train with --restart) to begin anew: {self.path}"
        try:
            kept = torch.load(self.path, map_location="cpu", weights_only=True)
            training, state = json.loads(kept["training"]), kept["state"]
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise TrainingError(f"an unfinished training cannot be read ({error}); {begin_anew}") from error
        if different := differences(training, self._training):
            raise TrainingError(
                f"an unfinished training with other {', '.join(different)} is kept for this checkpoint; go on with "
                f"what it began with, choose another checkpoint, or {begin_anew}"
            )
        found: dict[str, Any] = state
        return found

    def forget(self) -> None:
        """The training is through, or is to begin anew."""
        self.path.unlink(missing_ok=True)


def unfinished_path(checkpoint: Path | str) -> Path:
    """Where an interrupted training of this checkpoint is kept."""
    return Path(checkpoint).with_suffix(".unfinished")


def differences(kept: Mapping[str, Any], wanted: Mapping[str, Any], within: str = "") -> list[str]:
    """The names of what differs in plain values, such as ``recipe.epochs``."""
    names: list[str] = []
    for name in {**kept, **wanted}:
        one, other = kept.get(name), wanted.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            names += differences(one, other, f"{within}{name}.")
        elif one != other:
            names.append(within + name)
    return names
