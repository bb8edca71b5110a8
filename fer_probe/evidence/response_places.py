"""Where on the face a feature map fires: its mean response at every place, over all pictures of a set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fer_probe.activations import (
    Images,
    check_layers,
    evaluation_mode,
    feature_maps,
    for_model,
    run_to_layers,
)
from fer_probe.harvesting import RESPONSES_KEPT
from fer_probe.projections.receptive_fields import ReceptiveField, receptive_field
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class ResponsePlaces(Record):
    """A layer's mean rectified response at every place of its maps, and how often each place was the strongest.

    Attributes:
        layer: its name in the model.
        mean_response: (M, h, w) float32, mean over pictures of max(response, 0).
        strongest: (M, h, w) int64, on how many pictures the map's largest response was here, where it was
            above 0.
        centres: (h, w, 2) float32, row and column in the picture of the middle of each place's receptive field.
        picture_size: (height, width) of the pictures as the model takes them.
        image_count: how many pictures.
        field_size: (height, width) in pixels of a place's receptive field; None in records of older versions.
        position: (N, M, 2) int16, row and column of each map's largest response to each picture, whether above 0 or
            not; None where not kept.
    """

    layer: str
    mean_response: np.ndarray
    strongest: np.ndarray
    centres: np.ndarray
    picture_size: tuple[int, int]
    image_count: int
    field_size: tuple[int, int] | None = None
    position: np.ndarray | None = None


def find_response_places(
    model: nn.Module,
    images: Images,
    layers: Sequence[str],
    *,
    positions: bool | None = None,
    batch_size: int = 64,
) -> dict[str, ResponsePlaces]:
    """Tell where the maps of layers respond, in one pass that stops at the deepest layer asked for.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layers: as ``model.named_modules()`` names them; outputs (N, M, h, w) or (N, M).
        positions: keep every picture's own; None keeps them up to ``RESPONSES_KEPT`` pictures × maps.
        batch_size: pictures a step; changes speed only.

    Raises:
        LayerError: an unknown layer, or one whose output holds no maps.
    """
    sample = images[0:1]
    shapes = check_layers(model, layers, for_model(model, sample))
    sums = {layer: _Sums(layer, shapes[layer], len(images), positions) for layer in layers}
    with evaluation_mode(model), torch.no_grad():
        for start in range(0, len(images), batch_size):
            batch = for_model(model, images[start : start + batch_size])
            run_to_layers(model, batch, layers, lambda layer, output: sums[layer].add(output, start))  # noqa: B023
    fields = {layer: receptive_field(model, layer, tuple(sample.shape[1:])) for layer in layers}
    return {layer: part.places(fields[layer]) for layer, part in sums.items()}


class _Sums:
    """Running sums of one layer, in float64 so that the order of batches does not show."""

    def __init__(self, layer: str, shape: tuple[int, ...], count: int, positions: bool | None) -> None:
        size = feature_maps(torch.empty(shape, device="meta"), layer).shape[1:]
        self.layer, self.count = layer, count
        self.response = torch.zeros(size, dtype=torch.float64)
        self.strongest = torch.zeros(size, dtype=torch.int64)
        keep = count * size[0] <= RESPONSES_KEPT if positions is None else positions
        self.position = np.empty((count, size[0], 2), np.int16) if keep else None

    def add(self, output: Tensor, start: int) -> None:
        maps = feature_maps(output.detach(), self.layer).cpu()
        self.response += maps.clamp(min=0).sum(dim=0, dtype=torch.float64)
        value, place = maps.flatten(2).max(dim=2)
        counts = torch.zeros_like(self.strongest.flatten(1))
        counts.scatter_add_(1, place.T, (value > 0).T.to(torch.int64))
        self.strongest += counts.view_as(self.strongest)
        if self.position is not None:
            self.position[start : start + len(place)] = np.stack(np.divmod(place.numpy(), maps.shape[3]), axis=-1)

    def places(self, field: ReceptiveField) -> ResponsePlaces:
        return ResponsePlaces(
            layer=self.layer,
            mean_response=(self.response / self.count).float().numpy(),
            strongest=self.strongest.numpy(),
            centres=_centres(field, tuple(self.strongest.shape[1:])),
            picture_size=field.picture,
            image_count=self.count,
            field_size=field.size,
            position=self.position,
        )


def _centres(field: ReceptiveField, size: tuple[int, ...]) -> np.ndarray:
    places = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij"), axis=-1)
    boxes = field.boxes(places)
    return np.asarray(((boxes[..., :2] + boxes[..., 2:] - 1) / 2).astype(np.float32))
