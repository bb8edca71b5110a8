"""Processes: two under torchrun on the CPU train as one does, share every batch evenly, and write once."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fer_probe.checkpoints import load_checkpoint
from tests.trainers.test_training_loop import TINY, TRAINING, VALIDATION
from trainers import TrainingError, train
from trainers.labelled_faces import LabelledFaces
from trainers.learners.classification import Classification
from trainers.processes import Processes, is_first, joined_processes

#: Nothing in it depends on how a batch is shared: no normalisation over the batch, no dropout, no augmentation.
EXACT = replace(TINY, model="zhu_cnn", options={"dropout": 0.0}, augmentation=(), learning_rate=1e-4, epochs=4)
SCRIPT = """
from tests.trainers.test_processes import EXACT, TINY
from tests.trainers.test_training_loop import TRAINING, VALIDATION
from trainers import train
from trainers.processes import is_first
import sys, torch
torch.set_num_threads(1)
recipe = EXACT if sys.argv[2] == "exact" else TINY
told = dict(checkpoint=sys.argv[1], device="cpu", progress=False)
if sys.argv[2] == "twice":
    train(recipe, TRAINING, VALIDATION, minutes=1e-9, **told)
trained = train(recipe, TRAINING, VALIDATION, **told)
if is_first():
    print(trained.metrics["processes"], trained.metrics["epochs"])
"""
ROOT = Path(__file__).parents[2]


def test_alone_it_is_itself(monkeypatch):
    """Without torchrun: one process, all of every batch, its own gradients and values."""
    monkeypatch.delenv("RANK", raising=False)
    alone = joined_processes("cpu")
    model = torch.nn.Linear(1, 1)
    model(torch.ones(1, 1)).sum().backward()
    assert (alone.rank, alone.count, alone.first, is_first()) == (0, 1, True, True)
    assert alone.share(torch.arange(5)).tolist() == [0, 1, 2, 3, 4]
    alone.average_gradients(model.parameters())
    assert model.weight.grad.item() == 1
    assert alone.gathered("value") == ["value"]


def test_shares_are_even_and_whole():
    """Every face of a batch belongs to exactly one of three processes, each has as many."""
    shares = [Processes(rank, 3, torch.device("cpu")).share(torch.arange(12)).tolist() for rank in range(3)]
    assert {len(share) for share in shares} == {4}
    assert sorted(face for share in shares for face in share) == list(range(12))


def test_a_batch_that_cannot_be_shared_is_refused():
    """16 faces a step and 3 processes."""
    second, prepared = Processes(1, 3, torch.device("cpu")), TINY.preprocessing(TRAINING)
    names = TRAINING.expression_names
    with pytest.raises(TrainingError, match="3 processes cannot share batches of 16"):
        Classification(TINY, prepared, names, LabelledFaces(TRAINING, names, prepared, second.device), 0, second)


def torchrun(tmp_path, name, how):
    """Run the script in two processes; the checkpoint, and what was printed."""
    script, checkpoint = tmp_path / "script.py", tmp_path / f"{name}.safetensors"
    script.write_text(SCRIPT)
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        str(script), str(checkpoint), how,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return load_checkpoint(checkpoint), done.stdout


def test_two_processes_train_as_one(tmp_path):
    """The same order, gradients and steps: every epoch's loss agrees up to rounding; one file, one voice."""
    two, said = torchrun(tmp_path, "two", "exact")
    one = train(EXACT, TRAINING, VALIDATION, checkpoint=tmp_path / "one.safetensors", device="cpu", progress=False)
    assert said.split() == ["2", "4"]
    assert two.curves["loss"] == pytest.approx(one.curves["loss"], rel=0.02)
    assert two.curves["loss"][-1] < 0.5 * two.curves["loss"][0]
    assert two.metrics["validation_accuracy"] == pytest.approx(one.metrics["validation_accuracy"], abs=0.05)
    assert sorted(path.name for path in tmp_path.glob("two*")) == ["two.safetensors"]


def test_two_processes_go_on_where_they_were(tmp_path):
    """Stopped after an epoch and called again, every process with its own random numbers: the same weights.

    Normalising by half a batch each and dropping out other units, they still learn what one process learns.
    """
    (once, _), (twice, _) = torchrun(tmp_path, "once", "once"), torchrun(tmp_path, "twice", "twice")
    assert once.metrics["validation_accuracy"] > 0.9
    for name, value in once.model.state_dict().items():
        assert torch.equal(value, twice.model.state_dict()[name])
