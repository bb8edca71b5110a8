"""Fired maps: the maps of a layer that fired most for one face, and what in that face made each fire.

A map's nine strongest faces say what it answers to; this is the other way round: what a network answered to in one
face, to be laid beside the attributions of its class.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from fer_probe.activations import Images, LayerError, for_model
from fer_probe.harvesting import harvest
from fer_probe.projections.backward_rules import Rule
from fer_probe.projections.deconvolution import project_units
from fer_probe.records import Record


@dataclass(frozen=True, eq=False)
class FiredMaps(Record):
    """The m maps that fired most for each of n faces.

    Attributes:
        layer: its name in the model.
        rule: by which signals went back.
        image_index: (n,) which faces.
        maps: (n, m) the strongest first.
        values: (n, m) each map's largest value on the face.
        pixels: (n, m, C, H, W) float32, that unit projected to the whole picture, from its activation; 0 where it is
            not above 0.
    """

    layer: str
    rule: str
    image_index: np.ndarray
    maps: np.ndarray
    values: np.ndarray
    pixels: np.ndarray


def project_fired_maps(
    model: nn.Module,
    images: Images,
    layer: str,
    *,
    count: int = 4,
    rule: Rule = "deconvnet",
    extensions: bool = False,
    image_index: np.ndarray | None = None,
    batch_size: int = 64,
) -> FiredMaps:
    """Project, for every face, the units that fired most, one a map.

    Args:
        model: any network; run in eval mode and given back as it was.
        images: n pictures, a handful.
        layer: as ``model.named_modules()`` names it.
        count: maps a face; fewer where the layer has fewer.
        rule: how signals go back through rectifiers.
        extensions: allow rectifiers that no paper gives a rule for.
        image_index: (n,) what the faces are called in the record; 0 to n − 1 where left out.
        batch_size: changes speed only.

    Raises:
        LayerError: a layer that does not exist or has no maps, or no pictures.
        RectifierError: a rectifier without a rule, or out of reach.
    """
    if not len(images) or count < 1:
        raise LayerError(f"{len(images)} pictures and {count} maps of layer {layer!r}: nothing to project")
    maps, values, pixels = [], [], []
    for i in range(len(images)):
        picture = images[i : i + 1]
        found = harvest(model, picture, [layer], k=1, responses=False, batch_size=batch_size)[layer]
        strongest = np.argsort(-found.values[:, 0], kind="stable")[:count]
        batch = for_model(model, picture.expand(len(strongest), -1, -1, -1))
        projected = project_units(
            model, batch, layer, strongest, found.position[strongest, 0], rule=rule, extensions=extensions
        )
        fired = torch.as_tensor(found.values[strongest, 0] > 0).to(projected.device)
        pixels.append((projected * fired[:, None, None, None]).float().cpu().numpy())
        maps.append(strongest)
        values.append(found.values[strongest, 0])
    index = np.arange(len(images)) if image_index is None else np.asarray(image_index, dtype=np.int64)
    return FiredMaps(layer, rule, index, np.array(maps), np.array(values, np.float64), np.stack(pixels))
