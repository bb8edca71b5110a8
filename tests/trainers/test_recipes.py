"""Recipes: the papers' hyperparameters, and what their words become."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn, optim

from fer_probe.faces.face_crops import FixedCrop, HaarCrop
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import MODELS, build_model
from trainers import RECIPES
from trainers.augmentation import BrightnessContrast, EnlargeAndCrop, Flip, OneOf, Perspective, Rotate, Shift
from trainers.recipe import Recipe

PLAIN = Recipe("plain", "jahromi_medium", 16)


def some_faces(count=6, side=20):
    return FaceImages(
        pixels=np.random.default_rng(0).integers(0, 256, (count, 1, side, side), np.uint8),
        expression=np.arange(count) % 2,
        expression_names=("anger", "fear"),
        action_units=np.zeros((count, 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
    )


def test_zhus_hyperparameters():
    """Section 2.2, to the letter."""
    recipe = RECIPES["zhu_cnn"]
    assert (recipe.optimizer, recipe.batch_size, recipe.momentum) == ("sgd", 64, 0.9)
    assert (recipe.weight_decay, recipe.learning_rate, recipe.schedule) == (1e-4, 1e-3, "constant")
    assert (recipe.size, recipe.normalization) == (96, "per_picture")
    assert recipe.augmentation == (Rotate(15), Flip(), EnlargeAndCrop(99))


def test_jahromis_hyperparameters():
    """Section 3.4 and table 2, to the letter."""
    recipe = RECIPES["jahromi_medium_paper"]
    assert (recipe.optimizer, recipe.learning_rate, recipe.schedule, recipe.patience) == ("adam", 0.01, "plateau", 25)
    assert recipe.epochs >= 60
    assert (recipe.size, recipe.normalization) == (48, "per_pixel")
    assert recipe.augmentation == (Flip(), Shift(0.1))


def test_barradas_hyperparameters():
    """Sections 1.1 and 2.1: Haar crop, 128×128, balanced, flipped by half, then one of three changes."""
    recipe = RECIPES["barradas_classifier"]
    assert (recipe.size, recipe.channels, recipe.options) == (128, 1, {})
    assert recipe.crop == HaarCrop(fallback=FixedCrop())
    assert recipe.faces_a_class == 300
    assert (recipe.optimizer, recipe.learning_rate, recipe.schedule) == ("adam", 1e-3, "constant")
    assert recipe.augmentation == (Flip(0.5), OneOf((BrightnessContrast(), Perspective(), Rotate())))


def test_alis_hyperparameters():
    """Section 4.1, to the letter."""
    recipe = RECIPES["ali_cnn_baseline"]
    assert (recipe.optimizer, recipe.batch_size, recipe.learning_rate) == ("adam", 150, 1e-4)
    assert (recipe.betas[0], recipe.epochs, recipe.schedule) == (0.5, 50, "constant")
    assert (len(recipe.expansion), recipe.expansion.size, recipe.center_crop) == (110, 96, 96)


def test_cubarrubias_hyperparameters():
    """Section 4.4, to the letter, and section 3's three preparations: pixels in 0–1, nothing else."""
    rgb, grey, cropped = (RECIPES[f"cubarrubia_supervised{way}"] for way in ("", "_grey", "_cropped"))
    for recipe in (rgb, grey, cropped):
        assert (recipe.optimizer, recipe.learning_rate, recipe.epochs) == ("adam", 5e-5, 5)
        assert (recipe.schedule, recipe.normalization, recipe.augmentation) == ("constant", "none", ())
        assert recipe.size == 200
    assert [recipe.channels for recipe in (rgb, grey, cropped)] == [3, 1, 3]
    assert [recipe.preprocessing(some_faces()).shape[1:] for recipe in (rgb, grey, cropped)] == [
        (200, 200),
        (200, 200),
        (150, 150),
    ]


def three_ways(name):
    """RGB, grey, cropped."""
    return [RECIPES[f"{name}{way}"] for way in ("", "_grey", "_cropped")]


@pytest.mark.parametrize(
    ("name", "optimizer", "rate", "epochs", "learning"),
    [
        ("cubarrubia_dense_ae", "adam", 1e-4, 10, "reconstruction"),
        ("cubarrubia_conv_ae", "adam", 1e-4, 10, "reconstruction"),
        ("cubarrubia_semisupervised_autoencoder", "adamax", 1e-4, 5, "reconstruction"),
        ("cubarrubia_semisupervised", "adam", 5e-5, 5, "classification"),
    ],
)
def test_cubarrubias_autoencoders_hyperparameters(name, optimizer, rate, epochs, learning):
    """Sections 4.2 and 4.3, to the letter, three ways each; pixels in 0–1 and nothing else."""
    for recipe in three_ways(name):
        assert (recipe.optimizer, recipe.learning_rate, recipe.epochs) == (optimizer, rate, epochs)
        assert (recipe.learning, recipe.normalization, recipe.augmentation) == (learning, "none", ())
    shapes = [(3, 200, 200), (1, 200, 200), (3, 150, 150)]
    assert [recipe.preprocessing(some_faces()).shape for recipe in three_ways(name)] == shapes
    quick = [RECIPES[f"{recipe.name}_quick"].preprocessing(some_faces()).shape for recipe in three_ways(name)]
    assert quick == [(3, 64, 64), (1, 64, 64), (3, 48, 48)]


@pytest.mark.parametrize("end", ["", "_grey", "_cropped", "_quick", "_grey_quick", "_cropped_quick"])
def test_cubarrubias_second_stage_fits_on_the_first(end):
    """Both build the same encoder and decoder, which take over and stay as they are; the head alone learns."""
    first, second = (RECIPES[f"cubarrubia_semisupervised{stage}{end}"] for stage in ("_autoencoder", ""))
    with torch.device("meta"):
        earlier, later = (
            build_model(recipe.model, 8, size=recipe.preprocessing(some_faces()).shape[1:], channels=recipe.channels,
                        **recipe.options)
            for recipe in (first, second)
        )  # fmt: skip
    for part, theirs in second.takes_over.items():
        mine, others = later.get_submodule(part).state_dict(), earlier.get_submodule(theirs).state_dict()
        assert {name: value.shape for name, value in mine.items()} == {k: v.shape for k, v in others.items()}
    learning = {name.split(".")[0] for name, _ in later.named_parameters()} - set(second.fixed)
    assert learning == {"head"}


def test_khorramis_hyperparameters():
    """Those of the authors' code."""
    recipe = RECIPES["khorrami_zero_bias"]
    assert (recipe.optimizer, recipe.batch_size, recipe.momentum) == ("sgd", 64, 0.9)
    assert (recipe.learning_rate, recipe.weight_decay, recipe.schedule) == (1e-2, 1e-5, "constant")
    assert (recipe.size, recipe.channels, recipe.normalization) == (96, 1, "per_picture")
    assert {type(step) for step in recipe.augmentation} == {Rotate, Flip, EnlargeAndCrop, BrightnessContrast}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES.keys())
def test_every_recipe_can_be_built_and_told(recipe):
    """Its model exists, its optimiser and schedule build, and it is JSON."""
    assert recipe.model in MODELS
    optimizer = recipe.optimizer_of(nn.Linear(2, 2))
    recipe.schedule_of(optimizer, 10)
    assert recipe.preprocessing(some_faces()).shape[0] == recipe.channels
    assert json.loads(json.dumps(recipe.to_dict()))["name"] == recipe.name


def test_normalisations():
    """Per pixel is fitted, per picture is not, none leaves pixels in 0–1."""
    faces = some_faces(side=16)
    fitted = Recipe("a", "zhu_cnn", 16, normalization="per_pixel").preprocessing(faces)
    np.testing.assert_allclose(fitted.mean, faces.pixels.mean(0) / 255, rtol=1e-5)
    assert Recipe("a", "zhu_cnn", 16, normalization="per_picture").preprocessing(faces).per_picture
    assert PLAIN.preprocessing(faces).bounds()[1].max() == 1


def test_a_recipe_says_how_pictures_are_cut():
    """A crop, a middle and one mean for the set; the crop is told as plain values."""
    recipe = Recipe(
        "a", "zhu_cnn", 16, crop=FixedCrop((0, 0, 0.8, 0.8)), center_crop=12, normalization="per_set", equalize=True
    )
    faces = some_faces()
    prepared = recipe.preprocessing(faces)
    assert prepared == Preprocessing.fitted(faces, 16, per="set", crop=recipe.crop, center_crop=12, equalize=True)
    assert prepared.shape == (1, 12, 12)
    assert json.loads(json.dumps(recipe.to_dict()))["crop"] == {"kind": "fixed", "box": [0, 0, 0.8, 0.8]}


def test_one_cycle_rises_and_falls_to_nothing():
    """The largest rate is the recipe's; the last is close to 0."""
    recipe = Recipe("a", "zhu_cnn", 16, optimizer="adam", schedule="one_cycle", learning_rate=0.5)
    optimizer = recipe.optimizer_of(nn.Linear(2, 2))
    schedule, rates = recipe.schedule_of(optimizer, 50), []
    for _ in range(50):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert max(rates) == pytest.approx(0.5, rel=0.02)
    assert rates.index(max(rates)) in range(8, 12)
    assert rates[-1] < 0.01


def test_plateau_halves_after_its_patience():
    """No better accuracy for more than that many epochs: half the rate."""
    recipe = Recipe("a", "zhu_cnn", 16, schedule="plateau", patience=2, learning_rate=0.4)
    optimizer = recipe.optimizer_of(nn.Linear(2, 2))
    schedule = recipe.schedule_of(optimizer, 10)
    for accuracy in (0.5, 0.6, 0.6, 0.6, 0.6):
        schedule.step(accuracy)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.2)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "adamax"])
def test_optimisers_by_name(name):
    """The right class with the recipe's values."""
    recipe = Recipe("a", "zhu_cnn", 16, optimizer=name, weight_decay=0.3, momentum=0.7, betas=(0.5, 0.6))
    made = recipe.optimizer_of(nn.Linear(2, 2))
    assert type(made) is {"sgd": optim.SGD, "adam": optim.Adam, "adamw": optim.AdamW, "adamax": optim.Adamax}[name]
    assert made.defaults["weight_decay"] == 0.3
    assert made.defaults["lr"] == recipe.learning_rate
    assert made.defaults.get("momentum", 0.7) == 0.7
    assert made.defaults.get("betas", (0.5, 0.6)) == (0.5, 0.6)


@pytest.mark.parametrize("field", ["optimizer", "schedule", "normalization"])
def test_unknown_words_are_refused(field):
    """The message names the known ones."""
    recipe = Recipe("a", "zhu_cnn", 16, **{field: "magic"})
    with pytest.raises(ValueError, match=f"{field} 'magic'; known are"):
        optimizer = recipe.optimizer_of(nn.Linear(2, 2))
        recipe.schedule_of(optimizer, 10)
        recipe.preprocessing(some_faces())


def test_recipes_leave_the_global_generator_alone():
    """Building and describing draws nothing."""
    state = torch.random.get_rng_state()
    PLAIN.preprocessing(some_faces())
    PLAIN.to_dict()
    assert torch.equal(state, torch.random.get_rng_state())


def test_what_a_recipe_chooses():
    """What it leaves at its default is not told: so runs kept before there was that setting are still its own."""
    assert PLAIN.chosen() == {"name": "plain", "model": "jahromi_medium", "size": 16}
    recipe = dataclasses.replace(PLAIN, epochs=7, augmentation=(Flip(),))
    assert recipe.chosen() == {**PLAIN.chosen(), "epochs": 7, "augmentation": [repr(Flip())]}
