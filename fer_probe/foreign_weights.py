"""Weights from elsewhere: a state dict out of whatever a stranger's training script wrapped around it."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

#: Where training scripts keep their weights, the usual place first.
_WRAPPERS = (
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params",
)  # fmt: skip
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
        content = torch.load(path, map_location="cpu", weights_only=not trust_pickle)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"{path} holds pickled Python objects beside tensors, which can run code when read. Save the model's "
            f"state_dict() instead, or pass trust_pickle=True if you trust its author ({_first_line(error)})"
        ) from error
    except (RuntimeError, EOFError, OSError, AttributeError, ImportError) as error:
        raise ValueError(f"{path} cannot be read by torch.load: {_first_line(error)}") from error
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


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
