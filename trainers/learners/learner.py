"""A learner: models and all that changes them. A paper's own way of learning is a subclass of a few lines."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from fer_probe.checkpoints import Checkpoint
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import build_model
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError, classes_of
from trainers.processes import Processes
from trainers.recipe import Recipe


class Learner:
    """A model, its optimisers and schedules, and the generators that order and vary its faces.

    A subclass says what is to be lowered (:meth:`loss`) and how well the model does (:meth:`scores`). One that
    alternates between two losses also says which optimisers there are (:meth:`optimizers_of`) and takes the steps
    itself (:meth:`step`); everything else, resuming included, is shared.

    Attributes:
        labelled: whether it learns from labelled faces alone.
        model: what the checkpoint keeps.
        optimizers: one, or one for each of the parts that learn by turns.
    """

    labelled = True

    def __init__(
        self,
        recipe: Recipe,
        preprocessing: Preprocessing,
        class_names: tuple[str, ...],
        faces: LabelledFaces,
        seed: int,
        processes: Processes,
        start: Checkpoint | None = None,
    ) -> None:
        """For the classes and training faces of a recipe; ``start`` is what an earlier stage has learnt."""
        if recipe.batch_size % processes.count:
            raise TrainingError(
                f"{processes.count} processes cannot share batches of {recipe.batch_size} evenly: start a number of "
                "processes that divides it"
            )
        self.recipe, self.preprocessing, self.class_names = recipe, preprocessing, class_names
        self.processes, self.device = processes, processes.device
        model = build_model(recipe.model, len(class_names), seed=seed, **self.options_of(faces))
        self.take_over(model, start)
        self.model: Any = model.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for part in recipe.fixed:
            self.model.get_submodule(part).requires_grad_(False)
        # An epoch leaves out the few pictures that would give some process one more than the others.
        self.lessons = faces.lessons - faces.lessons % processes.count
        self.steps = math.ceil(self.lessons / recipe.batch_size)
        self.draws = torch.Generator(self.device).manual_seed(seed + processes.rank * 2**32)
        self.prepare(faces)
        self.optimizers = self.optimizers_of(self.model)
        schedules = [recipe.schedule_of(optimizer, recipe.epochs * self.steps) for optimizer in self.optimizers]
        self.schedules: list[LRScheduler] = [schedule for schedule in schedules if schedule is not None]
        self._order = torch.Generator().manual_seed(seed)  # the same in every process

    @classmethod
    def class_names_of(cls, faces: FaceImages) -> tuple[str, ...]:
        """What the model's outputs are called, by the training faces: their expressions, where it learns those."""
        return classes_of(faces) if cls.labelled else ()

    def prepare(self, faces: LabelledFaces) -> None:
        """What a subclass wants to know of the training faces before it begins."""

    def options_of(self, faces: LabelledFaces) -> dict[str, Any]:
        """What the model is built with, beside its name and the number of classes."""
        size, channels = self.preprocessing.shape[1:], self.preprocessing.shape[0]
        return {"size": size, "channels": channels, **self.recipe.options}

    def take_over(self, model: nn.Module, start: Checkpoint | None) -> None:
        """Begin with the parts of an earlier stage's model that the recipe names.

        Raises:
            TrainingError: the recipe wants an earlier stage and there is none, or the other way round; or a part that
                does not fit.
        """
        if (start is None) != (not self.recipe.takes_over):
            wanted = "begins with nothing trained before" if start else "needs a checkpoint to start from (--start)"
            raise TrainingError(f"{self.recipe.name} {wanted}")
        for part, theirs in self.recipe.takes_over.items():
            assert start is not None
            try:
                model.get_submodule(part).load_state_dict(start.model.get_submodule(theirs).state_dict())
            except (AttributeError, RuntimeError) as error:
                raise TrainingError(
                    f"{start.path} has no {theirs or 'weights'} that fit {part or 'the model'} of {self.recipe.name}: "
                    f"{str(error).strip()}"
                ) from error

    def optimizers_of(self, model: Any) -> list[optim.Optimizer]:
        """One for all of the model's weights."""
        return [self.recipe.optimizer_of(model)]

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """What is to be lowered, for pictures as the model takes them, (n, C, H, W), and which faces they are, (n,)."""
        raise NotImplementedError

    def scores(self, held_out: LabelledFaces) -> Scores:
        """How well the model does on faces that it does not learn from."""
        raise NotImplementedError

    def findings(self, held_out: LabelledFaces) -> dict[str, Any]:
        """What else the checkpoint's metrics tell of the best model."""
        return {}

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizers[0].param_groups[0]["lr"])

    def epoch(self, faces: LabelledFaces, after_step: Callable[[], None]) -> float:
        """One pass through the faces in a new order; the mean loss."""
        self.model.train()
        for part in self.recipe.fixed:
            self.model.get_submodule(part).eval()
        total = torch.zeros((), device=self.device)
        order = torch.randperm(faces.lessons, generator=self._order)[: self.lessons].to(self.device)
        for batch in order.split(self.recipe.batch_size):
            numbers = self.processes.share(batch)
            total += self.step(faces, numbers) * len(numbers)
            for schedule in self.schedules:
                if not isinstance(schedule, ReduceLROnPlateau):
                    schedule.step()
            after_step()
        loss = sum(self.processes.gathered(float(total))) / self.lessons
        if not math.isfinite(loss):
            raise TrainingError(f"the loss of {self.recipe.name} became {loss}: lower its learning rate")
        return loss

    def step(self, faces: LabelledFaces, numbers: Tensor) -> Tensor:
        """Learn from the lessons of these numbers, (n,); their loss."""
        images, shown = faces.lesson(numbers)
        with self.fast():
            loss = self.loss(self.varied(images), faces, shown)
        self.descend(self.optimizers[0], loss)
        return loss.detach()

    def varied(self, images: Tensor) -> Tensor:
        """Pictures in 0–1, (n, C, H, W), augmented and as the model takes them."""
        for augment in self.recipe.augmentation:
            images = augment(images, self.draws)
        return self.preprocessing.standardized(images).contiguous(memory_format=torch.channels_last)

    def fast(self) -> AbstractContextManager[Any]:
        """A context in which the model computes in the faster type, where the device has one."""
        precision = lower_precision(self.device)
        return torch.autocast(self.device.type, precision) if precision else nullcontext()

    def descend(self, optimizer: optim.Optimizer, loss: Tensor) -> None:
        """A step down, of the weights of one optimiser."""
        optimizer.zero_grad()
        loss.backward()
        self.processes.average_gradients(p for group in optimizer.param_groups for p in group["params"])
        optimizer.step()

    def after_epoch(self, scores: Scores) -> None:
        """Let the plateau schedule see how it went."""
        for schedule in self.schedules:
            if isinstance(schedule, ReduceLROnPlateau):
                schedule.step(scores.rank[0])

    def state(self) -> dict[str, Any]:
        """All that the next epoch depends on; every process's own random numbers included."""
        return {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "schedules": [schedule.state_dict() for schedule in self.schedules],
            "random": self.processes.gathered(self._random_states()),
        }

    def go_on_from(self, state: dict[str, Any]) -> None:
        """Stand where the learner stood that told its state."""
        self.model.load_state_dict(state["model"])
        for changing, kept in zip(self.optimizers, state["optimizers"], strict=True):
            changing.load_state_dict(kept)
        for schedule, kept in zip(self.schedules, state["schedules"], strict=True):
            schedule.load_state_dict(kept)
        order, draws, cpu, gpu = state["random"][self.processes.rank]
        self._order.set_state(order)
        self.draws.set_state(draws)
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state(gpu, self.device)

    def _random_states(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Of the order, the augmentation, and the dropout, which draws from the global generators."""
        gpu = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        return self._order.get_state(), self.draws.get_state(), torch.get_rng_state(), gpu


def lower_precision(device: torch.device) -> torch.dtype | None:
    """The faster type that this device multiplies in, where it has one."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    # Where the processor multiplies bfloat16 itself a step takes half as long; elsewhere it gains nothing.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    multiplies = capabilities.get("amx_bf16") or capabilities.get("avx512_bf16")
    return torch.bfloat16 if device.type == "cpu" and multiplies else None
