"""Latent functions: ``encode`` and ``decode`` of any model, called as they are.

Two functions are all that the analyses of latents want of a model: pictures to latents (n, C, H, W) → (n, …), and
latents to pictures (n, L) → (n, C, H, W). They may be methods, closures, or compiled: what a decoder wants beside the
latent is fixed by a closure or by ``functools.partial``.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_probe.activations import LayerError, evaluation_mode, for_model

Encode = Callable[[Tensor], Any]
#: Takes latents and, by keyword, what it is told beside them.
Decode = Callable[..., Any]


def module_of(function: Any) -> nn.Module | None:
    """The model that a function belongs to: itself, or what it is a method of; None where that cannot be seen."""
    while isinstance(function, partial):
        function = function.func
    owner = function if isinstance(function, nn.Module) else getattr(function, "__self__", None)
    return owner if isinstance(owner, nn.Module) else None


@contextmanager
def at_rest(function: Any) -> Iterator[None]:
    """Without gradients; the function's model, where it can be seen, in eval mode and given back as it was."""
    module = module_of(function)
    with evaluation_mode(module or nn.Module()), torch.no_grad():
        yield


def encoded(encode: Encode, images: Tensor) -> NDArray[np.float32]:
    """The latents of some pictures, flattened.

    Args:
        encode: (n, C, H, W) → (n, …); a closure's model is taken as it is, and is to be in eval mode.
        images: (n, C, H, W); brought to the device and number format of the function's model.

    Returns:
        (n, L) float32.

    Raises:
        LayerError: no tensor, or one that does not keep the pictures apart.
    """
    with at_rest(encode):
        latent = encode(_for_function(encode, images))
    if not isinstance(latent, Tensor) or not latent.ndim or len(latent) != len(images):
        raise LayerError(
            f"encode gives {_shape(latent)} for {len(images)} pictures; expected a tensor (pictures, values)"
        )
    return latent.flatten(1).float().cpu().numpy()


def decoded(
    decode: Decode, latents: Any, *, beside: Mapping[str, Any] | None = None, batch_size: int = 64
) -> NDArray[np.float32]:
    """The pictures that a decoder makes of latents.

    Args:
        decode: (n, L) → (n, C, H, W), on the function's own device; keywords as ``beside`` has them.
        latents: (n, L), an array or a tensor.
        beside: keyword of the decoder → (n, …) what it is told beside each latent; integers stay integers.
        batch_size: latents a step; changes speed only.

    Returns:
        (n, C, H, W) float32, as the decoder gives them.

    Raises:
        LayerError: latents of another shape, or no pictures.
    """
    latents = torch.from_numpy(np.array(latents, np.float32))
    if latents.ndim != 2 or not len(latents):
        raise LayerError(f"latents are {tuple(latents.shape)}; expected (latents, values), one at least")
    told = {name: torch.as_tensor(np.asarray(values)) for name, values in (beside or {}).items()}
    made = []
    with at_rest(decode):
        for start in range(0, len(latents), batch_size):
            here = slice(start, start + batch_size)
            batch = _for_function(decode, latents[here])
            given = decode(batch, **{name: _beside(values[here], batch) for name, values in told.items()})
            made.append(_pictures(given, len(batch)))
    return np.concatenate(made)


def _pictures(given: Any, count: int) -> NDArray[np.float32]:
    if not isinstance(given, Tensor) or given.ndim != 4 or len(given) != count:
        raise LayerError(
            f"decode gives {_shape(given)} for {count} latents; expected a tensor (latents, channels, height, width)"
        )
    return given.detach().float().cpu().numpy()


def _beside(values: Tensor, batch: Tensor) -> Tensor:
    """Who is meant stays a number of a person; how much of something takes the format of the latents."""
    return values.to(batch) if values.is_floating_point() else values.to(batch.device)


def _for_function(function: Any, batch: Tensor) -> Tensor:
    module = module_of(function)
    return batch if module is None else for_model(module, batch)


def _shape(given: Any) -> str:
    return str(tuple(given.shape)) if isinstance(given, Tensor) else f"a {type(given).__name__}"
