"""Sweeps: the classes' probabilities as one thing about drawn faces changes by degrees.

Honari Jahromi & Fyshe, section 6: negative expressions must be exaggerated to be read while subtle positive ones are
seen, and bad light confuses the network. The same drawn people show each expression (the first FACS prototype of it)
at every degree: of its units' intensity, of how far the light stands to the side, of the exposure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from torch import nn

from fer_probe.action_units import FACS_PROTOTYPES
from fer_probe.evaluation import predict
from fer_probe.experiments.paired_effects import t_half_width
from fer_probe.expressions import match_by_name
from fer_probe.faces.drawn_faces import DrawnFaces
from fer_probe.faces.drawn_faces.posed_people import PosedPeople, Units, pose_people, prepared_alike
from fer_probe.faces.drawn_faces.scene import Light
from fer_probe.faces.drawn_faces.scenes import Scene
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.records import Record

Condition = Literal["intensity", "side light", "exposure"]

#: What a condition is swept over where nothing else is said: shares; degrees to the side; factors on all light.
VALUES: dict[Condition, tuple[float, ...]] = {
    "intensity": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "side light": (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0),
    "exposure": (0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0),
}
#: How strongly expressions are shown where their intensity is not what is swept.
PEAK = 0.9


@dataclass(frozen=True, eq=False)
class Sweep(Record):
    """The classes' probabilities for E shown expressions at V degrees of a condition.

    Attributes:
        condition: ``"intensity"``, ``"side light"`` or ``"exposure"``.
        values: (V,) its degrees.
        shown: the E expressions that are shown.
        class_names: the K classes.
        probability: (E, V, K) mean over people.
        half_width: (E, V, K) of its 95 % interval, by t.
        read: (E, V) share of people who are read as what they show; NaN where the model has no such class.
        people: how many.
        seed: of the people.
    """

    condition: str
    values: np.ndarray
    shown: tuple[str, ...]
    class_names: tuple[str, ...]
    probability: np.ndarray
    half_width: np.ndarray
    read: np.ndarray
    people: int
    seed: int

    def variant(self) -> str:
        """What tells it from others in a study: its condition."""
        return self.condition

    @property
    def own_class(self) -> list[int]:
        """(E,) which class is what is shown; −1 where there is none."""
        return match_by_name(self.shown, self.class_names)

    def half_read(self, expression: int) -> float:
        """The least degree at which half of the people are read as what they show, between degrees by a line.

        NaN where they never are, or already are at the first degree.
        """
        read = np.asarray(self.read[expression])
        above = np.flatnonzero(read >= 0.5)
        if not len(above) or above[0] == 0:
            return float("nan")
        last = int(above[0])
        return float(np.interp(0.5, read[last - 1 : last + 1], self.values[last - 1 : last + 1]))


def sweep(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    class_names: Sequence[str],
    condition: Condition = "intensity",
    values: Sequence[float] | None = None,
    *,
    people: int = 40,
    size: int = 96,
    channels: int = 1,
    seed: int = 0,
    batch_size: int = 64,
    gives: str = "logits",
) -> Sweep:
    """Change one thing about drawn faces by degrees, and read the classes.

    Args:
        model: any classifier; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        class_names: in the order of the model's outputs; those of them that are expressions are shown.
        condition: ``"intensity"`` of the expression, 0–1; ``"side light"``, degrees from the front, to the left and
            the right of the picture by turns, with little light from elsewhere; ``"exposure"``, a factor on all light.
        values: its degrees; :data:`VALUES` where left out.
        people: how many, at least 2.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        seed: of the people.
        batch_size: changes speed only.
        gives: what the model's output is, ``"logits"`` or ``"probabilities"``.

    Raises:
        ValueError: an unknown condition, degrees outside what it can be, or no class that is an expression.
        FacesError: fewer than two people, or a face that cannot be cropped.
    """
    if condition not in VALUES:
        raise ValueError(f"there is no condition {condition!r}; there are {', '.join(VALUES)}")
    degrees = np.asarray(VALUES[condition] if values is None else values, dtype=np.float64)
    shown = shown_expressions(class_names, condition)
    if not shown or not len(degrees):
        raise ValueError(
            f"none of {', '.join(class_names)} is an expression that can be drawn, or no degrees are given"
        )
    posed = pose_people(people, seed=seed, size=size, channels=channels)
    found = [
        predict(model, prepared_alike(prepare, faces), batch_size=batch_size, gives=gives)
        for faces in (_SHOW[condition](posed, shown, float(degree)) for degree in degrees)
    ]
    answers = np.stack(found, 1).astype(np.float64).reshape(people, len(shown), len(degrees), -1)
    own = match_by_name(shown, class_names)
    return Sweep(
        condition=condition,
        values=degrees,
        shown=shown,
        class_names=tuple(class_names),
        probability=answers.mean(0),
        half_width=t_half_width(answers),
        read=np.stack([(answers[:, e].argmax(2) == label).mean(0) for e, label in enumerate(own)]),
        people=people,
        seed=seed,
    )


def shown_expressions(class_names: Sequence[str], condition: Condition = "intensity") -> tuple[str, ...]:
    """The classes that a sweep shows, in the model's order: those that can be drawn, and at rest no intensity."""
    known = [name for name in FACS_PROTOTYPES if condition != "intensity" or name != "neutral"]
    at = match_by_name(class_names, known)
    return tuple(known[place] for place in at if place >= 0)


def expression_units(expression: str, amount: float) -> Units:
    """The first FACS prototype of an expression; contempt is one-sided."""
    one_sided = expression == "contempt"
    return dict.fromkeys(FACS_PROTOTYPES[expression][0], (amount, 0.0) if one_sided else amount)


def _by_intensity(people: PosedPeople, shown: Sequence[str], degree: float) -> DrawnFaces:
    return people.showing([expression_units(name, degree) for name in shown])


def _by_side_light(people: PosedPeople, shown: Sequence[str], degree: float) -> DrawnFaces:
    def lit(scene: Scene) -> Scene:
        side = float(np.copysign(degree, scene.light.azimuth))  # everybody's own
        return replace(scene, light=Light(azimuth=side, elevation=15, strength=0.95, ambient=0.12))

    return people.seen(lit).showing([expression_units(name, PEAK) for name in shown])


def _by_exposure(people: PosedPeople, shown: Sequence[str], degree: float) -> DrawnFaces:
    def exposed(scene: Scene) -> Scene:
        return replace(scene, camera=replace(scene.camera, exposure=degree))

    return people.seen(exposed).showing([expression_units(name, PEAK) for name in shown])


_SHOW: dict[str, Callable[[PosedPeople, Sequence[str], float], DrawnFaces]] = {
    "intensity": _by_intensity,
    "side light": _by_side_light,
    "exposure": _by_exposure,
}
