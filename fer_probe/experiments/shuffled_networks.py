"""Shuffled networks: copies of a network that have unlearnt their layers, from one layer downward to the pixels.

Adebayo et al. 2018, cascading randomisation – downward, for what lies above a layer has no part in its projections.
A layer unlearns by having its weights shuffled: the same numbers in other places, so that signals keep their scale
and what was learnt is gone.
"""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fer_probe.activations import blank_picture, evaluation_mode, run_to_layers


def shuffled_networks(
    model: nn.Module, layer: str, shape: tuple[int, ...], *, seed: int = 0
) -> Iterator[tuple[str, nn.Module]]:
    """Copies of a model whose layers are shuffled from ``layer`` downward: it alone, it and the one below, and so on.

    Args:
        model: any network; it is left as it is.
        layer: as ``model.named_modules()`` names it.
        shape: (C, H, W) of a picture.
        seed: of the shuffling.

    Yields:
        The name of the lowest layer that is shuffled, and one and the same copy, shuffled as far down: use it before
        the next is asked for. What has a weight is a layer; a normalisation goes with the layer that it follows.

    Raises:
        LayerError: a layer that does not exist or does not run.
    """
    shuffled = copy.deepcopy(model)
    for number, name_and_modules in enumerate(reversed(_layers_up_to(shuffled, layer, shape))):
        name, modules = name_and_modules
        for place, module in enumerate(modules):
            _shuffle(module, torch.Generator().manual_seed(seed * 2**20 + number * 2**8 + place))
        yield name, shuffled


def layers_downward(model: nn.Module, layer: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The layers that :func:`shuffled_networks` shuffles, ``layer`` or the next one below it first."""
    return tuple(name for name, _ in reversed(_layers_up_to(model, layer, shape)))


def _layers_up_to(model: nn.Module, layer: str, shape: tuple[int, ...]) -> list[tuple[str, list[nn.Module]]]:
    """Name and modules of every layer with a weight, in the order in which they run."""
    ran: list[tuple[str, nn.Module]] = []
    names = {module: name for name, module in model.named_modules()}
    hooks = [
        module.register_forward_pre_hook(lambda module, _: ran.append((names[module], module)))
        for module in names
        if any(parameter is not None for parameter in module._parameters.values())
    ]
    try:
        with evaluation_mode(model), torch.no_grad():
            run_to_layers(model, blank_picture(model, shape), [layer], lambda *_: None)
    finally:
        for hook in hooks:
            hook.remove()
    layers: list[tuple[str, list[nn.Module]]] = []
    for name, module in dict.fromkeys(ran):
        if layers and not _has_weight(module):
            layers[-1][1].append(module)
        else:
            layers.append((name, [module]))
    return layers


def _has_weight(module: nn.Module) -> bool:
    return any(parameter is not None and parameter.ndim > 1 for parameter in module._parameters.values())


def _shuffle(module: nn.Module, generator: torch.Generator) -> None:
    """Weights all over; what there is one of for each map – biases, scales, running means – by one order of maps."""
    orders: dict[int, Tensor] = {}
    own = [*module._parameters.values(), *module._buffers.values()]
    for tensor in [one for one in own if one is not None and one.ndim > 0]:
        with torch.no_grad():
            if tensor.ndim > 1:
                order = torch.randperm(tensor.numel(), generator=generator)
                tensor.copy_(tensor.flatten()[order.to(tensor.device)].view_as(tensor))
            else:
                length = len(tensor)
                orders.setdefault(length, torch.randperm(length, generator=generator))
                tensor.copy_(tensor[orders[length].to(tensor.device)])
