"""Evaluation: what a classifier says of faces, set against their labels by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_probe.activations import Images, evaluation_mode, for_model
from fer_probe.expressions import match_by_name
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record


class EvaluationError(ValueError):
    """A model's outputs do not fit what was asked; the message says what was expected."""


@dataclass(frozen=True, eq=False)
class Evaluation(Record):
    """A model's predictions for N faces and K classes, and how they agree with the labels.

    Attributes:
        probabilities: (N, K) float32, each row sums to 1.
        predicted: (N,) int, the most probable class (the first of equals).
        expected: (N,) int, the label as an index into ``class_names``; -1 where a face has none, or one that
            the model has no class for.
        class_names: the K classes, in the order of the model's outputs.
        accuracy: share of the faces with ``expected`` ≥ 0 that are predicted so; NaN where there is none.
        confusion: (K, K) int, counts; rows are the labels, columns the predictions.
        without_faces: classes of the model that no face is labelled with.
        unknown_to_model: expressions that faces are labelled with and the model has no class for.
        left_out: how many faces those are; they count neither for nor against the model.
    """

    probabilities: NDArray[np.float32]
    predicted: NDArray[np.int64]
    expected: NDArray[np.int64]
    class_names: tuple[str, ...]
    accuracy: float
    confusion: NDArray[np.int64]
    without_faces: tuple[str, ...]
    unknown_to_model: tuple[str, ...]
    left_out: int

    @property
    def recall(self) -> NDArray[np.float64]:
        """(K,) share of each class's faces that are predicted so; NaN where a class has no faces."""
        faces = self.confusion.sum(1)
        share = np.full(len(faces), np.nan)
        np.divide(np.diag(self.confusion), faces, out=share, where=faces > 0)
        return share

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the model and the labels do not share, a sentence each; empty where both have the same classes."""
        sentences = []
        if self.unknown_to_model:
            sentences.append(
                f"{self.left_out} labelled {', '.join(self.unknown_to_model)} count neither for nor against the model, "
                "which has no such class."
            )
        if self.without_faces:
            sentences.append(f"none is labelled {', '.join(self.without_faces)}, which the model can still answer.")
        return tuple(sentences)

    @property
    def misclassified(self) -> NDArray[np.intp]:
        """Indices of the labelled faces that are predicted wrongly, the surest mistake first."""
        wrong = np.flatnonzero((self.expected >= 0) & (self.predicted != self.expected))
        return wrong[np.argsort(-self.probabilities[wrong, self.predicted[wrong]], kind="stable")]


def predict(model: nn.Module, images: Images, *, batch_size: int = 256, gives: str = "logits") -> NDArray[np.float32]:
    """Every class's probability for every picture.

    Args:
        model: any classifier; run in eval mode on its own device, and left in the modes it had.
        images: (N, C, H, W), a tensor or anything with a length and slices.
        batch_size: how many at a time; it changes nothing but speed (up to rounding).
        gives: what the model's output is, ``"logits"`` (softmax follows) or ``"probabilities"``.

    Returns:
        (N, K) float32, each row sums to 1.

    Raises:
        EvaluationError: an output that is not (n, K), is not finite, or that is said to be probabilities and is none.
    """
    if gives not in ("logits", "probabilities"):
        raise EvaluationError(f"gives={gives!r}; a model gives 'logits' or 'probabilities'")
    if not len(images):
        raise EvaluationError("no pictures to predict")
    with evaluation_mode(model), torch.inference_mode():
        return np.concatenate(
            [class_probabilities(output, gives) for output in model_outputs(model, images, batch_size)]
        )


def class_scores(
    model: nn.Module, images: Images, *, batch_size: int = 256, gives: str = "logits"
) -> NDArray[np.float64]:
    """Every class's logit for every picture, as the model gives it; of probabilities, the logarithm.

    Args:
        model, images, batch_size, gives: as for :func:`predict`.

    Returns:
        (N, K). A logit means something beside the others of its picture only: softmax takes any constant off.

    Raises:
        EvaluationError: as :func:`predict`.
    """
    if gives == "probabilities":
        probabilities = predict(model, images, batch_size=batch_size, gives=gives).astype(np.float64)
        return np.asarray(np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)))
    with evaluation_mode(model), torch.inference_mode():
        outputs = [output.double().cpu().numpy() for output in model_outputs(model, images, batch_size)]
    return np.concatenate(outputs)


def evaluate(
    model: nn.Module,
    images: Images,
    faces: FaceImages,
    class_names: Sequence[str],
    *,
    batch_size: int = 256,
    gives: str = "logits",
) -> Evaluation:
    """Predict faces and compare with their expressions, matched by name.

    Args:
        model: as in :func:`predict`, which also explains ``batch_size`` and ``gives``.
        images: the faces, prepared for the model.
        faces: the same pictures with their labels; their order of expressions need not be the model's.
        class_names: the classes in the order of the model's outputs.

    Raises:
        EvaluationError: pictures and labels of different number, or outputs and names.
    """
    if len(images) != len(faces):
        raise EvaluationError(f"{len(images)} pictures but labels of {len(faces)} faces")
    probabilities = predict(model, images, batch_size=batch_size, gives=gives)
    if probabilities.shape[1] != len(class_names):
        raise EvaluationError(
            f"the model has {probabilities.shape[1]} outputs but there are {len(class_names)} class names: "
            f"{', '.join(class_names)}"
        )
    expected = expected_classes(faces, class_names)
    predicted = probabilities.argmax(1).astype(np.int64)
    known = expected >= 0
    confusion = np.zeros((len(class_names), len(class_names)), np.int64)
    np.add.at(confusion, (expected[known], predicted[known]), 1)
    return Evaluation(
        probabilities=probabilities,
        predicted=predicted,
        expected=expected,
        class_names=tuple(class_names),
        accuracy=float((predicted == expected)[known].mean()) if known.any() else float("nan"),
        confusion=confusion,
        without_faces=tuple(np.asarray(class_names)[confusion.sum(1) == 0].tolist()),
        unknown_to_model=_unknown_to_model(faces, class_names),
        left_out=int(((faces.expression >= 0) & ~known).sum()),
    )


def expected_classes(faces: FaceImages, class_names: Sequence[str]) -> NDArray[np.int64]:
    """(N,) every face's expression as an index into ``class_names``, by name; -1 where there is none."""
    onto = match_by_name(faces.expression_names, class_names)
    # An expression of -1 picks the last entry.
    return np.asarray(np.array([*onto, -1], np.int64)[faces.expression])


def model_outputs(model: nn.Module, images: Images, batch_size: int) -> Iterator[Tensor]:
    """A model's outputs (n, K), batch by batch, as they are.

    Raises:
        EvaluationError: an output that is no tensor (n, K).
    """
    for start in range(0, len(images), batch_size):
        output = model(for_model(model, images[start : start + batch_size]))
        if not isinstance(output, Tensor) or output.ndim != 2:
            given = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
            raise EvaluationError(f"the model gives {given}; expected a tensor (pictures, outputs)")
        yield output


def class_probabilities(output: Tensor, gives: str) -> NDArray[np.float32]:
    """A model's output (n, K) as probabilities; ``gives`` as for :func:`predict`.

    Raises:
        EvaluationError: values that are not finite, or that are said to be probabilities and are none.
    """
    output = output.float()
    if not torch.isfinite(output).all():
        raise EvaluationError("the model's outputs are not all numbers; check its weights and the preprocessing")
    if gives == "logits":
        return np.asarray(output.softmax(1).cpu().numpy())
    if output.min() < 0 or not torch.allclose(output.sum(1), torch.ones(len(output)).to(output), atol=1e-3):
        raise EvaluationError("the model's outputs are no probabilities (0 or more, sum 1); try gives='logits'")
    return np.asarray(output.cpu().numpy())


def _unknown_to_model(faces: FaceImages, class_names: Sequence[str]) -> tuple[str, ...]:
    onto = match_by_name(faces.expression_names, class_names)
    seen = set(faces.expression.tolist())
    return tuple(name for i, name in enumerate(faces.expression_names) if onto[i] < 0 and i in seen)
