"""Harvest: the strongest pictures and places of every feature map, and every map's response to every picture.

Zhu et al., section 3.2, steps 2 and 3; Zeiler & Fergus 2014. One streaming pass: kept are k × maps entries and,
where asked for, one number a map and picture, never the activations.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fer_probe.activations import (
    Images,
    LayerError,
    check_layers,
    evaluation_mode,
    feature_maps,
    for_model,
    run_to_layers,
)
from fer_probe.records import Record

#: Responses are kept by default up to this many numbers (64 MiB of float32) a layer.
RESPONSES_KEPT = 2**24


@dataclass(frozen=True, eq=False)
class Harvest(Record):
    """The k strongest pictures of each of a layer's M maps.

    Order is by value, largest first, then picture, then position in reading order: batch size, sharding and
    resuming change nothing, up to rounding (values closer than a float's rounding may change places).

    Attributes:
        layer: its name in the model.
        values: (M, k), largest value of the map on each picture, as the layer gives it (not rectified).
        image_index: (M, k) int64, which picture.
        position: (M, k, 2) int64, row and column of that value in the map.
        responses: (N, M) float32, the largest value of each map on each picture; None where not kept.
        map_size: (height, width) of the layer's maps.
        image_count: N, how many pictures were shown.
    """

    layer: str
    values: np.ndarray
    image_index: np.ndarray
    position: np.ndarray
    responses: np.ndarray | None
    map_size: tuple[int, int]
    image_count: int


def harvest(
    model: nn.Module,
    images: Images,
    layers: Sequence[str],
    k: int = 9,
    *,
    responses: bool | None = None,
    batch_size: int = 64,
) -> dict[str, Harvest]:
    """Find every map's strongest pictures in one pass that stops at the deepest layer asked for.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layers: names as ``model.named_modules()`` gives them; outputs (N, M, H, W) or (N, M).
        k: how many pictures a map; lowered to N, with a warning, where there are fewer.
        responses: keep the (N, M) responses; None keeps them up to ``RESPONSES_KEPT`` numbers.
        batch_size: pictures a step; changes speed only.

    Returns:
        Layer → :class:`Harvest`.

    Raises:
        LayerError: an unknown layer, one that runs more than once, or one whose output holds no maps; a map
            with a value that is not a number.
        ValueError: no pictures, or no layers.
    """
    if not len(images) or not layers:
        raise ValueError(f"nothing to harvest: {len(images)} pictures, {len(layers)} layers")
    if k > len(images):
        warnings.warn(f"{len(images)} pictures for the {k} strongest: k is lowered to {len(images)}", stacklevel=2)
    shapes = check_layers(model, layers, for_model(model, images[0:1]))
    states = {layer: _LayerHarvest(layer, shapes[layer], len(images), k, responses) for layer in layers}
    with evaluation_mode(model), torch.no_grad():
        for start in range(0, len(images), batch_size):
            batch = for_model(model, images[start : start + batch_size])
            run_to_layers(model, batch, layers, lambda layer, output: states[layer].add(output, start))  # noqa: B023
    return {layer: state.harvest() for layer, state in states.items()}


class _LayerHarvest:
    """The running state of one layer: its k best (value, picture, place) a map, merged batch by batch."""

    def __init__(self, layer: str, shape: tuple[int, ...], count: int, k: int, responses: bool | None) -> None:
        self.layer, self.count, self.k = layer, count, min(k, count)
        maps, *size = feature_maps(torch.empty(shape, device="meta"), layer).shape[1:]
        self.map_size = (size[0], size[1])
        keep = count * maps <= RESPONSES_KEPT if responses is None else responses
        self.responses = np.empty((count, maps), dtype=np.float32) if keep else None
        self.best_value = torch.empty(0, maps)
        self.best_image = torch.empty(0, maps, dtype=torch.int64)
        self.best_place = torch.empty(0, maps, dtype=torch.int64)

    def add(self, output: Tensor, start: int) -> None:
        maps = feature_maps(output.detach(), self.layer)
        flat = maps.flatten(2)
        value = flat.amax(dim=2)
        self._refuse_nan(value, start)
        # argmax may return any of equal places on some devices; the first True is the first in reading order.
        place = (flat == value[:, :, None]).to(torch.uint8).argmax(dim=2).cpu()
        value = (value if value.dtype == torch.float64 else value.float()).cpu()
        image = torch.arange(start, start + len(value))[:, None].expand_as(place)
        if self.responses is not None:
            self.responses[start : start + len(value)] = value.numpy()
        self._merge(value, image, place)

    def _merge(self, value: Tensor, image: Tensor, place: Tensor) -> None:
        # Earlier pictures stand first and the sort is stable: equal values stay in the pictures' order.
        value = torch.cat([self.best_value, value])
        order = value.argsort(dim=0, descending=True, stable=True)[: self.k]
        self.best_value = value.gather(0, order)
        self.best_image = torch.cat([self.best_image, image]).gather(0, order)
        self.best_place = torch.cat([self.best_place, place]).gather(0, order)

    def _refuse_nan(self, value: Tensor, start: int) -> None:
        if torch.isnan(value).any():
            picture, unit = torch.nonzero(torch.isnan(value))[0].tolist()
            raise LayerError(
                f"layer {self.layer!r}, map {unit}: not a number on picture {start + picture}; "
                "check the weights and the preprocessing"
            )

    def harvest(self) -> Harvest:
        place = self.best_place.T.numpy()
        return Harvest(
            layer=self.layer,
            values=np.ascontiguousarray(self.best_value.T.numpy()),
            image_index=np.ascontiguousarray(self.best_image.T.numpy()),
            position=np.stack(np.divmod(place, self.map_size[1]), axis=-1),
            responses=self.responses,
            map_size=self.map_size,
            image_count=self.count,
        )
