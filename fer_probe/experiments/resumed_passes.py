"""Resumed passes: what lies behind a layer of any network, run again on other outputs of that layer.

The first pass of a batch notes what every operator gave up to the end of the layer. To resume, the model's own
forward runs again, but up to there each operator hands back what it gave, without computing; the layer's output is
exchanged, and only what follows is computed. Branches that lead around the layer find what they had. It holds for
any graph whose operators run in the same order each time and write nothing into what lies before the layer; where
they do not, or where the unchanged output does not give the model's own answer again, whole passes are run instead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from fer_probe.activations import find_layers


class ResumablePass:
    """One forward pass of a batch that can be resumed at the end of a layer.

    The model must be in eval mode while it lives; :func:`fer_probe.activations.check_layers` tells whether the layer
    runs exactly once. What the operators before the layer gave is kept: as much memory as a training step takes.

    Attributes:
        output: what the layer gave; (n, …).
        answer: what the model gave.
        whole: True where resuming is not the same computation, so that whole passes are run.
    """

    def __init__(self, model: nn.Module, batch: Tensor, layer: str) -> None:
        self._model, self._batch, self._layer = model, batch, find_layers(model, [layer])[layer]
        self._noted: list[tuple[Any, Any]] = []
        noting = _Noting(self._noted)
        self.answer: Tensor = self._run(noting, self._keep)
        self.whole = noting.disturbed
        unchanged = self.resume(self.output)
        self.whole = self.whole or not self._gives_the_same(unchanged)

    def resume(self, output: Tensor) -> Tensor:
        """What the model gives where the layer gives ``output`` instead; ``output`` is left as it is."""
        changed = output.clone()  # what follows may write into it
        if self.whole:
            return self._run(None, lambda _: changed)
        try:
            return self._run(_Replaying(self._noted), lambda _: changed)
        except _OtherOrderError:
            self.whole = True
            self._noted.clear()
            return self.resume(output)

    def _keep(self, output: Tensor) -> Tensor:
        self.output = output.clone()
        return output

    def _run(self, operators: "_Noting | _Replaying | None", exchange: Callable[[Tensor], Tensor]) -> Tensor:
        def at_the_end(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
            if operators is not None:
                operators.behind = True
            return exchange(output)

        with _hooked(self._layer, at_the_end), torch.no_grad(), torch.compiler.set_stance("force_eager"):
            if operators is None:
                return self._model(self._batch)
            with operators:
                return self._model(self._batch)

    def _gives_the_same(self, answer: Tensor) -> bool:
        return answer.shape == self.answer.shape and torch.allclose(answer, self.answer, rtol=1e-4, equal_nan=True)


class _OtherOrderError(RuntimeError):
    """The operators ran in another order than in the first pass."""


class _Noting(TorchDispatchMode):
    """Notes what every operator gives until the layer has ended, and then whether any writes into what was noted."""

    def __init__(self, noted: list[tuple[Any, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.noted, self.behind, self.disturbed = noted, False, False
        self.storages: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self.behind:
            self.disturbed |= any(_storage(tensor) in self.storages for tensor in _written(func, args, kwargs))
            return func(*args, **kwargs)
        given = func(*args, **kwargs)
        self.noted.append((func, given))
        self.storages |= {_storage(tensor) for tensor in _tensors((args, kwargs, given))}
        return given


class _Replaying(TorchDispatchMode):
    """Hands back what was noted until the layer has ended; what follows is computed."""

    def __init__(self, noted: list[tuple[Any, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.noted, self.behind = iter(noted), False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if self.behind:
            return func(*args, **(kwargs or {}))
        operator, given = next(self.noted, (None, None))
        if operator is None or operator is not func:
            raise _OtherOrderError
        # What an operator gives must be new to PyTorch, unless it wrote in place: the same memory in a new tensor.
        return given if func._schema.is_mutable else tree_map_only(Tensor, torch.ops.aten.alias.default, given)


@contextmanager
def _hooked(layer: nn.Module, hook: Callable[[nn.Module, Any, Tensor], Tensor]) -> Iterator[None]:
    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def _written(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Tensor]:
    """The tensors that an operator writes into, by its schema."""
    if not func._schema.is_mutable:
        return
    named = dict(zip((one.name for one in func._schema.arguments), args, strict=False)) | kwargs
    for argument in func._schema.arguments:
        if argument.alias_info is not None and argument.alias_info.is_write:
            yield from _tensors(named.get(argument.name))


def _tensors(value: Any) -> Iterator[Tensor]:
    """Every tensor in nested tuples, lists and dicts."""
    return (leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor))


def _storage(tensor: Tensor) -> int:
    """Which memory a tensor lies in, views among it."""
    return int(tensor.untyped_storage()._cdata)
