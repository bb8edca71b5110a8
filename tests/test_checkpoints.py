"""Checkpoints: ours come back whole; a stranger's weights load from under every usual wrapper or say what is wrong."""

import json
import re

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch
from torch import nn

from fer_probe.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from fer_probe.faces.face_crops import FixedCrop, HaarCrop, LandmarkCrop
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.models import build_model

CLASSES = ("anger", "happiness", "neutral")


class Net(nn.Module):
    """A stranger's network."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
        self.fc = nn.Linear(8, 3)

    def forward(self, images):
        return self.fc(self.features(images).flatten(1))


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Net()


GIVEN = {"preprocessing": Preprocessing(4), "class_names": CLASSES}


def same_weights(a, b):
    return all(torch.equal(a.state_dict()[name], b.state_dict()[name]) for name in a.state_dict())


def test_ours_come_back_whole(tmp_path):
    """Weights, per-pixel preprocessing, names, recipe, metrics, curves and data: all equal, without any argument."""
    model = build_model("jahromi_medium", 3, size=16, channels=1, dropout=0.1, seed=3)
    rng = np.random.default_rng(0)
    prep = Preprocessing(16, mean=rng.random((16, 16)), std=rng.random((16, 16)) + 0.1)
    path = save_checkpoint(
        tmp_path / "deep" / "net.safetensors", model, preprocessing=prep, class_names=CLASSES,
        recipe={"optimiser": "adam"}, metrics={"accuracy": 0.5}, curves={"loss": [2, 1]}, data={"sha256": "ab"},
    )  # fmt: skip
    found = load_checkpoint(path)
    assert same_weights(found.model, model)
    assert not found.model.training
    assert found.preprocessing == prep
    assert found.class_names == CLASSES
    assert found.model.dropout.p == 0.1
    assert (found.recipe, found.metrics, found.data) == ({"optimiser": "adam"}, {"accuracy": 0.5}, {"sha256": "ab"})
    assert found.curves == {"loss": [2.0, 1.0]}
    assert (found.architecture["name"], found.path, len(found.sha256)) == ("jahromi_medium", path, 64)


def test_crops_travel_with_the_weights(tmp_path, net):
    """What is cut out, by what, with which margin and fallback."""
    prep = Preprocessing(8, crop=LandmarkCrop(0.1, fallback=HaarCrop(fallback=FixedCrop())), center_crop=4)
    path = save_checkpoint(tmp_path / "a.safetensors", net, preprocessing=prep, class_names=CLASSES)
    assert load_checkpoint(path, Net()).preprocessing == prep


def test_a_checkpoint_from_before_there_were_crops_loads(tmp_path, net):
    """Settings that its header does not have are left out: the picture is shown as it always was."""
    prep = Preprocessing(4, mean=np.full((4, 4), 0.5), equalize=True)
    path = save_checkpoint(tmp_path / "a.safetensors", net, preprocessing=prep, class_names=CLASSES)
    with safetensors.safe_open(path, framework="pt") as file:
        header = file.metadata()
    settings = json.loads(header["preprocessing"])
    del settings["crop"], settings["center_crop"]
    assert set(settings) == {"size", "channels", "mean", "std", "equalize", "per_picture"}
    header["preprocessing"] = json.dumps(settings)
    safetensors.torch.save_file(safetensors.torch.load_file(path), tmp_path / "old.safetensors", header)
    assert load_checkpoint(tmp_path / "old.safetensors", Net()).preprocessing == prep


def test_the_header_is_readable_json(tmp_path):
    """Any tool that opens safetensors can read how the model was made."""
    model = build_model("jahromi_medium", 3, size=16)
    path = save_checkpoint(tmp_path / "a.safetensors", model, preprocessing=Preprocessing(16), class_names=CLASSES)
    with safetensors.safe_open(path, framework="np") as file:
        header = {name: json.loads(value) for name, value in file.metadata().items()}
    assert header["preprocessing"]["size"] == [16, 16]
    assert header["class_names"] == list(CLASSES)
    assert "torch" in header["versions"]


def test_saving_leaves_the_model_alone_and_arguments_win(tmp_path):
    """The model trains on; preprocessing and names given at loading replace the file's."""
    model = build_model("jahromi_medium", 3, size=16).train()
    path = save_checkpoint(tmp_path / "a.safetensors", model, preprocessing=Preprocessing(16), class_names=CLASSES)
    assert model.training
    found = load_checkpoint(path, preprocessing=Preprocessing(16, mean=0.5), class_names="abc")
    assert found.preprocessing == Preprocessing(16, mean=0.5)
    assert found.class_names == ("a", "b", "c")


def test_a_strangers_model_in_our_file(tmp_path, net):
    """Its weights keep their company; its code must be given."""
    path = save_checkpoint(tmp_path / "a.safetensors", net, **GIVEN)
    with pytest.raises(CheckpointError, match=r"Net.*give model \(--model\)"):
        load_checkpoint(path)
    found = load_checkpoint(path, Net())
    assert same_weights(found.model, net)
    assert found.preprocessing == GIVEN["preprocessing"]


def test_a_failed_save_leaves_the_old_file(tmp_path, net):
    """Atomic: what cannot be written as JSON does not tear the checkpoint that stood there."""
    path = save_checkpoint(tmp_path / "a.safetensors", net, **GIVEN)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save_checkpoint(path, net, **GIVEN, recipe={"function": print})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]


WRAPPED = {
    "bare": lambda s: s,
    "state_dict": lambda s: {"epoch": 3, "state_dict": s},
    "net": lambda s: {"net": s, "acc": 0.7},
    "model": lambda s: {"model": s, "optimizer": {"state": {}}},
    "model_state_dict": lambda s: {"model_state_dict": s, "loss": 1.0},
    "nested": lambda s: {"model": {"state_dict": s}},
    "parallel": lambda s: {"module." + k: v for k, v in s.items()},
    "compiled": lambda s: {"_orig_mod." + k: v for k, v in s.items()},
    "compiled parallel": lambda s: {"state_dict": {"_orig_mod.module." + k: v for k, v in s.items()}},
    "lightning": lambda s: {"state_dict": {"model." + k: v for k, v in s.items()}},
    "parallel part": lambda s: {k.replace("features.", "features.module."): v for k, v in s.items()},
    "old batch norm": lambda s: {k: v for k, v in s.items() if "num_batches" not in k},
}


@pytest.mark.parametrize("wrapper", WRAPPED)
def test_foreign_weights_under_any_wrapper(tmp_path, net, wrapper):
    """The same weights arrive, whatever a training script put around them."""
    torch.save(WRAPPED[wrapper](net.state_dict()), tmp_path / "net.pth")
    found = load_checkpoint(tmp_path / "net.pth", Net(), **GIVEN)
    assert same_weights(found.model, net)
    assert (found.metrics, found.recipe) == ({}, {})
    assert found.architecture["class"].endswith(":Net")


def test_prefixes_the_model_itself_has_are_kept(tmp_path):
    """A network with a part called "module" keeps its names."""
    model = nn.Sequential()
    model.add_module("module", nn.Linear(2, 3))
    torch.save(model.state_dict(), tmp_path / "net.pth")
    found = load_checkpoint(tmp_path / "net.pth", model, **GIVEN)
    assert same_weights(found.model, model)


def test_foreign_safetensors(tmp_path, net):
    """Without our header it is a stranger's, whatever else the header holds."""
    safetensors.torch.save_file(net.state_dict(), tmp_path / "n.safetensors", {"format": "pt"})
    assert same_weights(load_checkpoint(tmp_path / "n.safetensors", Net(), **GIVEN).model, net)


WORDS = {
    "model": "model (--model)",
    "preprocessing": "preprocessing (--size, --mean, --std)",
    "class_names": "class names (--classes)",
}


@pytest.mark.parametrize("missing", WORDS)
def test_what_a_foreign_file_does_not_tell_must_be_given(tmp_path, net, missing):
    """The message names the missing argument and only that."""
    torch.save(net.state_dict(), tmp_path / "net.pth")
    given = {"model": Net(), **GIVEN}
    del given[missing]
    with pytest.raises(CheckpointError, match=re.escape(f"give {WORDS[missing]}, the classes")):
        load_checkpoint(tmp_path / "net.pth", **given)
    every = "{model}, {preprocessing} and {class_names}".format(**WORDS)
    with pytest.raises(CheckpointError, match=re.escape(every)):
        load_checkpoint(tmp_path / "net.pth")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("anger", "fear", "anger"), "the class names anger stand more than once"),
        (("anger", " ", "fear"), "class name 1 (counted from 0) is empty"),
        ((), "the list of class names is empty"),
    ],
)
def test_class_names_must_tell_classes_apart(tmp_path, net, names, told):
    """Names that are empty or stand twice are refused at both ends, and nothing is written."""
    torch.save(net.state_dict(), tmp_path / "net.pth")
    given = {"preprocessing": Preprocessing(4), "class_names": names}
    with pytest.raises(CheckpointError, match=re.escape(told)):
        load_checkpoint(tmp_path / "net.pth", Net(), **given)
    with pytest.raises(CheckpointError, match=re.escape(told)):
        save_checkpoint(tmp_path / "net.safetensors", net, **given)
    assert not (tmp_path / "net.safetensors").exists()
    ours = save_checkpoint(tmp_path / "ours.safetensors", net, **GIVEN)
    with pytest.raises(CheckpointError, match=re.escape(told)):
        load_checkpoint(ours, Net(), class_names=names)


def test_an_autoencoder_may_have_no_classes(tmp_path):
    """One that learnt without labels comes back as it was."""
    model = build_model("cubarrubia_conv_ae", 0, size=16, maps=(2, 2, 2))
    path = save_checkpoint(tmp_path / "ae.safetensors", model, preprocessing=Preprocessing(16), class_names=())
    loaded = load_checkpoint(path)
    assert loaded.class_names == ()
    images = torch.rand(2, 1, 16, 16)
    assert torch.equal(loaded.model.encode(images), model.eval().encode(images))


def test_a_checkpoint_is_told_in_one_line(tmp_path):
    """Printing one says architecture, classes, size and file, never the network's layers."""
    model = build_model("jahromi_medium", 3, size=16)
    path = save_checkpoint(tmp_path / "a.safetensors", model, preprocessing=Preprocessing(16), class_names=CLASSES)
    told = f"Checkpoint(jahromi_medium, 3 classes (anger, happiness, neutral), 16×16 grey, {path})"
    assert repr(load_checkpoint(path)) == told


def test_weights_that_do_not_fit_are_all_named(tmp_path, net):
    """Missing, unexpected and wrongly shaped, each by name; the model is left as it was."""
    weights = net.state_dict()
    weights["extra.weight"] = torch.zeros(1)
    weights["fc.bias"] = torch.zeros(4)
    del weights["features.0.bias"]
    torch.save(weights, tmp_path / "net.pth")
    torch.manual_seed(1)
    into = Net()
    before = into.fc.weight.clone()
    told = "missing: features.0.bias; unexpected: extra.weight; wrongly shaped: fc.bias (4,) for (3,)"
    with pytest.raises(CheckpointError, match=re.escape(told)):
        load_checkpoint(tmp_path / "net.pth", into, **GIVEN)
    assert torch.equal(into.fc.weight, before)


def test_long_lists_of_names_are_cut(tmp_path, net):
    """Ten names and how many more."""
    weights = {**net.state_dict(), **{f"w{i}": torch.zeros(1) for i in range(15)}}
    torch.save(weights, tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match="w9 and 5 more"):
        load_checkpoint(tmp_path / "net.pth", Net(), **GIVEN)


def test_a_pickled_model_is_refused_unless_trusted(tmp_path, net):
    """Reading it could run code: only with an explicit word."""
    torch.save(net, tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match="trust_pickle=True"):
        load_checkpoint(tmp_path / "net.pth", Net(), **GIVEN)
    found = load_checkpoint(tmp_path / "net.pth", Net(), **GIVEN, trust_pickle=True)
    assert same_weights(found.model, net)


@pytest.mark.parametrize(
    ("content", "told"),
    [({"epoch": 3}, "'epoch'"), ([1, 2], "a list"), (torch.zeros(3), "a Tensor"), ({}, "a dict")],
)
def test_files_without_weights(tmp_path, content, told):
    """The message says what the file holds instead."""
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match=told):
        load_checkpoint(tmp_path / "net.pth", Net(), **GIVEN)


@pytest.mark.parametrize("name", ["torn.safetensors", "torn.pth"])
def test_torn_and_missing_files(tmp_path, name):
    """No traceback of a library: the file is named."""
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        load_checkpoint(tmp_path / name)
    (tmp_path / name).write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=name):
        load_checkpoint(tmp_path / name, Net(), **GIVEN)


def test_checkpoints_have_one_ending(tmp_path, net):
    """A name that would be read as a pickle later is refused now."""
    with pytest.raises(CheckpointError, match=r"\.safetensors"):
        save_checkpoint(tmp_path / "net.pth", net, **GIVEN)
