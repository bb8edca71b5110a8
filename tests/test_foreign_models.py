"""A stranger's network told in words: found, or refused in one sentence."""

from dataclasses import replace

import numpy as np
import pytest

from fer_probe.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from fer_probe.faces.face_crops import EyeCrop, FixedCrop, HaarCrop, LandmarkCrop
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.foreign_models import named_model, told_preprocessing, with_crop
from tests.small_network import CLASSES, SmallNet


def test_a_class_is_found_by_its_name():
    """package.module:Net gives a network, built without arguments."""
    assert isinstance(named_model("tests.small_network:SmallNet"), SmallNet)


def test_a_module_of_the_current_folder_is_found(tmp_path, monkeypatch):
    """A file beside the user is a module, as for ``python -m``."""
    (tmp_path / "my_network_of_today.py").write_text("from torch import nn\n\ndef net():\n    return nn.Identity()\n")
    monkeypatch.chdir(tmp_path)
    assert named_model("my_network_of_today:net") is not None


@pytest.mark.parametrize("name", ["no.such:Net", "tests.small_network:Missing", "tests.small_network", "math:sqrt"])
def test_what_is_no_network_is_refused(name):
    """A missing module or class, and a function that wants arguments, are errors with the expected form."""
    with pytest.raises(CheckpointError, match=r"expected package\.module:Net"):
        named_model(name)


def test_something_else_than_a_network_is_refused():
    """A callable that gives no module is named with what it gives."""
    with pytest.raises(CheckpointError, match="gives a dict, expected a torch.nn.Module"):
        named_model("builtins:dict")


def test_scaling_is_told_whole_or_not_at_all():
    """Numbers or one a channel; half of it would be a guess."""
    assert told_preprocessing(None, 1, None, None, False) is None
    told = told_preprocessing(48, 3, "0.5,0.4,0.3", "0.2", True)
    assert np.allclose(np.ravel(told.mean), [0.5, 0.4, 0.3]) and told.equalize
    with pytest.raises(CheckpointError, match="belong together"):
        told_preprocessing(48, 1, "0", None, False)
    with pytest.raises(CheckpointError, match="--std 'one': expected a number"):
        told_preprocessing(48, 1, "0", "one", False)


@pytest.mark.parametrize(
    ("words", "crop"),
    [
        ("haar", HaarCrop(fallback=FixedCrop())),
        ("haar:0.15", HaarCrop(0.15, fallback=FixedCrop())),
        ("eyes:0.1", EyeCrop(0.1, fallback=HaarCrop(0.1, fallback=FixedCrop()))),
        ("landmarks:-0.1", LandmarkCrop(-0.1)),
    ],
)
def test_a_crop_is_told_in_a_word_and_a_margin(tmp_path, words, crop):
    """All else of the checkpoint stays."""
    prep = Preprocessing(24, mean=np.full((24, 24), 0.4))
    path = save_checkpoint(tmp_path / "net.safetensors", SmallNet(), preprocessing=prep, class_names=CLASSES)
    loaded = load_checkpoint(path, SmallNet())
    cropping = with_crop(loaded, words)
    assert cropping.preprocessing.crop == crop
    assert replace(cropping.preprocessing, crop=None) == prep
    assert cropping.model is loaded.model
    for wrong in ("nose", "haar:wide", ""):
        with pytest.raises(CheckpointError, match="--crop"):
            with_crop(loaded, wrong)
