"""Labelled faces on a device, as bytes: resized once, normalised when a batch of them is asked for."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_probe.evaluation import expected_classes, predict
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.records import arrays_sha256
from trainers.expansion import ExpandedPictures, Expansion


class TrainingError(FacesError):
    """These faces cannot be trained on, or the training went astray; the message says why and what to do."""


class LabelledFaces:
    """Faces of known classes.

    Attributes:
        faces: where they come from.
        pixels: (N, C, H, W) uint8 on the device, resized.
        labels: (N,) int64 on the device, indices into the class names.
        people: the names of the subjects; empty where none are known.
        subjects: (N,) int64 on the device, indices into ``people``; None where none are known.
        described: source, counts and hash, for the checkpoint; and how many a fallback had to crop.
    """

    def __init__(
        self,
        faces: FaceImages,
        class_names: Sequence[str],
        preprocessing: Preprocessing,
        device: torch.device,
        expansion: Expansion | None = None,
    ) -> None:
        labels = expected_classes(faces, class_names)
        images = preprocessing(faces)
        pixels = images.all_resized()
        counts = np.bincount(labels[labels >= 0], minlength=len(class_names)).tolist()
        self.preprocessing, self.faces = preprocessing, faces
        self.pixels = torch.from_numpy(pixels).to(device)
        self.labels = torch.from_numpy(labels).to(device)
        people = np.unique(np.asarray(faces.subject), return_inverse=True) if faces.subject is not None else None
        self.people = () if people is None else tuple(map(str, people[0]))
        self.subjects = None if people is None else torch.from_numpy(people[1].astype(np.int64)).to(device)
        self.expanded = None if expansion is None else ExpandedPictures(self.pixels, expansion)
        self.described: dict[str, Any] = {
            "source": faces.source,
            "faces": len(faces),
            "faces_a_class": dict(zip(class_names, counts, strict=True)),
            "sha256": arrays_sha256(pixels, labels),
        }
        if images.fallbacks:
            self.described["fallbacks"] = images.fallbacks
            warnings.warn(f"{faces.source or 'faces'}: {images.fallbacks}", stacklevel=3)

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: slice | Tensor) -> Tensor:
        return self.preprocessing.standardized(self.pixels[index].float() / 255)

    @property
    def lessons(self) -> int:
        """How many pictures an epoch shows: the faces, or all their variants."""
        return len(self) if self.expanded is None else len(self.expanded)

    def lesson(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Of the lessons of these numbers, (n,): pictures (n, C, H, W) float32 in 0–1, and the faces they are of."""
        if self.expanded is None:
            return self.pixels[numbers].float() / 255, numbers
        return self.expanded[numbers], self.expanded.originals(numbers)

    def read_by(self, model: nn.Module) -> tuple[float, float]:
        """Accuracy and mean loss of a model on these faces, in full precision."""
        probabilities, labels = torch.from_numpy(predict(model, self)), self.labels.cpu()
        loss = functional.nll_loss(probabilities.clamp_min(1e-12).log(), labels)
        return float((probabilities.argmax(1) == labels).double().mean()), float(loss)


def classes_of(faces: FaceImages) -> tuple[str, ...]:
    """The expressions that occur, in the corpus's order.

    Raises:
        TrainingError: fewer than two.
    """
    present = np.unique(faces.expression[faces.expression >= 0])
    if len(present) < 2:
        raise TrainingError(f"training needs faces of at least two expressions, these show {len(present)}")
    return tuple(faces.expression_names[i] for i in present)


def labelled_only(faces: FaceImages, class_names: Sequence[str]) -> FaceImages:
    """The faces that show one of the classes.

    Raises:
        TrainingError: none does.
    """
    known = expected_classes(faces, class_names) >= 0
    if not known.any():
        raise TrainingError(f"no validation face shows any of {', '.join(class_names)}")
    return faces if known.all() else faces.select(known)


def labelled_by_person(faces: FaceImages) -> FaceImages:
    """The faces with who is seen in the expression's place, to train a classifier of people.

    Raises:
        TrainingError: of some face nobody knows whose it is.
    """
    subject = np.full(len(faces), "") if faces.subject is None else np.asarray(faces.subject)
    if nobodys := int((subject == "").sum()):
        raise TrainingError(f"{nobodys} of {faces.source or 'these faces'} have no subject: leave them out")
    people, number = np.unique(subject, return_inverse=True)
    return dataclasses.replace(faces, expression=number, expression_names=tuple(map(str, people)))
