"""Action-unit experiments: the same drawn face with and without one unit, and what that does to maps and classes.

A distance or an AUROC over given faces says which map goes with which unit; where units come together, a map rides on
one with the other's effect. Drawn units can be switched by themselves: people at rest, and the same people with one
unit on, everything else equal, to the noise. Their difference is the unit's own effect, tested in pairs
(:mod:`fer_probe.experiments.paired_effects`): p adjusted over the maps (or classes) of a unit, q over units.

What it cannot say: that a map detects the unit. Any filter answers to some change of the picture; see whether one unit
moves it far more than all others do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from torch import nn

from fer_probe.evaluation import predict
from fer_probe.experiments.paired_effects import paired_effects
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.posed_people import pose_people, prepared_alike
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.harvesting import harvest
from fer_probe.records import Record

#: Effects are told where their adjusted p is below this.
SIGNIFICANT = 0.05
#: Of an outcome's size, which is computed in float32: differences below it depend on how pictures were batched.
_ROUNDING = 8 * float(np.finfo(np.float32).eps)


@dataclass(frozen=True, eq=False)
class AUEffects(Record):
    """What switching on each of A action units, by itself, does to V outcomes: the maps of a layer, or the classes.

    Attributes:
        layer: whose maps' largest rectified responses are the outcomes; empty where the classes' probabilities are.
        class_names: of the classes; empty for maps.
        action_unit_numbers: (A,) FACS numbers.
        effect: (A, V) mean over people of with − without.
        half_width: (A, V) of its 95 % interval, by t.
        p_adjusted: (A, V) by sign flips, adjusted over the outcomes of a unit (largest |t| under each flip).
        q_value: (A,) of each unit's least adjusted p, over units.
        auroc: (A, V) probability that a face with the unit gives more than one without, people mixed; ½ by chance.
        at_rest: (V,) mean over people at rest.
        scale: (A, V) how much the outcome y differs over all 2P faces, those with the unit and those without:
            √(Σ (y − ȳ)² / 2P); 0 where it differs by no more than rounding.
        intensity: of the unit that was switched on, 0–1.
        people: how many.
        flips: how many.
        seed: of the people and the flips.
    """

    layer: str
    class_names: tuple[str, ...]
    action_unit_numbers: np.ndarray
    effect: np.ndarray
    half_width: np.ndarray
    p_adjusted: np.ndarray
    q_value: np.ndarray
    auroc: np.ndarray
    at_rest: np.ndarray
    scale: np.ndarray
    intensity: float
    people: int
    flips: int
    seed: int

    def row(self, au: int) -> int:
        """The row of an action unit.

        Raises:
            KeyError: the unit was not switched.
        """
        found = np.flatnonzero(self.action_unit_numbers == au)
        if not len(found):
            raise KeyError(f"AU{au} was not switched; these were: {[f'AU{n}' for n in self.action_unit_numbers]}")
        return int(found[0])

    @property
    def standardized(self) -> NDArray[np.float64]:
        """(A, V) effects in units of ``scale``, so that maps can be compared; −2 to 2, and 0 where nothing differs.

        With d Cohen's, the effect in the pooled deviation within the two states, it is d / √(1 + d²/4): in d's order,
        and also there where a map is silent on everyone at rest, or raised alike on everyone. Half of it is the
        point-biserial correlation of the outcome with the unit.
        """
        return self._in_scale(self.effect)

    @property
    def standardized_half_width(self) -> NDArray[np.float64]:
        """(A, V) ``half_width`` in units of ``scale``."""
        return self._in_scale(self.half_width)

    def _in_scale(self, values: np.ndarray) -> NDArray[np.float64]:
        return np.divide(values, self.scale, out=np.zeros(np.shape(values)), where=np.asarray(self.scale) > 0)

    def side(self, au: int, outcome: int) -> int:
        """+1 where the unit raises an outcome, −1 where it lowers it, 0 where it is not shown to move it."""
        row = self.row(au)
        return int(np.sign(self.effect[row, outcome])) if self.p_adjusted[row, outcome] < SIGNIFICANT else 0

    def raised(self, au: int) -> NDArray[np.intp]:
        """The outcomes that a unit is shown to raise, the largest standardized effect first."""
        row = self.row(au)
        order = np.argsort(-self.standardized[row], kind="stable")
        return order[(self.p_adjusted[row, order] < SIGNIFICANT) & (self.effect[row, order] > 0)]

    def others_share(self, au: int, outcome: int) -> float:
        """How large the largest effect of any other unit on an outcome is, as a share of this unit's; 0 or more.

        Below 1 the outcome answers to this unit above all others. NaN where this unit has no effect at all.
        """
        row = self.row(au)
        mine, others = abs(self.effect[row, outcome]), np.delete(np.abs(self.effect[:, outcome]), row)
        return float(np.max(others, initial=0) / mine) if mine > 0 else float("nan")


@dataclass(frozen=True)
class AUExperiment:
    """One experiment: effects on the classes, and on the maps of each layer, by its name."""

    classes: AUEffects
    layers: dict[str, AUEffects]


def au_experiment(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    layers: Sequence[str],
    class_names: Sequence[str],
    *,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    people: int = 40,
    intensity: float = 1.0,
    size: int = 96,
    channels: int = 1,
    flips: int = 1000,
    seed: int = 0,
    batch_size: int = 64,
    gives: str = "logits",
) -> AUExperiment:
    """Switch every action unit on, by itself, on the same drawn people, and compare with their faces at rest.

    Args:
        model: any classifier; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        layers: whose maps; as ``model.named_modules()`` names them.
        class_names: in the order of the model's outputs.
        action_units: which units; they must be drawn.
        people: how many, at least 2.
        intensity: of the unit, above 0 and at most 1.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        flips: of the test; the least p is 1 / (flips + 1), or 2 / 2^people.
        seed: of the people and the flips.
        batch_size: changes speed only.
        gives: what the model's output is, ``"logits"`` or ``"probabilities"``.

    Raises:
        FacesError: fewer than two people, or a face that cannot be cropped.
        ValueError: a unit that cannot be drawn, an impossible intensity, or another number of classes.
        LayerError: a layer that does not exist, or whose output holds no maps.
    """
    posed = pose_people(people, seed=seed, size=size, channels=channels)
    faces = posed.showing([{}, *({au: intensity} for au in action_units)])
    images = prepared_alike(prepare, faces)
    probabilities = predict(model, images, batch_size=batch_size, gives=gives)
    if probabilities.shape[1] != len(class_names):
        raise ValueError(f"the model has {probabilities.shape[1]} outputs but there are {len(class_names)} class names")
    found = harvest(model, images, layers, k=1, responses=True, batch_size=batch_size) if layers else {}
    told = _Told(np.asarray(action_units), intensity, people, flips, seed)
    return AUExperiment(
        classes=told.effects(probabilities, class_names=tuple(class_names)),
        layers={
            layer: told.effects(np.maximum(one.responses, 0), layer=layer)
            for layer, one in found.items()
            if one.responses is not None
        },
    )


@dataclass(frozen=True)
class _Told:
    """What all effects of an experiment share."""

    action_unit_numbers: np.ndarray
    intensity: float
    people: int
    flips: int
    seed: int

    def effects(self, outcomes: np.ndarray, layer: str = "", class_names: tuple[str, ...] = ()) -> AUEffects:
        """From outcomes (P·(1 + A), V), person by person, at rest first."""
        values = outcomes.reshape(self.people, 1 + len(self.action_unit_numbers), -1).astype(np.float64)
        rest, with_unit = values[:, :1], values[:, 1:]
        found = paired_effects(with_unit - rest, flips=self.flips, seed=self.seed)
        return AUEffects(
            layer=layer,
            class_names=class_names,
            action_unit_numbers=self.action_unit_numbers,
            effect=found.effect,
            half_width=found.half_width,
            p_adjusted=found.p_adjusted,
            q_value=found.q_value,
            auroc=auroc(with_unit, rest),
            at_rest=rest.mean((0, 1)),
            scale=deviation_of_both(with_unit, rest),
            intensity=self.intensity,
            people=self.people,
            flips=self.flips,
            seed=self.seed,
        )


def deviation_of_both(with_unit: np.ndarray, rest: np.ndarray) -> NDArray[np.float64]:
    """(A, V) deviation over all faces of outcomes with (P, A, V) and at rest (P, 1, V), the states' difference in it.

    Of the deviation at rest alone a detector that is silent there has none; this is 0 only where nothing moves.
    """
    both = np.concatenate([with_unit, np.broadcast_to(rest, with_unit.shape)])
    deviation, rounding = both.std(0), _ROUNDING * np.abs(both).max(0)
    return np.where(deviation > rounding, deviation, 0)


def auroc(with_unit: np.ndarray, rest: np.ndarray) -> NDArray[np.float64]:
    """(A, V) from outcomes with (P, A, V) and at rest (P, 1, V): Mann and Whitney's U over P², ties count half."""
    people = len(rest)
    ranks = stats.rankdata(np.concatenate([with_unit, np.broadcast_to(rest, with_unit.shape)]), axis=0)
    return np.asarray((ranks[:people].sum(0) - people * (people + 1) / 2) / people**2)
