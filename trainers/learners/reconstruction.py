"""Reconstruction: pictures come back as they were; nothing is asked of their labels."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

from fer_probe.activations import evaluation_mode
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces, TrainingError
from trainers.learners.learner import Learner


class Reconstruction(Learner):
    """The learner of plain autoencoders: binary cross-entropy of every pixel, the mean of all (Cubarrubia et al.)."""

    labelled = False

    def prepare(self, faces: LabelledFaces) -> None:
        """See that there are pixels in 0–1 to reconstruct."""
        if self.recipe.normalization != "none":
            raise TrainingError(
                f"{self.recipe.name} reconstructs pixels in 0–1: its normalization is to be 'none', not "
                f"{self.recipe.normalization!r}"
            )

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Of pixels in 0–1 and what the model makes of them; the least is the pictures' own entropy."""
        return pixel_entropy(self.model.reconstruct(images), images)

    def scores(self, held_out: LabelledFaces) -> Scores:
        """The loss on the validation faces; the smaller the better."""
        # As many at a time as in a step: at 200×200 a picture's maps take tens of megabytes.
        loss = mean_over(
            held_out,
            self.model,
            lambda images, _: pixel_entropy(self.model.reconstruct(images), images),
            self.recipe.batch_size,
        )
        return Scores({"validation_loss": loss}, (-loss,))


def pixel_entropy(reconstructed: Tensor, images: Tensor) -> Tensor:
    """Binary cross-entropy between pixels in 0–1, the mean over all of them, in full precision."""
    with torch.autocast(images.device.type, enabled=False):
        return functional.binary_cross_entropy(reconstructed.float(), images.float())


def mean_over(
    held_out: LabelledFaces, model: torch.nn.Module, value: Callable[[Tensor, Tensor], Tensor], batch_size: int = 256
) -> float:
    """The mean over faces of a batch's mean ``value(pictures, numbers)``, the model in eval mode."""
    with evaluation_mode(model), torch.inference_mode():
        total = sum(
            float(value(held_out[numbers], numbers)) * len(numbers) for numbers in batches(held_out, batch_size)
        )
    return total / len(held_out)


def batches(held_out: LabelledFaces, batch_size: int = 256) -> Iterator[Tensor]:
    """The numbers of all faces, (n,), in order."""
    yield from torch.arange(len(held_out), device=held_out.pixels.device).split(batch_size)
