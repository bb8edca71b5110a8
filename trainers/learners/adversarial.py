"""Adversarial learning of DE-GAN, and its second stage (Ali & Hughes, section 3)."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, optim
from torch.nn import functional

from fer_probe.activations import evaluation_mode
from fer_probe.models.autoencoder import draw
from fer_probe.models.degan import NOISE
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.classification import Classification
from trainers.learners.learner import Learner
from trainers.learners.reconstruction import batches
from trainers.learners.variational import divergence


class ExpressionTransfer(Learner):
    """Generator and discriminator by turns: equations 1 and 2.

    The discriminator names expression and identity of real faces, and the generator's as no real face; the generator
    is to be named as the expression of what it was shown and the identity it was told. (Equation 2 has Dᵉ for the
    identity, a slip.) What was made is augmented as real faces are before the discriminator sees it, lest the generator
    learn to please it by single pixels. ``losses`` of the recipe: ``divergence``, the weight of f(x)'s from a standard
    normal distribution, for DE-GAN is a VAE-GAN; ``late``, the share of the steps after which the generator takes
    ``generator_steps`` for one of the discriminator, "in later iterations".
    """

    def options_of(self, faces: LabelledFaces) -> dict[str, Any]:
        """As many identities as there are people to learn from.

        Raises:
            TrainingError: of some face nobody knows whose it is.
        """
        nobodys = len(faces) if faces.subjects is None else int((np.asarray(faces.faces.subject) == "").sum())
        if nobodys:
            raise TrainingError(
                f"{self.recipe.name} learns whose face it is: {nobodys} of {faces.faces.source or 'these faces'} have "
                "no subject; leave them out, or take a corpus with subjects"
            )
        return {**super().options_of(faces), "identities": len(faces.people)}

    def optimizers_of(self, model: Any) -> list[optim.Optimizer]:
        """The generator's and the discriminator's."""
        return [self.recipe.optimizer_of(model.generator), self.recipe.optimizer_of(model.discriminator)]

    def step(self, faces: LabelledFaces, numbers: Tensor) -> Tensor:
        """One step of the discriminator, one or more of the generator; the generator's loss."""
        images, shown = faces.lesson(numbers)
        images = self.varied(images)
        with self.fast():
            against = self._against(images, faces, shown)
        self.descend(self.optimizers[1], against)
        for _ in range(self._generator_steps()):
            with self.fast():
                loss = self.loss(images, faces, shown)
            self.descend(self.optimizers[0], loss)
        self.taken += 1
        return loss.detach()

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """−log Dᵉ(expression) − log Dⁱ(identity) of what the generator makes (equation 2)."""
        made, identity, mean, log_variance = self._made(images)
        expressions, identities = self.model.discriminator(self.varied(made))
        named = functional.cross_entropy(expressions.float(), faces.labels[shown])
        named = named + functional.cross_entropy(identities.float(), identity)
        return named + self.recipe.losses["divergence"] * divergence(mean, log_variance)

    def scores(self, held_out: LabelledFaces) -> Scores:
        """Validation faces' expressions on the training people: how often the discriminator names both, and either.

        They are told and choose nothing: the last epoch is kept, as in the paper. A discriminator that is fooled early
        would have the first one kept; and whether it takes what was made for a real face says how good it is itself.
        """
        draws = torch.Generator(self.device).manual_seed(0)
        right = torch.zeros(3, device=self.device)
        with evaluation_mode(self.model), torch.inference_mode():
            for numbers in batches(held_out):
                identity = self._identities(len(numbers), draws)
                expressions, identities = self.model.discriminator(self.model.transfer(held_out[numbers], identity))
                shown = expressions[:, :-1].argmax(1) == held_out.labels[numbers]
                known = identities.argmax(1) == identity
                right += torch.stack([shown & known, shown, known]).sum(1)
        both, expression, whose = (right / len(held_out)).tolist()
        told = {"validation_accuracy": both, "validation_expression": expression, "validation_identity": whose}
        return Scores(told, (self.taken,))

    def findings(self, held_out: LabelledFaces) -> dict[str, Any]:
        """Whom each identity code means, in the order of the codes."""
        return {"people": list(self.people)}

    def prepare(self, faces: LabelledFaces) -> None:
        """Note who the people are; count the steps that are taken.

        Raises:
            TrainingError: real faces in other values than 0–1, by which a discriminator would tell them at once.
        """
        if self.recipe.normalization != "none":
            raise TrainingError(
                f"{self.recipe.name} makes pixels in 0–1: its normalization is to be 'none', not "
                f"{self.recipe.normalization!r}"
            )
        self.people, self.taken = faces.people, 0

    def state(self) -> dict[str, Any]:
        """And how many steps were taken."""
        return {**super().state(), "taken": self.taken}

    def go_on_from(self, state: dict[str, Any]) -> None:
        """And count on from there."""
        super().go_on_from(state)
        self.taken = state["taken"]

    def _against(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """−log Dᵉ(expression) − log Dⁱ(identity) of real faces − log Dᵉ(no real face) of made ones (equation 1)."""
        assert faces.subjects is not None
        with torch.no_grad():
            made = self._made(images)[0]
        expressions, identities = self.model.discriminator(images)
        real = functional.cross_entropy(expressions.float(), faces.labels[shown])
        real = real + functional.cross_entropy(identities.float(), faces.subjects[shown])
        no_face = torch.full_like(shown, len(self.class_names))
        return real + functional.cross_entropy(self.model.discriminator(self.varied(made))[0].float(), no_face)

    def _made(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Faces of random identities with the expressions of these, the identities, and mean and variance of f(x)."""
        mean, log_variance = (told.float() for told in self.model.distribution(images))
        identity = self._identities(len(images), self.draws)
        noise = torch.randn(len(images), NOISE, generator=self.draws, device=self.device)
        return self.model.decode(draw(mean, log_variance, self.draws), identity, noise), identity, mean, log_variance

    def _identities(self, count: int, draws: torch.Generator) -> Tensor:
        return torch.randint(self.model.identities, (count,), generator=draws, device=self.device)

    def _generator_steps(self) -> int:
        losses = self.recipe.losses
        late = self.taken >= losses["late"] * self.recipe.epochs * self.steps
        return int(losses["generator_steps"]) if late else 1


class ResidueClassification(Classification):
    """Σ λᵢ Lᵢ of the four local networks and the joined one (equation 3).

    ``losses`` of the recipe: ``local1`` … ``local4`` and ``joined``.
    """

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Each network's cross-entropy by its own weight."""
        weights = [self.recipe.losses[name] for name in ("local1", "local2", "local3", "local4", "joined")]
        return torch.stack([
            weight * functional.cross_entropy(logits.float(), faces.labels[shown])
            for weight, logits in zip(weights, self.model.all_logits(images), strict=True)
        ]).sum()  # fmt: skip
