"""Two networks on the same faces: which maps correspond, how alike their layers are, what they see and answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from torch import nn

from fer_probe.activations import Images, LayerError
from fer_probe.checkpoints import Checkpoint
from fer_probe.comparisons.answer_agreement import AnswerAgreement, compare_answers
from fer_probe.comparisons.layer_similarity import LayerSimilarity, linear_kernel, similarity_of_layers
from fer_probe.comparisons.map_matches import MapMatches, match_maps
from fer_probe.comparisons.observed_layers import ObservedLayers, observable_layers, observe, untrained_network
from fer_probe.comparisons.seen_units import SeenUnits, compare_seen_units
from fer_probe.evaluation import evaluate
from fer_probe.evidence.au_evidence import AUEvidence, codes_action_units, measure_evidence
from fer_probe.faces.face_images import FaceImages
from fer_probe.harvesting import Harvest, harvest
from fer_probe.records import Record
from fer_probe.study import Study

#: A pair's p can be trusted from so many untrained networks on.
UNTRAINED = 20


@dataclass(frozen=True, eq=False)
class ComparedNetwork:
    """One side of a comparison: any network, and the faces as it takes them.

    Attributes:
        name: what it is called.
        model: any ``nn.Module``.
        images: the faces, prepared for it: (N, C, H, W), a tensor or anything with a length and slices.
        class_names: in the order of its outputs; none leaves its answers out.
        layer: whose maps are matched; empty takes the deepest convolution of more than one place, or else the last
            layer before the outputs.
        gives: what its output is, ``"logits"`` or ``"probabilities"``.
    """

    name: str
    model: nn.Module
    images: Images
    class_names: tuple[str, ...] = ()
    layer: str = ""
    gives: str = "logits"

    @staticmethod
    def of(checkpoint: Checkpoint, faces: FaceImages, name: str = "", layer: str = "") -> "ComparedNetwork":
        """A checkpoint's network, which is given the faces as its own preprocessing makes them."""
        images, called = checkpoint.preprocessing(faces), name or checkpoint.path.stem
        return ComparedNetwork(called, checkpoint.model, images, checkpoint.class_names, layer)

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, H, W) of a picture."""
        return tuple(self.images[0:1].shape[1:])


@dataclass(frozen=True)
class CheckpointComparison:
    """All that a comparison found, a record each; None where faces or networks did not allow it."""

    matches: MapMatches
    similarity: LayerSimilarity | None = None
    answers: AnswerAgreement | None = None
    units: SeenUnits | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """Those that were made."""
        return tuple(record for field in fields(self) if (record := getattr(self, field.name)) is not None)


def compare_checkpoints(
    one: ComparedNetwork,
    other: ComparedNetwork,
    faces: FaceImages,
    *,
    untrained: int = UNTRAINED,
    shufflings: int = 200,
    permutations: int = 1000,
    seed: int = 0,
    batch_size: int = 64,
) -> CheckpointComparison:
    """Compare two networks on the same faces.

    Args:
        one, other: the networks, each with the faces as it takes them; neither is changed.
        faces: the same faces, with whatever is known of them: expressions for answers, coded action units for what is
            seen, subjects for every interval.
        untrained: how many networks like either, their weights shuffled, tell what comes without learning; below 2
            nothing is told of that.
        shufflings: of pictures, for the level of chance.
        permutations: of labels, for the evidence on action units.
        seed: of everything random.
        batch_size: changes speed only.

    Raises:
        ValueError: pictures and faces of different number, fewer than four, or two networks of one name.
        LayerError: a layer that does not exist or cannot be observed.
    """
    if {len(one.images), len(other.images)} != {len(faces)} or len(faces) < 4:
        raise ValueError(
            f"{len(one.images)} and {len(other.images)} pictures of {len(faces)} faces; expected 4 or more"
        )
    if one.name == other.name:
        raise ValueError(f"both networks are called {one.name!r}; give them two names")
    names, sides = (one.name, other.name), [_Side.of(network, batch_size) for network in (one, other)]
    forgotten = [list(side.untrained(untrained, seed)) for side in sides]
    subject = None if faces.subject is None or (np.asarray(faces.subject) == "").any() else np.asarray(faces.subject)
    matches = match_maps(
        sides[0].responses, sides[1].responses,
        untrained=[some.responses[sides[0].layer] for some, _ in forgotten[0]],
        other_untrained=[some.responses[sides[1].layer] for some, _ in forgotten[1]],
        expression=np.asarray(faces.expression), subject=subject, shufflings=shufflings, seed=seed, names=names,
        layers=(sides[0].layer, sides[1].layer),
    )  # fmt: skip
    similarity = similarity_of_layers(
        sides[0].kernels, sides[1].kernels, untrained=[kernels for _, kernels in forgotten[0]],
        other_untrained=[kernels for _, kernels in forgotten[1]], names=names,
    )  # fmt: skip
    units = None
    if codes_action_units(faces):
        verdicts, others = (side.evidence(faces, permutations, seed).units() for side in sides)
        units = compare_seen_units(verdicts, others, sides[0].responses, sides[1].responses, faces, matches)
    return CheckpointComparison(matches, similarity, _answers(one, other, faces, subject, batch_size, seed), units)


def find_comparison(study: Study, faces: str, other: str) -> CheckpointComparison | None:
    """What a study holds of a comparison with another checkpoint; None where its maps were not matched."""
    matches = study.find(MapMatches, faces, other)
    if matches is None:
        return None
    similarity, answers = study.find(LayerSimilarity, faces, other), study.find(AnswerAgreement, faces, other)
    return CheckpointComparison(matches, similarity, answers, study.find(SeenUnits, faces, other))


@dataclass(frozen=True, eq=False)
class _Side:
    """A network that was shown the faces."""

    network: ComparedNetwork
    layers: Sequence[str]
    layer: str
    found: Harvest
    observed: ObservedLayers
    batch_size: int

    @staticmethod
    def of(network: ComparedNetwork, batch_size: int) -> "_Side":
        shapes = observable_layers(network.model, network.shape)
        layer = network.layer or _deepest(network, shapes)
        found = harvest(network.model, network.images, [layer], responses=True, batch_size=batch_size)[layer]
        layers = [*shapes, *([] if layer in shapes else [layer])]
        observed = observe(network.model, network.images, layers, batch_size=batch_size)
        return _Side(network, layers, layer, found, observed, batch_size)

    @property
    def responses(self) -> np.ndarray:
        """(N, M) of the layer whose maps are matched."""
        return self.observed.responses[self.layer]

    @property
    def kernels(self) -> dict[str, np.ndarray]:
        """Layer → its kernel."""
        return {layer: linear_kernel(features) for layer, features in self.observed.features.items()}

    def untrained(self, count: int, seed: int) -> Iterator[tuple[ObservedLayers, dict[str, np.ndarray]]]:
        """The same of networks that have unlearnt every layer; none for fewer than two."""
        for number in range(count if count > 1 else 0):
            model = untrained_network(self.network.model, self.layers, self.network.shape, seed + number)
            seen = observe(model, self.network.images, self.layers, batch_size=self.batch_size)
            kernels = {layer: linear_kernel(features) for layer, features in seen.features.items()}
            yield ObservedLayers({self.layer: seen.responses[self.layer]}, {}), kernels

    def evidence(self, faces: FaceImages, permutations: int, seed: int) -> AUEvidence:
        """On the faces' action units."""
        return measure_evidence(self.found, faces, permutations=permutations, seed=seed)


def _deepest(network: ComparedNetwork, shapes: dict[str, tuple[int, ...]]) -> str:
    """The deepest layer of maps with more than one place, else the last before the outputs."""
    mapped = [layer for layer, shape in shapes.items() if max(shape[1:], default=1) > 1]
    if not shapes:
        raise LayerError(f"{network.name} has no layer that runs once and gives maps or units: name one")
    return mapped[-1] if mapped else list(shapes)[-2:][0]


def _answers(
    one: ComparedNetwork, other: ComparedNetwork, faces: FaceImages, subject: np.ndarray | None, size: int, seed: int
) -> AnswerAgreement | None:
    """Where both answer by classes."""
    if not one.class_names or not other.class_names:
        return None
    found = [
        evaluate(side.model, side.images, faces, side.class_names, batch_size=size, gives=side.gives)
        for side in (one, other)
    ]
    return compare_answers(found[0], found[1], subject=subject, names=(one.name, other.name), seed=seed)
