"""Activation maximisation: the picture, from noise, that a feature map answers to most.

Erhan et al. 2009; Yosinski et al. 2015; Jahromi & Fyshe, section 5, figure 5 (50 steps from noise). Four choices
make it up, each a small function of its own: the objective (one unit, or the mean of a map), the parameterisation
(a spectrum scaled as 1/f, so that coarse shapes come as easily as fine ones; or pixels), the transform (jitter, so
that what is drawn does not hang on one grid) and the optimiser (Adam). What a picture shows is what the map likes,
not what it meets: set the activation it reaches beside the largest one in the data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from fer_probe.activations import (
    LayerError,
    blank_picture,
    check_layers,
    evaluation_mode,
    feature_maps,
    model_device,
    run_to_layers,
)
from fer_probe.records import Record

Objective = Literal["unit", "mean"]
Parameterization = Literal["spectrum", "pixels"]


@dataclass(frozen=True, eq=False)
class MaximizedMaps(Record):
    """For every map a picture that maximises it.

    Attributes:
        layer: its name in the model.
        maps: (M,) which maps.
        pixels: (M, C, H, W) float32, as the model takes them (after preprocessing).
        activation: (M,) the objective at that picture, without jitter.
        start_activation: (M,) the objective at the noise it began with.
        objective: ``"unit"`` (the map's middle unit) or ``"mean"`` over the map.
        parameterization: ``"spectrum"`` or ``"pixels"``.
        steps: how many.
        seed: of noise and jitter.
    """

    layer: str
    maps: np.ndarray
    pixels: np.ndarray
    activation: np.ndarray
    start_activation: np.ndarray
    objective: str
    parameterization: str
    steps: int
    seed: int


def maximize_activation(
    model: nn.Module,
    layer: str,
    maps: Sequence[int] | np.ndarray,
    shape: tuple[int, int, int],
    *,
    steps: int = 128,
    seed: int = 0,
    objective: Objective = "unit",
    parameterization: Parameterization = "spectrum",
    learning_rate: float = 0.05,
    jitter: int = 2,
    decay: float = 1e-4,
    bounds: tuple[Tensor | float, Tensor | float] | None = None,
    batch_size: int = 32,
) -> MaximizedMaps:
    """Climb from noise to a picture that a map answers to most.

    Args:
        model: any network; run in eval mode and given back as it was.
        layer: as ``model.named_modules()`` names it.
        maps: which of its maps.
        shape: (C, H, W) of a picture.
        steps: of the optimiser.
        seed: of the noise and the jitter; each map has its own stream, so that it looks the same in any company.
        objective: ``"unit"`` maximises the map's middle unit, ``"mean"`` the mean of the whole map.
        parameterization: climb in a 1/f-scaled ``"spectrum"`` or in ``"pixels"``.
        learning_rate: of Adam.
        jitter: pixels by which the picture is shifted at random before each step.
        decay: weight of Σ x² taken off the objective; keeps an unbounded picture from growing without end.
        bounds: least and largest value of a pixel as the model takes it (``Preprocessing.bounds``); numbers or
            tensors that broadcast to ``shape``. None leaves pixels free.
        batch_size: maps a step; changes speed only.

    Raises:
        LayerError: a layer or map that does not exist.
    """
    maps = np.asarray(maps, dtype=np.int64)
    blank = blank_picture(model, shape)
    size = check_layers(model, [layer], blank)[layer]
    if len(maps) and (maps.min() < 0 or maps.max() >= size[1]):
        raise LayerError(f"layer {layer!r} has maps 0 to {size[1] - 1}; asked for {maps.min()} to {maps.max()}")
    climb = _Climb(model, layer, objective, _picture_maker(parameterization, shape, bounds, blank), jitter, decay)
    results = [
        climb.run(maps[start : start + batch_size], shape, steps, seed, learning_rate, parameterization)
        for start in range(0, len(maps), batch_size)
    ]
    pixels, activation, before = (
        np.concatenate(parts) if parts else np.empty(0, np.float32)
        for parts in (zip(*results, strict=True) if results else ((), (), ()))
    )
    return MaximizedMaps(layer, maps, pixels, activation, before, objective, parameterization, steps, seed)


class _Climb:
    """One ascent of several maps side by side; each sees only its own picture and its own random numbers."""

    def __init__(
        self,
        model: nn.Module,
        layer: str,
        objective: Objective,
        picture: Callable[[Tensor], Tensor],
        jitter: int,
        decay: float,
    ) -> None:
        self.model, self.layer, self.objective = model, layer, objective
        self.picture, self.jitter, self.decay = picture, jitter, decay

    def run(
        self,
        maps: np.ndarray,
        shape: tuple[int, int, int],
        steps: int,
        seed: int,
        learning_rate: float,
        parameterization: Parameterization,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        streams = [torch.Generator().manual_seed(seed * 1_000_003 + int(number)) for number in maps]
        device = model_device(self.model)
        code = torch.stack([_noise(parameterization, shape, stream) for stream in streams]).to(device)
        code.requires_grad_()
        optimizer = torch.optim.Adam([code], lr=learning_rate)
        with evaluation_mode(self.model), torch.enable_grad():
            before = self._reached(self.picture(code), maps)
            for _ in range(steps):
                picture = self.picture(code)
                gain = self._activation(_shifted(picture, self.jitter, streams), maps)
                loss = self.decay * picture.square().sum() - gain.sum()
                (code.grad,) = torch.autograd.grad(loss, code)
                optimizer.step()
            picture = self.picture(code).detach()
            return picture.float().cpu().numpy(), self._reached(picture, maps), before

    def _reached(self, picture: Tensor, maps: np.ndarray) -> np.ndarray:
        reached: np.ndarray = self._activation(picture, maps).detach().cpu().numpy()
        return reached

    def _activation(self, picture: Tensor, maps: np.ndarray) -> Tensor:
        outputs: list[Tensor] = []
        run_to_layers(
            self.model, picture, [self.layer], lambda name, output: outputs.append(feature_maps(output, name))
        )
        own = outputs[0][torch.arange(len(maps)), torch.as_tensor(maps)]
        if self.objective == "mean":
            return own.mean(dim=(1, 2))
        return own[:, own.shape[1] // 2, own.shape[2] // 2]


def _noise(parameterization: Parameterization, shape: tuple[int, int, int], stream: torch.Generator) -> Tensor:
    """Faint noise to begin with, in the coordinates that are climbed in."""
    channels, height, width = shape
    if parameterization == "pixels":
        return 0.05 * torch.randn(shape, generator=stream)
    return 0.05 * torch.randn(channels, height, width // 2 + 1, 2, generator=stream)


def _picture_maker(
    parameterization: Parameterization,
    shape: tuple[int, int, int],
    bounds: tuple[Tensor | float, Tensor | float] | None,
    like: Tensor,
) -> Callable[[Tensor], Tensor]:
    """From the coordinates that are climbed in to pictures as the model takes them, on its device."""
    scale = _spectrum_scale(shape).to(like.device)

    def picture(code: Tensor) -> Tensor:
        free = code
        if parameterization == "spectrum":
            free = torch.fft.irfft2(torch.view_as_complex(code) * scale, s=shape[1:], norm="ortho")
        free = free.to(like.dtype)
        if bounds is None:
            return free
        low, high = (torch.as_tensor(bound).to(like) for bound in bounds)
        return low + (high - low) * torch.sigmoid(free)

    return picture


def _spectrum_scale(shape: tuple[int, int, int]) -> Tensor:
    """1/f, with the frequency no less than one period a picture, scaled so that pixels have unit variance."""
    frequency = torch.sqrt(torch.fft.fftfreq(shape[1])[:, None] ** 2 + torch.fft.rfftfreq(shape[2])[None] ** 2)
    scale = 1 / frequency.clamp(min=1 / max(shape[1:]))
    return scale / scale.square().mean().sqrt()


def _shifted(pictures: Tensor, jitter: int, streams: list[torch.Generator]) -> Tensor:
    """Every picture rolled by its own random offset of at most ``jitter`` pixels."""
    if not jitter:
        return pictures
    offsets = [torch.randint(-jitter, jitter + 1, (2,), generator=stream).tolist() for stream in streams]
    return torch.stack([p.roll(tuple(offset), (1, 2)) for p, offset in zip(pictures, offsets, strict=True)])
