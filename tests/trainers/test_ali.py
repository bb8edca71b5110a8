"""Ali & Hughes's recipes: the paper's hyperparameters, and what each stage begins with."""

from dataclasses import replace

import pytest
import torch

from fer_probe.models import build_model
from tests.trainers.learners.test_adversarial import FACES, OTHERS
from trainers import RECIPES, TrainingError, train
from trainers.ali import ALI_CNN_BASELINE, ALI_DEGAN, ALI_DEGAN_FER, ALI_DEGAN_PRETRAINED
from trainers.labelled_faces import LabelledFaces
from trainers.learners import LEARNERS
from trainers.processes import Processes


def test_the_hyperparameters_are_the_papers():
    """Section 4.1: 300 and 50 epochs of the same optimiser, batch and 110-fold set; λ of equation 3; G more often."""
    shared = ("optimizer", "learning_rate", "betas", "batch_size", "schedule", "expansion", "size", "center_crop")
    for recipe, epochs in ((ALI_DEGAN, 300), (ALI_DEGAN_PRETRAINED, 300), (ALI_DEGAN_FER, 50)):
        assert recipe.epochs == epochs
        assert all(getattr(recipe, name) == getattr(ALI_CNN_BASELINE, name) for name in shared)
        assert (recipe.normalization, recipe.augmentation) == ("none", ())
    assert ALI_DEGAN_FER.losses == {"local1": 0.7, "local2": 0.6, "local3": 0.4, "local4": 0.3, "joined": 1}
    assert ALI_DEGAN.losses["generator_steps"] > 1 and 0 < ALI_DEGAN.losses["late"] < 1


@pytest.mark.parametrize("version", ["", "_quick"])
def test_all_is_taken_over_but_who_and_what_are_told_apart(version):
    """What is left out are the layers whose size hangs on the number of people or expressions."""
    parts = RECIPES[f"ali_degan_pretrained{version}"].takes_over
    assert all(part == theirs for part, theirs in parts.items())
    few, many = (
        build_model("ali_degan", classes, size=16, identities=people).state_dict()
        for classes, people in ((6, 5), (7, 8))
    )
    told_apart = {name for name in few if few[name].shape != many[name].shape}
    assert {name for name in few if not name.startswith(tuple(f"{part}." for part in parts))} == told_apart


@pytest.mark.parametrize("version", ["", "_quick"])
def test_every_stage_shows_the_same_pictures(version):
    """An encoder that stays as it is must not be shown others than it has learnt from."""
    prepared = [RECIPES[f"{name}{version}"].preprocessing(FACES)
                for name in ("ali_degan", "ali_degan_pretrained", "ali_degan_fer")]  # fmt: skip
    assert prepared[0] == prepared[1] == prepared[2]


def test_from_other_people_to_these(tmp_path):
    """Pre-training on two people, DE-GAN on four, stage two: each begins with the one before, and refuses another's."""
    tiny = {"size": 16, "batch_size": 12, "epochs": 1, "augmentation": ()}
    recipes = [replace(RECIPES[f"{name}_quick"], **tiny) for name in
               ("ali_degan", "ali_degan_pretrained", "ali_degan_fer")]  # fmt: skip
    before, start = [], None
    for recipe, faces in zip(recipes, (OTHERS, FACES, FACES), strict=True):
        path = tmp_path / f"{recipe.name}.safetensors"
        start = train(recipe, faces, OTHERS, checkpoint=path, start=start, progress=False)
        before.append(start)
    assert [one.architecture["options"].get("identities") for one in before] == [2, 4, None]
    begun = [one.data.get("start", {}).get("sha256") for one in before]
    assert begun == [None, *(one.sha256 for one in before[:2])]
    theirs = before[1].model.generator.encoder.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in before[2].model.encoder.state_dict().items())
    with pytest.raises(TrainingError, match="no generator.encoder that fit"):
        train(recipes[1], FACES, OTHERS, checkpoint=path, start=before[2], progress=False)


def test_pretrained_weights_are_where_the_training_begins(tmp_path):
    """At a rate of nothing, what was taken over is still there and the rest is not."""
    degan, pretrained = (replace(RECIPES[f"ali_degan{way}_quick"], size=16, batch_size=12, epochs=1, augmentation=(),
                                 learning_rate=rate) for way, rate in (("", 1e-3), ("_pretrained", 0.0)))  # fmt: skip
    first = train(degan, FACES, OTHERS, checkpoint=tmp_path / "first.safetensors", progress=False)
    then = train(
        pretrained, FACES, OTHERS, checkpoint=tmp_path / "then.safetensors", seed=1, start=first, progress=False
    )
    for (name, value), other in zip(then.model.named_parameters(), first.model.parameters(), strict=True):
        new = name.startswith(("generator.decoder.identity", "discriminator.expression", "discriminator.identity"))
        assert torch.equal(value, other) != new, name


@pytest.mark.parametrize("name", ["ali_cnn_baseline", "ali_degan", "ali_degan_fer"])
def test_two_steps_at_full_size(name):
    """Of 96×96 windows of the 110-fold set, as in the paper but for fewer at a time: finite, and weights move."""
    recipe = replace(RECIPES[name], takes_over={}, batch_size=6)
    preprocessing, device = recipe.preprocessing(FACES), torch.device("cpu")
    faces = LabelledFaces(FACES, FACES.expression_names, recipe.held(preprocessing), device, recipe.expansion)
    learner = LEARNERS[recipe.learning](
        recipe, preprocessing, FACES.expression_names, faces, 0, Processes(0, 1, device)
    )
    learner.model.train()
    learning = [values for values in learner.model.parameters() if values.requires_grad]
    before = [values.detach().clone() for values in learning]
    for first in (0, 110):
        assert torch.isfinite(learner.step(faces, torch.arange(first, first + 600, 100)))
    assert faces.lessons == 110 * len(FACES) and preprocessing.shape == (1, 96, 96)
    assert all(not torch.equal(*pair) for pair in zip(before, learning, strict=True))
