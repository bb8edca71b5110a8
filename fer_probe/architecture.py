"""A network's architecture as one table: layer, kind, output volume, parameters, receptive field.

The papers' drawings of their networks (Zhu figure 1; Jahromi figures 3 and 7), for any ``nn.Module``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from fer_probe.activations import blank_picture, evaluation_mode
from fer_probe.projections.receptive_fields import receptive_field
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class Architecture(Record):
    """The leaf layers of a network in the order they run.

    Attributes:
        layers: (L,) names in the model.
        kinds: (L,) such as ``Conv2d``.
        shapes: (L,) output volume of one picture, without the batch's axis.
        parameters: (L,) int64, how many numbers each layer learns.
        fields: (L, 2) int64, height and width of the receptive field, in pixels.
        total_parameters: of the whole model; shared ones count once.
        picture: (C, H, W) of the input.
    """

    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    parameters: np.ndarray
    fields: np.ndarray
    total_parameters: int
    picture: tuple[int, int, int]


def describe_architecture(model: nn.Module, picture: tuple[int, int, int]) -> Architecture:
    """Tell a network's leaf layers, each at its first call.

    Args:
        model: any network; run in eval mode on an empty picture and given back as it was.
        picture: (C, H, W).
    """
    rows = list(_rows(model, picture))
    return Architecture(
        layers=tuple(name for name, _, _ in rows),
        kinds=tuple(type(module).__name__ for _, module, _ in rows),
        shapes=tuple(shape for _, _, shape in rows),
        parameters=np.array([sum(p.numel() for p in module.parameters()) for _, module, _ in rows], dtype=np.int64),
        fields=np.array([receptive_field(model, name, picture).size for name, _, _ in rows]).reshape(-1, 2),
        total_parameters=sum(p.numel() for p in model.parameters()),
        picture=picture,
    )


def convolution_layers(model: nn.Module) -> tuple[str, ...]:
    """The names of a network's two-dimensional convolutions, in the order they are registered."""
    return tuple(name for name, module in model.named_modules() if isinstance(module, nn.Conv2d))


def _rows(model: nn.Module, picture: tuple[int, int, int]) -> Iterator[tuple[str, nn.Module, tuple[int, ...]]]:
    seen: dict[str, tuple[nn.Module, tuple[int, ...]]] = {}
    leaves = [(name, module) for name, module in model.named_modules() if name and not list(module.children())]

    def note(name: str, module: nn.Module, output: object) -> None:
        if isinstance(output, torch.Tensor):
            seen.setdefault(name, (module, tuple(output.shape[1:])))

    hooks = [
        module.register_forward_hook(lambda module, _inputs, output, name=name: note(name, module, output))
        for name, module in leaves
    ]
    try:
        with evaluation_mode(model), torch.no_grad():
            model(blank_picture(model, picture))
    finally:
        for hook in hooks:
            hook.remove()
    for name, (module, shape) in seen.items():
        yield name, module, shape
