"""Weights from elsewhere: a state dict out of whatever a stranger's training script wrapped around it."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

#: What numpy pickles a number with; before numpy 2 it went by another module's name.
_SCALAR = np.float64(0).__reduce__()[0]
#: Where training scripts keep their weights, the usual place first.
_WRAPPERS = (
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params",
)  # fmt: skip
#: What training scripts keep beside the weights that is plain values still: numpy's numbers, parsed options.
_HARMLESS: list[Any] = [
    argparse.Namespace, np.dtype, *{type(np.dtype(kind)) for kind in "?bBhHiIlLqQefd"},
    (_SCALAR, "numpy.core.multiarray.scalar"), (_SCALAR, "numpy._core.multiarray.scalar"),
]  # fmt: skip
#: What they put before the names: DataParallel, torch.compile, Lightning and home-made shells.
_PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.")


def read_foreign_weights(path: Path, trust_pickle: bool = False) -> dict[str, Tensor]:
    """The state dict in a file of ``torch.save``, its tensors on the CPU.

    Args:
        path: the file.
        trust_pickle: unpickle any object, a whole model included; False reads tensors and plain values only.

    Raises:
        ValueError: no such file of torch, or one that holds no state dict; the message says what it holds.
    """
    try:
        with torch.serialization.safe_globals(_HARMLESS):
            content = torch.load(path, map_location="cpu", weights_only=not trust_pickle)
    except Exception as error:  # an unpickler given junk raises whatever the junk leads it to
        raise ValueError(_refusal(path, error)) from error
    return _state_dict(content, path)


def unwrapped_names(weights: Mapping[str, Tensor], wanted: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights under the names the model has for them.

    A prefix is dropped where every name begins with it and no name of the model does; ``module.`` and
    ``_orig_mod.`` inside a name (a part that was run in parallel or compiled) where the model has none inside.

    Args:
        weights: name → tensor, as the file has them.
        wanted: the model's own state dict.
    """
    named = dict(weights)
    while prefix := next((p for p in _PREFIXES if _every_name_begins(named, p) and not _any(wanted, p)), None):
        named = {name.removeprefix(prefix): value for name, value in named.items()}
    for word in ("module.", "_orig_mod."):
        if not any(f".{word}" in f".{name}" for name in wanted):
            named = {f".{name}".replace(f".{word}", ".")[1:]: value for name, value in named.items()}
    return named


def _state_dict(content: Any, path: Path) -> dict[str, Tensor]:
    if isinstance(content, nn.Module):
        content = content.state_dict()
    if isinstance(content, Mapping):
        if content and all(isinstance(value, Tensor) for value in content.values()):
            return {str(name): value for name, value in content.items()}
        for key in _WRAPPERS:
            if isinstance(content.get(key), Mapping | nn.Module):
                return _state_dict(content[key], path)
        held = f"a dict with the keys {', '.join(map(repr, list(content)[:10]))}"
    else:
        held = f"a {type(content).__name__}"
    raise ValueError(f"{path} holds {held}; expected a state dict, bare or under one of {', '.join(_WRAPPERS)}")


def _every_name_begins(names: Mapping[str, Any], prefix: str) -> bool:
    return bool(names) and all(name.startswith(prefix) for name in names)


def _any(names: Mapping[str, Any], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def _refusal(path: Path, error: Exception) -> str:
    """Why a file was not read, without torch's own advice."""
    if refused := re.search(r"GLOBAL ([\w.]+) ", str(error)):
        return (
            f"{path} holds a Python object beside tensors, {refused[1]}; save the model's state_dict() alone, or "
            "trust_pickle=True (--trust-pickle on the command line) loads it all the same; "
            "it may run any code its author wanted"
        )
    if isinstance(error, OSError | ImportError | AttributeError):  # it is a pickle, and names what is not there
        return f"{path} cannot be read: {error}"
    return f"{path} is no file that torch.save wrote, or a torn one ({type(error).__name__} while it was read)"
