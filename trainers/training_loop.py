"""The training loop that every recipe shares: read it in one sitting.

The faces lie on the device as bytes; each batch is augmented and normalised there. What validates best is kept.
"""

import math
import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import ReduceLROnPlateau

from fer_probe.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import build_model
from trainers.balancing import balance
from trainers.labelled_faces import LabelledFaces, TrainingError, classes_of, labelled_only
from trainers.recipe import Recipe


def train(
    recipe: Recipe,
    training: FaceImages,
    validation: FaceImages,
    *,
    checkpoint: Path | str,
    device: torch.device | str | None = None,
    seed: int = 0,
    epochs: int | None = None,
    minutes: float | None = None,
    progress: bool = True,
) -> Checkpoint:
    """Train a recipe and keep the weights that read the validation faces best (then: with the smallest loss).

    Args:
        recipe: one of :data:`trainers.RECIPES`, or your own.
        training: faces with expressions; the expressions that occur are the classes. Unlabelled ones are left out.
        validation: other faces; they choose the epoch and prove nothing beyond that.
        checkpoint: the ``.safetensors`` file to write; it is complete after every better epoch.
        device: None takes a GPU where there is one.
        seed: of the initial weights, the order of pictures, the augmentation and the dropout.
        epochs: another number than the recipe's.
        minutes: stop after the epoch in which this time is over; ``metrics["stopped"]`` then says so.
        progress: show a progress bar.

    Returns:
        The best checkpoint, with curves and metrics; its ``data`` tells the faces by count and hash.

    Raises:
        TrainingError: fewer than two classes, a set without any labelled face, or a loss that is no number.
    """
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    epochs = epochs or recipe.epochs
    class_names = classes_of(training)
    training, validation = (labelled_only(faces, class_names) for faces in (training, validation))
    preprocessing = recipe.preprocessing(training)
    training, balancing = _balanced(training, recipe, seed)
    shown = LabelledFaces(training, class_names, preprocessing, device)
    held_out = LabelledFaces(validation, class_names, preprocessing, device)
    noted: dict[str, Any] = {
        "preprocessing": preprocessing,
        "class_names": class_names,
        "recipe": {**recipe.to_dict(), "epochs": epochs, "seed": seed},
        "data": {"training": {**shown.described, **balancing}, "validation": held_out.described},
    }
    steps = epochs * math.ceil(len(shown) / recipe.batch_size)
    course = _Course(recipe, epochs, minutes)
    # Dropout draws from the global generator: it is seeded here and given back afterwards.
    with torch.random.fork_rng([device] if device.type == "cuda" else []), progress_bar(progress) as bar:
        torch.manual_seed(seed)
        learner = _Learner(recipe, preprocessing, len(class_names), steps, seed, device)
        task = bar.add_task(recipe.name, total=steps, told="")
        while not course.stopped:
            rate, loss = learner.rate, learner.epoch(shown, lambda: bar.advance(task))
            accuracy, validation_loss = held_out.read_by(learner.model)
            learner.after_epoch(accuracy)
            if course.is_best(learner.model, loss, accuracy, validation_loss, rate):
                save_checkpoint(checkpoint, learner.model, **noted, curves=course.curves)
            tell_epoch(bar, task, f"epoch {course.epoch}: loss {loss:.3f}, validation {accuracy:.1%}")
    learner.model.load_state_dict(course.best_weights)
    metrics = {**course.metrics(), "device": device.type, "precision": _name(lower_precision(device))}
    save_checkpoint(checkpoint, learner.model, **noted, curves=course.curves, metrics=metrics)
    return load_checkpoint(checkpoint)


def _balanced(faces: FaceImages, recipe: Recipe, seed: int) -> tuple[FaceImages, dict[str, Any]]:
    """As many faces of each expression as the recipe says, and what the checkpoint is to tell of it."""
    if recipe.faces_a_class is None:
        return faces, {}
    balanced = balance(faces, recipe.faces_a_class, seed)
    if balanced.told:
        warnings.warn("; ".join(balanced.told), stacklevel=3)
    return faces.select(balanced.indices), {"repeated": list(balanced.told)}


class _Learner:
    """A model and all that changes it."""

    def __init__(
        self, recipe: Recipe, preprocessing: Preprocessing, classes: int, steps: int, seed: int, device: torch.device
    ) -> None:
        size, channels = preprocessing.shape[1:], recipe.channels
        model = build_model(recipe.model, classes, size=size, channels=channels, seed=seed, **recipe.options)
        self.recipe = recipe
        self.preprocessing = preprocessing
        self.device = device
        self.model: nn.Module = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = recipe.optimizer_of(self.model)
        self.schedule = recipe.schedule_of(self.optimizer, steps)
        # Only half precision needs its gradients scaled.
        self.scaler = torch.amp.GradScaler(device.type, enabled=lower_precision(device) == torch.float16)
        self.order = torch.Generator().manual_seed(seed)
        self.draws = torch.Generator(device).manual_seed(seed)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def epoch(self, faces: LabelledFaces, after_step: Callable[[], None]) -> float:
        """One pass through the faces in a new order; the mean loss."""
        self.model.train()
        total = torch.zeros((), device=self.device)
        order = torch.randperm(len(faces), generator=self.order).to(self.device)
        for index in order.split(self.recipe.batch_size):
            total += self.step(faces.pixels[index], faces.labels[index]) * len(index)
            after_step()
        loss = float(total) / len(faces)
        if not math.isfinite(loss):
            raise TrainingError(f"the loss of {self.recipe.name} became {loss}: lower its learning rate")
        return loss

    def step(self, pixels: Tensor, labels: Tensor) -> Tensor:
        """Augment, normalise, compare, learn."""
        images = pixels.float() / 255
        for augment in self.recipe.augmentation:
            images = augment(images, self.draws)
        images = self.preprocessing.standardized(images).contiguous(memory_format=torch.channels_last)
        precision = lower_precision(self.device)
        with torch.autocast(self.device.type, precision) if precision else nullcontext():
            logits = self.model(images)
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=self.recipe.label_smoothing)
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.schedule is not None and not isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step()
        return loss.detach()

    def after_epoch(self, accuracy: float) -> None:
        """Let the plateau schedule see how it went."""
        if isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step(accuracy)


class _Course:
    """How a training goes: its curves, its best epoch, and why it stops."""

    def __init__(self, recipe: Recipe, epochs: int, minutes: float | None) -> None:
        self.stop_after, self.epochs, self.minutes = recipe.stop_after, epochs, minutes
        self.curves: dict[str, list[float]] = {
            name: [] for name in ("loss", "validation_accuracy", "validation_loss", "learning_rate")
        }
        self.best, self.best_epoch = (-1.0, 0.0), 0
        self.best_weights: dict[str, Tensor] = {}
        self.begun = time.monotonic()
        self.stopped = ""

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.curves["loss"])

    @property
    def spent(self) -> float:
        """Minutes since the beginning."""
        return (time.monotonic() - self.begun) / 60

    def is_best(self, model: nn.Module, *values: float) -> bool:
        """Note an epoch's values, in the order of the curves; keep the weights if they are the best so far."""
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

    def _why_stop(self) -> str:
        if self.epoch >= self.epochs:
            return "all epochs done"
        if self.stop_after is not None and self.epoch - self.best_epoch >= self.stop_after:
            return f"no better validation for {self.stop_after} epochs"
        if self.minutes is not None and self.spent >= self.minutes:
            return f"time over ({self.minutes:g} minutes) after {self.epoch} of {self.epochs} epochs"
        return ""


def lower_precision(device: torch.device) -> torch.dtype | None:
    """The faster type that this device multiplies in, where it has one."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    # Where the processor multiplies bfloat16 itself a step takes half as long; elsewhere it gains nothing.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    multiplies = capabilities.get("amx_bf16") or capabilities.get("avx512_bf16")
    return torch.bfloat16 if device.type == "cpu" and multiplies else None


def _name(precision: torch.dtype | None) -> str:
    return str(precision or torch.float32).removeprefix("torch.")


def progress_bar(shown: bool) -> Progress:
    """A bar with room for a word on how it goes (``told``), or one that stays invisible."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        disable=not shown,
    )


def tell_epoch(bar: Progress, task: TaskID, words: str) -> None:
    """How it goes, beside the bar; in a log, which has no bar, as a line of its own."""
    bar.update(task, told=words)
    if not (bar.disable or bar.console.is_terminal):
        bar.console.print(words, highlight=False)
