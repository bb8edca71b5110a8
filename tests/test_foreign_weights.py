"""A stranger's file: read as tensors, or refused in one sentence that says why."""

import argparse
import collections

import numpy as np
import pytest
import torch

from fer_probe.checkpoints import CheckpointError, load_checkpoint
from fer_probe.foreign_weights import read_foreign_weights

WEIGHTS = {"fc.weight": torch.ones(2, 3)}
JUNK = [
    b"", b"a", b"junk text here", b"\x80\x02}q\x00", b"PK\x03\x04zzz", b"\xff" * 30, b"hello\n" * 40, b"{}", b"0", b"t",
    b"\x80\x05h\x00", b"X\x02\x00\x00\x00\xff\xfe.", b"class,path\nhappy,a.png\n", bytes(range(256)),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize("content", JUNK)
def test_junk_is_refused_in_one_sentence(tmp_path, content, trust):
    """Whatever the unpickler stumbles over, the user reads which file is none."""
    (tmp_path / "net.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"net\.pth (is no file that torch\.save wrote|cannot be read)") as told:
        load_checkpoint(tmp_path / "net.pth", trust_pickle=trust)
    assert "\n" not in str(told.value) and "weights_only" not in str(told.value)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_refused_object_is_named_and_nothing_else(tmp_path, zipped):
    """The one class that is in the way, how to load it all the same, and what that risks; no advice of torch's."""
    content = {"state_dict": WEIGHTS, "seen": collections.UserDict()}
    torch.save(content, tmp_path / "net.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError) as told:
        load_checkpoint(tmp_path / "net.pth")
    assert "holds a Python object beside tensors, collections.UserDict; save" in str(told.value)
    assert str(told.value).endswith(
        "trust_pickle=True (--trust-pickle on the command line) loads it all the same; "
        "it may run any code its author wanted"
    )
    assert "\x1b" not in str(told.value) and "\n" not in str(told.value)
    assert torch.equal(read_foreign_weights(tmp_path / "net.pth", True)["fc.weight"], WEIGHTS["fc.weight"])


@pytest.mark.parametrize("name", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_plain_values_beside_the_weights_are_no_danger(tmp_path, name):
    """Numpy's numbers, whichever numpy wrote them, and parsed options are read without trust."""
    beside = {"accuracy": np.float64(0.7), "epoch": np.int64(3), "best": np.bool_(True), "loss": np.float32(1)}
    content = {"state_dict": WEIGHTS, **beside, "args": argparse.Namespace(lr=0.1, layers=[1, 2])}
    file = tmp_path / "net.pth"
    torch.save(content, file, _use_new_zipfile_serialization=False)
    file.write_bytes(file.read_bytes().replace(b"numpy._core.multiarray", name.encode()))
    assert torch.equal(read_foreign_weights(file)["fc.weight"], WEIGHTS["fc.weight"])
