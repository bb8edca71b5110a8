"""Fading with a rest: who learns when, what each sees, what is erased in the end, and going on after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

import fer_probe as fp
from fer_probe.activations import evaluation_mode
from trainers import RECIPES, TrainingError, train
from trainers.labelled_faces import LabelledFaces
from trainers.learners.erased_fading import ErasedFading
from trainers.processes import Processes

CPU = torch.device("cpu")
TRAINING, VALIDATION = fp.draw_faces(12, 32, 0), fp.draw_faces(4, 32, 1)
LOSSES = {"reconstruction": 100.0, "multiclass": 2.0, "adversarial": 3.0, "erased": 0.5, "adversary_steps": 2}
RECIPE = replace(
    RECIPES["barradas_fader_quick"], name="tiny_fader", size=16, crop=None, faces_a_class=None, augmentation=(),
    options={"rest": 8, "noise": 0.3}, epochs=4, learning_rate=1e-3, schedule="constant", losses=LOSSES,
)  # fmt: skip


def learner_of(recipe=RECIPE):
    names = ErasedFading.class_names_of(TRAINING)
    prepared = recipe.preprocessing(TRAINING)
    faces = LabelledFaces(TRAINING, names, prepared, CPU)
    torch.manual_seed(0)
    return ErasedFading(recipe, prepared, names, faces, 0, Processes(0, 1, CPU)), faces


def changed_by(learner, faces):
    """Parts of the model that one epoch changes."""
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    learner.epoch(faces, lambda: None)
    after = learner.model.state_dict()
    return {name.split(".")[0] for name in after if not torch.equal(before[name], after[name])}


def test_first_all_learn_then_the_decoder_alone():
    """Half of the epochs each; the erasure is fitted a last time where the encoder's turn ends."""
    learner, faces = learner_of()
    changed = [changed_by(learner, faces) for _ in range(4)]
    every = {"encoder", "decoder", "adversary", "standard", "erasure"}
    assert changed == [every, every, {"decoder", "erasure"}, {"decoder"}]


def test_without_its_loss_the_adversary_does_not_learn():
    """And there is no optimiser for it."""
    learner, faces = learner_of(replace(RECIPE, losses={**LOSSES, "adversarial": 0.0}))
    assert len(learner.optimizers) == 1
    assert "adversary" not in changed_by(learner, faces)


def test_the_rest_tells_no_expression_in_the_end():
    """No linear classifier reads the training faces' expressions off it better than by guessing; before, it does."""
    learner, faces = learner_of()
    for _ in range(4):
        learner.epoch(faces, lambda: None)
    with evaluation_mode(learner.model), torch.no_grad():
        told, latent = learner.model.told(faces[:])[:, 6:], learner.model.encode(faces[:])[:, 6:]

    def read(values):
        return LogisticRegression(max_iter=2000).fit(values, faces.labels).score(values, faces.labels)

    assert read(told.numpy()) > 0.3
    assert read(latent.numpy()) == pytest.approx(1 / 7, abs=0.02)


def test_the_loss_by_hand():
    """Of whole latents as long as the encoder learns, of erased ones afterwards; a neutral face weighs as six."""
    learner, faces = learner_of()
    learner.epoch(faces, lambda: None)
    shown, model = torch.arange(21), learner.model
    images, labels = learner.varied(faces.lesson(shown)[0]), faces.labels[shown]
    emotion = (labels != learner.neutral).float()
    with evaluation_mode(model), torch.no_grad():
        told = model.told(images)
        erased = torch.cat([told[:, :6], model.erasure(told[:, 6:])], 1)
        whole, alone = ((model.decode(z, emotion) - images).square().mean() for z in (told, erased))
        showing = emotion > 0
        named = functional.cross_entropy(5 * told[showing, :6], learner.latent_of[labels[showing]])
        p = model.adversary(erased).sigmoid()
        fooled = -torch.log(torch.where(showing, 1 - p, p))
        weight = torch.where(showing, 7 / 12, 7 / 2)
        # A quarter of the epochs is over: the adversary's loss has all its weight.
        expected = 100 * whole + 2 * named + 3 * (weight * fooled).mean()
        torch.testing.assert_close(learner.loss(images, faces, shown), expected)
        learner.taken = 2 * learner.steps
        torch.testing.assert_close(learner.loss(images, faces, shown), 100 * alone)


def test_the_adversarys_loss_changes_the_emotions_alone():
    """The rest is shown to it, and has no gradient."""
    learner, _ = learner_of()
    told = torch.randn(5, 14, requires_grad=True)
    learner._unfooled(learner.model.erased(told), torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])).backward()
    assert told.grad[:, :6].abs().min() > 0
    assert not told.grad[:, 6:].any()


def test_an_epoch_of_the_decoder_alone_is_better_than_any_before():
    """Whatever is read of its faces."""
    learner, faces = learner_of()
    ranks = []
    for _ in range(4):
        learner.epoch(faces, lambda: None)
        ranks.append(learner.scores(faces).rank[0])
    assert ranks == [0, 0, 1, 1]


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path):
    """Stopped after each epoch: what the adversary remembers, and whose turn it is, come back."""
    whole = train(RECIPE, TRAINING, VALIDATION, checkpoint=tmp_path / "w.safetensors", progress=False)
    for minutes in (1e-9, 1e-9, 1e-9, None):
        parts = train(RECIPE, TRAINING, VALIDATION, checkpoint=tmp_path / "p.safetensors", minutes=minutes,
                      progress=False)  # fmt: skip
    for part, value in whole.model.state_dict().items():
        assert torch.equal(value, parts.model.state_dict()[part]), part
    assert parts.curves == whole.curves
    assert np.isfinite(whole.metrics["validation_loss"])


def test_a_model_without_a_rest_is_refused():
    """Which option is missing is said."""
    with pytest.raises(TrainingError, match="give options rest"):
        learner_of(replace(RECIPE, options={"noise": 0.3}))
