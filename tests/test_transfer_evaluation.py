"""Transfer evaluation: shares by hand of what hand-made models make and read; names, not numbers, are compared."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import EvaluationError
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.records import load_record, save_record
from fer_probe.transfer_evaluation import evaluate_transfer

NAMES, PEOPLE = ("anger", "fear", "sadness"), ["Ada", "Ben", "Cy", "Di"]


class Stamps(nn.Module):
    """A DE-GAN whose faces keep their first pixel, the expression, and have the identity's number as the second."""

    identities = 4

    def transfer(self, images, identity):
        made = images.clone()
        made[:, 0, 0, 1] = identity / 255
        return made


class Reads(nn.Module):
    """A classifier that takes a pixel's value for the class, through an order of its own; ``blind`` reads 0 for it."""

    def __init__(self, pixel, order, blind=None):
        super().__init__()
        self.pixel, self.order, self.blind = pixel, torch.tensor(order), blind

    def forward(self, images):
        told = (images[:, 0, 0, self.pixel] * 255).round().long()
        told = torch.where(told == (-1 if self.blind is None else self.blind), 0, told)
        return torch.nn.functional.one_hot(self.order[told], len(self.order)).float()


def checkpoint(model, class_names, **metrics):
    return Checkpoint(
        model=model, preprocessing=Preprocessing(4), class_names=tuple(class_names), architecture={}, recipe={},
        metrics=metrics, curves={}, data={}, path=Path(f"{type(model).__name__}.safetensors"), sha256="",
    )  # fmt: skip


DEGAN = checkpoint(Stamps(), NAMES, people=PEOPLE)
EXPRESSION = checkpoint(Reads(0, [2, 0, 1]), ("fear", "sadness", "anger"))
IDENTITY = checkpoint(Reads(1, [1, 3, 0, 2]), ("Cy", "Ada", "Di", "Ben"))


@pytest.fixture
def faces():
    """Sixty faces whose first pixel is their expression."""
    labels = np.arange(60) % 3
    pixels = np.zeros((60, 1, 4, 4), np.uint8)
    pixels[:, 0, 0, 0] = labels
    return FaceImages(
        pixels=pixels,
        expression=labels,
        expression_names=NAMES,
        action_units=np.zeros((60, 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
        subject=np.array([*PEOPLE, "Eve"])[np.arange(60) % 5],
    )


def test_what_is_recognised_by_name(faces):
    """All of both, though the classifiers have orders of their own; the same after a way to the disk."""
    found = evaluate_transfer(DEGAN, faces, EXPRESSION, IDENTITY, times=3, batch_size=7)
    assert (found.expression, found.identity, found.both) == (1, 1, 1)
    assert np.array_equal(
        np.array(found.class_names)[found.expression_asked], np.tile(np.array(NAMES)[faces.expression], 3)
    )
    assert found.people == ("Cy", "Ada", "Di", "Ben") and len(found.identity_read) == 180


def test_the_shares_are_those_of_the_faces(faces, tmp_path):
    """One expression and one person are not seen: two thirds, the share not put on Di, and both by counting."""
    blind = (
        replace(EXPRESSION, model=Reads(0, [2, 0, 1], blind=1)),
        replace(IDENTITY, model=Reads(1, [1, 3, 0, 2], blind=3)),
    )
    found = evaluate_transfer(DEGAN, faces, *blind, times=4)
    fear = np.array(found.class_names)[found.expression_asked] == "fear"
    di = np.array(found.people)[found.identity_asked] == "Di"
    assert found.expression == pytest.approx(2 / 3)
    assert found.identity == pytest.approx(1 - di.mean()) and 0.1 < di.mean() < 0.5
    assert found.both == pytest.approx((~fear & ~di).mean())
    again = load_record(save_record(found, tmp_path / "transfer", {}), type(found))
    assert (again.expression, again.identity, again.both) == (found.expression, found.identity, found.both)


def test_nobody_gets_an_expression_of_their_own(faces):
    """The four people get the others', equally often; a stranger's goes to anybody; the seed decides."""
    found = evaluate_transfer(DEGAN, faces, EXPRESSION, IDENTITY, times=50)
    seen, told = np.tile(faces.subject, 50), np.array(found.people)[found.identity_asked]
    assert not (seen == told).any()
    for name in PEOPLE:
        assert (told[seen == "Eve"] == name).mean() == pytest.approx(0.25, abs=0.07)
        assert (told[seen == PEOPLE[PEOPLE.index(name) - 1]] == name).mean() == pytest.approx(1 / 3, abs=0.07)
    again, other = (
        evaluate_transfer(DEGAN, faces, EXPRESSION, IDENTITY, times=50, seed=seed).identity_asked for seed in (0, 1)
    )
    assert np.array_equal(found.identity_asked, again) and not np.array_equal(again, other)


def test_a_classifier_may_standardise_in_its_own_way(faces):
    """It is shown what it was trained on: pixels less its mean, by its deviation."""
    own = replace(
        EXPRESSION, preprocessing=Preprocessing(4, mean=0.5, std=0.25), model=nn.Sequential(Undo(), EXPRESSION.model)
    )
    assert evaluate_transfer(DEGAN, faces, own, IDENTITY).both == 1


class Undo(nn.Module):
    def forward(self, images):
        return images * 0.25 + 0.5


def test_what_does_not_fit_is_named(faces):
    """Other pictures, people or expressions that nobody knows, a model that names no people."""
    for wrong, told in (
        (
            (DEGAN, faces, replace(EXPRESSION, preprocessing=Preprocessing(5)), IDENTITY),
            "other pictures .* size differ",
        ),
        ((DEGAN, faces, EXPRESSION, replace(IDENTITY, class_names=("Ada", "Ben", "Cy", "Dee"))), "1 of the 4 .* Di;"),
        ((DEGAN, faces, replace(EXPRESSION, class_names=("fear", "joy", "anger")), IDENTITY), "20 of 60 faces show no"),
        ((replace(DEGAN, metrics={}), faces, EXPRESSION, IDENTITY), "no DE-GAN that names its people"),
        ((EXPRESSION, faces, EXPRESSION, IDENTITY), "no DE-GAN that names its people"),
    ):
        with pytest.raises(EvaluationError, match=told):
            evaluate_transfer(*wrong)
