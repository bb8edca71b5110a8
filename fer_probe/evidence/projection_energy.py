"""Where a projection's energy falls: on the pixels that an action unit moved, or beside them.

Of drawn faces every pixel that a unit moved is known. For a map that is said to detect a unit, its strongest units on
faces that show it are projected, and the share of Σ p² that lies on those pixels is compared with the same shape laid
on every other place of the picture, and with other maps' projections from the same place. A share above both says that
the map looks at what the unit moves; one that moves half of the face makes that easy, which the shape's area tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal
from torch import nn

from fer_probe.activations import LayerError, for_model
from fer_probe.faces.drawn_faces import DrawnFaces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import harvest
from fer_probe.projections.backward_rules import Rule
from fer_probe.projections.deconvolution import project_units
from fer_probe.records import Record

#: Other maps that are projected from the same place.
OTHERS = 8


@dataclass(frozen=True, eq=False)
class ProjectionEnergy(Record):
    """Shares of a projection's energy, for A action units with a map each, on their k strongest faces.

    Attributes:
        layer: its name in the model.
        rule: by which signals went back.
        action_unit_numbers: (A,) FACS numbers.
        maps: (A,) the map of each.
        own: (A, k) share of the energy on the pixels that the unit moved; NaN where there were fewer faces.
        area: (A, k) share of the picture that these are.
        elsewhere: (A, k) mean share on the same shape over all places where it lies within the picture.
        places_below: (A, k) share of those places that get less than the unit's own; 1 is the best place there is.
        other_maps: (A, k) mean share of other maps' projections, from the same place, on the unit's pixels.
    """

    layer: str
    rule: str
    action_unit_numbers: np.ndarray
    maps: np.ndarray
    own: np.ndarray
    area: np.ndarray
    elsewhere: np.ndarray
    places_below: np.ndarray
    other_maps: np.ndarray


def locate_energy(
    model: nn.Module,
    faces: DrawnFaces,
    preprocessing: Preprocessing,
    layer: str,
    maps: Mapping[int, int],
    *,
    k: int = 9,
    rule: Rule = "deconvnet",
    extensions: bool = False,
    seed: int = 0,
    batch_size: int = 64,
) -> ProjectionEnergy:
    """Project maps on faces that show their units, and see where the energy falls.

    Args:
        model: any network; run in eval mode and given back as it was.
        faces: drawn ones, which know what each unit moved.
        preprocessing: of the model.
        layer: as ``model.named_modules()`` names it.
        maps: action unit → the map that is said to detect it.
        k: how many of the strongest faces; fewer where fewer show the unit.
        rule: how signals go back through rectifiers.
        extensions: allow rectifiers that no paper gives a rule for.
        seed: of which other maps are taken.
        batch_size: changes speed only.

    Raises:
        FacesError: a unit that no face shows, or that is not drawn.
        LayerError: a layer or map that does not exist.
    """
    looking = _Looking(model, faces, preprocessing(faces), layer, rule, extensions, k, seed, batch_size)
    told = np.array([looking.shares(au, number) for au, number in maps.items()]).reshape(len(maps), 5, k)
    return ProjectionEnergy(layer, rule, np.array(list(maps)), np.array(list(maps.values())), *told.swapaxes(0, 1))


def moved_pixels(faces: DrawnFaces, images: PreparedImages, chosen: np.ndarray, au: int) -> NDArray[np.bool_]:
    """(n, H, W) the pixels that a unit moved in chosen faces, as the network is shown them.

    Raises:
        FacesError: no such unit is drawn.
    """
    return shown_masks(images, chosen, np.stack([faces.action_unit_mask(int(i), au) for i in chosen]))


def shown_masks(images: PreparedImages, chosen: np.ndarray, masks: np.ndarray) -> NDArray[np.bool_]:
    """(n, H, W) pixels of chosen faces, told in raw pictures (n, h, w), where the network is shown them."""
    plain = replace(images.preprocessing, channels=1, mean=0.0, std=1.0, equalize=False, per_picture=False)
    boxes = None if images.boxes is None else images.boxes.of(chosen, images.faces.pixels[chosen])
    return np.asarray(plain.resized(masks.astype(np.uint8)[:, None] * 255, boxes)[:, 0] > 127)


@dataclass(frozen=True)
class _Looking:
    """What all maps of a layer are asked alike."""

    model: nn.Module
    faces: DrawnFaces
    images: PreparedImages
    layer: str
    rule: Rule
    extensions: bool
    k: int
    seed: int
    batch_size: int

    def shares(self, au: int, number: int) -> NDArray[np.float64]:
        """(5, k) own, area, elsewhere, places below, other maps, of a unit and its map."""
        shown = np.flatnonzero(self.faces.action_units[:, self.faces.action_unit_numbers == au].any(1))
        if not len(shown):
            raise FacesError(f"no face shows AU{au}: there is nothing that it moved")
        found = harvest(
            self.model, self.images[shown], [self.layer], k=min(self.k, len(shown)), responses=False,
            batch_size=self.batch_size,
        )[self.layer]  # fmt: skip
        count = len(found.values)
        if not 0 <= number < count:
            raise LayerError(f"layer {self.layer!r} has maps 0 to {count - 1}; asked for {number}")
        others = np.delete(np.arange(count), number)
        others = np.random.default_rng([self.seed, au]).permutation(others)[:OTHERS]
        seen, places = shown[found.image_index[number]], found.position[number]
        energies = np.array([self.energy(seen, places, one) for one in (number, *others)])
        return _shares(energies[0], energies[1:], moved_pixels(self.faces, self.images, seen, au), self.k)

    def energy(self, seen: np.ndarray, places: np.ndarray, number: int) -> NDArray[np.float64]:
        """(n, H, W) squared projections, summed over channels, as shares of all; 0 where nothing comes back."""
        batch = for_model(self.model, self.images[torch.as_tensor(seen)])
        maps = np.full(len(seen), number)
        projected = project_units(
            self.model, batch, self.layer, maps, places, rule=self.rule, seed="one", extensions=self.extensions
        )
        energy = projected.double().square().sum(1).cpu().numpy()
        total = energy.sum((1, 2), keepdims=True)
        return np.asarray(np.divide(energy, total, out=np.zeros_like(energy), where=total > 0))


def _shares(own: np.ndarray, others: np.ndarray, masks: np.ndarray, k: int) -> NDArray[np.float64]:
    """(5, k) own, area, elsewhere, places below, other maps; NaN for faces that there are not."""
    told = np.full((5, k), np.nan)
    for i, mask in enumerate(masks):
        if not mask.any():
            continue  # it moved less than a pixel of the network's picture
        here = float(own[i][mask].sum())
        moved = _everywhere(own[i], mask)
        told[:, i] = here, mask.mean(), moved.mean(), (moved < here - 1e-12).mean(), others[:, i][:, mask].sum(1).mean()
    return told


def _everywhere(energy: np.ndarray, mask: np.ndarray) -> NDArray[np.float64]:
    """The energy on a shape at every place where it lies within the picture, its own among them."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    shape = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(signal.correlate(energy, shape.astype(np.float64), mode="valid", method="direct")).ravel()
