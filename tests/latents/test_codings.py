"""Codings: any model with encode and decode as functions of pixels in 0–1, what it is told beside, who reads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import fer_probe as fp
from fer_probe.checkpoints import Checkpoint, CheckpointError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.codings import classifier_of, coding, coding_of
from fer_probe.models import LatentClassifier
from tests.small_network import CLASSES, SmallNet

NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


def checkpoint(model, names=NAMES, size=16, recipe=None, **metrics):
    return Checkpoint(
        model=model.eval(), preprocessing=Preprocessing(size), class_names=tuple(names), architecture={},
        recipe=recipe or {}, metrics=metrics, curves={}, data={}, path=Path("net.safetensors"), sha256="",
    )  # fmt: skip


def model(name, **options):
    return fp.build_model(name, 7, size=16, **options)


def test_variables_are_named_after_what_they_were_taught():
    """A class each of the β-VAE, an emotion each of the fader; none where the loss that taught them was left out."""
    assert coding_of(checkpoint(model("barradas_beta_vae"))).names == NAMES
    assert coding_of(checkpoint(model("barradas_fader"))).names == NAMES[:-1]
    assert coding_of(checkpoint(model("barradas_fader", rest=2))).names == (*NAMES[:-1], "rest 1", "rest 2")
    untaught = {"losses": {"reconstruction": 1.0, "multiclass": 0.0, "adversarial": 0.0}}
    assert coding_of(checkpoint(model("barradas_fader"), recipe=untaught)).names == ()
    assert coding_of(checkpoint(model("barradas_beta_vae"), recipe={"losses": {"gamma": 0.0}})).names == ()
    assert coding_of(checkpoint(model("cubarrubia_conv_ae"), ())).names == ()


def test_what_a_decoder_is_told_is_read_off_its_keywords():
    """Emotion of the fader, identity of DE-GAN with its people, nothing of the others; a classifier codes nothing."""
    degan = coding_of(checkpoint(model("ali_degan", identities=3), people=["Ada", "Ben", "Cy"]))
    assert (degan.attribute, degan.people) == ("identity", ("Ada", "Ben", "Cy"))
    assert coding_of(checkpoint(model("barradas_fader"))).attribute == "emotion"
    assert coding_of(checkpoint(model("barradas_beta_vae"))).attribute == ""
    assert coding_of(checkpoint(SmallNet(), CLASSES, 24)) is None
    stage_two = coding_of(checkpoint(model("ali_degan_fer")))
    assert stage_two.decode is None


def test_what_faces_tell_a_decoder():
    """Neutral faces show no emotion; who is seen in unknown faces has no number."""
    faces = fp.draw_faces(1, 16)
    told = coding_of(checkpoint(model("barradas_fader"))).beside(faces)["emotion"]
    assert told.tolist() == [float(NAMES[i] != "neutral") for i in faces.expression]
    assert coding_of(checkpoint(model("barradas_beta_vae"))).beside(faces) == {}
    assert coding_of(checkpoint(model("ali_degan", identities=2))).beside(faces) is None


def test_a_coding_is_of_pixels_whatever_the_model_takes():
    """Standardisation is done before encoding and undone after decoding; the model's mode is given back."""
    seen = []

    class Strange(nn.Module):
        def encode(self, images):
            seen.append((images.mean().item(), self.training))
            return images.flatten(1)

        def decode(self, latent):
            return latent.reshape(-1, 1, 2, 2)

    strange, prep = Strange().train(), Preprocessing(2, mean=0.5, std=0.25)
    found = coding(strange.encode, strange.decode, prep)
    pixels = torch.full((3, 1, 2, 2), 0.75)
    latent = found.encode(pixels)
    assert seen == [(1.0, False)] and strange.training
    torch.testing.assert_close(found.decode(latent), pixels)
    assert found.decode(latent * 9).max() == 1  # what lies beyond black and white is cut off


def test_who_reads_expressions():
    """The model itself, its latent, or nobody; outputs without neutral take the emotions' names."""
    plain = SmallNet()
    assert classifier_of(checkpoint(plain, CLASSES, 24)) == (plain, CLASSES)
    reader, names = classifier_of(checkpoint(model("barradas_beta_vae")))
    assert isinstance(reader, LatentClassifier) and names == NAMES
    assert classifier_of(checkpoint(model("barradas_fader")))[1] == NAMES[:-1]
    assert classifier_of(checkpoint(model("barradas_siamese_vae"))) is None
    assert classifier_of(checkpoint(model("ali_degan", identities=2))) is None
    assert classifier_of(checkpoint(model("cubarrubia_conv_ae"), ())) is None
    semi = model("cubarrubia_semisupervised", maps=(2, 2, 2))
    assert classifier_of(checkpoint(semi))[0] is semi


def test_a_model_that_neither_reads_nor_codes_is_refused():
    """With what it gives and what was expected."""
    with pytest.raises(CheckpointError, match=r"gives \(1, 7\) for one picture, expected \(1, 2\)"):
        classifier_of(checkpoint(SmallNet(), CLASSES[:2], 24))
    with pytest.raises(CheckpointError, match="cannot take a picture of 1×16×16"):
        classifier_of(checkpoint(SmallNet(), CLASSES, 16))


def test_compiled_functions_have_no_keywords_to_read():
    """A scripted module codes all the same."""

    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        @torch.jit.export
        def encode(self, images: torch.Tensor) -> torch.Tensor:
            return self.fc(images.flatten(1))

        @torch.jit.export
        def decode(self, latent: torch.Tensor) -> torch.Tensor:
            return latent.reshape(-1, 1, 2, 2)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.decode(self.encode(images))

    scripted = torch.jit.script(Plain())
    found = coding_of(checkpoint(scripted, (), 2))
    assert found.attribute == "" and found.decode(found.encode(torch.rand(3, 1, 2, 2))).shape == (3, 1, 2, 2)
    assert np.isfinite(fp.find_latents(found.encode, torch.rand(3, 1, 2, 2)).values).all()
