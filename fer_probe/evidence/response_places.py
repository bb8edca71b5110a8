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
from fer_probe.projections.receptive_fields import receptive_field
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
    """

    layer: str
    mean_response: np.ndarray
    strongest: np.ndarray
    centres: np.ndarray
    picture_size: tuple[int, int]
    image_count: int


def find_response_places(
    model: nn.Module, images: Images, layers: Sequence[str], *, batch_size: int = 64
) -> dict[str, ResponsePlaces]:
    """Tell where the maps of layers respond, in one pass that stops at the deepest layer asked for.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layers: as ``model.named_modules()`` names them; outputs (N, M, h, w) or (N, M).
        batch_size: pictures a step; changes speed only.

    Raises:
        LayerError: an unknown layer, or one whose output holds no maps.
    """
    sample = images[0:1]
    shapes = check_layers(model, layers, for_model(model, sample))
    sums = {layer: _Sums(layer, shapes[layer]) for layer in layers}
    with evaluation_mode(model), torch.no_grad():
        for start in range(0, len(images), batch_size):
            batch = for_model(model, images[start : start + batch_size])
            run_to_layers(model, batch, layers, lambda layer, output: sums[layer].add(output))
    return {
        layer: ResponsePlaces(
            layer=layer,
            mean_response=(part.response / len(images)).float().numpy(),
            strongest=part.strongest.numpy(),
            centres=_centres(model, layer, tuple(sample.shape[1:]), tuple(part.strongest.shape[1:])),
            picture_size=(int(sample.shape[2]), int(sample.shape[3])),
            image_count=len(images),
        )
        for layer, part in sums.items()
    }


class _Sums:
    """Running sums of one layer, in float64 so that the order of batches does not show."""

    def __init__(self, layer: str, shape: tuple[int, ...]) -> None:
        size = feature_maps(torch.empty(shape, device="meta"), layer).shape[1:]
        self.layer = layer
        self.response = torch.zeros(size, dtype=torch.float64)
        self.strongest = torch.zeros(size, dtype=torch.int64)

    def add(self, output: Tensor) -> None:
        maps = feature_maps(output.detach(), self.layer).cpu()
        self.response += maps.clamp(min=0).sum(dim=0, dtype=torch.float64)
        value, place = maps.flatten(2).max(dim=2)
        counts = torch.zeros_like(self.strongest.flatten(1))
        counts.scatter_add_(1, place.T, (value > 0).T.to(torch.int64))
        self.strongest += counts.view_as(self.strongest)


def _centres(model: nn.Module, layer: str, shape: tuple[int, ...], size: tuple[int, ...]) -> np.ndarray:
    places = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij"), axis=-1)
    boxes = receptive_field(model, layer, shape).boxes(places)
    return ((boxes[..., :2] + boxes[..., 2:] - 1) / 2).astype(np.float32)
