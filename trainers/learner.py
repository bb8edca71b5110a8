"""A learner: a model and all that changes it."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import ReduceLROnPlateau

from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import build_model
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.processes import Processes
from trainers.recipe import Recipe


class Learner:
    """A classifier, its optimiser and schedule, and the generators that order and vary its faces."""

    def __init__(
        self,
        recipe: Recipe,
        preprocessing: Preprocessing,
        classes: int,
        lessons: int,
        seed: int,
        processes: Processes,
    ) -> None:
        """For so many classes, and pictures an epoch."""
        if recipe.batch_size % processes.count:
            raise TrainingError(
                f"{processes.count} processes cannot share batches of {recipe.batch_size} evenly: start a number of "
                "processes that divides it"
            )
        size, channels, device = preprocessing.shape[1:], recipe.channels, processes.device
        model = build_model(recipe.model, classes, size=size, channels=channels, seed=seed, **recipe.options)
        self.recipe, self.preprocessing, self.processes, self.device = recipe, preprocessing, processes, device
        # An epoch leaves out the few pictures that would give some process one more than the others.
        self.lessons = lessons - lessons % processes.count
        self.steps = math.ceil(self.lessons / recipe.batch_size)
        self.model: nn.Module = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._shared_model = processes.parallel(self.model)
        self.optimizer = recipe.optimizer_of(self.model)
        self.schedule = recipe.schedule_of(self.optimizer, recipe.epochs * self.steps)
        # Only half precision needs its gradients scaled.
        self.scaler = torch.amp.GradScaler(device.type, enabled=lower_precision(device) == torch.float16)
        self._order = torch.Generator().manual_seed(seed)  # the same in every process
        self._draws = torch.Generator(device).manual_seed(seed + processes.rank * 2**32)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def epoch(self, faces: LabelledFaces, after_step: Callable[[], None]) -> float:
        """One pass through the faces in a new order; the mean loss."""
        self.model.train()
        total = torch.zeros((), device=self.device)
        order = torch.randperm(faces.lessons, generator=self._order)[: self.lessons].to(self.device)
        for batch in order.split(self.recipe.batch_size):
            images, labels = faces.lesson(self.processes.share(batch))
            total += self.step(images, labels) * len(labels)
            after_step()
        loss = sum(self.processes.gathered(float(total))) / self.lessons
        if not math.isfinite(loss):
            raise TrainingError(f"the loss of {self.recipe.name} became {loss}: lower its learning rate")
        return loss

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """Augment, normalise, compare, learn."""
        for augment in self.recipe.augmentation:
            images = augment(images, self._draws)
        images = self.preprocessing.standardized(images)
        precision = lower_precision(self.device)
        with torch.autocast(self.device.type, precision) if precision else nullcontext():
            logits = self._shared_model(images.contiguous(memory_format=torch.channels_last))
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

    def state(self) -> dict[str, Any]:
        """All that the next epoch depends on; every process's own random numbers included."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule and self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "random": self.processes.gathered(self._random_states()),
        }

    def go_on_from(self, state: dict[str, Any]) -> None:
        """Stand where the learner stood that told its state."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        order, draws, cpu, gpu = state["random"][self.processes.rank]
        self._order.set_state(order)
        self._draws.set_state(draws)
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state(gpu, self.device)

    def _random_states(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Of the order, the augmentation, and the dropout, which draws from the global generators."""
        gpu = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        return self._order.get_state(), self._draws.get_state(), torch.get_rng_state(), gpu


def lower_precision(device: torch.device) -> torch.dtype | None:
    """The faster type that this device multiplies in, where it has one."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    # Where the processor multiplies bfloat16 itself a step takes half as long; elsewhere it gains nothing.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    multiplies = capabilities.get("amx_bf16") or capabilities.get("avx512_bf16")
    return torch.bfloat16 if device.type == "cpu" and multiplies else None
