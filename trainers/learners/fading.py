"""Fading: a latent that tells which emotion and not whether there is one (Barradas-Chacón et al., section 2.3)."""

from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.reconstruction import Reconstruction, mean_over


class Fading(Reconstruction):
    """L2 + multiclass + adversarial loss; figure 8 has them one after the other.

    The decoder is told beside the latent whether a face shows an emotion. An adversary guesses it from the latent
    alone and learns by turns with the rest; the encoder's loss is −λ log(1 − p), p being the probability that the
    adversary gives to what is true. The multiclass loss is the cross-entropy of the latents of faces with an emotion.

    ``losses`` of the recipe: ``reconstruction`` (of the mean squared error), ``multiclass``, ``adversarial`` (λ).
    """

    labelled = True

    def prepare(self, faces: LabelledFaces) -> None:
        """Which class is neutral, and the latent of each other class.

        Raises:
            TrainingError: no class is neutral.
        """
        super().prepare(faces)
        if "neutral" not in self.class_names:
            raise TrainingError(f"a fader needs neutral faces; these show {', '.join(self.class_names)}")
        self.neutral = self.class_names.index("neutral")
        numbers = [number - (number > self.neutral) for number in range(len(self.class_names))]
        self.latent_of = torch.tensor(numbers, device=self.device)

    def optimizers_of(self, model: Any) -> list[optim.Optimizer]:
        """One for encoder and decoder, one for the adversary where there is a loss for it."""
        learning = [nn.ModuleList([model.encoder, model.decoder])]
        learning += [model.adversary] if self.recipe.losses["adversarial"] else []
        return [self.recipe.optimizer_of(part) for part in learning]

    def step(self, faces: LabelledFaces, numbers: Tensor) -> Tensor:
        """The adversary learns what the latent tells, then encoder and decoder learn."""
        images, shown = faces.lesson(numbers)
        images = self.varied(images)
        if len(self.optimizers) > 1:
            with self.fast(), torch.no_grad():
                latent = self.model.encode(images).float()
            guess = self.model.adversary(latent)
            against = functional.binary_cross_entropy_with_logits(guess, self.emotion(faces, shown))
            self.descend(self.optimizers[1], against)
        with self.fast():
            loss = self.loss(images, faces, shown)
        self.descend(self.optimizers[0], loss)
        return loss.detach()

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """What encoder and decoder lower."""
        weights, emotion = self.recipe.losses, self.emotion(faces, shown)
        latent = self.model.encode(images).float()
        made = self.model.decode(latent, emotion).float()
        loss = weights["reconstruction"] * functional.mse_loss(made, images)
        loss = loss + weights["multiclass"] * self.misnamed(latent, faces, shown)
        if weights["adversarial"]:
            # −log(1 − p) of what is true is the cross-entropy of what is not.
            fooled = functional.binary_cross_entropy_with_logits(self.model.adversary(latent), 1 - emotion)
            loss = loss + weights["adversarial"] * fooled
        return loss

    def misnamed(self, latent: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """The cross-entropy of the emotions' latents, (n, L), of faces that show an emotion; 0 where none does."""
        labels = faces.labels[shown]
        showing = labels != self.neutral
        if not showing.any():
            return latent.new_zeros(())
        return functional.cross_entropy(latent[showing, : self.model.emotions], self.latent_of[labels[showing]])

    def emotion(self, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """(n,) 1 where a face shows an emotion, 0 where it is neutral."""
        return (faces.labels[shown] != self.neutral).float()

    def scores(self, held_out: LabelledFaces) -> Scores:
        """The mean squared error; where it learns emotions, the share of their faces that the latent names, first."""
        error = mean_over(held_out, self.model, lambda images, numbers: functional.mse_loss(
            self.model.reconstruct(images, emotion=self.emotion(held_out, numbers)), images))  # fmt: skip
        if not self.recipe.losses["multiclass"]:
            return Scores({"validation_loss": error}, (-error,))
        showing = held_out.labels != self.neutral
        accuracy = mean_over(held_out, self.model, lambda images, numbers: self._named(
            images, held_out.labels[numbers])) / float(showing.float().mean())  # fmt: skip
        return Scores({"validation_accuracy": accuracy, "validation_loss": error}, (accuracy, -error))

    def _named(self, images: Tensor, labels: Tensor) -> Tensor:
        """The share of all faces that show an emotion and are named so."""
        right = self.model.classify(images).argmax(1) == self.latent_of[labels]
        return (right & (labels != self.neutral)).float().mean()
