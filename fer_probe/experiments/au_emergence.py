"""Emergence: where in a network do maps appear that tell an action unit?

The same drawn people at rest and with one unit on, as in :mod:`fer_probe.experiments.au_experiments`, seen by every
layer at once. Of each unit and layer the map with the largest AUROC is chosen on half of the people and measured on the
others, for the best of many maps is flattered by having been chosen. Beside it stands the same of a network whose
layers are all shuffled: what random filters tell was not learnt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from fer_probe.activations import Images
from fer_probe.experiments.au_experiments import auroc
from fer_probe.experiments.shuffled_networks import shuffled_networks
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.posed_people import pose_people, prepared_alike
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.harvesting import harvest
from fer_probe.records import Record

#: A map tells a unit from this AUROC on.
TELLS = 0.9


@dataclass(frozen=True, eq=False)
class AUEmergence(Record):
    """How well the best map of each of L layers tells each of A action units, on people who did not choose it.

    Attributes:
        layers: L names, in the order that was asked for: from the pixels on.
        map_counts: (L,) how many maps a layer has.
        action_unit_numbers: (A,) FACS numbers.
        best_map: (L, A) chosen on one half of the people.
        auroc: (L, A) on the other half; ½ by chance.
        shuffled_auroc: (L, A) the same of a network whose layers are shuffled.
        people: how many, both halves.
        intensity: of the unit, 0–1.
        seed: of people, halves and shuffling.
    """

    layers: tuple[str, ...]
    map_counts: np.ndarray
    action_unit_numbers: np.ndarray
    best_map: np.ndarray
    auroc: np.ndarray
    shuffled_auroc: np.ndarray
    people: int
    intensity: float
    seed: int

    @property
    def share_told(self) -> np.ndarray:
        """(L,) share of units that a layer's best map tells with an AUROC of 0.9 or more."""
        return np.asarray((np.asarray(self.auroc) >= TELLS).mean(1))

    @property
    def shuffled_share_told(self) -> np.ndarray:
        """(L,) the same of the shuffled network."""
        return np.asarray((np.asarray(self.shuffled_auroc) >= TELLS).mean(1))


def find_au_emergence(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    layers: Sequence[str],
    *,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    people: int = 40,
    intensity: float = 1.0,
    size: int = 96,
    channels: int = 1,
    seed: int = 0,
    batch_size: int = 64,
) -> AUEmergence:
    """Ask every layer for a map that tells each action unit.

    Args:
        model: any network; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        layers: from the pixels on; as ``model.named_modules()`` names them.
        action_units: which units; they must be drawn.
        people: how many, at least 4.
        intensity: of the unit, above 0 and at most 1.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        seed: of people, halves and shuffling.
        batch_size: changes speed only.

    Raises:
        FacesError: fewer than four people, or a face that cannot be cropped.
        ValueError: no layer, a unit that cannot be drawn, or an impossible intensity.
        LayerError: a layer that does not exist, or whose output holds no maps.
    """
    if people < 4:
        raise FacesError(f"{people} people: half of them choose and half confirm, so that at least 4 are needed")
    posed = pose_people(people, seed=seed, size=size, channels=channels)
    images = prepared_alike(prepare, posed.showing([{}, *({au: intensity} for au in action_units)]))
    if not layers:
        raise ValueError("no layer to look for maps in")
    *_, (_, shuffled) = shuffled_networks(model, layers[-1], images.shape[1:], seed=seed)  # has unlearnt everything
    order = np.random.default_rng(seed).permutation(people)
    halves = order[: people // 2], order[people // 2 :]
    told = [_told(network, images, layers, people, halves, batch_size) for network in (model, shuffled)]
    return AUEmergence(
        layers=tuple(layers),
        map_counts=told[0][2],
        action_unit_numbers=np.asarray(action_units),
        best_map=told[0][0],
        auroc=told[0][1],
        shuffled_auroc=told[1][1],
        people=people,
        intensity=intensity,
        seed=seed,
    )


def _told(
    network: nn.Module,
    images: Images,
    layers: Sequence[str],
    people: int,
    halves: tuple[np.ndarray, np.ndarray],
    batch_size: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(L, A) the map that half of the people choose, (L, A) its AUROC on the others, (L,) how many maps there are."""
    found = harvest(network, images, layers, k=1, responses=True, batch_size=batch_size)
    best, confirmed, counts = [], [], []
    for layer in layers:
        kept = found[layer].responses
        assert kept is not None  # asked for
        responses = np.maximum(kept, 0).reshape(people, -1, kept.shape[1])
        first, second = (auroc(responses[half, 1:], responses[half, :1]) for half in halves)
        chosen = first.argmax(1)
        best.append(chosen)
        confirmed.append(np.take_along_axis(second, chosen[:, None], 1)[:, 0])
        counts.append(responses.shape[2])
    return np.array(best), np.array(confirmed), np.array(counts)
