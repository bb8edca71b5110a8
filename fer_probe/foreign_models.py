"""A stranger's network, as the words of a command line tell it: its class and its preprocessing."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

from torch import nn

from fer_probe.checkpoints import Checkpoint, CheckpointError
from fer_probe.faces.face_crops import EyeCrop, FaceCrop, FixedCrop, HaarCrop, LandmarkCrop
from fer_probe.faces.preprocessing import Preprocessing


def named_model(name: str) -> nn.Module:
    """The network that ``package.module:Net`` names, built without arguments.

    The current folder is searched too, as ``python -m`` does.

    Raises:
        CheckpointError: no such module or class, one that needs arguments, or something that is no network.
    """
    module, _, attribute = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        model = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # a stranger's module may raise anything
        raise CheckpointError(
            f"--model {name}: {error}; expected package.module:Net, a class or function callable without arguments"
        ) from error
    if not isinstance(model, nn.Module):
        raise CheckpointError(f"--model {name} gives a {type(model).__name__}, expected a torch.nn.Module")
    return model


def told_preprocessing(
    size: int | None, channels: int, mean: str | None, std: str | None, equalize: bool
) -> Preprocessing | None:
    """The preprocessing that options tell; None where none is told.

    Args:
        size: pixels a side.
        channels: 1 grey, 3 colour.
        mean, std: of pixels in 0–1: a number, or one a channel, by comma.
        equalize: histogram equalisation before scaling.

    Raises:
        CheckpointError: only a part of them, or no numbers.
    """
    if size is None and mean is None and std is None:
        return None
    if size is None or mean is None or std is None:
        raise CheckpointError("--size, --mean and --std belong together: the scaling is part of the network")
    return Preprocessing(
        size=size, channels=channels, mean=_numbers("--mean", mean), std=_numbers("--std", std), equalize=equalize
    )


def with_crop(checkpoint: Checkpoint, words: str) -> Checkpoint:
    """A checkpoint shown what a crop cuts out: for pictures that are not cut as those it was trained on.

    Args:
        checkpoint: any.
        words: ``"haar"`` (the whole picture where no face is found, which is said), ``"eyes"`` (as haar where no eyes
            are found), ``"landmarks"``, or one of them with a margin, as in ``"haar:0.1"``.

    Raises:
        CheckpointError: other words.
        FacesError: a margin that cannot be meant.
    """
    kind, _, margin = words.partition(":")
    try:
        wide = float(margin or 0)
    except ValueError:
        raise CheckpointError(f"--crop {words!r}: expected a number after the colon, such as haar:0.1") from None
    if kind not in ("haar", "eyes", "landmarks"):
        raise CheckpointError(f"--crop {words!r}: expected haar, eyes or landmarks")
    detected = HaarCrop(wide, fallback=FixedCrop())
    crops: dict[str, FaceCrop] = {
        "haar": detected, "eyes": EyeCrop(wide, fallback=detected), "landmarks": LandmarkCrop(wide),
    }  # fmt: skip
    return replace(checkpoint, preprocessing=replace(checkpoint.preprocessing, crop=crops[kind]))


def _numbers(option: str, words: str) -> float | list[float]:
    try:
        values = [float(word) for word in words.split(",")]
    except ValueError:
        raise CheckpointError(f"{option} {words!r}: expected a number, or one a channel, by comma") from None
    return values[0] if len(values) == 1 else values
