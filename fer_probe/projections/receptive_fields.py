"""Receptive fields: which window of the picture a unit of a layer can see.

One forward pass under a ``TorchDispatchMode`` follows, operator by operator, how a unit's window grows: with
``stride``, ``start`` and ``size`` in pixels, unit i of an axis sees [start + i·stride, start + i·stride + size).
A window operator of kernel k, stride s, padding p and dilation d makes of them

    start ← start − p·stride      size ← size + (k − 1)·d·stride      stride ← s·stride

(Araujo, Norris & Sim 2019). Branches that meet take the union. What mixes all places, or is not known to keep
them apart (global pooling, attention, a fully connected layer), sees the whole picture.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakIdKeyDictionary

from fer_probe.activations import blank_picture, evaluation_mode, run_to_layers


@dataclass(frozen=True)
class ReceptiveField:
    """The windows that the units of a layer see, in pixels (height, width) of the picture.

    Attributes:
        size: of the window; the picture's own where units see all of it.
        stride: from one unit's window to the next one's; 0 where units see the whole picture.
        start: of the first unit's window; negative where padding lets it leave the picture.
        picture: size of the picture.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    start: tuple[int, int]
    picture: tuple[int, int]

    @property
    def is_whole_picture(self) -> bool:
        """Whether the units see the whole picture along either axis."""
        return 0 in self.stride

    def boxes(self, positions: np.ndarray) -> np.ndarray:
        """The windows of units at ``positions`` (…, 2) row, column: (…, 4) top, left, bottom, right.

        Bottom and right are exclusive. A window may leave the picture.
        """
        first = np.asarray(self.start) + np.asarray(positions) * np.asarray(self.stride)
        return np.concatenate([first, first + np.asarray(self.size)], axis=-1)


def receptive_field(model: nn.Module, layer: str, shape: tuple[int, ...]) -> ReceptiveField:
    """The receptive field of a layer's units.

    Args:
        model: any network.
        layer: as ``model.named_modules()`` names it.
        shape: (C, H, W) of a picture.

    Raises:
        LayerError: a layer that does not exist or does not run.
    """
    picture = blank_picture(model, shape)
    windows: dict[str, _Windows | None] = {}
    with evaluation_mode(model), torch.no_grad(), _Tracer(picture) as tracer:
        run_to_layers(model, picture, [layer], lambda name, output: windows.update({name: tracer.windows_of(output)}))
    return _field(windows[layer], (shape[-2], shape[-1]))


class _Window(NamedTuple):
    """Along one axis, what unit 0 sees and how far it moves a unit."""

    stride: int
    start: int
    size: int

    def through(self, kernel: int, stride: int, padding: int, dilation: int) -> "_Window":
        return _Window(
            self.stride * stride,
            self.start - padding * self.stride,
            self.size + (kernel - 1) * dilation * self.stride,
        )

    def union(self, other: "_Window") -> "_Window | None":
        if self.stride != other.stride:
            return None
        start = min(self.start, other.start)
        return _Window(self.stride, start, max(self.start + self.size, other.start + other.size) - start)


_Windows = tuple[_Window, _Window]
_ONE_PIXEL: _Windows = (_Window(1, 0, 1), _Window(1, 0, 1))

#: Operators that leave every unit at its place, besides those tagged pointwise.
_PLACE_KEEPING = frozenset(
    "native_batch_norm _native_batch_norm_legit _native_batch_norm_legit_no_training cudnn_batch_norm "
    "miopen_batch_norm _batch_norm_with_update batch_norm clone detach alias _to_copy copy contiguous lift_fresh "
    "native_dropout dropout feature_dropout _prelu_kernel".split()
)
#: Operators along an axis; they keep places where that axis is the batch's or the channels'.
_ALONG_AXIS = {"cat": 1, "slice": 1, "split": 2, "split_with_sizes": 2, "unbind": 1, "_softmax": 1}


class _Tracer(TorchDispatchMode):
    """Carries the windows of every tensor's units from operator to operator."""

    def __init__(self, picture: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.known: WeakIdKeyDictionary = WeakIdKeyDictionary()
        self.known[picture] = _ONE_PIXEL

    def windows_of(self, tensor: Tensor) -> _Windows | None:
        windows: _Windows | None = self.known.get(tensor)
        return windows

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        inputs = [tensor for tensor in _tensors((args, kwargs or {})) if tensor in self.known]
        if inputs:
            windows = self._after(func, args, inputs)
            for output in _tensors(result):
                self.known[output] = windows
        return result

    def _after(self, func: Any, args: tuple[Any, ...], inputs: list[Tensor]) -> _Windows | None:
        name = func.overloadpacket.__name__
        windows = self._union(inputs)
        if windows is None:
            return None
        if name == "constant_pad_nd":  # mirrored padding is left out: its units see pixels beyond their window
            return _padded(windows, args[1])
        if step := _window_step(name, args):
            return tuple(window.through(*axis) for window, axis in zip(windows, step, strict=True))  # type: ignore[return-value]
        if torch.Tag.pointwise in func.tags or name in _PLACE_KEEPING:
            return windows
        return windows if name in _ALONG_AXIS and _axis(args, _ALONG_AXIS[name]) in (0, 1) else None

    def _union(self, tensors: list[Tensor]) -> _Windows | None:
        windows: _Windows | None = self.known[tensors[0]]
        for tensor in tensors[1:]:
            other = self.known[tensor]
            if windows is None or other is None:
                return None
            rows, columns = windows[0].union(other[0]), windows[1].union(other[1])
            windows = (rows, columns) if rows and columns else None
        return windows


_AxisStep = tuple[int, int, int, int]


def _window_step(name: str, args: tuple[Any, ...]) -> tuple[_AxisStep, _AxisStep] | None:
    """Kernel, stride, padding and dilation of a window operator, for rows and columns."""
    if name in ("convolution", "_convolution") and not args[6] and args[0].ndim == 4:
        kernel, stride, padding, dilation = args[1].shape[2:], args[3], args[4], args[5]
    elif name in ("max_pool2d_with_indices", "max_pool2d", "avg_pool2d"):
        kernel = args[1]
        stride = args[2] if len(args) > 2 and args[2] else kernel
        padding = args[3] if len(args) > 3 else 0
        dilation = args[4] if len(args) > 4 and name != "avg_pool2d" else 1
    else:
        return None
    rows, columns = zip(*map(_pair, (kernel, stride, padding, dilation)), strict=True)
    return rows, columns


def _pair(value: Any) -> tuple[int, int]:
    values = [int(item) for item in value] if not isinstance(value, int) else [value]
    return values[0], values[-1]


def _padded(windows: _Windows, padding: list[int]) -> _Windows | None:
    """Padding lists left, right, top, bottom; padding of other axes than the places' is not known."""
    left, _, top, _ = [*padding, 0, 0, 0, 0][:4]
    if len(padding) > 4 and any(padding[4:]):
        return None
    return windows[0].through(1, 1, top, 1), windows[1].through(1, 1, left, 1)


def _axis(args: tuple[Any, ...], where: int) -> int:
    return int(args[where]) if len(args) > where else 0


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, list | tuple) else []


def _field(windows: _Windows | None, picture: tuple[int, int]) -> ReceptiveField:
    if windows is None:
        return ReceptiveField(size=picture, stride=(0, 0), start=(0, 0), picture=picture)
    rows, columns = windows
    return ReceptiveField(
        size=(rows.size, columns.size),
        stride=(rows.stride, columns.stride),
        start=(rows.start, columns.start),
        picture=picture,
    )
