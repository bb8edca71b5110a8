"""The training loop: it learns, keeps the best, repeats itself by its seed, stops when told, refuses what it cannot."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fer_probe.evaluation import evaluate
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_crops import FixedCrop, LandmarkCrop
from fer_probe.faces.face_images import FaceImages
from trainers import RECIPES, Recipe, TrainingError, train
from trainers.augmentation import Flip, Shift
from trainers.course import Course, Scores
from trainers.expansion import Expansion

TINY = Recipe(
    "tiny", "jahromi_medium", 16, normalization="per_pixel", optimizer="adam", learning_rate=2e-3, batch_size=16,
    epochs=3, augmentation=(Flip(), Shift(0.1)),
)  # fmt: skip


def stripes(count, seed, names=("anger", "fear", "sadness")):
    """Pictures whose class is the height of a bright stripe, in noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    pixels = rng.integers(0, 120, (count, 1, 20, 20))
    for picture, label in zip(pixels, labels, strict=True):
        picture[0, 4 + 5 * label : 7 + 5 * label] += 120
    return FaceImages(
        pixels=pixels.astype(np.uint8),
        expression=labels,
        expression_names=names,
        action_units=np.zeros((count, 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
        source="stripes",
    )


TRAINING, VALIDATION = stripes(120, 0), stripes(60, 1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("trained") / "net.safetensors"
    return train(replace(TINY, epochs=5), TRAINING, VALIDATION, checkpoint=path, progress=False)


def test_it_learns(trained):
    """Stripes are told apart on pictures it never saw; the loss falls; the curves have one value an epoch."""
    fresh = stripes(60, 2)
    found = evaluate(trained.model, trained.preprocessing(fresh), fresh, trained.class_names)
    assert found.accuracy > 0.95
    assert trained.curves["loss"][-1] < trained.curves["loss"][0]
    assert {len(curve) for curve in trained.curves.values()} == {5}


def test_the_checkpoint_is_the_best_epoch(trained):
    """Its accuracy on the validation faces is the metric, which is the best of the curve."""
    found = evaluate(trained.model, trained.preprocessing(VALIDATION), VALIDATION, trained.class_names)
    assert found.accuracy == pytest.approx(trained.metrics["validation_accuracy"])
    assert found.accuracy == pytest.approx(max(trained.curves["validation_accuracy"]))
    best = trained.metrics["best_epoch"] - 1
    assert trained.curves["validation_loss"][best] == pytest.approx(trained.metrics["validation_loss"])


def test_the_checkpoint_tells_where_it_comes_from(trained):
    """Recipe with seed and epochs, faces with counts and hash, why it stopped, minutes, device."""
    assert (trained.recipe["name"], trained.recipe["seed"], trained.recipe["epochs"]) == ("tiny", 0, 5)
    assert trained.data["training"]["faces"] == 120
    assert sum(trained.data["training"]["faces_a_class"].values()) == 120
    assert len(trained.data["validation"]["sha256"]) == 64
    assert trained.metrics["stopped"] == "all epochs done"
    assert {"minutes", "device", "precision"} <= set(trained.metrics)
    assert trained.architecture["name"] == "jahromi_medium"


def test_the_seed_decides_everything(tmp_path):
    """Same seed, same weights, whatever the global generator did; another seed, others."""
    weights = []
    for run, seed in enumerate((3, 3, 4)):
        torch.manual_seed(run)
        made = train(TINY, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", seed=seed, epochs=1,
                     progress=False)  # fmt: skip
        weights.append(made.model.conv1.weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_the_global_generator_is_given_back(tmp_path):
    """Training draws nothing from the caller's sequence of random numbers."""
    torch.manual_seed(0)
    state = torch.random.get_rng_state()
    train(TINY, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", epochs=1, progress=False)
    assert torch.equal(state, torch.random.get_rng_state())


def test_classes_are_those_that_occur_and_labels_match_by_name(tmp_path):
    """Unlabelled faces and classes without faces are left out; validation in another order is read by name."""
    names = ("contempt", "anger", "fear", "sadness")
    training = replace(TRAINING, expression_names=names, expression=TRAINING.expression + 1)
    training.expression[:5] = -1
    swapped = replace(VALIDATION, expression_names=("sad", "fear", "anger"), expression=2 - VALIDATION.expression)
    made = train(TINY, training, swapped, checkpoint=tmp_path / "n.safetensors", progress=False)
    assert made.class_names == ("anger", "fear", "sadness")
    assert made.data["training"]["faces"] == 115
    assert made.metrics["validation_accuracy"] > 0.8


def test_it_stops_when_the_time_is_over(tmp_path):
    """After the epoch in which it ran out, and it says so."""
    made = train(TINY, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", minutes=0, progress=False)
    assert made.metrics["epochs"] == 1
    assert "time over" in made.metrics["stopped"]


def test_it_stops_when_nothing_gets_better():
    """Two epochs after the best one; of equal accuracies the smaller loss is better, of equal epochs the first."""
    course, net = Course(replace(TINY, stop_after=2, epochs=9), None), torch.nn.Linear(1, 1)
    seen = []
    for accuracy, loss in [(0.5, 1.0), (0.6, 1.2), (0.6, 1.1), (0.6, 1.1), (0.5, 0.1)]:
        assert not course.stopped
        with torch.no_grad():
            net.bias.fill_(course.epoch)
        seen.append(course.is_best(net, 1.0, Scores({"validation_accuracy": accuracy}, (accuracy, -loss)), 0.1))
    assert seen == [True, True, True, False, False]
    assert course.stopped == "no better validation for 2 epochs"
    assert (course.best_epoch, course.best_weights["bias"].item()) == (3, 2)


def test_what_cannot_be_trained_is_refused(tmp_path):
    """One class, no labels, or a loss that explodes: each with its reason."""
    path = tmp_path / "n.safetensors"
    one = TRAINING.select(TRAINING.expression == 0)
    with pytest.raises(TrainingError, match="at least two expressions, these show 1"):
        train(TINY, one, VALIDATION, checkpoint=path, progress=False)
    blank = replace(VALIDATION, expression=np.full(60, -1))
    with pytest.raises(TrainingError, match="no validation face shows any of anger"):
        train(TINY, TRAINING, blank, checkpoint=path, progress=False)
    with pytest.raises(TrainingError, match="lower its learning rate"):
        train(replace(TINY, optimizer="sgd", learning_rate=1e30), TRAINING, VALIDATION, checkpoint=path, progress=False)
    assert not path.exists()


#: Those that classify from the start; uncropped, as they are tested, the cropped ones are the others again.
CLASSIFYING = [
    name
    for name, recipe in RECIPES.items()
    if recipe.learning == "classification" and not recipe.takes_over and "_cropped" not in name
]


@pytest.mark.parametrize("name", CLASSIFYING)
def test_every_recipe_lowers_the_loss(tmp_path, name):
    """Three epochs of every recipe at a small size, its own optimiser, schedule and augmentation."""
    recipe = RECIPES[name]
    small = replace(recipe, size=16, center_crop=None, crop=None, expansion=None, faces_a_class=None,
                    augmentation=recipe.augmentation[:2], batch_size=32,
                    learning_rate=min(recipe.learning_rate, 2e-3))  # fmt: skip
    made = train(small, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", epochs=3, progress=False)
    assert made.curves["loss"][-1] < made.curves["loss"][0]


def test_training_crops_and_balances_as_the_recipe_says(tmp_path):
    """Landmarks cut each face out, fallbacks are counted; as many of each class, and the repeats are said."""
    faces = draw_faces(3, 32, expressions=("anger", "fear", "neutral"))
    landmarks = np.array(faces.landmarks)
    landmarks[4] = np.nan
    faces = replace(faces, landmarks=landmarks)
    recipe = replace(
        TINY, crop=LandmarkCrop(0.1, fallback=FixedCrop()), size=20, center_crop=16, faces_a_class=5, epochs=1
    )
    with pytest.warns(UserWarning) as told:
        trained = train(recipe, faces, faces, checkpoint=tmp_path / "net.safetensors", progress=False)
    words = " ".join(str(warning.message) for warning in told)
    assert "fear has 3 faces for 5" in words and "LandmarkCrop" in words
    assert trained.data["training"]["faces_a_class"] == {"anger": 5, "fear": 5, "neutral": 5}
    assert len(trained.data["training"]["repeated"]) == 3
    assert trained.data["validation"]["fallbacks"].startswith("in 1 of 9 pictures")
    assert trained.preprocessing.crop == recipe.crop
    found = evaluate(trained.model, trained.preprocessing(faces), faces, trained.class_names)
    assert found.accuracy == pytest.approx(trained.metrics["validation_accuracy"])


def test_an_epoch_shows_every_variant(tmp_path):
    """Windows and turns of each picture, 20 of each an epoch; faces are read by the middle window afterwards."""
    recipe = replace(TINY, size=20, center_crop=16, expansion=Expansion(16, (0, 9)), augmentation=(), batch_size=60)
    seen = []
    watched = replace(recipe, augmentation=(lambda images, _: seen.append(images) or images,))
    few = TRAINING.select(slice(0, 12))
    train(watched, few, VALIDATION, checkpoint=tmp_path / "n.safetensors", epochs=1, progress=False)
    shown = torch.cat(seen)
    assert shown.shape == (12 * 5 * 2 * 2, 1, 16, 16)
    middles = torch.from_numpy(TRAINING.pixels[:12, :, 2:18, 2:18]).float() / 255
    for middle in middles:
        assert (shown == middle).all(3).all(2).all(1).sum() == 1
    trained = train(recipe, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", epochs=1, progress=False)
    assert trained.preprocessing.shape == (1, 16, 16)
    assert trained.metrics["validation_accuracy"] > 0.9
    with pytest.raises(ValueError, match="give center_crop=16"):
        train(replace(recipe, center_crop=None), TRAINING, VALIDATION, checkpoint=tmp_path / "m.safetensors")
