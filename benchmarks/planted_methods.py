"""What every method besides distances names for each action unit of a net with planted detectors, and by chance.

A method gives (A,) the map that it names for each unit, -1 for none. By chance: the same call on people whose pictures
with and without the unit (or at all its intensities) are in a random order, so that whatever is named is false.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

import fer_probe as fp
from fer_probe.evidence.projection_energy import moved_pixels
from fer_probe.experiments.ablation import ablate_each
from fer_probe.experiments.au_concepts import test_concepts
from fer_probe.experiments.au_emergence import TELLS, find_au_emergence
from fer_probe.experiments.au_experiments import au_experiment
from fer_probe.experiments.au_tuning import INTENSITIES, measure_tuning
from fer_probe.experiments.set_maps import SetTo
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.projections.deconvolution import project_units
from fer_probe.projections.fired_maps import project_fired_maps
from trainers.planted_detectors import Planted
from trainers.planted_expressions import ReadsExpressions, expressions_showing, read_expressions

LAYER = "net.conv3"
PEOPLE = 40
#: Seeds of people of whom no net, and no other method, has seen one.
POSED, KNOWN, UNSEEN = 300, 5, 6
Named = np.ndarray


@dataclass(frozen=True, eq=False)
class Asked:
    """A net with its answer, and with a head that reads expressions."""

    planted: Planted
    reader: ReadsExpressions
    known: fp.FaceImages
    size: int

    @staticmethod
    def of(planted: Planted, size: int) -> "Asked":
        """Its head is fitted on 60 people."""
        known = fp.draw_faces(60, size, seed=KNOWN)
        return Asked(planted, read_expressions(planted, known), known, size)

    @property
    def units(self) -> tuple[int, ...]:
        """That have a planted map each."""
        return self.planted.action_unit_numbers

    def prepare(self, conditions: int, shuffled: int | None) -> Callable[[fp.FaceImages], PreparedImages]:
        """Preprocessing; with a seed, every person's pictures are handed over in a random order."""
        if shuffled is None:
            return self.planted.preprocessing
        rng = np.random.default_rng(shuffled)

        def exchanged(faces: fp.FaceImages) -> PreparedImages:
            rows = rng.permuted(np.arange(len(faces)).reshape(-1, conditions), axis=1)
            return self.planted.preprocessing(faces.select(rows.ravel()))

        return exchanged


def by_experiments(asked: Asked, shuffled: int | None) -> Named:
    """Of the maps that a unit is shown to raise, the one with the largest effect, in deviations over both states."""
    effects = _effects(asked, shuffled)
    return np.array([_first(effects.raised(au)) for au in asked.units])


def raised_maps(asked: Asked, shuffled: int | None) -> np.ndarray:
    """(A,) how many maps each unit is shown to raise."""
    effects = _effects(asked, shuffled)
    return np.array([len(effects.raised(au)) for au in asked.units])


@cache
def _effects(asked: Asked, shuffled: int | None) -> fp.AUEffects:
    prepare, names = asked.prepare(1 + len(asked.units), shuffled), asked.known.expression_names
    found = au_experiment(
        asked.reader, prepare, [LAYER], names, action_units=asked.units, people=PEOPLE, size=asked.size, seed=POSED
    )
    return found.layers[LAYER]


def by_tuning(asked: Asked, shuffled: int | None) -> Named:
    """The map whose response rises with a unit's intensity most surely."""
    prepare = asked.prepare(len(INTENSITIES), shuffled)
    told = measure_tuning(asked.reader, prepare, LAYER, action_units=asked.units, size=asked.size, seed=POSED)
    return np.array([told.best_map(au) for au in asked.units])


def by_emergence(asked: Asked, shuffled: int | None) -> Named:
    """The map that half of the people choose, where it tells the unit on the others with an AUROC of 0.9 or more."""
    prepare = asked.prepare(1 + len(asked.units), shuffled)
    found = find_au_emergence(
        asked.reader, prepare, [LAYER], action_units=asked.units, people=PEOPLE, size=asked.size, seed=POSED
    )
    return np.where(found.auroc[0] >= TELLS, found.best_map[0], -1)


def by_projection_energy(asked: Asked, shuffled: int | None) -> Named:
    """The map whose three strongest projections lay the largest share on the pixels that the unit moved."""
    faces = fp.draw_faces(20, asked.size, seed=POSED, pictures="action_units")
    return np.array([_most_energy(asked, faces, au) for au in asked.units])


def _most_energy(asked: Asked, faces: fp.DrawnFaces, au: int) -> int:
    images = asked.planted.preprocessing(faces)
    shown = np.flatnonzero(faces.action_units[:, faces.action_unit_numbers == au][:, 0] == 1)
    found = fp.harvest(asked.reader, images[shown], [LAYER], k=3)[LAYER]
    masks = moved_pixels(faces, images, shown, au)
    maps, count = found.image_index.shape
    rows, places = found.image_index.ravel(), found.position.reshape(-1, 2)
    numbers = np.repeat(np.arange(maps), count)
    batch = images[torch.as_tensor(shown[rows])]
    energy = project_units(asked.reader, batch, LAYER, numbers, places, seed="one").square().sum(1).numpy()
    total = energy.sum((1, 2))
    share = np.divide((energy * masks[rows]).sum((1, 2)), total, out=np.zeros(len(total)), where=total > 0)
    return int(share.reshape(maps, count).mean(1).argmax())


def by_ablation(asked: Asked, shuffled: int | None) -> Named:
    """The map that, set to its mean, moves the expressions that show the unit most; -1 where no expression shows it."""
    moved = ablation_effects(asked, "mean")
    return np.array([-1 if one is None else int(one.argmax()) for one in moved])


@cache
def ablation_effects(asked: Asked, to: SetTo) -> list[np.ndarray | None]:
    """For each unit (M,) the mean effect of each map on the expressions that show it; None where none does."""
    unseen = fp.draw_faces(30, asked.size, seed=UNSEEN)
    images, names = asked.planted.preprocessing(unseen), unseen.expression_names
    found = ablate_each(asked.reader, images, LAYER, names, expected=unseen.expression, subject=unseen.subject, to=to)
    own = [expressions_showing(asked.known, au) for au in asked.units]
    return [np.mean([found.effect(k) for k in one], axis=0) if one else None for one in own]


def by_fired_maps(asked: Asked, shuffled: int | None) -> Named:
    """The map that is among a face's four strongest more often with the unit than at rest; -1 where none is."""
    faces = pose_people(10, seed=POSED, size=asked.size).showing([{}, *({au: 1.0} for au in asked.units)])
    images = asked.prepare(1 + len(asked.units), shuffled)(faces)
    fired = project_fired_maps(asked.reader, images, LAYER).maps.reshape(10, 1 + len(asked.units), -1)
    among = (fired[..., None] == np.arange(asked.reader.classify.in_features)).any(2).mean(0)
    more = among[1:] - among[0]
    return np.where(more.max(1) > 0, more.argmax(1), -1)


def concept_pairs(asked: Asked, shuffled: int | None) -> tuple[int, int, int, int]:
    """TCAV names classes: significant pairs of a unit and a class that shows it, of how many; of others, of how many.

    Only a score above random concepts' counts. By chance each person's pictures are in a random order.
    """
    names, prepare = asked.known.expression_names, asked.prepare(1 + len(asked.units), shuffled)
    if shuffled is not None:
        prepare = _only_concepts(prepare, asked.planted.preprocessing, 20 * 6 * (1 + len(asked.units)))
    found = test_concepts(asked.reader, prepare, LAYER, names, action_units=asked.units, size=asked.size, seed=POSED)
    above = found.significant & (found.mean_score > found.random_scores.mean(0))
    own = np.zeros_like(above)
    for row, au in enumerate(asked.units):
        shows = [names[k] for k in expressions_showing(asked.known, au)]
        own[row] = [name in shows for name in found.class_names]
    return int(above[own].sum()), int(own.sum()), int(above[~own].sum()), int((~own).sum())


def _only_concepts(
    exchanged: Callable[[fp.FaceImages], PreparedImages], plain: Callable[[fp.FaceImages], PreparedImages], count: int
) -> Callable[[fp.FaceImages], PreparedImages]:
    return lambda faces: exchanged(faces) if len(faces) == count else plain(faces)


def _first(maps: np.ndarray) -> int:
    return int(maps[0]) if len(maps) else -1


Method = Callable[[Asked, int | None], Named]
#: Each names maps; the flag says whether it has a way to name none, so that chance can be asked.
METHODS: dict[str, tuple[Method, bool]] = {
    "paired experiment, largest effect, p ≤ 0.05 over maps": (by_experiments, True),
    "tuning, largest rank correlation": (by_tuning, True),
    "emergence, AUROC ≥ 0.9 on people who did not choose": (by_emergence, True),
    "projection's energy on the unit's own pixels": (by_projection_energy, False),
    "ablation, largest effect on the expressions that show the unit": (by_ablation, False),
    "fired maps, more often among the four strongest": (by_fired_maps, True),
}
