"""The course of a training: its curves, its best epoch, and why it stops."""

import time
from typing import Any

from torch import Tensor, nn

from trainers.recipe import Recipe

#: One value an epoch of each.
CURVES = ("loss", "validation_accuracy", "validation_loss", "learning_rate")


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
        self.curves: dict[str, list[float]] = {name: [] for name in CURVES}
        self.best, self.best_epoch = (-1.0, 0.0), 0
        self.best_weights: dict[str, Tensor] = {}
        self.stopped = ""
        self._begun, self._before = time.monotonic(), 0.0

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.curves["loss"])

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

    def is_best(self, model: nn.Module, *values: float) -> bool:
        """Note an epoch's values, in the order of the curves; keep the weights if they are the best so far.

        The best has the highest accuracy, of equals the smallest loss, of equals the first.
        """
        for curve, value in zip(self.curves.values(), values, strict=True):
            curve.append(value)
        _, accuracy, loss, _ = values
        better = (accuracy, -loss) > self.best
        if better:
            self.best, self.best_epoch = (accuracy, -loss), self.epoch
            self.best_weights = {name: value.clone() for name, value in model.state_dict().items()}
        self.stopped = self._why_stop()
        return better

    def metrics(self) -> dict[str, Any]:
        """What the checkpoint tells of it."""
        return {
            "validation_accuracy": self.best[0],
            "validation_loss": -self.best[1],
            "best_epoch": self.best_epoch,
            "epochs": self.epoch,
            "stopped": self.stopped,
            "minutes": round(self.spent, 2),
        }

    def state(self) -> dict[str, Any]:
        """What :meth:`go_on_from` needs."""
        return {
            "curves": self.curves, "best": self.best, "best_epoch": self.best_epoch,
            "best_weights": self.best_weights, "minutes": self.spent,
        }  # fmt: skip

    def go_on_from(self, state: dict[str, Any]) -> None:
        """Stand where the course stood that told its state."""
        self.curves, self.best, self.best_epoch = state["curves"], tuple(state["best"]), state["best_epoch"]
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
