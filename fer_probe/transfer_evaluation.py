"""Transfer evaluation: do independent classifiers see the expression and the person that a DE-GAN was asked for?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fer_probe.activations import evaluation_mode, for_model
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import EvaluationError, expected_classes, predict
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class TransferEvaluation(Record):
    """What two classifiers say of M faces that a DE-GAN made, and what was asked for.

    Attributes:
        class_names: the K expressions that the one classifier knows.
        people: the P people that the other one knows.
        expression_asked: (M,) int, index into ``class_names``: what the face shows whose expression was transferred.
        expression_read: (M,) int, likewise.
        identity_asked: (M,) int, index into ``people``: on whom it was transferred.
        identity_read: (M,) int, likewise.
    """

    class_names: tuple[str, ...]
    people: tuple[str, ...]
    expression_asked: NDArray[np.int64]
    expression_read: NDArray[np.int64]
    identity_asked: NDArray[np.int64]
    identity_read: NDArray[np.int64]

    @property
    def expression(self) -> float:
        """Share of the faces that are recognised as the expression asked for, 0–1."""
        return float((self.expression_read == self.expression_asked).mean())

    @property
    def identity(self) -> float:
        """Share of the faces that are recognised as the person asked for, 0–1."""
        return float((self.identity_read == self.identity_asked).mean())

    @property
    def both(self) -> float:
        """Share of the faces that are recognised as both, 0–1."""
        right = (self.expression_read == self.expression_asked) & (self.identity_read == self.identity_asked)
        return float(right.mean())


def evaluate_transfer(
    degan: Checkpoint,
    faces: FaceImages,
    expression: Checkpoint,
    identity: Checkpoint,
    *,
    times: int = 1,
    seed: int = 0,
    batch_size: int = 256,
) -> TransferEvaluation:
    """Put faces' expressions on random other people, and let classifiers read what comes of it.

    Args:
        degan: of ``ali_degan``, with the names of its people among its metrics.
        faces: with expressions, best of people whom nobody was trained on.
        expression: classifier of expressions, trained apart.
        identity: classifier of the DE-GAN's people, trained apart; its classes are their names.
        times: on how many people each face's expression is put.
        seed: of the draw of these; nobody gets an expression of their own.
        batch_size: how many faces are made at a time; it changes nothing but speed (up to rounding).

    Returns:
        M = ``times`` · the number of faces.

    Raises:
        EvaluationError: a DE-GAN that does not name its people, a face whose expression or a person whom the
            classifiers do not know, or a classifier that is shown pictures cut or resized in another way.
    """
    expressions = expected_classes(faces, expression.class_names)
    if unknown := int((expressions < 0).sum()):
        raise EvaluationError(
            f"{unknown} of {len(faces)} faces show no expression that {expression.path} knows; leave them out"
        )
    codes = _codes_known(degan, identity)
    for classifier in (expression, identity):
        _check_same_pictures(degan, classifier)
    told = np.concatenate([_others(degan, faces, np.random.default_rng([seed, turn])) for turn in range(times)])
    made = torch.cat([
        _transferred(degan, faces, told[turn * len(faces) :][: len(faces)], batch_size) for turn in range(times)
    ])  # fmt: skip
    read = [
        predict(classifier.model, classifier.preprocessing.standardized(made), batch_size=batch_size).argmax(1)
        for classifier in (expression, identity)
    ]
    return TransferEvaluation(
        class_names=tuple(expression.class_names),
        people=tuple(identity.class_names),
        expression_asked=np.tile(expressions, times),
        expression_read=read[0].astype(np.int64),
        identity_asked=codes[told],
        identity_read=read[1].astype(np.int64),
    )


def _codes_known(degan: Checkpoint, identity: Checkpoint) -> NDArray[np.int64]:
    """(identities,) which class of the classifier each of the DE-GAN's people is."""
    people = _people(degan)
    known = {name: number for number, name in enumerate(identity.class_names)}
    if strangers := [name for name in people if name not in known]:
        raise EvaluationError(
            f"{identity.path} does not know {len(strangers)} of the {len(people)} people of {degan.path}, the first "
            f"being {strangers[0]}; train it on the same people"
        )
    return np.array([known[name] for name in people], np.int64)


def _people(degan: Checkpoint) -> Sequence[str]:
    model: Any = degan.model
    people: Sequence[str] = degan.metrics.get("people", ())
    if len(people) != getattr(model, "identities", None):
        raise EvaluationError(f"{degan.path} is no DE-GAN that names its people: train ali_degan with fer-probe train")
    return people


def _check_same_pictures(degan: Checkpoint, classifier: Checkpoint) -> None:
    """What a DE-GAN makes is cut out and resized already: a classifier can only standardise it in its own way."""
    ours, theirs = degan.preprocessing.to_dict(), classifier.preprocessing.to_dict()
    standardised = ("mean", "std", "per_picture")
    if different := [name for name in ours if name not in standardised and ours[name] != theirs[name]]:
        raise EvaluationError(
            f"{classifier.path} is shown other pictures than {degan.path} makes: {', '.join(different)} differ; train "
            "it with the same"
        )


def _others(degan: Checkpoint, faces: FaceImages, rng: np.random.Generator) -> NDArray[np.int64]:
    """(N,) for each face one of the DE-GAN's people, drawn among those who are not seen in it."""
    people = {name: code for code, name in enumerate(_people(degan))}
    seen = np.full(len(faces), "") if faces.subject is None else faces.subject
    own = np.array([people.get(str(name), len(people)) for name in seen], np.int64)
    drawn = rng.integers(len(people) - (own < len(people)))
    return np.asarray(drawn + (drawn >= own), np.int64)


def _transferred(degan: Checkpoint, faces: FaceImages, told: NDArray[np.int64], batch_size: int) -> torch.Tensor:
    """(N, C, H, W) pixels in 0–1 on the CPU: each face's expression on the person told, (N,)."""
    model: Any = degan.model
    images, made = degan.preprocessing(faces), []
    with evaluation_mode(model), torch.inference_mode():
        for start in range(0, len(faces), batch_size):
            batch = for_model(model, images[start : start + batch_size])
            identity = torch.from_numpy(told[start : start + batch_size]).to(batch.device)
            made.append(model.transfer(batch, identity).float().cpu())
    return torch.cat(made)
