"""Observed layers: what layers of a network give for pictures, small enough to be kept of all of them.

Of each map its largest value, and its mean over a grid of at most 4 × 4 places, coarser where a layer has many maps, so
that no layer keeps more than about two thousand numbers a picture.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from fer_probe.activations import Images, blank_picture, evaluation_mode, feature_maps, for_model, observe_layers
from fer_probe.experiments.shuffled_networks import shuffled_networks

_GRID, _KEPT = 4, 2048


@dataclass(frozen=True, eq=False)
class ObservedLayers:
    """What L layers give for N pictures.

    Attributes:
        responses: layer → (N, M) float32, the largest value of each map.
        features: layer → (N, p) float32, each map's mean over the places of a grid.
    """

    responses: dict[str, np.ndarray]
    features: dict[str, np.ndarray]


def observable_layers(model: nn.Module, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Layers with weights that run once and give maps or units: name → shape of its output, in running order.

    Args:
        model: any network; run in eval mode on an empty picture and given back as it was.
        shape: (C, H, W) of a picture.
    """
    ran: list[tuple[str, tuple[int, ...]]] = []
    leaves = {
        name: module for name, module in model.named_modules() if any(p.ndim > 1 for p in module.parameters(False))
    }

    def note(name: str, output: object) -> None:
        ran.append((name, tuple(output.shape[1:]) if isinstance(output, Tensor) else ()))

    hooks = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: note(name, output))
        for name, module in leaves.items()
    ]
    try:
        with evaluation_mode(model), torch.no_grad():
            model(blank_picture(model, shape))
    finally:
        for hook in hooks:
            hook.remove()
    calls = Counter(name for name, _ in ran)
    return {name: given for name, given in ran if calls[name] == 1 and len(given) in (1, 3)}


def observe(model: nn.Module, images: Images, layers: Sequence[str], *, batch_size: int = 64) -> ObservedLayers:
    """Show a network pictures, once.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layers: whose outputs are (N, M, h, w) or (N, M); each runs once a pass.
        batch_size: changes speed only.

    Raises:
        LayerError: a layer that does not exist, or whose output holds no maps.
    """
    parts: dict[str, list[tuple[Tensor, Tensor]]] = {layer: [] for layer in layers}

    def keep(layer: str, output: Tensor) -> None:
        maps = feature_maps(output.detach(), layer).float()
        parts[layer].append((maps.flatten(2).amax(2).cpu(), _pooled(maps).flatten(1).cpu()))

    with evaluation_mode(model), torch.no_grad(), observe_layers(model, layers, keep):
        for start in range(0, len(images), batch_size):
            model(for_model(model, images[start : start + batch_size]))
    largest, pooled = ({name: torch.cat([one[i] for one in of]).numpy() for name, of in parts.items()} for i in (0, 1))
    return ObservedLayers(largest, pooled)


def untrained_network(model: nn.Module, layers: Sequence[str], shape: tuple[int, ...], seed: int) -> nn.Module:
    """A copy whose weights are shuffled in every layer up to the last of ``layers``, which stand in running order."""
    *_, (_, network) = shuffled_networks(model, layers[-1], shape, seed=seed)
    return network


def _pooled(maps: Tensor) -> Tensor:
    side = min(_GRID, max(1, isqrt(_KEPT // maps.shape[1])))
    return adaptive_avg_pool2d(maps, (min(side, maps.shape[2]), min(side, maps.shape[3])))
