"""Reconstruction: the loss is the pixels' cross-entropy, no label is asked for, and every autoencoder learns by it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FaceImages
from fer_probe.models import Autoencoder, build_model
from trainers import RECIPES, TrainingError, train
from trainers.labelled_faces import LabelledFaces
from trainers.learners.reconstruction import Reconstruction, mean_over, pixel_entropy
from trainers.processes import Processes

CPU = torch.device("cpu")
DRAWN = draw_faces(2, 24, 0, per_subject=1, channels=3)


def unlabelled(faces):
    """As FEC's: no expressions, no subjects, nothing coded."""
    return FaceImages(
        pixels=np.asarray(faces.pixels[:]),
        expression=np.full(len(faces), -1),
        expression_names=(),
        action_units=np.zeros((len(faces), 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
        source="unlabelled",
    )


FACES = unlabelled(DRAWN)
OURS = [name for name, recipe in RECIPES.items() if recipe.learning == "reconstruction"]
MODELS = [name for name in OURS if not name.endswith(("_quick", "_grey", "_cropped"))]


def tiny(name, **settings):
    """Few maps and a small picture; optimiser, rate and batches stay the recipe's."""
    recipe = RECIPES[name]
    small = {} if "dense" in recipe.model else {"options": {"maps": (4, 6, 8)}}
    return replace(recipe, size=24, center_crop=recipe.center_crop and 18, **{**small, **settings})


def learner_of(recipe, faces=FACES, seed=0):
    prepared = recipe.preprocessing(faces)
    shown = LabelledFaces(faces, (), prepared, CPU)
    return Reconstruction(recipe, prepared, (), shown, seed, Processes(0, 1, CPU)), shown


def test_the_loss_is_the_cross_entropy_of_every_pixel():
    """−t·log p − (1 − t)·log(1 − p) written out, its mean; the pictures' own entropy where all comes back."""
    rng = np.random.default_rng(0)
    t, p = rng.uniform(0, 1, (2, 3, 4, 5)), rng.uniform(0.01, 0.99, (2, 3, 4, 5))
    expected = np.mean(-t * np.log(p) - (1 - t) * np.log(1 - p))
    assert float(pixel_entropy(torch.tensor(p), torch.tensor(t))) == pytest.approx(expected, rel=1e-5)
    own = np.mean(-t * np.log(t) - (1 - t) * np.log(1 - t))
    assert float(pixel_entropy(torch.tensor(t), torch.tensor(t))) == pytest.approx(own, rel=1e-5)
    assert own < expected
    with torch.autocast("cpu", torch.bfloat16):
        low = pixel_entropy(torch.tensor(p).bfloat16(), torch.tensor(t))
    assert low.dtype == torch.float32 and float(low) == pytest.approx(expected, rel=0.02)


def test_what_is_reconstructed_is_the_picture_the_model_was_shown():
    """The loss of a step, by the model's own answer in full precision to the same pictures."""
    learner, shown = learner_of(tiny("cubarrubia_conv_ae"))
    numbers = torch.arange(6)
    pictures = torch.from_numpy(np.stack([shown.pixels[i].numpy() for i in numbers])).double() / 255
    made = learner.model.double().eval().reconstruct(pictures).detach().numpy()
    expected = np.mean(-pictures.numpy() * np.log(made) - (1 - pictures.numpy()) * np.log(1 - made))
    learner.model.float()
    assert learner.loss(shown[numbers], shown, numbers).item() == pytest.approx(expected, rel=1e-4)


def test_the_mean_over_faces_knows_no_batches():
    """An unequal last batch weighs by its faces; the model is given back in the mode it had."""
    learner, shown = learner_of(tiny("cubarrubia_conv_ae"))
    each = torch.arange(len(shown)).double().square()
    learner.model.train()
    mean = mean_over(shown, learner.model, lambda _, numbers: each[numbers].mean(), 5)
    assert mean == pytest.approx(float(each.mean()))
    assert learner.model.training


@pytest.mark.parametrize("name", OURS)
def test_two_steps_lower_the_loss(name):
    """Of every recipe at a small size, by its own optimiser, on faces without any label.

    At a tenth of the rate: the first steps of Adam move every weight by the rate, which is too far for wide layers.
    """
    learner, shown = learner_of(tiny(name, learning_rate=RECIPES[name].learning_rate / 10, schedule="constant"))
    numbers = torch.arange(len(shown))
    losses = [float(learner.step(shown, numbers)) for _ in range(3)]
    assert losses[0] > losses[1] > losses[2]


def test_unlabelled_faces_train(tmp_path):
    """The loss that chooses is the validation faces', falls, and is theirs by the checkpoint; no class is told."""
    validation = unlabelled(draw_faces(1, 24, 1, per_subject=1, channels=3))
    recipe = tiny("cubarrubia_conv_ae", epochs=4, learning_rate=5e-3, batch_size=4)
    made = train(recipe, FACES, validation, test=validation, checkpoint=tmp_path / "n.safetensors", progress=False)
    curve = made.curves["validation_loss"]
    assert curve[-1] < curve[0] and made.metrics["validation_loss"] == min(curve)
    assert made.class_names == () and made.data["training"]["faces_a_class"] == {}
    assert isinstance(made.model, Autoencoder)
    images = made.preprocessing(validation)[0 : len(validation)]
    with torch.no_grad():
        again = float(pixel_entropy(made.model.eval().reconstruct(images), images))
    assert again == pytest.approx(made.metrics["test_loss"], rel=1e-4)
    assert made.metrics["test_loss"] == pytest.approx(made.metrics["validation_loss"])


@pytest.mark.parametrize("name", MODELS)
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path, name):
    """Stopped after each epoch and called again, Adam and Adamax end where one call ends."""
    recipe = tiny(name, epochs=3, learning_rate=2e-3, batch_size=8)
    whole = train(recipe, FACES, FACES, checkpoint=tmp_path / "w.safetensors", progress=False)
    for minutes in (1e-9, 1e-9, None):
        part = train(
            recipe, FACES, FACES, checkpoint=tmp_path / "p.safetensors", minutes=minutes, progress=False
        )  # fmt: skip
    assert part.curves == whole.curves and len(whole.curves["loss"]) == 3
    for one, other in zip(part.model.state_dict().values(), whole.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_the_second_stage_learns_its_head_alone(tmp_path):
    """Encoder and decoder are the first stage's to the bit, the head is not what it was; labelled faces are needed."""
    first = train(tiny("cubarrubia_semisupervised_autoencoder", epochs=1), FACES, FACES,
                  checkpoint=tmp_path / "one.safetensors", progress=False)  # fmt: skip
    recipe = tiny("cubarrubia_semisupervised", epochs=2)
    second = train(recipe, DRAWN, DRAWN, start=first, checkpoint=tmp_path / "two.safetensors", progress=False)
    learnt, before = second.model.state_dict(), first.model.state_dict()
    fresh = build_model(recipe.model, len(second.class_names), size=24, channels=3, **recipe.options).state_dict()
    for name, value in learnt.items():
        if name.startswith("head."):
            assert not torch.equal(value, fresh[name])
        else:
            assert torch.equal(value, before[name])
    assert second.data["start"] == {"recipe": first.recipe["name"], "sha256": first.sha256}
    images = second.preprocessing(DRAWN)[0:3]
    assert torch.equal(second.model.eval().reconstruct(images), first.model.eval().reconstruct(images))
    with pytest.raises(TrainingError, match="at least two expressions, these show 0"):
        train(recipe, FACES, FACES, start=first, checkpoint=tmp_path / "x.safetensors", progress=False)
    with pytest.raises(TrainingError, match="needs a checkpoint to start from"):
        train(recipe, DRAWN, DRAWN, checkpoint=tmp_path / "x.safetensors", progress=False)


def test_pixels_in_0_to_1_are_asked_for(tmp_path):
    """Cross-entropy of standardised pixels means nothing: said before the first step."""
    recipe = tiny("cubarrubia_conv_ae", normalization="per_pixel")
    with pytest.raises(TrainingError, match="its normalization is to be 'none', not 'per_pixel'"):
        train(recipe, FACES, FACES, checkpoint=tmp_path / "n.safetensors", progress=False)


@pytest.mark.full_size
@pytest.mark.parametrize("name", MODELS)
def test_two_steps_at_full_size(name):
    """As the paper has it, 200×200 in colour, at a hundredth of the rate; the dense one takes 10 GB."""
    recipe = replace(RECIPES[name], learning_rate=1e-6)
    learner, shown = learner_of(recipe, FACES.select(slice(0, 2)))
    assert shown.pixels.shape == (2, 3, 200, 200)
    losses = [float(learner.step(shown, torch.arange(2))) for _ in range(3)]
    assert losses[0] > losses[1] > losses[2]
