"""Checkpoints: weights together with what is needed to use them rightly.

Ours is one ``.safetensors`` file whose header holds architecture, preprocessing, class names, recipe, metrics and
data as readable JSON. A stranger's weights are read too, as tensors only, from under any of the usual wrappers.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.foreign_weights import read_foreign_weights, unwrapped_names
from fer_probe.models import architecture_of, build_model
from fer_probe.records import appearing_file, file_sha256, library_versions

_FORMAT = "fer_probe checkpoint 1"
_OURS = "fer_probe."  # tensors that are not the model's: fer_probe.preprocessing.mean


class CheckpointError(ValueError):
    """A checkpoint cannot be written or read; the message names the file, the keys and what to do."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Checkpoint:
    """A trained network and all that belongs to it.

    Attributes:
        model: in eval mode, on the CPU.
        preprocessing: what its input is made of.
        class_names: in the order of its outputs; none of an autoencoder that learnt without labels.
        architecture: how it was built, ``{"name", "options"}``, or ``{"class"}`` for a model from elsewhere.
        recipe: how it was trained; empty where unknown.
        metrics: name → value.
        curves: name → one value an epoch.
        data: what it was trained on (hashes, counts).
        path: the file.
        sha256: of the file.
    """

    model: nn.Module
    preprocessing: Preprocessing
    class_names: tuple[str, ...]
    architecture: Mapping[str, Any]
    recipe: Mapping[str, Any]
    metrics: Mapping[str, Any]
    curves: Mapping[str, list[float]]
    data: Mapping[str, Any]
    path: Path
    sha256: str

    def told(self) -> dict[str, Any]:
        """All of it but the model, as plain values that a study keeps; constants for each pixel are only named."""
        preprocessing = self.preprocessing.to_dict()
        return {
            "model": dict(self.architecture),
            "class_names": list(self.class_names),
            "metrics": dict(self.metrics),
            "curves": dict(self.curves),
            "recipe": dict(self.recipe),
            "trained_on": dict(self.data),
            "preprocessing": {
                key: "per pixel" if isinstance(value, np.ndarray) else value for key, value in preprocessing.items()
            },
            "checkpoint": self.path.name,
            "checkpoint_sha256": self.sha256,
        }

    def __repr__(self) -> str:
        """One line: architecture, classes, size of the input, file."""
        channels, height, width = self.preprocessing.shape
        name = self.architecture.get("name") or self.architecture.get("class")
        return (
            f"Checkpoint({name}, {len(self.class_names)} classes ({_listed(self.class_names)}), "
            f"{width}×{height} {'grey' if channels == 1 else 'colour'}, {self.path})"
        )


def save_checkpoint(
    path: Path | str,
    model: nn.Module,
    *,
    preprocessing: Preprocessing,
    class_names: Sequence[str],
    recipe: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    curves: Mapping[str, Sequence[float]] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Path:
    """Write a model and what belongs to it as one ``.safetensors`` file, whole or not at all.

    Args:
        path: the file; replaced where it exists.
        model: any network. One from :func:`~fer_probe.models.build_model` can be loaded without its code at hand.
        preprocessing: what its input is made of.
        class_names: in the order of its outputs; may be empty for a model that decodes.
        recipe: how it was trained, as plain values.
        metrics: name → value.
        curves: name → one value an epoch.
        data: what it was trained on: names, counts, hashes.

    Raises:
        CheckpointError: another ending, or class names that are empty or stand twice.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise CheckpointError(f"{path}: a checkpoint's name ends in .safetensors")
    _check_names(path, list(class_names), model)
    settings, arrays = _lifted(preprocessing)
    tensors = {name: value.detach().cpu().clone().contiguous() for name, value in model.state_dict().items()}
    header = {
        "format": _FORMAT,
        "architecture": architecture_of(model),
        "preprocessing": settings,
        "class_names": list(class_names),
        "recipe": recipe or {},
        "metrics": metrics or {},
        "curves": {name: [float(value) for value in values] for name, values in (curves or {}).items()},
        "data": data or {},
        "versions": library_versions(),
    }
    with appearing_file(path) as partial:
        safetensors.torch.save_file(
            {**tensors, **arrays}, partial, {name: json.dumps(value) for name, value in header.items()}
        )
    return path


def load_checkpoint(
    path: Path | str,
    model: nn.Module | None = None,
    *,
    preprocessing: Preprocessing | None = None,
    class_names: Sequence[str] | None = None,
    trust_pickle: bool = False,
) -> Checkpoint:
    """Read a checkpoint: one of ours, or a stranger's weights into a model of yours.

    Args:
        path: our ``.safetensors``, or a foreign ``.safetensors``, ``.pth``, ``.pt`` …: a state dict, bare or under
            ``state_dict``, ``model``, ``net`` …, with ``module.`` or ``_orig_mod.`` before its names.
        model: takes the weights; required for foreign files and for models that were not built by name.
        preprocessing: required for foreign files: wrong scaling costs 6–24 points of accuracy, silently.
            For ours it replaces the file's own; so does ``class_names``.
        class_names: required for foreign files, in the order of the outputs.
        trust_pickle: unpickle whole Python objects, which may run any code the file's author wanted.

    Raises:
        CheckpointError: a file that cannot be read, arguments that are missing, class names that are empty or
            stand twice, or weights that do not fit the model (the missing, unexpected and wrongly shaped ones).
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"no checkpoint at {path}")
    header, tensors = _read(path, trust_pickle)
    arrays = {name: value.numpy() for name, value in tensors.items() if name.startswith(_OURS)}
    weights = {name: value for name, value in tensors.items() if not name.startswith(_OURS)}
    if not header:
        _require(path, model, preprocessing, class_names)
    names = tuple(header["class_names"] if class_names is None else class_names)
    model = model if model is not None else _rebuilt(path, header["architecture"])
    _check_names(path, names, model)
    _fill(model, weights if header else unwrapped_names(weights, model.state_dict()), path)
    return Checkpoint(
        model=model.eval(),
        preprocessing=preprocessing or _restored(header["preprocessing"], arrays),
        class_names=names,
        architecture=header.get("architecture") or architecture_of(model),
        recipe=header.get("recipe", {}),
        metrics=header.get("metrics", {}),
        curves=header.get("curves", {}),
        data=header.get("data", {}),
        path=path,
        sha256=file_sha256(path),
    )


def _read(path: Path, trust_pickle: bool) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header (empty for a foreign file) and every tensor."""
    if path.suffix != ".safetensors":
        try:
            return {}, read_foreign_weights(path, trust_pickle)
        except ValueError as error:
            raise CheckpointError(str(error)) from error
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
        tensors = safetensors.torch.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{path} is no readable safetensors file: {error}") from error
    ours = "fer_probe checkpoint" in header.get("format", "")
    if ours and json.loads(header["format"]) != _FORMAT:
        raise CheckpointError(f"{path} was written by another version ({header['format']}); expected {_FORMAT}")
    return ({name: json.loads(value) for name, value in header.items()} if ours else {}), tensors


def _require(path: Path, model: Any, preprocessing: Any, class_names: Any) -> None:
    """A foreign file tells nothing of itself."""
    wanted = {
        "model (--model)": model,
        "preprocessing (--size, --mean, --std)": preprocessing,
        "class names (--classes)": class_names,
    }
    if missing := [name for name, value in wanted.items() if value is None]:
        told = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        raise CheckpointError(f"{path} holds weights and nothing else; give {told}, the classes in output order")


def _check_names(path: Path, names: Sequence[str], model: nn.Module) -> None:
    """Results are told by class name: each must be one, and its own."""
    if not names and not callable(getattr(model, "decode", None)):
        raise CheckpointError(f"{path}: the list of class names is empty; give one name an output")
    if empty := [str(place) for place, name in enumerate(names) if not name.strip()]:
        raise CheckpointError(f"{path}: class name {', '.join(empty)} (counted from 0) is empty in {list(names)}")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise CheckpointError(f"{path}: the class names {', '.join(twice)} stand more than once in {list(names)}")


def _rebuilt(path: Path, architecture: Mapping[str, Any]) -> nn.Module:
    if "name" not in architecture:
        raise CheckpointError(
            f"{path} holds weights of {architecture['class']}, which is not ours; give model (--model)"
        )
    return build_model(architecture["name"], **architecture["options"])


def _fill(model: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Load weights that fit in every name and shape, or name what does not."""
    wanted = model.state_dict()
    # How often a batch norm has been updated says nothing about what it computes; old files lack it.
    missing = [name for name in wanted if name not in weights and not name.endswith("num_batches_tracked")]
    unexpected = [name for name in weights if name not in wanted]
    misshapen = [
        f"{name} {tuple(value.shape)} for {tuple(wanted[name].shape)}"
        for name, value in weights.items()
        if name in wanted and value.shape != wanted[name].shape
    ]
    faults = {"missing": missing, "unexpected": unexpected, "wrongly shaped": misshapen}
    if any(faults.values()):
        told = "; ".join(f"{kind}: {_listed(names)}" for kind, names in faults.items() if names)
        raise CheckpointError(f"{path} does not fit {type(model).__name__}: {told}")
    model.load_state_dict(dict(weights), strict=False)


def _listed(names: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _lifted(preprocessing: Preprocessing) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Settings as JSON can hold them, and the arrays among them as tensors."""
    settings, arrays = preprocessing.to_dict(), {}
    for name, value in settings.items():
        if isinstance(value, np.ndarray):
            settings[name] = f"{_OURS}preprocessing.{name}"
            arrays[settings[name]] = torch.from_numpy(value.copy())
    return settings, arrays


def _restored(settings: Mapping[str, Any], arrays: Mapping[str, Any]) -> Preprocessing:
    return Preprocessing.from_dict(
        {name: arrays[value] if isinstance(value, str) else value for name, value in settings.items()}
    )
