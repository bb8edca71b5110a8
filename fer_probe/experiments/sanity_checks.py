"""Sanity checks of projections: how much of a picture comes from what the network learnt, and how much does not.

Deconvolution and guided backpropagation partly recover the picture whatever the weights are (Nie, Zhang & Patel 2018;
Adebayo et al. 2018). So each projection is made again from networks that have unlearnt their layers, one after the
other from the probed one downward, at the places that were kept; from the wholly shuffled network's own strongest
picture; from another map's unit at the same place; and an edge map of the picture is laid beside it. How like the
trained network's each of them is says what the projection can be evidence of. The floor is the likeness of two
projections that have nothing in common but the network, for units' fields alone make pictures alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor, nn

from fer_probe.activations import Images, for_model
from fer_probe.experiments.picture_similarity import rank_correlation, structural_similarity
from fer_probe.experiments.shuffled_networks import layers_downward, shuffled_networks
from fer_probe.harvesting import Harvest, harvest
from fer_probe.projections.backward_rules import Rule
from fer_probe.projections.deconvolution import project_units
from fer_probe.projections.receptive_fields import receptive_field
from fer_probe.records import Record

TRAINED, ANEW, OTHER_MAP, EDGES = "trained", "shuffled, harvested anew", "another map", "edges"

#: The strongest pictures of a map that are checked, and the most layers that are shuffled one after another.
STRONGEST, MOST_STAGES = 3, 6
#: So many pairs of unrelated projections are compared.
_PAIRS = 300


@dataclass(frozen=True, eq=False)
class SanityChecks(Record):
    """Projections of M maps' k strongest units under S conditions, and how like the trained network's they are.

    Attributes:
        layer: its name in the model.
        rule: by which signals went back.
        conditions: ``"trained"``; ``"NAME shuffled"`` for the networks that are shuffled from the layer down to NAME;
            ``"shuffled, harvested anew"``, ``"another map"``, ``"edges"``.
        maps: (M,) which maps.
        pixels: (S, M, k, C, h, w) float32, the field; 0 where it leaves the picture.
        boxes: (M, k, 4) int64, top, left, bottom, right of the trained network's fields in the picture.
        image_index: (M, k) int64, which picture.
        correlation: (S, M, k) Spearman's, of absolute values with the trained network's, within the picture.
        similarity: (S, M, k) structural similarity of the same, each scaled to its largest value.
        unrelated: (2,) mean correlation and similarity of trained projections of different maps and pictures.
        seed: of the shuffling.
    """

    layer: str
    rule: str
    conditions: tuple[str, ...]
    maps: np.ndarray
    pixels: np.ndarray
    boxes: np.ndarray
    image_index: np.ndarray
    correlation: np.ndarray
    similarity: np.ndarray
    unrelated: np.ndarray
    seed: int

    @property
    def shuffled(self) -> list[int]:
        """The conditions in which layers are shuffled at kept places, the fewest first."""
        return [i for i, name in enumerate(self.conditions) if name.endswith(" shuffled")]

    def row(self, number: int) -> int | None:
        """Where a map stands in ``maps``; None where it was not checked."""
        found = np.flatnonzero(self.maps == number)
        return int(found[0]) if len(found) else None

    def mean_correlation(self, condition: int, row: int | None = None) -> float:
        """Over all pictures of a row of ``maps``, or of all maps; NaN where nothing could be compared."""
        return _known_mean(self.correlation[condition] if row is None else self.correlation[condition, row])

    def mean_similarity(self, condition: int, row: int | None = None) -> float:
        """As :meth:`mean_correlation`, of the structural similarity."""
        return _known_mean(self.similarity[condition] if row is None else self.similarity[condition, row])

    def own_share(self, condition: int, row: int | None = None) -> float:
        """How far a projection is its own under a condition: 1 as unlike as unrelated ones, 0 the same picture.

        (1 − correlation) / (1 − correlation of unrelated ones), 0 at least, of a row of ``maps`` or of all maps; NaN
        where nothing could be compared. The unrelated ones are of all maps that were checked.
        """
        share = (1 - self.mean_correlation(condition, row)) / (1 - float(self.unrelated[0]))
        return max(share, 0.0)  # in this order NaN stays NaN


def check_projections(
    model: nn.Module,
    images: Images,
    found: Harvest,
    *,
    maps: Sequence[int] | None = None,
    rule: Rule = "deconvnet",
    extensions: bool = False,
    seed: int = 0,
    batch_size: int = 64,
) -> SanityChecks:
    """Project the strongest units of maps again, from networks that know less and less.

    Args:
        model: the network that was harvested; it is left as it is.
        images: the pictures it was harvested on.
        found: a layer's harvest.
        maps: which maps, at least two; None takes all.
        rule: how signals go back through rectifiers.
        extensions: allow rectifiers that no paper gives a rule for.
        seed: of the shuffling, and of which other map is taken.
        batch_size: units a step; changes speed only.

    Raises:
        ValueError: fewer than two maps, or pictures other than those that were harvested.
        RectifierError: a rectifier without a rule, or out of reach.
    """
    chosen = np.arange(len(found.values)) if maps is None else np.asarray(maps, dtype=np.int64)
    if len(chosen) < 2 or len(images) != found.image_count:
        raise ValueError(
            f"{len(chosen)} maps and {len(images)} pictures; expected two maps or more, and the {found.image_count} "
            "pictures that were harvested"
        )
    units = _Units.strongest(model, images, found, chosen)
    way = _Way(rule, extensions, batch_size)
    shown = [(TRAINED, units.projected(model, way)), *_shuffled(model, units, found, way, seed)]
    others = np.random.default_rng(seed).integers(1, len(found.values), len(units))
    shown += [
        (OTHER_MAP, replace(units, maps=(units.maps + others) % len(found.values)).projected(model, way)),
        (EDGES, units.cut(_edges(units.pictures))),
    ]
    inside = units.cut(np.ones_like(units.pictures))[:, 0] > 0
    strength = [_strength(pictures) for _, pictures in shown]
    likeness = np.array([[_likeness(*pair) for pair in zip(strength[0], one, inside, strict=True)] for one in strength])
    shape = (len(shown), len(chosen), -1)
    pixels = np.stack([pictures for _, pictures in shown])
    return SanityChecks(
        layer=found.layer,
        rule=rule,
        conditions=tuple(name for name, _ in shown),
        maps=chosen,
        pixels=pixels.reshape(len(shown), len(chosen), -1, *pixels.shape[2:]).astype(np.float32),
        boxes=units.boxes.reshape(len(chosen), -1, 4),
        image_index=units.image_index.reshape(len(chosen), -1),
        correlation=likeness[..., 0].reshape(shape),
        similarity=likeness[..., 1].reshape(shape),
        unrelated=_unrelated(strength[0], inside, units),
        seed=seed,
    )


@dataclass(frozen=True)
class _Way:
    """How units are projected."""

    rule: Rule
    extensions: bool
    batch_size: int


@dataclass(frozen=True, eq=False)
class _Units:
    """U units of a layer, each with its picture: (U, C, H, W), prepared."""

    layer: str
    maps: NDArray[np.int64]
    positions: NDArray[np.int64]
    image_index: NDArray[np.int64]
    boxes: NDArray[np.int64]
    pictures: NDArray[np.float32]

    @staticmethod
    def strongest(model: nn.Module, images: Images, found: Harvest, maps: np.ndarray) -> "_Units":
        """The strongest units of a harvest's maps."""
        k = min(STRONGEST, found.values.shape[1])
        index, positions = (np.asarray(part)[maps, :k] for part in (found.image_index, found.position))
        pictures = np.stack([np.asarray(images[int(i) : int(i) + 1][0].cpu()) for i in index.ravel()])
        boxes = receptive_field(model, found.layer, pictures.shape[1:]).boxes(positions.reshape(-1, 2))
        return _Units(found.layer, np.repeat(maps, k), positions.reshape(-1, 2), index.ravel(), boxes, pictures)

    def __len__(self) -> int:
        return len(self.maps)

    def projected(self, model: nn.Module, way: _Way) -> NDArray[np.float32]:
        """(U, C, h, w) each unit's projection over its field. The seed is 1: a unit of another network may not fire."""
        parts = []
        for start in range(0, len(self), way.batch_size):
            some = slice(start, start + way.batch_size)
            batch: Tensor = for_model(model, torch.from_numpy(self.pictures[some]))
            projected = project_units(
                model, batch, self.layer, self.maps[some], self.positions[some], rule=way.rule, seed="one",
                extensions=way.extensions,
            )  # fmt: skip
            parts.append(projected.float().cpu().numpy())
        return self.cut(np.concatenate(parts))

    def cut(self, pictures: np.ndarray) -> NDArray[np.float32]:
        """(U, C, h, w) each unit's field out of pictures (U, C, H, W); 0 where it leaves the picture."""
        height, width = self.boxes[0, 2:] - self.boxes[0, :2]
        padded = np.pad(pictures, ((0, 0), (0, 0), (height, height), (width, width)))
        return np.stack([
            picture[:, top + height : top + 2 * height, left + width : left + 2 * width]
            for picture, (top, left, _, _) in zip(padded, self.boxes, strict=True)
        ])  # fmt: skip


def _shuffled(
    model: nn.Module, units: _Units, found: Harvest, way: _Way, seed: int
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Projections of shuffled networks at kept places, and of the last one at its own strongest ones."""
    shape = units.pictures.shape[1:]
    names = layers_downward(model, units.layer, shape)
    shown = {names[i] for i in np.linspace(0, len(names) - 1, min(len(names), MOST_STAGES)).astype(int)}
    network = model
    for name, network in shuffled_networks(model, units.layer, shape, seed=seed):
        if name in shown:
            yield f"{name} shuffled", units.projected(network, way)
    anew = harvest(network, torch.from_numpy(units.pictures), [units.layer], k=1, responses=False)[units.layer]
    yield ANEW, _anew(network, units, anew).projected(network, way)


def _anew(network: nn.Module, units: _Units, anew: Harvest) -> _Units:
    """The same maps at the strongest places that another network finds for them, among the same pictures."""
    index = anew.image_index[units.maps, 0]
    positions = anew.position[units.maps, 0]
    boxes = receptive_field(network, units.layer, units.pictures.shape[1:]).boxes(positions)
    return replace(units, positions=positions, boxes=boxes, pictures=units.pictures[index], image_index=index)


def _known_mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _edges(pictures: np.ndarray) -> NDArray[np.float32]:
    """(U, C, H, W) the size of the gradient of the mean over channels, in every channel."""
    grey = pictures.mean(1, keepdims=True)
    slopes = np.sqrt(ndimage.sobel(grey, axis=2) ** 2 + ndimage.sobel(grey, axis=3) ** 2)
    return np.broadcast_to(slopes, pictures.shape)


def _strength(pictures: np.ndarray) -> NDArray[np.float64]:
    """(U, h, w) absolute values, summed over channels, each scaled to its largest."""
    summed = np.abs(pictures).sum(1, dtype=np.float64)
    largest = summed.max((1, 2), keepdims=True)
    return np.asarray(np.divide(summed, largest, out=np.zeros_like(summed), where=largest > 0))


def _likeness(one: np.ndarray, other: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    return rank_correlation(one, other, mask), structural_similarity(one, other, mask)


def _unrelated(strength: np.ndarray, inside: np.ndarray, units: _Units) -> NDArray[np.float64]:
    """(2,) mean likeness of units of different maps on different pictures; 0 where there are none."""
    count = len(units)
    pairs = ((i, (i + shift) % count) for shift in range(1, count) for i in range(count))
    apart = (
        (i, j) for i, j in pairs if units.maps[i] != units.maps[j] and units.image_index[i] != units.image_index[j]
    )
    found = [_likeness(strength[i], strength[j], inside[i] & inside[j]) for i, j in islice(apart, _PAIRS)]
    known = np.array([one for one in found if np.isfinite(one).all()])
    return known.mean(0) if len(known) else np.zeros(2)
