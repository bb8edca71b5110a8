"""Ablation: feature maps set to zero, or to their mean, and what that does to every class's probability.

Where a projection shows what a map answers to, this shows whether the network uses it: of all analyses here the one
about cause. A map's effect means little by itself – any map that is strong moves something – so that it is set beside
those of all other maps of the layer, and of those that answer as strongly. Morcos et al. 2018 ablate single units;
Zhou et al. 2018 show that such units matter for their own classes while accuracy over all hardly moves.

Only what lies behind the layer is computed anew for every map; see :mod:`fer_probe.experiments.resumed_passes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fer_probe.activations import Images, LayerError
from fer_probe.experiments.paired_effects import t_half_width
from fer_probe.experiments.set_maps import SetMaps, SetTo
from fer_probe.records import Record

#: A map is compared with so many others whose mean response is nearest to its own.
MATCHED = 20


@dataclass(frozen=True, eq=False)
class Ablation(Record):
    """Every class's probability for N pictures, before and after some maps of a layer were set to a value.

    Attributes:
        layer: its name in the model.
        maps: (m,) the maps that were set, all at once.
        to: ``"zero"``, or ``"mean"``: each place of a map to its mean over all pictures.
        before, after: (N, K) float32, each row sums to 1.
        whole_passes: True where the part behind the layer could not be run by itself, and whole passes were.
    """

    layer: str
    maps: np.ndarray
    to: str
    before: np.ndarray
    after: np.ndarray
    whole_passes: bool

    @property
    def change(self) -> NDArray[np.float32]:
        """(N, K) how much each probability rises."""
        return np.asarray(self.after - self.before)


@dataclass(frozen=True, eq=False)
class AblatedMaps(Record):
    """What setting each of a layer's M maps, one at a time, does to the K classes' probabilities on N pictures.

    Attributes:
        layer, to, whole_passes: as in :class:`Ablation`.
        class_names: the K classes.
        probability: (K,) mean over pictures, before.
        change: (M, K) by how much it rises, the mean over observations.
        half_width: (M, K) of its 95 % interval, by t over observations.
        own_probability: (K,) mean probability of each class on the faces labelled so, before; NaN where none.
        own_change: (M, K) by how much that rises.
        own_half_width: (M, K) of its 95 % interval.
        recall: (K,) share of each class's faces that are read so, before, the mean over people; NaN where none.
        recall_change: (M, K) by how much that rises.
        moved: (M,) mean over pictures of ½ Σ |after − before| over the classes, 0–1.
        mean_response: (M,) mean over pictures of the map's largest rectified response.
        picture_count: N.
        observations: what N pictures count as: one a subject, where subjects are known.
    """

    layer: str
    to: str
    class_names: tuple[str, ...]
    probability: np.ndarray
    change: np.ndarray
    half_width: np.ndarray
    own_probability: np.ndarray
    own_change: np.ndarray
    own_half_width: np.ndarray
    recall: np.ndarray
    recall_change: np.ndarray
    moved: np.ndarray
    mean_response: np.ndarray
    whole_passes: bool
    picture_count: int
    observations: int

    def variant(self) -> str:
        """The layer, and what maps were set to where that is not zero: a study keeps both."""
        return ablation_name(self.layer, self.to)

    def matched(self, number: int, count: int = MATCHED) -> NDArray[np.intp]:
        """The other maps whose mean response is nearest to a map's, nearest first; fewer where there are fewer."""
        distance = np.abs(self.mean_response - self.mean_response[number])
        order = np.argsort(distance, kind="stable")
        return order[order != number][:count]

    @property
    def on_own_faces(self) -> bool:
        """Whether any label is known: a class is then asked about on its own faces, else on all."""
        return not bool(np.isnan(self.own_probability).all())

    @property
    def told(self) -> tuple[np.ndarray, np.ndarray]:
        """(M, K) change and half its interval, on own faces where labels are known; NaN for a class without any."""
        own = self.own_change, self.own_half_width
        return own if self.on_own_faces else (self.change, self.half_width)

    def effect(self, label: int | None = None) -> NDArray[np.float64]:
        """(M,) how much each map moves a class, |told|; None asks for the class that it moves most."""
        effects = np.nan_to_num(np.abs(self.told[0]))
        return effects.max(1) if label is None else effects[:, label]

    @property
    def moves_most(self) -> int:
        """The map that moves most."""
        return int(self.moved.argmax())

    def most_moved(self, number: int) -> int:
        """The class that a map moves most, as an index into ``class_names``."""
        return int(np.nan_to_num(np.abs(self.told[0][number])).argmax())

    def rank(
        self, number: int, label: int | None = None, among: Sequence[int] | NDArray[np.intp] | None = None
    ) -> float:
        """The share of other maps (of ``among``, where given) that move a class less than a map does.

        For ``label`` None, a map's effect is that on the class it moves most, and so is that of the others: to pick
        the best of K classes flatters every map alike. A map that does nothing ranks 0.
        """
        effect = self.effect(label)
        others = np.delete(np.arange(len(effect)), number) if among is None else np.asarray(among)
        return float((effect[others] < effect[number]).mean()) if len(others) else float("nan")


def ablation_name(layer: str, to: str) -> str:
    """What a study calls the record of a layer whose maps were set to ``"zero"`` or to their ``"mean"``."""
    return layer if to == "zero" else f"{layer}, {to}"


def ablate(
    model: nn.Module,
    images: Images,
    layer: str,
    maps: Sequence[int],
    *,
    to: SetTo = "zero",
    batch_size: int = 64,
    gives: str = "logits",
) -> Ablation:
    """Set some maps of a layer, and read every class's probability before and after.

    Args:
        model: any classifier; run in eval mode and given back as it was.
        images: (N, C, H, W) float tensor, or anything with a length and slices.
        layer: as ``model.named_modules()`` names it; its output is (N, M, h, w) or (N, M).
        maps: which of its maps are set, all at once.
        to: ``"zero"``, or ``"mean"``: what differs from face to face is taken away, and the usual left.
        batch_size: pictures a step; changes speed and memory only.
        gives: what the model's output is, ``"logits"`` or ``"probabilities"``.

    Raises:
        LayerError: an unknown layer or map, or a layer that runs more than once.
        ValueError: no pictures, no maps, or another value to set them to.
        EvaluationError: outputs that are no probabilities of classes.
    """
    chosen = np.asarray(maps, dtype=np.int64)
    setting = SetMaps(model, images, layer, to, batch_size, gives)
    if not len(chosen) or chosen.min() < 0 or chosen.max() >= setting.map_count:
        raise LayerError(f"layer {layer!r} has maps 0 to {setting.map_count - 1}; asked for {chosen.tolist()}")
    parts = [(step.before, step.after(chosen)) for step in setting]
    before, after = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Ablation(layer, chosen, to, before, after, setting.whole_passes)


def ablate_each(
    model: nn.Module,
    images: Images,
    layer: str,
    class_names: Sequence[str],
    *,
    expected: np.ndarray | None = None,
    subject: np.ndarray | None = None,
    to: SetTo = "zero",
    batch_size: int = 64,
    gives: str = "logits",
) -> AblatedMaps:
    """Set every map of a layer, one at a time.

    Args:
        model, images, layer, to, batch_size, gives: as for :func:`ablate`.
        class_names: the K classes in the order of the model's outputs.
        expected: (N,) each picture's label as an index into ``class_names``, -1 where there is none; see
            :func:`fer_probe.evaluation.expected_classes`.
        subject: (N,) who is seen: a person's pictures are one observation of the interval.

    Raises:
        LayerError, ValueError, EvaluationError: as :func:`ablate`; or labels that do not fit the pictures.
    """
    setting = SetMaps(model, images, layer, to, batch_size, gives)
    for name, given in (("labels", expected), ("subjects", subject)):
        if given is not None and len(given) != len(images):
            raise ValueError(f"{len(given)} {name} for {len(images)} pictures")
    labels = np.full(len(images), -1) if expected is None else np.asarray(expected)
    parts = [(step.before, step.after_each(), step.strength) for step in setting]
    before, after, strength = (np.concatenate(part) for part in zip(*parts, strict=True))
    if before.shape[1] != len(class_names):
        raise ValueError(f"the model has {before.shape[1]} outputs but there are {len(class_names)} class names")
    change = after - before[:, None]
    people = np.arange(len(before)) if subject is None else np.asarray(subject)
    observed = _mean_of_groups(change, people)
    own = [_of_own(some, labels, people) for some in (before[:, None], change)]
    recall, recall_after = (_of_own(_chosen(some), labels, people)[0] for some in (before[:, None], after))
    return AblatedMaps(
        layer=layer,
        to=to,
        class_names=tuple(class_names),
        probability=before.mean(0, dtype=np.float64),
        change=observed.mean(0),
        half_width=t_half_width(observed),
        own_probability=own[0][0][0],
        own_change=own[1][0],
        own_half_width=own[1][1],
        recall=recall[0],
        recall_change=recall_after - recall,
        moved=np.abs(change).sum(2).mean(0, dtype=np.float64) / 2,
        mean_response=strength.mean(0, dtype=np.float64),
        whole_passes=setting.whole_passes,
        picture_count=len(before),
        observations=len(observed),
    )


def _mean_of_groups(values: np.ndarray, group: np.ndarray) -> NDArray[np.float64]:
    """(G, …) mean of values (N, …) over the pictures of each group."""
    number = np.unique(group, return_inverse=True)[1]
    sums = np.zeros((int(number.max()) + 1, *values.shape[1:]))
    np.add.at(sums, number, values)
    return sums / np.bincount(number).reshape(-1, *[1] * (values.ndim - 1))


def _of_own(values: np.ndarray, labels: np.ndarray, people: np.ndarray) -> NDArray[np.float64]:
    """Mean, and half its interval, of each class's value over the pictures that are labelled so.

    Args:
        values: (N, M, K).
        labels, people: (N,); a person's pictures are one observation.

    Returns:
        (2, M, K); NaN for classes without pictures.
    """
    found = np.full((2, *values.shape[1:]), np.nan)
    for label in np.unique(labels[labels >= 0]):
        observed = _mean_of_groups(values[labels == label, :, label], people[labels == label])
        found[:, :, label] = observed.mean(0), t_half_width(observed)
    return found


def _chosen(probabilities: np.ndarray) -> NDArray[np.bool_]:
    """(N, M, K) whether a class is the most probable one, the first of equals."""
    return np.asarray(probabilities.argmax(2)[..., None] == np.arange(probabilities.shape[2]))
