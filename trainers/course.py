"""The course of a training: its curves, its best epoch, and why it stops."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from trainers.recipe import Recipe


@dataclass(frozen=True)
class Scores:
    """How a model does on the validation faces.

    Attributes:
        told: name → value, such as ``validation_accuracy`` and ``validation_loss``; the curves.
        rank: what chooses the epoch: the larger, in order, the better.
    """

    told: Mapping[str, float]
    rank: tuple[float, ...]


class Course:
    """How a training goes.

    Attributes:
        curves: name → one value an epoch.
        best_epoch: counted from 1; 0 before the first.
        best_weights: the model's state after that epoch.
        stopped: why it is over; empty while it goes on.
    """

    def __init__(self, recipe: Recipe, minutes: float | None) -> None:
        """Of a recipe; ``minutes`` ends it after the epoch in which they are over."""
        self.stop_after, self.epochs, self.minutes = recipe.stop_after, recipe.epochs, minutes
        self.curves: dict[str, list[float]] = {}
        self.best, self.best_epoch = Scores({}, ()), 0
        self.best_weights: dict[str, Tensor] = {}
        self.stopped = ""
        self._begun, self._before = time.monotonic(), 0.0

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.curves.get("loss", ()))

    @property
    def spent(self) -> float:
        """Minutes of training, those before an interruption included."""
        return self._before + (time.monotonic() - self._begun) / 60

    @property
    def out_of_time(self) -> bool:
        """Whether there is no time for what is left; a run after an interruption has its own time."""
        if self.minutes is None or self._is_through():
            return False
        return self.spent - self._before >= self.minutes

    def is_best(self, model: nn.Module, loss: float, scores: Scores, rate: float) -> bool:
        """Note an epoch's values; keep the weights if they are the best so far, of equals the first."""
        for name, value in {"loss": loss, **scores.told, "learning_rate": rate}.items():
            self.curves.setdefault(name, []).append(value)
        better = scores.rank > self.best.rank
        if better:
            self.best, self.best_epoch = scores, self.epoch
            self.best_weights = {name: value.clone() for name, value in model.state_dict().items()}
        self.stopped = self._why_stop()
        return better

    def metrics(self) -> dict[str, Any]:
        """What the checkpoint tells of it."""
        return {
            **self.best.told,
            "best_epoch": self.best_epoch,
            "epochs": self.epoch,
            "stopped": self.stopped,
            "minutes": round(self.spent, 2),
        }

    def state(self) -> dict[str, Any]:
        """What :meth:`go_on_from` needs."""
        return {
            "curves": self.curves, "best": (dict(self.best.told), self.best.rank), "best_epoch": self.best_epoch,
            "best_weights": self.best_weights, "minutes": self.spent,
        }  # fmt: skip

    def go_on_from(self, state: dict[str, Any]) -> None:
        """Stand where the course stood that told its state."""
        self.curves.update(state["curves"])
        self.best, self.best_epoch = Scores(*state["best"]), state["best_epoch"]
        self.best_weights, self._before = state["best_weights"], state["minutes"]
        self.stopped = self._is_through()

    def _why_stop(self) -> str:
        if self.out_of_time:
            return f"time over ({self.minutes:g} minutes) after {self.epoch} of {self.epochs} epochs"
        return self._is_through()

    def _is_through(self) -> str:
        if self.epoch >= self.epochs:
            return "all epochs done"
        if self.stop_after is not None and self.epoch - self.best_epoch >= self.stop_after:
            return f"no better validation for {self.stop_after} epochs"
        return ""
