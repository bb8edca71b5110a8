"""Learning intensities of action units off faces whose 68 landmarks are known, as those of drawn faces are.

Where a brow lies tells little of its muscle until one knows whose brow it is. So the net learns where the landmarks lie
beside the intensities, from the same features.
"""

from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional

from fer_probe.faces.face_images import FaceImages
from fer_probe.intensity_evaluation import evaluate_intensities, expected_intensities
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.learner import Learner

#: A picture is moved by at most this share of its side, each way.
_SHIFT = 1 / 24


class IntensityLearning(Learner):
    """Mean squared error of intensities and, beside it, of landmarks; each half is 1 for a net that says the mean.

    The model offers ``features(images)`` and ``intensities(features)``. ``losses`` of the recipe: ``landmarks``, the
    weight of theirs. The checkpoint's class names are ``AU1`` …, its metrics have ``correlation``: Pearson's r of each
    unit on the validation faces, whose mean chooses the epoch.
    """

    labelled = False

    @classmethod
    def class_names_of(cls, faces: FaceImages) -> tuple[str, ...]:
        """The action units that the faces are coded for."""
        return tuple(f"AU{number}" for number in faces.action_unit_numbers)

    def prepare(self, faces: LabelledFaces) -> None:
        """What the training faces are to be told from, on the device; and the layer that only training needs."""
        raw = faces.faces
        if raw.landmarks is None:
            raise TrainingError(f"{raw.source or 'these faces'} have no landmarks, which the regressor learns beside")
        scale = faces.pixels.shape[-1] / raw.pixels.shape[-1]
        points = (np.asarray(raw.landmarks, np.float32) + 0.5) * np.float32(scale) - 0.5
        self.points = torch.from_numpy(points).to(self.device)
        self.intensities = torch.from_numpy(expected_intensities(raw, self.class_names)).to(self.device)
        self.usual, self.point_spread = self.points.mean(0), self.points.var(0).mean()
        self.intensity_spread = self.intensities.nan_to_num().var(0).mean()
        self.landmarks = nn.Linear(self.model.intensities.in_features, 2 * self.points.shape[1]).to(self.device)

    def optimizers_of(self, model: Any) -> list[optim.Optimizer]:
        """One for the model and the landmarks' layer."""
        return [self.recipe.optimizer_of(nn.ModuleList([model, self.landmarks]))]

    def step(self, faces: LabelledFaces, numbers: Tensor) -> Tensor:
        """Learn from pictures of varied contrast, half of them mirrored, all moved a little; the intensities' loss."""
        images, shown = faces.lesson(numbers)
        images, points = self._seen_otherwise(images, self.points[shown])
        with self.fast():
            features = self.model.features(self.varied(images))
            intensities, landmarks = self.model.intensities(features).float(), self.landmarks(features).float()
        expected = self.intensities[shown]
        coded = ~expected.isnan()
        loss = functional.mse_loss(intensities[coded], expected[coded]) / self.intensity_spread
        where = (points - self.usual) / self.point_spread.sqrt()
        aside = functional.mse_loss(landmarks.view_as(where), where)
        self.descend(self.optimizers[0], loss + self.recipe.losses["landmarks"] * aside)
        return loss.detach()

    def scores(self, held_out: LabelledFaces) -> Scores:
        """The mean correlation over the units."""
        mean = float(np.nanmean(list(self._correlations(held_out).values())))
        return Scores({"validation_correlation": mean}, (mean,))

    def findings(self, held_out: LabelledFaces) -> dict[str, Any]:
        """Pearson's r of each unit."""
        return {"correlation": self._correlations(held_out)}

    def state(self) -> dict[str, Any]:
        """And the landmarks' layer."""
        return {**super().state(), "landmarks": self.landmarks.state_dict()}

    def go_on_from(self, state: dict[str, Any]) -> None:
        """And the landmarks' layer."""
        super().go_on_from(state)
        self.landmarks.load_state_dict(state["landmarks"])

    def _correlations(self, held_out: LabelledFaces) -> dict[str, float]:
        found = evaluate_intensities(self.model, held_out, held_out.faces, self.class_names)
        return dict(zip(self.class_names, found.correlation.round(4).tolist(), strict=True))

    def _seen_otherwise(self, images: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (n, C, H, W) mirrored, moved, lighter or darker; and where their landmarks (n, 68, 2) then lie."""
        side = images.shape[-1]
        mirrored = torch.rand(len(images), generator=self.draws, device=self.device) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
        points = torch.where(mirrored[:, None, None], _mirrored(points, side), points)
        images, moved = _moved(images, int(side * _SHIFT), self.draws)
        contrast, brightness = torch.rand(2, len(images), 1, 1, 1, generator=self.draws, device=self.device)
        return (images - 0.5) * (0.7 + 0.6 * contrast) + 0.5 + 0.2 * (brightness - 0.5), points + moved[:, None]


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
