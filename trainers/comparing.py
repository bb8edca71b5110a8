"""Comparing: do two people's faces show the same expression (Barradas-Chacón et al., section 2.2)?"""

import torch
from torch import Generator, Tensor
from torch.nn import functional

from fer_probe.activations import evaluation_mode
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces
from trainers.learner import Learner
from trainers.pairs import mean_faces, partners
from trainers.reconstruction import batches

#: Pairs of each validation face, half of the same expression; drawn from one seed, so that epochs are compared on them.
_VALIDATION_PAIRS, _VALIDATION_SEED = 4, 0


class Comparing(Learner):
    """The learner of the comparator: cross-entropy of "same expression", half of the pairs being so, always two people.

    ``losses`` of the recipe: ``mean_face``, the share of pairs in which an expression's mean face takes the second
    face's place.
    """

    def prepare(self, faces: LabelledFaces) -> None:
        """The mean faces of the training faces."""
        self.means = mean_faces(faces, len(self.class_names))

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Cross-entropy; a face without a fitting partner counts for nothing."""
        same = torch.rand(len(shown), generator=self.draws, device=self.device) < 0.5
        other, found = partners(faces, shown, same, self.draws)
        pictures = faces.pixels[other].float() / 255
        share = torch.rand(len(shown), generator=self.draws, device=self.device)
        by_mean = (share < self.recipe.losses["mean_face"])[:, None, None, None]
        pictures = self.varied(torch.where(by_mean, self.means[faces.labels[other]], pictures))
        logits = self.model.compare(images, pictures).float()
        each = functional.binary_cross_entropy_with_logits(logits, same.float(), reduction="none")
        return (each * found).sum() / found.sum().clamp_min(1)

    def scores(self, held_out: LabelledFaces) -> Scores:
        """The share of balanced validation pairs that are told rightly, then the smaller loss."""
        draws = Generator(self.device).manual_seed(_VALIDATION_SEED)
        right, loss, count = 0.0, 0.0, 0
        with evaluation_mode(self.model), torch.inference_mode():
            for pair in range(_VALIDATION_PAIRS):
                for shown in batches(held_out):
                    same = (shown + pair) % 2 == 0
                    other, found = partners(held_out, shown, same, draws)
                    logits = self.model.compare(held_out[shown[found]], held_out[other[found]]).float()
                    right += float(((logits > 0) == same[found]).sum())
                    loss += float(functional.binary_cross_entropy_with_logits(
                        logits, same[found].float(), reduction="sum"))  # fmt: skip
                    count += int(found.sum())
        accuracy, loss = right / max(1, count), loss / max(1, count)
        return Scores({"validation_accuracy": accuracy, "validation_loss": loss}, (accuracy, -loss))
