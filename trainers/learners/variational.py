"""Variational learning: Barradas-Chacón et al., sections 2.2 and 2.4."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_probe.checkpoints import Checkpoint
from fer_probe.models.autoencoder import draw
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.pairs import mean_faces, partners
from trainers.learners.reconstruction import Reconstruction, mean_over, pixel_entropy


class BetaVAELearning(Reconstruction):
    """α · RL + β · LL + γ · CL (section 2.4).

    RL is the pixels' binary cross-entropy, LL the divergence of the latent from a standard normal distribution, CL the
    cross-entropy of each class by itself, of softmax(z) on the z that was drawn. β = 0 and γ = 0 leave an autoencoder,
    γ = 0 a β-VAE.

    ``losses`` of the recipe: ``alpha``, ``beta``, ``gamma``; and ``summed``, 1 where RL is the sum over pixels and not
    their mean. The mean makes γ the heavy weight that the text speaks of.
    """

    labelled = True

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """α · RL + β · LL + γ · CL."""
        mean, log_variance = (told.float() for told in self.model.distribution(images))
        latent, weights = draw(mean, log_variance, self.draws), self.recipe.losses
        pixels = images[0].numel() if weights.get("summed") else 1
        return (
            weights["alpha"] * pixels * pixel_entropy(self.model.decode(latent), images)
            + weights["beta"] * divergence(mean, log_variance)
            + weights["gamma"] * class_entropy(latent, faces.labels[shown])
        )

    def scores(self, held_out: LabelledFaces) -> Scores:
        """Accuracy of the latent's mean where it learns classes, then the smaller reconstruction loss."""
        scores = super().scores(held_out)
        if not self.recipe.losses["gamma"]:
            return scores
        accuracy = mean_over(held_out, self.model, lambda images, numbers: (
            self.model.classify(images).argmax(1) == held_out.labels[numbers]).float().mean())  # fmt: skip
        return Scores({"validation_accuracy": accuracy, **scores.told}, (accuracy, *scores.rank))


class SiameseVAELearning(Reconstruction):
    """RL + β · LL − λ · ô(x̂, B): what is made of a face is to show its expression (section 2.2).

    The comparator's answer ô is its probability that the reconstruction x̂ and another person's face B of the same
    expression agree; it was trained before and stays as it is. Where nobody else shows the expression, its mean face
    is B. ``losses`` of the recipe: ``beta``, ``comparator`` (λ; 0 leaves the comparator out).
    """

    labelled = True

    def take_over(self, model: nn.Module, start: Checkpoint | None) -> None:
        """The comparator is a model of its own, beside the one that learns."""
        if start is None or not callable(getattr(start.model, "compare", None)):
            raise TrainingError(
                f"{self.recipe.name} needs a comparator to start from: train barradas_comparator first, and give its "
                "checkpoint (--start)"
            )
        self.comparator: Any = start.model.to(self.device).eval().requires_grad_(False)
        self.as_compared = start.preprocessing.standardized

    def prepare(self, faces: LabelledFaces) -> None:
        """The mean faces of the training faces."""
        super().prepare(faces)
        self.means = mean_faces(faces, len(self.class_names))

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """RL + β · LL − λ · ô."""
        mean, log_variance = (told.float() for told in self.model.distribution(images))
        made, weights = self.model.decode(draw(mean, log_variance, self.draws)), self.recipe.losses
        loss = pixel_entropy(made, images) + weights["beta"] * divergence(mean, log_variance)
        if weights["comparator"]:
            seen, others = self.as_compared(made), self.as_compared(self._others(faces, shown))
            agreed = self.comparator.compare(seen, others).float().sigmoid()
            loss = loss - weights["comparator"] * agreed.mean()
        return loss

    def _others(self, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Of each face another person's of the same expression, (n, C, H, W)."""
        other, found = partners(faces, shown, torch.ones_like(shown, dtype=torch.bool), self.draws)
        pictures, means = faces.pixels[other].float() / 255, self.means[faces.labels[shown]]
        return self.varied(torch.where(found[:, None, None, None], pictures, means))


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """−½ Σ (1 + log σ² − σ² − μ²) over the latent, (N, L), from a standard normal distribution; the mean over N."""
    return -0.5 * (1 + log_variance - log_variance.exp() - mean.square()).sum(1).mean()


def class_entropy(latent: Tensor, labels: Tensor) -> Tensor:
    """−Σ (y log s + (1 − y) log(1 − s)) over the classes, s = softmax(z), z (N, classes); the mean over N."""
    probabilities = latent.softmax(1)
    expected = functional.one_hot(labels, latent.shape[1]).to(probabilities)
    # A probability that rounds to 0 or 1 is cut off as torch does it: its logarithm at −100.
    with torch.autocast(latent.device.type, enabled=False):
        return functional.binary_cross_entropy(probabilities, expected, reduction="none").sum(1).mean()
