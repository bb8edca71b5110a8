"""A regressor of action-unit intensities, trained on drawn faces: what other models' faces are measured with.

python -m trainers.action_unit_regressor au-regressor.safetensors

Where a brow lies tells little of its muscle until one knows whose brow it is. So the net learns where the face's 68
landmarks lie beside the intensities, from the same features; they are known of every drawn face.
"""

import argparse
import dataclasses
import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

from fer_probe.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.intensity_evaluation import IntensityEvaluation, evaluate_intensities, expected_intensities
from fer_probe.models import build_model
from fer_probe.models.action_unit_regressor import FEATURES
from fer_probe.records import arrays_sha256
from trainers.labelled_faces import TrainingError
from trainers.learner import lower_precision
from trainers.training_progress import progress_bar, tell_epoch

#: People drawn to learn from, pictures of each, and people nobody saw.
TRAINING_SUBJECTS, PER_SUBJECT, UNSEEN_SUBJECTS = 3000, 8, 150
_SIZE = 96


@dataclasses.dataclass(frozen=True)
class RegressorRecipe:
    """How the regressor learns.

    Attributes:
        size: height and width of its input.
        epochs: passes through the faces.
        learning_rate: the largest of one cycle of AdamW.
        weight_decay: of AdamW.
        batch_size: pictures a step.
        landmark_weight: of the landmarks' loss beside the intensities'.
        shift: pixels by which a picture is moved at most, each way.
    """

    size: int = _SIZE
    epochs: int = 12
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    batch_size: int = 64
    landmark_weight: float = 0.3
    shift: int = 4


def train_action_unit_regressor(
    training: FaceImages,
    unseen: FaceImages,
    *,
    checkpoint: Path | str,
    recipe: RegressorRecipe = RegressorRecipe(),
    device: torch.device | str | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Checkpoint:
    """Train a regressor of every action unit that the faces are coded for.

    Args:
        training: faces with intensities and landmarks; drawn ones have both.
        unseen: other people; they are read after each epoch for the curve, and choose nothing.
        checkpoint: the ``.safetensors`` file to write; its ``class_names`` are ``AU1`` …
        recipe: how it learns.
        device: None takes a GPU where there is one.
        seed: of the weights, the order of pictures, the augmentation and the dropout.
        progress: show a progress bar.

    Returns:
        The checkpoint; ``metrics["correlation"]`` has Pearson's r of each unit on the unseen people.

    Raises:
        TrainingError: faces without landmarks, or a loss that is no number.
        EvaluationError: faces without intensities.
    """
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    names = [f"AU{number}" for number in training.action_unit_numbers]
    preprocessing = Preprocessing.fitted(training, recipe.size)
    lessons = _Lessons(training, names, preprocessing, device)
    curves: dict[str, list[float]] = {"loss": [], "correlation": []}
    begun = time.monotonic()
    with torch.random.fork_rng([device] if device.type == "cuda" else []), progress_bar(progress) as bar:
        torch.manual_seed(seed)
        learner = _Learner(recipe, lessons, len(names), seed)
        task = bar.add_task("action units", total=recipe.epochs * learner.steps, told="")
        for epoch in range(1, recipe.epochs + 1):
            curves["loss"].append(learner.epoch(lambda: bar.advance(task)))
            found = evaluate_intensities(learner.model, preprocessing(unseen), unseen, names)
            curves["correlation"].append(float(np.nanmean(found.correlation)))
            words = f"loss {curves['loss'][-1]:.3f}, mean correlation {curves['correlation'][-1]:.3f}"
            tell_epoch(bar, task, f"epoch {epoch}: {words}")
    save_checkpoint(
        checkpoint, learner.model, preprocessing=preprocessing, class_names=names, curves=curves,
        recipe={"name": "action_unit_regressor", **dataclasses.asdict(recipe), "seed": seed},
        metrics={
            "correlation": dict(zip(names, found.correlation.round(4).tolist(), strict=True)),
            "minutes": round((time.monotonic() - begun) / 60, 2), "device": device.type,
        },
        data={"training": lessons.described, "unseen": unseen.source},
    )  # fmt: skip
    return load_checkpoint(checkpoint)


class _Lessons:
    """Pictures with the intensities and landmarks that a net is to tell, on a device."""

    def __init__(
        self, faces: FaceImages, names: Sequence[str], preprocessing: Preprocessing, device: torch.device
    ) -> None:
        if faces.landmarks is None:
            raise TrainingError(f"{faces.source or 'these faces'} have no landmarks, which the regressor learns beside")
        pixels = preprocessing(faces).all_resized()
        intensities = expected_intensities(faces, names)
        scale = preprocessing.shape[-1] / faces.pixels.shape[-1]
        self.preprocessing = preprocessing
        self.pixels = torch.from_numpy(pixels).to(device)
        self.intensities = torch.from_numpy(intensities).to(device)
        self.landmarks = torch.from_numpy((faces.landmarks + 0.5) * np.float32(scale) - 0.5).to(device)
        self.described = {
            "source": faces.source, "faces": len(faces), "sha256": arrays_sha256(pixels, intensities),
        }  # fmt: skip

    def batch(self, index: Tensor, shift: int, draws: Generator) -> tuple[Tensor, Tensor]:
        """Pictures of varied contrast, half of them mirrored, all moved a little; and where their landmarks lie."""
        images, points = self.pixels[index].float() / 255, self.landmarks[index]
        side, device = images.shape[-1], images.device
        mirrored = torch.rand(len(index), generator=draws, device=device) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
        points = torch.where(mirrored[:, None, None], _mirrored(points, side), points)
        images, moved = _moved(images, shift, draws)
        contrast, brightness = torch.rand(2, len(index), 1, 1, 1, generator=draws, device=device)
        images = (images - 0.5) * (0.7 + 0.6 * contrast) + 0.5 + 0.2 * (brightness - 0.5)
        return self.preprocessing.standardized(images), points + moved[:, None]


class _Learner:
    """The net, the landmarks' layer that only training needs, and all that changes them."""

    def __init__(self, recipe: RegressorRecipe, lessons: _Lessons, units: int, seed: int) -> None:
        device = lessons.pixels.device
        model = build_model("action_unit_regressor", units, size=lessons.preprocessing.shape[1:], seed=seed)
        self.recipe, self.lessons, self.device = recipe, lessons, device
        self.model: Any = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.landmarks = nn.Linear(FEATURES, 2 * lessons.landmarks.shape[1]).to(device)
        self.steps = math.ceil(len(lessons.pixels) / recipe.batch_size)
        learnt = [*self.model.parameters(), *self.landmarks.parameters()]
        self.optimizer = torch.optim.AdamW(
            learnt, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        self.schedule = OneCycleLR(self.optimizer, recipe.learning_rate, recipe.epochs * self.steps, pct_start=0.2)
        self.draws = Generator(device).manual_seed(seed)
        # Each half of the loss is 1 for a net that always says the mean.
        self.usual = lessons.landmarks.mean(0)
        self.landmark_spread = lessons.landmarks.var(0).mean()
        self.intensity_spread = lessons.intensities.nan_to_num().var(0).mean()

    def epoch(self, after_step: Any) -> float:
        """One pass through the faces in a new order; the mean loss of the intensities, 1 for guessing the mean."""
        self.model.train()
        total = 0.0
        for index in torch.randperm(len(self.lessons.pixels), device=self.device, generator=self.draws).split(
            self.recipe.batch_size
        ):
            total += float(self.step(index)) * len(index)
            after_step()
        loss = total / len(self.lessons.pixels)
        if not math.isfinite(loss):
            raise TrainingError(f"the regressor's loss became {loss}: lower its learning rate")
        return loss

    def step(self, index: Tensor) -> Tensor:
        """Learn from some pictures; the intensities' loss."""
        images, points = self.lessons.batch(index, self.recipe.shift, self.draws)
        precision = lower_precision(self.device)
        with torch.autocast(self.device.type, precision) if precision else nullcontext():
            features = self.model.features(images.contiguous(memory_format=torch.channels_last))
            intensities, landmarks = self.model.intensities(features).float(), self.landmarks(features).float()
        expected = self.lessons.intensities[index]
        coded = ~expected.isnan()
        loss = functional.mse_loss(intensities[coded], expected[coded]) / self.intensity_spread
        where = (points - self.usual) / self.landmark_spread.sqrt()
        aside = functional.mse_loss(landmarks.view_as(where), where)
        self.optimizer.zero_grad()
        (loss + self.recipe.landmark_weight * aside).backward()
        self.optimizer.step()
        self.schedule.step()
        return loss.detach()


#: The iBUG landmarks in the order in which a mirror shows them.
_MIRROR = [
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), 45, 44, 43, 42, 47, 46,
    39, 38, 37, 36, 41, 40, *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
]  # fmt: skip


def _mirrored(points: Tensor, side: int) -> Tensor:
    """Landmarks (n, 68, 2) of mirrored pictures of ``side`` pixels."""
    swapped = points[:, _MIRROR]
    return torch.stack([side - 1 - swapped[..., 0], swapped[..., 1]], -1)


def _moved(images: Tensor, shift: int, draws: Generator) -> tuple[Tensor, Tensor]:
    """Each picture moved by its own whole pixels, the border drawn out; and by how much, (n, 2) right and down."""
    count, device = len(images), images.device
    height, width = images.shape[-2:]
    padded = functional.pad(images, (shift, shift, shift, shift), mode="replicate")
    first = torch.randint(0, 2 * shift + 1, (count, 2), generator=draws, device=device)
    rows = first[:, 1:] + torch.arange(height, device=device)
    columns = first[:, :1] + torch.arange(width, device=device)
    each = torch.arange(count, device=device)[:, None, None]
    moved = padded[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    return moved, (shift - first).float()


def main(arguments: Sequence[str] | None = None) -> IntensityEvaluation:
    """Draw, train, and print how well each unit is read off people nobody saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="where the regressor goes (.safetensors)")
    parser.add_argument("--subjects", type=int, default=TRAINING_SUBJECTS)
    parser.add_argument("--epochs", type=int, default=RegressorRecipe.epochs)
    parser.add_argument("--size", type=int, default=_SIZE)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    training, unseen = (
        draw_faces(subjects, chosen.size, seed, pictures="action_units", per_subject=PER_SUBJECT)
        for subjects, seed in ((chosen.subjects, chosen.seed), (UNSEEN_SUBJECTS, chosen.seed + 1))
    )
    recipe = RegressorRecipe(size=chosen.size, epochs=chosen.epochs)
    trained = train_action_unit_regressor(
        training, unseen, checkpoint=chosen.checkpoint, recipe=recipe, seed=chosen.seed
    )
    found = evaluate_intensities(trained.model, trained.preprocessing(unseen), unseen, trained.class_names)
    _tell(found, trained.metrics["minutes"])
    return found


def _tell(found: IntensityEvaluation, minutes: float) -> None:
    console = Console(highlight=False)
    for number, r, error in zip(found.action_unit_numbers, found.correlation, found.mean_absolute_error, strict=True):
        console.print(f"AU{number:<3} r {r:.3f}  mean absolute error {error:.3f}")
    strong = int((found.correlation >= 0.9).sum())
    console.print(f"{strong} of {len(found.correlation)} with r ≥ 0.9; {minutes} minutes of training")


if __name__ == "__main__":
    main()
