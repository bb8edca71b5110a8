"""Interruptions: a training that was killed goes on to the same weights; what does not belong to it is refused."""

from dataclasses import dataclass, replace

import pytest
import torch

from tests.trainers.test_training_loop import TINY, TRAINING, VALIDATION
from trainers import TrainingError, train
from trainers.augmentation import Flip, Shift
from trainers.interruptions import Interruption, unfinished_path

RECIPE = replace(TINY, epochs=4, schedule="one_cycle")


class PowerCut(Exception):
    """Somebody pulled the plug."""


@dataclass
class CutAfter:
    """An augmentation that changes nothing and ends the training in the middle of an epoch."""

    batches: int

    def __call__(self, images, generator):
        self.batches -= 1
        if self.batches < 0:
            raise PowerCut
        return images

    def __repr__(self):
        return "CutAfter()"


def weights_of(checkpoint):
    return torch.cat([value.flatten().double() for value in checkpoint.model.state_dict().values()])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "sgd", "schedule": "plateau", "patience": 0},
        {"options": {"dropout": 0.3}, "schedule": "constant"},
    ],
    ids=["one_cycle", "plateau", "dropout"],
)
@pytest.mark.parametrize("batches", [9, 20])
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path, settings, batches):
    """Cut off in the second or third of four epochs: optimiser, schedule, order, augmentation and dropout go on."""
    through, cut = (
        replace(RECIPE, **settings, augmentation=(CutAfter(count), Flip(), Shift(0.1))) for count in (10**6, batches)
    )
    whole = train(through, TRAINING, VALIDATION, checkpoint=tmp_path / "whole.safetensors", progress=False)
    path = tmp_path / "cut.safetensors"
    with pytest.raises(PowerCut):
        train(cut, TRAINING, VALIDATION, checkpoint=path, progress=False)
    assert unfinished_path(path).exists()
    finished = train(through, TRAINING, VALIDATION, checkpoint=path, progress=False)
    assert torch.equal(weights_of(finished), weights_of(whole))
    assert finished.curves == whole.curves
    assert not unfinished_path(path).exists()


def test_time_over_is_no_end(tmp_path):
    """Three calls that each have time for one epoch, then one with time enough: the same as one call."""
    path = tmp_path / "net.safetensors"
    for epoch in (1, 2, 3):
        part = train(RECIPE, TRAINING, VALIDATION, checkpoint=path, minutes=1e-9, progress=False)
        assert part.metrics["epochs"] == epoch
    finished = train(RECIPE, TRAINING, VALIDATION, checkpoint=path, progress=False)
    whole = train(RECIPE, TRAINING, VALIDATION, checkpoint=tmp_path / "whole.safetensors", progress=False)
    assert finished.metrics["stopped"] == "all epochs done"
    assert torch.equal(weights_of(finished), weights_of(whole))


def test_another_training_is_not_gone_on_with(tmp_path):
    """Other words, other faces: refused by their names, nothing is lost; ``restart`` begins anew."""
    path = tmp_path / "net.safetensors"
    train(RECIPE, TRAINING, VALIDATION, checkpoint=path, minutes=1e-9, progress=False)
    kept = unfinished_path(path).read_bytes()
    for told, changed, faces in (
        ("recipe.learning_rate", replace(RECIPE, learning_rate=1e-3), TRAINING),
        ("data.training.sha256", RECIPE, TRAINING.select(slice(0, 119))),
    ):
        with pytest.raises(TrainingError, match=told):
            train(changed, faces, VALIDATION, checkpoint=path, progress=False)
        assert unfinished_path(path).read_bytes() == kept
    anew = train(replace(RECIPE, learning_rate=1e-3), TRAINING, VALIDATION, checkpoint=path, restart=True,
                 progress=False)  # fmt: skip
    assert anew.metrics["epochs"] == 4
    assert not unfinished_path(path).exists()


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_file_is_named(tmp_path, damage):
    """Empty, foreign or cut off: the error names the file and what to do."""
    interruption = Interruption(tmp_path / "net.safetensors", {"seed": 0})
    interruption.save({"weights": torch.zeros(1000)})
    whole = interruption.path.read_bytes()
    assert torch.equal(interruption.load()["weights"], torch.zeros(1000))
    interruption.path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with pytest.raises(TrainingError, match=r"--restart.*net\.unfinished"):
        interruption.load()
