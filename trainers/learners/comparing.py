"""Comparing: do two people's faces show the same expression (Barradas-Chacón et al., section 2.2)?"""

import torch
from torch import Generator, Tensor
from torch.nn import functional

from fer_probe.activations import evaluation_mode
from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces
from trainers.learners.learner import Learner
from trainers.learners.pairs import known_subjects, mean_faces, partners
from trainers.learners.reconstruction import batches

#: Pairs of each validation face, half of the same expression; drawn from one seed, so that epochs are compared on them.
_VALIDATION_PAIRS, _VALIDATION_SEED = 4, 0


class Comparing(Learner):
    """The learner of the comparator: cross-entropy of "same expression" over every two people's faces of a batch.

    Each face is encoded once and meets all others, the mean face of each expression among them; pairs of the same
    expression and of different ones weigh half each. To the letter, with one partner a face, nothing is learnt, here as
    in the paper: n faces then are n weak hints, and two thousand in this way.
    """

    def prepare(self, faces: LabelledFaces) -> None:
        """The mean faces of the training faces."""
        self.means = mean_faces(faces, len(self.class_names))

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Half of it by pairs of the same expression, half by the others."""
        subjects = known_subjects(faces)
        means = self.preprocessing.standardized(self.means)
        nobody = torch.full((len(means),), -1, device=self.device)
        labels = torch.cat([faces.labels[shown], torch.arange(len(means), device=self.device)])
        people = torch.cat([subjects[shown], nobody])
        encoded = self.model.encoder(torch.cat([images, means]))
        one, other = torch.triu_indices(len(labels), len(labels), 1, device=self.device)
        two_people = people[one] != people[other]
        one, other = one[two_people], other[two_people]
        same = labels[one] == labels[other]
        each = functional.binary_cross_entropy_with_logits(
            self.model.agree(encoded[one], encoded[other]).float(), same.float(), reduction="none"
        )
        return (each[same].mean() + each[~same].mean()) / 2

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
