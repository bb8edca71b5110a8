"""Experiments: the analyses of cause – something is switched, and what follows is seen – into a study.

Maps are switched off on a study's own faces; everything else is done on drawn people, who are made for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fer_probe.action_units import FACS_PROTOTYPES
from fer_probe.activations import LayerError, blank_picture, check_layers
from fer_probe.architecture import describe_architecture
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import expected_classes
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.au_evidence import AUEvidence, find_evidence
from fer_probe.evidence.projection_energy import ProjectionEnergy, locate_energy
from fer_probe.experiments.ablation import ablate_each
from fer_probe.experiments.attribution_probe import probe_attributions
from fer_probe.experiments.au_concepts import test_concepts
from fer_probe.experiments.au_emergence import find_au_emergence
from fer_probe.experiments.au_experiments import au_experiment
from fer_probe.experiments.au_tuning import measure_tuning
from fer_probe.experiments.combinations import combine
from fer_probe.experiments.sanity_checks import SanityChecks, check_projections
from fer_probe.experiments.set_maps import SetTo
from fer_probe.experiments.sweeps import VALUES, Condition, shown_expressions, sweep
from fer_probe.faces.drawn_faces import DrawnFaces
from fer_probe.faces.face_crops import FixedCrop, HaarCrop
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest
from fer_probe.projections.deconvolution import Projections
from fer_probe.records import Record
from fer_probe.study import DRAWN_PEOPLE, Study

#: So many passes from the layer on may switching its maps off cost: maps × faces.
_ABLATIONS = 4_500
#: Of every class at least so many faces, whatever it costs.
_FACES_A_CLASS = 4
_DRAWN, _LARGEST_DRAWN = 64, 128
#: The mean of the boxes in which OpenCV's frontal detector finds drawn faces, rounded.
_MEAN_BOX = FixedCrop((0.12, 0.145, 0.83, 0.855))
#: So many maps' projections are made again from shuffled networks: about one an action unit that faces show.
_CHECKED = 24
#: Layers whose maps are looked through; the last of them gives the classes.
_WEIGHTED = ("Conv2d", "Linear")
#: How concepts are tested with few people drawn, and with many: of the units that expressions show, or of all.
_FEW_CONCEPTS: dict[str, Any] = {
    "action_units": tuple(sorted({au for units in FACS_PROTOTYPES.values() for au in units[0]})),
    "runs": 6, "random_runs": 36, "class_pictures": 10, "people": 4,
}  # fmt: skip
_MANY_CONCEPTS: dict[str, Any] = {"runs": 12, "random_runs": 60, "class_pictures": 24, "people": 5}
#: From so many people on everything is swept; with fewer, intensity alone, at few degrees.
_MANY = 24
_FEW_INTENSITIES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Experiments:
    """Which experiments are made on a checkpoint, and where they go.

    Attributes:
        study: where the records go.
        checkpoint: what is experimented on.
        reads: what reads classes off faces, and the classes; only the checkpoint's own model is experimented on.
        layers: whose maps are asked about, the last one most.
        provenance: of every record.
        batch_size: changes speed only.
        say: is told each step in a sentence.
        people: how many are drawn; with many, more is asked everywhere.
    """

    study: Study
    checkpoint: Checkpoint
    reads: tuple[nn.Module, tuple[str, ...]] | None
    layers: Sequence[str]
    provenance: dict[str, Any]
    batch_size: int
    say: Callable[[str], None]
    people: int = 0

    @property
    def possible(self) -> bool:
        """Whether there are maps to switch off, and classes that may change."""
        return bool(self.layers) and self.reads is not None and self.reads[0] is self.checkpoint.model

    def on_faces(self, set_name: str, images: PreparedImages) -> None:
        """What can be asked of a set of faces, as far as it allows."""
        self._ablate(set_name, images)
        self._check_projections(set_name, images)
        self._locate_energy(set_name, images)

    def _ablate(self, set_name: str, images: PreparedImages) -> None:
        """Each map of the last layer is set to zero, and to its mean, where expressions are known."""
        names, model = self.checkpoint.class_names, self.checkpoint.model
        expected = expected_classes(images.faces, names)
        if not self.possible or not (expected >= 0).any():
            return
        layer = self.layers[-1]
        maps = check_layers(model, [layer], blank_picture(model, images.shape[1:]))[layer][1]
        chosen = spread_over_classes(expected, _ABLATIONS // maps)
        subject = images.faces.subject
        self.say(f"{set_name}: setting each map of {layer} to zero, and to its mean, on {len(chosen)} faces")
        for to in get_args(SetTo):
            ablated = ablate_each(
                model, images[chosen], layer, names, expected=expected[chosen], to=to,
                subject=None if subject is None else subject[chosen], batch_size=self.batch_size,
            )  # fmt: skip
            self._keep(ablated, set_name, faces=len(chosen), to=to)

    def _check_projections(self, set_name: str, images: PreparedImages) -> None:
        """Of the maps whose pictures are looked at most, on the first set of faces that was projected."""
        layer = self.layers[-1] if self.layers else ""
        projections = self.study.find(Projections, set_name, layer)
        if projections is None or self.study.entries(SanityChecks.kind()):
            return
        found = self.study.load(Harvest, set_name, layer)
        maps = looked_at_most(found, find_evidence(self.study, set_name, layer))
        if len(maps) < 2:
            return
        self.say(f"{set_name}: projecting {len(maps)} maps of {layer} from shuffled networks")
        rule: Any = projections.rule
        checks = check_projections(
            self.checkpoint.model, images, found, maps=maps, rule=rule, seed=int(self.provenance.get("seed", 0)),
            extensions=projections.extended_rectifiers > 0, batch_size=self.batch_size,
        )  # fmt: skip
        self._keep(checks, set_name, maps=len(maps))

    def _locate_energy(self, set_name: str, images: PreparedImages) -> None:
        """Where the best maps' projections fall on drawn faces, which know what each unit moved."""
        layer, faces = self.layers[-1] if self.layers else "", images.faces
        projections = self.study.find(Projections, set_name, layer)
        distances = self.study.find(AUDistances, set_name, layer)
        if self.people < _MANY or projections is None or distances is None or not isinstance(faces, DrawnFaces):
            return
        best = {int(au): distances.best_map(int(au)) for au in distances.action_unit_numbers}
        maps = {au: number for au, number in best.items() if number is not None}
        if not maps or self.study.entries(ProjectionEnergy.kind()):
            return
        self.say(f"{set_name}: locating the energy of {len(maps)} units' projections")
        rule: Any = projections.rule
        energy = locate_energy(
            self.checkpoint.model, faces, images.preprocessing, layer, maps, rule=rule,
            extensions=projections.extended_rectifiers > 0, batch_size=self.batch_size,
        )  # fmt: skip
        self._keep(energy, set_name)

    def attribute(self, set_name: str, images: PreparedImages) -> list[str]:
        """A few faces' classes, attributed to pixels; a sentence for every method that was left out."""
        if not self.possible or not self.people:
            return []
        self.say(f"{set_name}: attributing classes to the pixels of a few faces")
        return probe_attributions(
            self.study, self.checkpoint, self.layers[-1], set_name, images, self._keep,
            faces_a_class=3 if self.people >= _MANY else 1, batch_size=self.batch_size,
        )  # fmt: skip

    def on_drawn_people(self, seed: int, combinations: Sequence[Sequence[int]] = ()) -> list[str]:
        """What is asked of drawn people, in whom everything can be switched by itself; nothing where none are wanted.

        Args:
            seed: of the people.
            combinations: of action units that are shown alone and together.

        Returns:
            A sentence for whatever was left out.
        """
        if not self.people or not self.possible:
            return []
        people = self.people
        self.say(f"switching action units of {people} drawn people, one at a time and together")
        experiment = au_experiment(layers=self.layers, **self._drawn(people, seed))
        for effects in (experiment.classes, *experiment.layers.values()):
            self._keep(effects, DRAWN_PEOPLE, people=people)
        for units in combinations:
            self._keep(combine(action_units=units, **self._drawn(people, seed)), DRAWN_PEOPLE, people=people)
        if people >= _MANY:
            self._look_deeper(people, seed)
        if not shown_expressions(self.checkpoint.class_names):
            return []
        self._sweep(people, seed)
        return self._test_concepts(seed)

    def _test_concepts(self, seed: int) -> list[str]:
        asked = _MANY_CONCEPTS if self.people >= _MANY else _FEW_CONCEPTS
        self.say(f"testing action units as concepts of {self.layers[-1]}")
        try:
            concepts = test_concepts(layer=self.layers[-1], **{**self._drawn(self.people, seed), **asked})
        except LayerError as error:
            return [f"Action units were not tested as concepts: {error}."]
        self._keep(concepts, DRAWN_PEOPLE, people=concepts.people, runs=asked["runs"])
        return []

    def _sweep(self, people: int, seed: int) -> None:
        asked: dict[Condition, Any] = dict(VALUES) if people >= _MANY else {"intensity": _FEW_INTENSITIES}
        for condition, values in asked.items():
            self.say(f"sweeping {condition} over {len(values)} degrees")
            # Every degree shows every expression: half of the people are faces enough.
            swept = sweep(condition=condition, values=values, **self._drawn(max(2, people // 2), seed))
            self._keep(swept, DRAWN_PEOPLE, people=swept.people)

    def _look_deeper(self, people: int, seed: int) -> None:
        """Every layer with weights is asked for maps that tell a unit, and the last one how they are tuned."""
        told = {key: value for key, value in self._drawn(people, seed).items() if key != "class_names"}
        table = describe_architecture(self.checkpoint.model, self.checkpoint.preprocessing.shape)
        weighted = [name for name, kind in zip(table.layers, table.kinds, strict=True) if kind in _WEIGHTED]
        self.say(f"looking for maps that tell action units in {len(weighted) - 1} layers")
        self._keep(find_au_emergence(layers=weighted[:-1], **told), DRAWN_PEOPLE, people=people)
        tuned = measure_tuning(layer=self.layers[-1], **{**told, "people": people // 2})
        self._keep(tuned, DRAWN_PEOPLE, people=tuned.people)

    def _drawn(self, people: int, seed: int) -> dict[str, Any]:
        """What all experiments on drawn people are told."""
        preprocessing = for_drawn_people(self.checkpoint.preprocessing)
        return {
            "model": self.checkpoint.model, "prepare": preprocessing, "class_names": self.checkpoint.class_names,
            "people": people, "seed": seed, "size": drawn_size(preprocessing), "channels": preprocessing.channels,
            "batch_size": self.batch_size,
        }  # fmt: skip

    def _keep(self, record: Record, set_name: str, **parameters: Any) -> None:
        self.study.add(record, set_name, {**self.provenance, "parameters": parameters})


def looked_at_most(found: Harvest, evidence: AUEvidence | None) -> list[int]:
    """Of every action unit its map, the surest detectors first, then the strongest ones; 24 at most, in their order."""
    best = [] if evidence is None else [unit.map for unit in evidence.ranked() if unit.map is not None]
    strongest = np.argsort(-np.asarray(found.values[:, 0]), kind="stable").tolist()
    return sorted(list(dict.fromkeys([*best, *strongest]))[:_CHECKED])


def for_drawn_people(preprocessing: Preprocessing) -> Preprocessing:
    """The same, but that a drawn face which a detector misses is cut out by the mean of its boxes."""
    crop = preprocessing.crop
    if not isinstance(crop, HaarCrop) or crop.fallback is not None:
        return preprocessing
    return replace(preprocessing, crop=replace(crop, fallback=_MEAN_BOX))


def drawn_size(preprocessing: Preprocessing) -> int:
    """Pixels a side of the people drawn for a network: as large as its input, within what is worth drawing."""
    return min(max(_DRAWN, *np.atleast_1d(preprocessing.size).tolist()), _LARGEST_DRAWN)


def spread_over_classes(expected: np.ndarray, count: int) -> NDArray[np.intp]:
    """About ``count`` labelled faces, as many of each class, evenly spread over the set; in its order.

    Args:
        expected: (N,) labels; -1 where there is none.
        count: how many; of each class at least four where there are so many.
    """
    labels = np.unique(expected[expected >= 0])
    each = max(_FACES_A_CLASS, count // max(1, len(labels)))
    own = [np.flatnonzero(expected == label) for label in labels]
    return np.sort(np.concatenate([of[np.linspace(0, len(of) - 1, min(each, len(of))).astype(int)] for of in own]))
