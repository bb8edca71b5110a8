"""The training loop that every recipe shares: read it in one sitting.

The faces lie on the device as bytes; each batch is augmented and normalised there. What validates best is kept.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import ReduceLROnPlateau

from fer_probe.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from fer_probe.evaluation import expected_classes, predict
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import build_model
from fer_probe.records import arrays_sha256
from trainers.recipe import Recipe


class TrainingError(ValueError):
    """These faces cannot be trained on, or the training went astray; the message says why and what to do."""


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
    class_names = _classes(training)
    training, validation = (_labelled(faces, class_names) for faces in (training, validation))
    preprocessing = recipe.preprocessing(training)
    shown = _Faces(training, class_names, preprocessing, device)
    held_out = _Faces(validation, class_names, preprocessing, device)
    epochs = epochs or recipe.epochs
    steps = epochs * math.ceil(len(shown) / recipe.batch_size)
    noted: dict[str, Any] = {
        "preprocessing": preprocessing,
        "class_names": class_names,
        "recipe": {**recipe.to_dict(), "epochs": epochs, "seed": seed},
        "data": {"training": shown.described, "validation": held_out.described},
    }
    curves: dict[str, list[float]] = {
        name: [] for name in ("loss", "validation_loss", "validation_accuracy", "learning_rate")
    }
    best, best_epoch, best_weights = (-1.0, 0.0), 0, {}
    stopped, begun = "all epochs done", time.monotonic()

    # Dropout draws from the global generator: it is seeded here and given back afterwards.
    with torch.random.fork_rng([device] if device.type == "cuda" else []), _progress_bar(progress) as bar:
        torch.manual_seed(seed)
        learner = _Learner(recipe, preprocessing, len(class_names), steps, seed, device)
        task = bar.add_task(recipe.name, total=steps, told="")
        for epoch in range(1, epochs + 1):
            curves["learning_rate"].append(learner.optimizer.param_groups[0]["lr"])
            curves["loss"].append(learner.epoch(shown, lambda: bar.advance(task)))
            accuracy, loss = held_out.read_by(learner.model)
            curves["validation_accuracy"].append(accuracy)
            curves["validation_loss"].append(loss)
            learner.after_epoch(accuracy)
            spent = (time.monotonic() - begun) / 60
            if (accuracy, -loss) > best:
                best, best_epoch = (accuracy, -loss), epoch
                best_weights = {name: value.clone() for name, value in learner.model.state_dict().items()}
                save_checkpoint(checkpoint, learner.model, **noted, curves=curves)
            bar.update(task, told=f"epoch {epoch}: loss {curves['loss'][-1]:.3f}, validation {accuracy:.1%}")
            if recipe.stop_after is not None and epoch - best_epoch >= recipe.stop_after:
                stopped = f"no better validation for {recipe.stop_after} epochs"
                break
            if minutes is not None and spent >= minutes and epoch < epochs:
                stopped = f"time over ({minutes:g} minutes) after {epoch} of {epochs} epochs"
                break

    learner.model.load_state_dict(best_weights)
    metrics = {
        "validation_accuracy": best[0],
        "validation_loss": -best[1],
        "best_epoch": best_epoch,
        "epochs": len(curves["loss"]),
        "stopped": stopped,
        "minutes": round((time.monotonic() - begun) / 60, 2),
        "device": device.type,
        "precision": str(_lower_precision(device) or torch.float32).removeprefix("torch."),
    }
    return load_checkpoint(save_checkpoint(checkpoint, learner.model, **noted, curves=curves, metrics=metrics))


class _Learner:
    """A model and all that changes it."""

    def __init__(
        self, recipe: Recipe, preprocessing: Preprocessing, classes: int, steps: int, seed: int, device: torch.device
    ) -> None:
        model = build_model(
            recipe.model,
            classes,
            size=preprocessing.shape[1:],
            channels=recipe.channels,
            seed=seed,
            **recipe.options,
        )
        self.recipe = recipe
        self.preprocessing = preprocessing
        self.device = device
        self.model: nn.Module = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = recipe.optimizer_of(self.model)
        self.schedule = recipe.schedule_of(self.optimizer, steps)
        # Only half precision needs its gradients scaled.
        self.scaler = torch.amp.GradScaler(device.type, enabled=_lower_precision(device) == torch.float16)
        self.order = torch.Generator().manual_seed(seed)
        self.draws = torch.Generator(device).manual_seed(seed)

    def epoch(self, faces: "_Faces", after_step: Callable[[], None]) -> float:
        """One pass through the faces in a new order; the mean loss."""
        self.model.train()
        total = torch.zeros((), device=self.device)
        order = torch.randperm(len(faces), generator=self.order).to(self.device)
        for index in order.split(self.recipe.batch_size):
            total += self.step(faces.pixels[index], faces.labels[index]) * len(index)
            after_step()
        loss = float(total) / len(faces)
        if not math.isfinite(loss):
            raise TrainingError(f"the loss of {self.recipe.name} is {loss}: lower its learning rate")
        return loss

    def step(self, pixels: Tensor, labels: Tensor) -> Tensor:
        """Augment, normalise, compare, learn."""
        images = pixels.float() / 255
        for augment in self.recipe.augmentation:
            images = augment(images, self.draws)
        images = self.preprocessing.standardized(images).contiguous(memory_format=torch.channels_last)
        precision = _lower_precision(self.device)
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


class _Faces:
    """Labelled faces on the device as bytes; a slice of them is normalised."""

    def __init__(
        self, faces: FaceImages, class_names: Sequence[str], preprocessing: Preprocessing, device: torch.device
    ) -> None:
        labels = expected_classes(faces, class_names)
        pixels = np.concatenate(
            [preprocessing.resized(faces.pixels[start : start + 1024]) for start in range(0, len(faces), 1024)]
        )
        self.preprocessing = preprocessing
        self.pixels = torch.from_numpy(pixels).to(device)
        self.labels = torch.from_numpy(labels).to(device)
        self.described = {
            "source": faces.source,
            "faces": len(faces),
            "faces_a_class": dict(zip(class_names, np.bincount(labels).tolist(), strict=False)),
            "sha256": arrays_sha256(pixels, labels),
        }

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: slice) -> Tensor:
        return self.preprocessing.standardized(self.pixels[index].float() / 255)

    def read_by(self, model: nn.Module) -> tuple[float, float]:
        """Accuracy and mean loss of a model on these faces, in full precision."""
        probabilities = torch.from_numpy(predict(model, self))
        labels = self.labels.cpu()
        loss = functional.nll_loss(probabilities.clamp_min(1e-12).log(), labels)
        return float((probabilities.argmax(1) == labels).double().mean()), float(loss)


def _classes(faces: FaceImages) -> tuple[str, ...]:
    present = np.unique(faces.expression[faces.expression >= 0])
    if len(present) < 2:
        raise TrainingError(f"training needs faces of at least two expressions, these show {len(present)}")
    return tuple(faces.expression_names[i] for i in present)


def _labelled(faces: FaceImages, class_names: Sequence[str]) -> FaceImages:
    known = expected_classes(faces, class_names) >= 0
    if not known.any():
        raise TrainingError(f"no validation face shows any of {', '.join(class_names)}")
    return faces if known.all() else faces.select(known)


def _lower_precision(device: torch.device) -> torch.dtype | None:
    """The faster type that this device multiplies in, where it has one."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    # With AMX tiles a step takes half as long; without them bfloat16 on a CPU gains nothing.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return torch.bfloat16 if device.type == "cpu" and capabilities.get("amx_bf16") else None


def _progress_bar(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        disable=not shown,
    )
