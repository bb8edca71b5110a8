"""Fading with a rest of latents, from which expressions are erased."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from fer_probe.activations import evaluation_mode
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.fading import Fading
from trainers.learners.reconstruction import batches

#: Standardised latents are about 1; the logits of the multiclass loss are so many times as large.
_SHARPNESS = 5.0
#: Of how many of the last batches the adversary remembers the latents, and how many of these it sees in a step.
_REMEMBERED, _SEEN = 16, 128


class ErasedFading(Fading):
    """The three losses for a model with a ``rest``; first for the encoder, then for the decoder alone.

    Each epoch begins with the erasure fitted anew to the training faces. As long as the encoder learns, the decoder
    sees the rest whole (what is erased changes, which it could not follow), and the adversary sees it erased. The
    adversary's loss changes the emotions' latents alone: the rest, which it is shown as well, is not to lose a person
    for its sake; neutral faces count as much in it as all others, and it has its full weight after a quarter of the
    epochs. Then encoder, erasure and adversary stay as they are, and the decoder learns from the erased latents, which
    is what the model encodes.

    ``losses`` of the recipe: as :class:`Fading`'s; ``erased``, the share of the epochs after which the encoder stays;
    ``adversary_steps``, how many the adversary takes for one of the encoder's, on latents of the last batches.
    """

    def prepare(self, faces: LabelledFaces) -> None:
        """Nothing remembered, nothing taken.

        Raises:
            TrainingError: no class is neutral, or the model has no rest.
        """
        super().prepare(faces)
        if not self.recipe.options.get("rest"):
            raise TrainingError(f"{self.recipe.name} erases expressions from a rest, and has none: give options rest")
        self.taken = 0
        self.remembered: list[tuple[Tensor, Tensor]] = []
        self.fixed_from = round(self.recipe.losses["erased"] * self.recipe.epochs)

    @property
    def encoder_learns(self) -> bool:
        """Whether it is still its turn."""
        return self.taken < self.fixed_from * self.steps

    def step(self, faces: LabelledFaces, numbers: Tensor) -> Tensor:
        """The adversary learns what erased latents tell, then encoder and decoder learn, or the decoder alone."""
        if self.taken % self.steps == 0:
            self._begin_epoch(faces)
        self.model.standard.train(self.encoder_learns)
        images, shown = faces.lesson(numbers)
        images = self.varied(images)
        with self.fast():
            told = self.model.told(images).float()
        if len(self.optimizers) > 1 and self.encoder_learns:
            self._teach_adversary(self.model.erased(told).detach(), self.emotion(faces, shown))
        with self.fast():
            loss = self.loss_of(told, images, faces, shown)
        self.descend(self.optimizers[0], loss)
        self.taken += 1
        return loss.detach()

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """What encoder and decoder lower, or the decoder alone."""
        return self.loss_of(self.model.told(images).float(), images, faces, shown)

    def loss_of(self, told: Tensor, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """The same, by the latents (n, L) of which nothing is erased yet."""
        weights, emotion, erased = self.recipe.losses, self.emotion(faces, shown), self.model.erased(told)
        noise = self.model.drawn_noise(told) if self.model.training else 0.0
        made = self.model.decode((told if self.encoder_learns else erased) + noise, emotion).float()
        loss = weights["reconstruction"] * functional.mse_loss(made, images)
        if self.encoder_learns:
            misnamed = self.misnamed(_SHARPNESS * (erased + noise), faces, shown)
            loss = loss + weights["multiclass"] * misnamed
            if weights["adversarial"]:
                loss = loss + self._warmth * weights["adversarial"] * self._unfooled(erased, emotion)
        return loss

    def scores(self, held_out: LabelledFaces) -> Scores:
        """As :class:`Fading`'s; an epoch in which the decoder learnt alone is better than any before."""
        scores = super().scores(held_out)
        return Scores(scores.told, (float(self.taken > self.fixed_from * self.steps), *scores.rank))

    def state(self) -> dict[str, Any]:
        """And the steps that were taken, and what each process's adversary remembers."""
        return {**super().state(), "taken": self.taken, "remembered": self.processes.gathered(self.remembered)}

    def go_on_from(self, state: dict[str, Any]) -> None:
        """And count and remember on from there."""
        super().go_on_from(state)
        self.taken = state["taken"]
        self.remembered = [(latent.to(self.device), shown.to(self.device))
                           for latent, shown in state["remembered"][self.processes.rank]]  # fmt: skip

    @property
    def _warmth(self) -> float:
        """How much of its weight the adversarial loss has: it rises over a quarter of the epochs."""
        return min(1.0, 4 * self.taken / (self.recipe.epochs * self.steps))

    def _begin_epoch(self, faces: LabelledFaces) -> None:
        """Fit the erasure once more, for the last time when the encoder's turn ends."""
        if self.taken <= self.fixed_from * self.steps:
            with evaluation_mode(self.model), torch.no_grad():
                told = torch.cat([self.model.told(faces[numbers]) for numbers in batches(faces)])
            self.model.erasure.fit(told[:, self.model.emotions :], faces.labels)
        self.model.encoder.requires_grad_(self.encoder_learns)

    def _teach_adversary(self, latent: Tensor, emotion: Tensor) -> None:
        """Some steps of the adversary, each on some of the latents (n, L) that it remembers."""
        self.remembered = [*self.remembered, (latent, emotion)][-_REMEMBERED:]
        latents, emotions = (torch.cat(parts) for parts in zip(*self.remembered, strict=True))
        for _ in range(int(self.recipe.losses["adversary_steps"])):
            seen = torch.randint(len(latents), (_SEEN,), generator=self.draws, device=self.device)
            guess, truth = self.model.adversary(latents[seen]), emotions[seen]
            self.descend(self.optimizers[1], self._balanced(guess, truth, truth))

    def _unfooled(self, erased: Tensor, emotion: Tensor) -> Tensor:
        """−log(1 − p) of what is true, which changes the emotions' latents alone."""
        emotions, rest = erased.split([self.model.emotions, self.model.rest], dim=1)
        guess = self.model.adversary(torch.cat([emotions, rest.detach()], dim=1))
        return self._balanced(guess, 1 - emotion, emotion)

    def _balanced(self, guess: Tensor, wanted: Tensor, emotion: Tensor) -> Tensor:
        """Cross-entropy of a guess in which neutral faces and all others have half of the weight each."""
        others = len(self.class_names) - 1
        weight = torch.where(emotion > 0, (others + 1) / (2 * others), (others + 1) / 2)
        return functional.binary_cross_entropy_with_logits(guess.float(), wanted, weight=weight)
