"""What does augmentation cost? Epochs from bytes, in turn with epochs on tensors prepared beforehand.

    python benchmarks/augmentation.py [RECIPE ...] [--turns 15] [--batches 3]

The same net and optimiser learn both ways from a few batches of drawn faces, by turns, so that other work on the
machine slows both. Prints the median of the turns' ratios and its quartiles: by the clock and, where a CPU learns, by
the processor's time, in which waiting for other work does not count. Then, each alone, what the parts of the
preparation take of a training step. Without a name: the first recipe of each model that augments.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

import fer_probe as fp
from trainers import RECIPES, Recipe
from trainers.labelled_faces import LabelledFaces, classes_of
from trainers.learners.classification import Classification
from trainers.processes import joined_processes

Seconds = tuple[float, float]  # by the clock, by the processor
PROCESSES = joined_processes()
ON_CPU = PROCESSES.device.type == "cpu"


def main() -> None:
    augmenting = {name: recipe for name, recipe in RECIPES.items() if recipe.augmentation or recipe.expansion}
    first = {recipe.model: name for name, recipe in reversed(augmenting.items())}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=sorted(first.values()), metavar="RECIPE")
    parser.add_argument("--turns", type=int, default=15, help="epochs of each kind")
    parser.add_argument("--batches", type=int, default=3, help="training steps of an epoch")
    given = parser.parse_args()
    for name in given.recipes:
        compare(RECIPES[name], given.turns, given.batches)


def compare(recipe: Recipe, turns: int, batches: int) -> None:
    """Learn both ways by turns; print how their times compare."""
    recipe = replace(recipe, epochs=1 + turns)  # one to warm up
    variants = len(recipe.expansion) if recipe.expansion else 1
    drawn = _drawn(recipe.size, -(-batches * recipe.batch_size // variants))
    preprocessing, names = recipe.preprocessing(drawn), classes_of(drawn)
    faces = LabelledFaces(drawn, names, recipe.held(preprocessing), PROCESSES.device, recipe.expansion)
    augmenting = Classification(recipe, preprocessing, names, faces, 0, PROCESSES)
    images, labels = faces.lesson(torch.arange(faces.lessons, device=PROCESSES.device))
    prepared = PreparedFaces(augmenting.varied(images), labels)
    plain = LearnsFromPrepared(recipe, preprocessing, names, prepared, 0, PROCESSES)
    epochs = partial(augmenting.epoch, faces, _nothing), partial(plain.epoch, prepared, _nothing)
    for epoch in epochs:
        epoch()
    pairs = [(_timed(epochs[0]), _timed(epochs[1])) for _ in range(turns)]
    shape = "×".join(map(str, prepared.images.shape[1:]))
    machine = f"threads: {torch.get_num_threads()}" if ON_CPU else torch.cuda.get_device_name()
    print(f"{recipe.name}: {augmenting.steps} batches of {recipe.batch_size}, {shape}, {machine}")
    _print_ratios(pairs, augmenting.steps)
    _print_shares(augmenting, faces, statistics.median(with_it[-1] for with_it, _ in pairs) / augmenting.steps)


@dataclass
class PreparedFaces:
    """Stand where labelled faces do: what a net takes lies in memory."""

    images: Tensor
    labels: Tensor

    @property
    def lessons(self) -> int:
        return len(self.images)

    def lesson(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        return self.images[numbers], self.labels[numbers]


class LearnsFromPrepared(Classification):
    """Has nothing left to vary or to standardise."""

    def varied(self, images: Tensor) -> Tensor:
        return images


def _drawn(size: int | tuple[int, int], count: int) -> fp.FaceImages:
    """So many drawn faces, seven of each person; of each expression one at least."""
    return fp.draw_faces(-(-count // 7), size, seed=0).select(slice(0, max(7, count)))


def _nothing() -> None:
    """What an epoch does after each step."""


def _timed(work: Callable[[], object]) -> Seconds:
    begun = time.perf_counter(), time.process_time()
    work()
    if not ON_CPU:
        torch.cuda.synchronize()  # it works on after it was told to
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


def _print_ratios(pairs: list[tuple[Seconds, Seconds]], steps: int) -> None:
    for kind, clock in enumerate(("clock", "processor") if ON_CPU else ("clock",)):
        low, middle, high = statistics.quantiles((one[kind] / other[kind] for one, other in pairs), n=4)
        step = statistics.median(other[kind] for _, other in pairs) / steps
        print(f"  by the {clock}: {middle:.3f} times an epoch on prepared tensors", end=" ")
        print(f"(quartiles {low:.3f} to {high:.3f}, {len(pairs)} turns), whose step takes {1000 * step:.1f} ms")


def _print_shares(learner: Classification, faces: LabelledFaces, step: float) -> None:
    """What each part of the preparation of a batch takes by itself, of a training step's seconds."""
    numbers = torch.arange(learner.recipe.batch_size, device=PROCESSES.device)
    images = faces.lesson(numbers)[0]
    parts: dict[str, Callable[[], object]] = {"from bytes": partial(faces.lesson, numbers)}
    parts |= {repr(augment): partial(augment, images, learner.draws) for augment in learner.recipe.augmentation}
    parts["standardise"] = partial(learner.preprocessing.standardized, images)
    for name, part in parts.items():
        took = statistics.median(_timed(part)[-1] for _ in range(15))
        print(f"    {1000 * took:6.2f} ms, {took / step:5.1%} of a step: {name}")


if __name__ == "__main__":
    main()
