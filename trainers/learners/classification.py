"""Classification: the class of every face, by cross-entropy; accuracy chooses the epoch."""

from torch import Tensor
from torch.nn import functional

from trainers.course import Scores
from trainers.labelled_faces import LabelledFaces
from trainers.learners.learner import Learner


class Classification(Learner):
    """The learner of every model whose outputs are logits."""

    def loss(self, images: Tensor, faces: LabelledFaces, shown: Tensor) -> Tensor:
        """Cross-entropy, in full precision."""
        logits = self.model(images).float()
        return functional.cross_entropy(logits, faces.labels[shown], label_smoothing=self.recipe.label_smoothing)

    def scores(self, held_out: LabelledFaces) -> Scores:
        """Accuracy first, then the smaller loss."""
        accuracy, loss = held_out.read_by(self.model)
        return Scores({"validation_accuracy": accuracy, "validation_loss": loss}, (accuracy, -loss))
