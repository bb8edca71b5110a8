"""Pairs: to each face another person's, with the same expression or a different one; and an expression's mean face."""

import torch
from torch import Generator, Tensor

from trainers.labelled_faces import LabelledFaces, TrainingError

#: How many faces are looked at for a partner: with seven expressions one in twenty thousand then finds none.
_CANDIDATES = 64


def partners(faces: LabelledFaces, shown: Tensor, same: Tensor, draws: Generator) -> tuple[Tensor, Tensor]:
    """For each of these faces one of another person.

    Args:
        faces: with labels and subjects.
        shown: (n,) numbers of faces.
        same: (n,) bool, whether the other is to show the same expression.
        draws: on the faces' device.

    Returns:
        (n,) numbers of faces, and (n,) bool, whether one was found that is as it should be.

    Raises:
        TrainingError: no subjects are known.
    """
    subjects = known_subjects(faces)
    device = faces.pixels.device
    drawn = torch.randint(len(faces), (len(shown), _CANDIDATES), generator=draws, device=device)
    other_person = subjects[drawn] != subjects[shown][:, None]
    alike = faces.labels[drawn] == faces.labels[shown][:, None]
    fitting = other_person & (alike == same[:, None])
    first = fitting.int().argmax(1, keepdim=True)  # of the fitting ones the first
    return drawn.gather(1, first).squeeze(1), fitting.gather(1, first).squeeze(1)


def known_subjects(faces: LabelledFaces) -> Tensor:
    """(N,) whose face each is.

    Raises:
        TrainingError: no subjects are known.
    """
    if faces.subjects is None:
        raise TrainingError("pairs are of two people, and these faces have no subjects: take a corpus that names them")
    return faces.subjects


def mean_faces(faces: LabelledFaces, classes: int) -> Tensor:
    """(classes, C, H, W) float32 in 0–1: the mean face of each expression; 0 where there is none."""
    means = torch.zeros(classes, *faces.pixels.shape[1:], device=faces.pixels.device)
    for number in range(classes):
        chosen = (faces.labels == number).nonzero().squeeze(1)
        for part in chosen.split(1024):
            means[number] += faces.pixels[part].float().sum(0) / 255
        means[number] /= max(1, len(chosen))
    return means
