"""The training loop that every recipe shares: read it in one sitting.

The faces lie on the device as bytes; each batch is augmented and normalised there. What validates best is kept.
"""

import dataclasses
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from fer_probe.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from trainers.balancing import balance
from trainers.course import Course, Scores
from trainers.interruptions import Interruption
from trainers.labelled_faces import LabelledFaces, labelled_only
from trainers.learners import LEARNERS
from trainers.learners.learner import Learner, lower_precision
from trainers.processes import Processes, joined_processes
from trainers.recipe import Recipe
from trainers.training_progress import progress_bar, tell_epoch


def train(
    recipe: Recipe,
    training: FaceImages,
    validation: FaceImages,
    *,
    checkpoint: Path | str,
    test: FaceImages | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    start: Checkpoint | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    restart: bool = False,
    progress: bool = True,
) -> Checkpoint:
    """Train a recipe and keep the weights that read the validation faces best (then: with the smallest loss).

    A training that was interrupted goes on where it was when it is called again with the same arguments, and ends with
    the same weights. Started by ``torchrun``, its processes share every batch; each normalises batches by its own part.

    Args:
        recipe: one of :data:`trainers.RECIPES`, or your own.
        training: faces with expressions; the expressions that occur are the classes. Unlabelled ones are left out.
        validation: other faces; they choose the epoch and prove nothing beyond that.
        checkpoint: the ``.safetensors`` file to write; it is complete after every better epoch. Until all epochs are
            done, ``.unfinished`` beside it holds what going on needs.
        test: faces that are read once, by the best weights, at the end; the metrics then have ``test_accuracy`` …
        device: None takes a GPU where there is one.
        seed: of the initial weights, the order of pictures, the augmentation and the dropout.
        start: what an earlier stage has learnt, for recipes that begin with it.
        epochs: another number than the recipe's.
        minutes: stop after the epoch in which this time is over; ``metrics["stopped"]`` then says so. The same call
            goes on from there.
        restart: begin anew, whatever was interrupted.
        progress: show a progress bar.

    Returns:
        The best checkpoint, with curves and metrics; its ``data`` tells the faces by count and hash.

    Raises:
        TrainingError: fewer than two classes, a set without any labelled face, a loss that is no number, or an
            interrupted training of other faces or another recipe.
    """
    processes = joined_processes(device)
    recipe = dataclasses.replace(recipe, epochs=epochs or recipe.epochs)
    faces = _TrainingFaces.of(recipe, training, validation, seed, processes.device)
    begun = {"start": {"recipe": start.recipe.get("name"), "sha256": start.sha256}} if start else {}
    told = {**faces.told, **begun}
    alike = {"device": processes.device.type, "processes": processes.count}
    interruption = Interruption(checkpoint, {"recipe": {**recipe.chosen(), "seed": seed}, "data": told, **alike})
    course = Course(recipe, minutes)
    about: dict[str, Any] = {
        "preprocessing": faces.preprocessing, "class_names": faces.class_names, "curves": course.curves,
        "recipe": {**recipe.to_dict(), "seed": seed}, "data": told,
    }  # fmt: skip
    with _seeded(seed, processes), progress_bar(progress and processes.first) as bar:
        learner = LEARNERS[recipe.learning](
            recipe, faces.preprocessing, faces.class_names, faces.shown, seed, processes, start
        )
        if not restart and (state := interruption.load()):
            learner.go_on_from(state["learner"])
            course.go_on_from(state["course"])
        for better in _epochs(learner, course, faces, bar):
            state = {"learner": learner.state(), "course": course.state()}
            if processes.first:
                if better:
                    save_checkpoint(checkpoint, learner.model, **about)
                interruption.save(state)
    if processes.first:
        learner.model.load_state_dict(course.best_weights)
        metrics = {**course.metrics(), **learner.findings(faces.held_out), **_read(test, learner), **alike}
        save_checkpoint(checkpoint, learner.model, **about, metrics={**metrics, "precision": _precision(processes)})
        if not course.out_of_time:
            interruption.forget()
    processes.gathered(None)  # the others read what the first has written
    return load_checkpoint(checkpoint)


def _epochs(learner: Learner, course: Course, faces: "_TrainingFaces", bar: Progress) -> Iterator[bool]:
    """Train until the course is over; after each epoch, whether it was the best so far."""
    steps, processes = learner.steps, learner.processes
    task = bar.add_task(
        learner.recipe.name, total=learner.recipe.epochs * steps, completed=course.epoch * steps, told=""
    )
    if course.epoch:
        tell_epoch(bar, task, f"goes on after epoch {course.epoch}")
    while not course.stopped:
        rate, loss = learner.rate, learner.epoch(faces.shown, lambda: bar.advance(task))
        # The first process decides for all: each has normalised by its own faces, and has its own clock.
        scores = processes.gathered(learner.scores(faces.held_out))[0]
        learner.after_epoch(scores)
        better = course.is_best(learner.model, loss, scores, rate)
        course.stopped = processes.gathered(course.stopped)[0]
        yield better
        tell_epoch(bar, task, f"epoch {course.epoch}: loss {loss:.3f}, {_words(scores)}")


@dataclasses.dataclass(frozen=True)
class _TrainingFaces:
    """What is learnt from and validated on, on the device, and what the checkpoint tells of it."""

    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    shown: LabelledFaces
    held_out: LabelledFaces
    told: dict[str, Any]

    @classmethod
    def of(
        cls, recipe: Recipe, training: FaceImages, validation: FaceImages, seed: int, device: torch.device
    ) -> "_TrainingFaces":
        learning = LEARNERS[recipe.learning]
        names = learning.class_names_of(training)
        if learning.labelled:
            training, validation = (labelled_only(faces, names) for faces in (training, validation))
        preprocessing = recipe.preprocessing(training)
        training, balancing = _balanced(training, recipe, seed)
        shown = LabelledFaces(training, names, recipe.held(preprocessing), device, recipe.expansion)
        held_out = LabelledFaces(validation, names, preprocessing, device)
        told = {"training": {**shown.described, **balancing}, "validation": held_out.described}
        return cls(names, preprocessing, shown, held_out, told)


@contextmanager
def _seeded(seed: int, processes: Processes) -> Iterator[None]:
    """Dropout draws from the global generators: they are seeded here and given back afterwards."""
    with torch.random.fork_rng([processes.device] if processes.device.type == "cuda" else []):
        torch.manual_seed(seed + processes.rank * 2**32)
        yield


def _balanced(faces: FaceImages, recipe: Recipe, seed: int) -> tuple[FaceImages, dict[str, Any]]:
    """As many faces of each expression as the recipe says, and what the checkpoint is to tell of it."""
    if recipe.faces_a_class is None:
        return faces, {}
    balanced = balance(faces, recipe.faces_a_class, seed)
    if balanced.told:
        warnings.warn("; ".join(balanced.told), stacklevel=3)
    return faces.select(balanced.indices), {"repeated": list(balanced.told)}


def _read(test: FaceImages | None, learner: Learner) -> dict[str, float]:
    """How well the test faces are read; nothing where there are none."""
    if test is None:
        return {}
    faces = labelled_only(test, learner.class_names) if learner.labelled else test
    scores = learner.scores(LabelledFaces(faces, learner.class_names, learner.preprocessing, learner.device))
    return {name.replace("validation", "test"): value for name, value in scores.told.items()}


def _words(scores: Scores) -> str:
    """What is told of an epoch: ``validation accuracy 0.651``."""
    return ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in scores.told.items())


def _precision(processes: Processes) -> str:
    return str(lower_precision(processes.device) or torch.float32).removeprefix("torch.")
