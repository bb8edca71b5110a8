"""Deconvolution: what in a picture made a unit fire, projected back to its pixels.

Zeiler & Fergus 2014, section 2.1; Zhu et al., section 3.1, equations 1-3. The forward pass keeps its switches, all
units of the layer but one are set to zero, and the signal goes back by one of the rules of
:mod:`fer_probe.projections.backward_rules`. A unit sees only its receptive field, so :func:`deconvolve` runs each unit
on the smallest crop that is the same computation, checks the unit's value there against the harvested one, and falls
back to the whole picture where they differ.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
from fer_probe.harvesting import Harvest
from fer_probe.projections.backward_paths import check_backward_path
from fer_probe.projections.backward_rules import RectifierError, Rule, backward_rule
from fer_probe.projections.field_windows import FieldWindow
from fer_probe.projections.receptive_fields import receptive_field
from fer_probe.records import Record

Seed = Literal["activation", "one"]

#: A cropped unit must give its harvested value to within this fraction of the map's largest one.
CROP_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Projections(Record):
    """A layer's harvested units, each projected back to the pixels of its receptive field.

    Attributes:
        layer: its name in the model.
        rule: ``"deconvnet"``, ``"guided"`` or ``"gradient"``.
        seed: what the unit was set to before going back: its ``"activation"`` or ``"one"``.
        pixels: (M, k, C, h, w) float32, the field; 0 where it leaves the picture, and (but for the gradient rule)
            of a unit whose activation is not above 0: nothing made it fire.
        boxes: (M, k, 4) int64, top, left, bottom, right of the field in the picture; may leave it.
        image_index: (M, k) int64, which picture.
        extended_rectifiers: how many operations were passed by extension only: leaky and smooth rectifiers by the rule,
            others without one by their gradient.
        whole_pictures: how many units needed the whole picture, because a crop was not the same computation.
    """

    layer: str
    rule: str
    seed: str
    pixels: np.ndarray
    boxes: np.ndarray
    image_index: np.ndarray
    extended_rectifiers: int
    whole_pictures: int


def project_units(
    model: nn.Module,
    batch: Tensor,
    layer: str,
    maps: Sequence[int] | Tensor | np.ndarray,
    positions: Sequence[Sequence[int]] | Tensor | np.ndarray,
    *,
    rule: Rule = "deconvnet",
    seed: Seed = "activation",
    rectify_input: bool = False,
    extensions: bool = False,
) -> Tensor:
    """Project unit b of picture b back to all of its pixels.

    Args:
        model: any network; run in eval mode and given back as it was.
        batch: (B, C, H, W) float pictures.
        layer: as ``model.named_modules()`` names it; its output is (B, M, h, w) or (B, M).
        maps: (B,) which map each.
        positions: (B, 2) row and column in the map; (0, 0) for a fully connected layer.
        rule: how the signal goes back through rectifiers.
        seed: start from the unit's activation (the papers) or from 1.
        rectify_input: rectify what arrives at the pixels too (Zeiler & Fergus leave it open).
        extensions: allow rectifiers that no paper gives a rule for.

    Returns:
        (B, C, H, W), in the units of the pictures.

    Raises:
        LayerError: a layer, map or position that does not exist, or that does not depend on the picture.
        RectifierError: a rectifier without a rule, or out of reach.
    """
    shape = check_layers(model, [layer], batch[:1])[layer]
    units = _units(layer, shape, len(batch), maps, positions)
    projected, _, _ = _project(model, batch, layer, units, _Way(rule, seed, extensions))
    return projected.clamp(min=0) if rectify_input else projected


def deconvolve(
    model: nn.Module,
    images: Images,
    found: Harvest,
    rule: Rule = "deconvnet",
    *,
    maps: Sequence[int] | None = None,
    seed: Seed = "activation",
    rectify_input: bool = False,
    extensions: bool = False,
    batch_size: int = 64,
    crop: bool = True,
) -> Projections:
    """Project every harvested unit back to the pixels of its receptive field.

    Args:
        model: the network that was harvested.
        images: the pictures it was harvested on.
        found: a layer's harvest.
        rule, seed, rectify_input, extensions: as for :func:`project_units`.
        maps: only these maps; None takes all.
        batch_size: units a step; changes speed only.
        crop: run on crops around the field where that is the same computation; False never does.

    Returns:
        :class:`Projections` in the order of the harvest (of ``maps``, where given).

    Raises:
        ValueError: pictures other than those that were harvested.
        RectifierError: a rectifier without a rule, or out of reach.
    """
    if len(images) != found.image_count:
        raise ValueError(f"{found.layer!r} was harvested on {found.image_count} pictures, given are {len(images)}")
    rows = np.arange(len(found.values)) if maps is None else np.asarray(maps, dtype=np.int64)
    if not len(rows) or rows.min() < 0 or rows.max() >= len(found.values):
        raise LayerError(f"layer {found.layer!r} has maps 0 to {len(found.values) - 1}; asked for {rows.tolist()}")
    units = _HarvestedUnits(found, rows)
    sample = images[0:1]
    check_layers(model, [found.layer], for_model(model, sample))
    field = receptive_field(model, found.layer, tuple(sample.shape[1:]))
    window = FieldWindow.around(field) if crop else FieldWindow.whole(field)
    way = _Way(rule, seed, extensions)
    fields = np.zeros((len(units), sample.shape[1], *field.size), dtype=np.float32)
    boxes = field.boxes(units.position)
    extended, wholes = 0, 0
    for start in range(0, len(units), batch_size):
        chosen = np.arange(start, min(start + batch_size, len(units)))
        projected = _project_chosen(model, images, units, chosen, window, way)
        for unit, picture, origin in zip(chosen, projected.pictures, projected.origins, strict=True):
            if rule == "gradient" or units.value[unit] > 0:  # what does not fire was made to by nothing
                _paste(fields[unit], picture.clip(min=0) if rectify_input else picture, boxes[unit], origin)
        extended, wholes = max(extended, projected.extended_rectifiers), wholes + projected.whole_pictures
    shape = (len(rows), found.values.shape[1])
    return Projections(
        layer=found.layer,
        rule=rule,
        seed=seed,
        pixels=fields.reshape(*shape, *fields.shape[1:]),
        boxes=boxes.reshape(*shape, 4),
        image_index=found.image_index[rows],
        extended_rectifiers=extended,
        whole_pictures=wholes,
    )


class _HarvestedUnits:
    """A harvest's units one after another: (M·k,) map, picture, value and (M·k, 2) position."""

    def __init__(self, found: Harvest, rows: np.ndarray) -> None:
        k = found.values.shape[1]
        self.layer = found.layer
        self.map = np.repeat(rows, k)
        self.image = np.asarray(found.image_index[rows]).reshape(-1)
        self.value = np.asarray(found.values[rows]).reshape(-1)
        self.position = np.asarray(found.position[rows]).reshape(-1, 2)
        self.tolerance = np.repeat(np.abs(found.values[rows]).max(axis=1), k) * CROP_TOLERANCE

    def __len__(self) -> int:
        return len(self.map)


@dataclass(frozen=True)
class _Way:
    """How signals go back."""

    rule: Rule
    seed: Seed
    extensions: bool


@dataclass(frozen=True)
class _Projected:
    """Projections of units over their windows: pictures, each window's top left, and what had to be done."""

    pictures: list[np.ndarray]
    origins: list[np.ndarray]
    extended_rectifiers: int
    whole_pictures: int


def _project_chosen(
    model: nn.Module, images: Images, units: _HarvestedUnits, chosen: np.ndarray, window: FieldWindow, way: _Way
) -> _Projected:
    """Project chosen units over windows; where a value is not the harvested one, over whole pictures instead."""
    origins = window.origins(units.position[chosen])
    crops = for_model(model, _crops(images, units.image[chosen], origins, window.size))
    at = units.position[chosen] - origins // np.array(window.stride)
    try:
        projected, values, extended = _project(model, crops, units.layer, (units.map[chosen], at), way)
    except RectifierError:
        raise
    except (RuntimeError, IndexError):  # a model that takes pictures of one size only
        if window.size == window.picture:
            raise
        return _project_chosen(model, images, units, chosen, window.whole_picture(), way)
    pictures, tops = list(projected.float().cpu().numpy()), list(origins)
    off = np.flatnonzero(np.abs(values - units.value[chosen]) > units.tolerance[chosen])
    if window.size == window.picture:
        if len(off):
            _warn_of_other_values(units.layer, len(off))
        return _Projected(pictures, tops, extended, len(chosen))
    if len(off):
        again = _project_chosen(model, images, units, chosen[off], window.whole_picture(), way)
        for place, picture, origin in zip(off, again.pictures, again.origins, strict=True):
            pictures[place], tops[place] = picture, origin
    return _Projected(pictures, tops, extended, len(off))


def _crops(images: Images, index: np.ndarray, origins: np.ndarray, size: tuple[int, int]) -> Tensor:
    """(U, C, height, width) one window of one picture each."""
    pictures = (images[int(i) : int(i) + 1][0] for i in index)
    return torch.stack(
        [
            picture[:, top : top + size[0], left : left + size[1]]
            for picture, (top, left) in zip(pictures, origins, strict=True)
        ]
    )


def _project(
    model: nn.Module,
    batch: Tensor,
    layer: str,
    units: tuple[np.ndarray, np.ndarray],
    way: _Way,
) -> tuple[Tensor, np.ndarray, int]:
    """Projections (B, C, H, W), the units' values (B,), and how many rectifiers took the rule by extension."""
    outputs: list[Tensor] = []
    # A caller's inference_mode would leave no way back.
    with torch.inference_mode(False), evaluation_mode(model), torch.enable_grad():
        pixels = batch.detach().clone().requires_grad_()
        with backward_rule(way.rule, extensions=way.extensions) as seen:
            # A copy goes in, so that a model may work on its input in place.
            run_to_layers(
                model,
                pixels.clone(),
                [layer],
                lambda name, output: outputs.append(feature_maps(output, name)),
            )
        if not outputs[0].requires_grad:
            raise LayerError(f"layer {layer!r} does not depend on the picture by operations with a gradient")
        extended = seen.extensions
        if way.rule != "gradient":
            extended += check_backward_path(outputs[0], pixels, extensions=way.extensions)
        rows, columns = torch.as_tensor(units[1]).unbind(1)
        value = outputs[0][torch.arange(len(batch)), torch.as_tensor(units[0]), rows, columns]
        # d(Σ value·seed)/d pixels: every picture's signal is its own.
        start = value.detach() if way.seed == "activation" else torch.ones_like(value)
        (projected,) = torch.autograd.grad(value, pixels, start, allow_unused=True)
    if projected is None:
        raise LayerError(f"layer {layer!r} does not depend on the picture")
    return projected, value.detach().double().cpu().numpy(), extended


def _units(
    layer: str,
    shape: tuple[int, ...],
    count: int,
    maps: Sequence[int] | Tensor | np.ndarray,
    positions: Sequence[Sequence[int]] | Tensor | np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Checked map (B,) and position (B, 2) of each unit."""
    limits = np.array([*shape[1:], 1, 1][:3])
    units = np.concatenate([np.asarray(maps).reshape(-1, 1), np.asarray(positions).reshape(-1, 2)], axis=1)
    if len(units) != count:
        raise LayerError(f"{count} pictures need {count} maps and positions, given are {len(units)}")
    if ((units < 0) | (units >= limits)).any():
        wrong = units[((units < 0) | (units >= limits)).any(axis=1)][0].tolist()
        raise LayerError(
            f"layer {layer!r} has no unit map {wrong[0]} at {tuple(wrong[1:])}: "
            f"it has {limits[0]} maps of {limits[1]}×{limits[2]}"
        )
    return units[:, 0], units[:, 1:]


def _paste(field: np.ndarray, picture: np.ndarray, box: np.ndarray, origin: np.ndarray) -> None:
    """Copy the part of a window's projection that lies in the field; what leaves the picture stays 0."""
    top, left = np.maximum(box[:2], origin)
    bottom, right = np.minimum(box[2:], origin + np.array(picture.shape[1:]))
    if bottom <= top or right <= left:
        return  # all of the field is padding
    field[:, top - box[0] : bottom - box[0], left - box[1] : right - box[1]] = picture[
        :, top - origin[0] : bottom - origin[0], left - origin[1] : right - origin[1]
    ]


def _warn_of_other_values(layer: str, count: int) -> None:
    warnings.warn(
        f"{count} units of layer {layer!r} do not give their harvested value again: "
        "are these the same pictures, with the same preprocessing and weights?",
        stacklevel=4,
    )
