"""Activations: what layers of any ``nn.Module`` give, seen through hooks that leave no trace.

``with record_activations(model, ["conv3"]) as activations: model(batch)`` is the whole interface for notebooks;
the analyses use :func:`observe_layers`, which hands each activation on as it appears and can stop the forward
pass at the deepest layer asked for.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor, nn

LayerObserver = Callable[[str, Tensor], None]


class LayerError(ValueError):
    """A layer cannot be observed; the message names the layer, the reason and what to do."""


class Images(Protocol):
    """Pictures ready for a network: a tensor (N, C, H, W), or anything lazy with a length and slices."""

    def __len__(self) -> int:
        """The number of pictures."""
        ...

    def __getitem__(self, index: slice, /) -> Tensor:
        """A stretch of pictures, float32 (n, C, H, W)."""
        ...


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[nn.Module]:
    """Put every module into eval mode; give each its own mode back at the end, also after an exception."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield model
    finally:
        for module, training in modes.items():
            module.training = training


@contextmanager
def record_activations(model: nn.Module, layers: Sequence[str], detach: bool = True) -> Iterator[dict[str, Tensor]]:
    """Record what layers give while the block runs the model.

    Args:
        model: any network; it is not changed, and its mode is left as it is.
        layers: names as ``model.named_modules()`` gives them.
        detach: cut the recorded activations off the graph.

    Yields:
        A dict, layer → its output at the latest call. Outputs are copied, so that a rectifier that works in
        place behind a layer does not change what was recorded of it.

    Raises:
        LayerError: a name that the model does not have, or a layer whose output is no tensor.
    """
    recorded: dict[str, Tensor] = {}

    def keep(layer: str, output: Tensor) -> None:
        recorded[layer] = output.detach().clone() if detach else output.clone()

    with observe_layers(model, layers, keep):
        yield recorded


@contextmanager
def observe_layers(model: nn.Module, layers: Sequence[str], observer: LayerObserver) -> Iterator[None]:
    """Call ``observer(layer, output)`` at every call of every layer while the block runs."""
    modules = find_layers(model, layers)
    # One module can stand under two names: each name is served.
    hooks = [
        module.register_forward_hook(
            lambda _module, _inputs, output, name=name: observer(name, _as_tensor(name, output))
        )
        for name, module in modules.items()
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def run_to_layers(model: nn.Module, batch: Tensor, layers: Sequence[str], observer: LayerObserver) -> None:
    """Run one forward pass that ends as soon as every layer has been observed.

    The layers must run once each in a forward pass; :func:`check_layers` tells.
    """
    waiting = set(layers)

    def observe_and_stop(layer: str, output: Tensor) -> None:
        if len(output) != len(batch):
            raise LayerError(
                f"layer {layer!r} gives {len(output)} entries for {len(batch)} pictures: which belongs to which is "
                "unknown; name a layer that keeps pictures apart along the first axis"
            )
        observer(layer, output)
        waiting.discard(layer)
        if not waiting:
            raise _EverythingSeen

    with observe_layers(model, layers, observe_and_stop):
        try:
            model(batch)
        except _EverythingSeen:
            return
    raise _never_ran(sorted(waiting))


def check_layers(model: nn.Module, layers: Sequence[str], batch: Tensor) -> dict[str, tuple[int, ...]]:
    """Run one whole forward pass and tell the shape of every layer's output.

    Args:
        batch: (n, C, H, W); one picture is enough.

    Returns:
        Layer → shape of its output, the batch's axis included.

    Raises:
        LayerError: a layer that does not exist, does not run, or runs more than once a pass (which of its
            activations is meant would be a guess).
    """
    shapes: dict[str, tuple[int, ...]] = {}
    calls: Counter[str] = Counter()

    def note(layer: str, output: Tensor) -> None:
        shapes[layer] = tuple(output.shape)
        calls[layer] += 1

    with evaluation_mode(model), torch.no_grad(), observe_layers(model, layers, note):
        model(batch)
    if silent := [layer for layer in layers if not calls[layer]]:
        raise _never_ran(silent)
    if repeated := [layer for layer in layers if calls[layer] > 1]:
        layer = repeated[0]
        raise LayerError(
            f"layer {layer!r} runs {calls[layer]} times in one forward pass, so its activation is ambiguous; "
            "name a layer that runs once, such as the one that follows it"
        )
    return shapes


def find_layers(model: nn.Module, layers: Sequence[str]) -> dict[str, nn.Module]:
    """The modules of these names.

    Raises:
        LayerError: a name that ``model.named_modules()`` does not give, with the names it does.
    """
    if isinstance(layers, str):
        raise LayerError(f"layers is the word {layers!r}; give a list of names, [{layers!r}]")
    modules = dict(model.named_modules(remove_duplicate=False))
    for layer in layers:
        if layer not in modules:
            known = ", ".join(name for name in modules if name)
            raise LayerError(f"the model has no layer {layer!r}; it has: {known}")
    return {layer: modules[layer] for layer in layers}


def feature_maps(output: Tensor, layer: str) -> Tensor:
    """A layer's output as maps (N, M, H, W); the units of a fully connected layer are maps of one place.

    Raises:
        LayerError: an output that is neither (N, M, H, W) nor (N, M).
    """
    if output.ndim == 4:
        return output
    if output.ndim == 2:
        return output[:, :, None, None]
    raise LayerError(
        f"layer {layer!r} gives {tuple(output.shape)}; feature maps are (pictures, maps, height, width) "
        "or (pictures, units): name another layer"
    )


def model_device(model: nn.Module) -> torch.device:
    """Where a model's first parameter or buffer lies; the CPU for a model without any."""
    tensors = (*model.parameters(), *model.buffers())
    return tensors[0].device if tensors else torch.device("cpu")


def for_model(model: nn.Module, batch: Tensor) -> Tensor:
    """Pictures on the model's device and in its number format."""
    return batch.to(device=model_device(model), dtype=_number_format(model))


def blank_picture(model: nn.Module, shape: tuple[int, ...]) -> Tensor:
    """An empty picture (1, C, H, W) on the model's device and in its number format, for telling shapes."""
    return for_model(model, torch.zeros(1, *shape))


def _number_format(model: nn.Module) -> torch.dtype:
    return next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)


class _EverythingSeen(BaseException):
    """Ends a forward pass whose rest nobody asked for; no model's ``except Exception`` may swallow it."""


def _as_tensor(layer: str, output: object) -> Tensor:
    if not isinstance(output, Tensor):
        raise LayerError(f"layer {layer!r} gives a {type(output).__name__}, not a tensor; name a layer inside it")
    return output


def _never_ran(layers: Sequence[str]) -> LayerError:
    return LayerError(
        f"layer {layers[0]!r} did not run in the forward pass: it is unused, or hidden inside a scripted module"
    )
