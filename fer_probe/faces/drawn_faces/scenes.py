"""What is drawn: which action units, in which pose and light. Everything is drawn from seeds of its own.

An identity depends on (seed, subject) alone and a picture on (seed, subject, picture), so that more subjects or
pictures never change the ones before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache

import numpy as np

from fer_probe.action_units import EXCLUSIVE, FACS_PROTOTYPES
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.scene import Camera, Light, Pose

#: What may come with an expression besides its prototype, and how often; nothing that another one is known by.
EXTRAS: dict[str, dict[int, float]] = {
    "happiness": {25: 0.85, 26: 0.2, 7: 0.2, 11: 0.15},
    "sadness": {17: 0.5, 11: 0.2, 43: 0.6, 7: 0.3},
    "surprise": {},
    "fear": {10: 0.3, 7: 0.3},
    "anger": {17: 0.3, 9: 0.1, 10: 0.2},
    "disgust": {10: 0.6, 9: 0.6, 25: 0.4, 4: 0.5, 7: 0.5, 43: 0.4},
    "contempt": {},
    "neutral": {},
}
#: Units that show less than the others of their prototype: a tightened lid may not undo a raised one, a frightened
#: brow is drawn together more than raised, and anger glares from under a lowered brow.
_SHARES: dict[str, dict[int, float]] = {
    "fear": {2: 0.4, 4: 0.8, 7: 0.45, 26: 0.65, 27: 0.5},
    "anger": {5: 0.5, 26: 0.55},
}
_PEAK = (0.65, 1.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """All of one picture but who is in it.

    Attributes:
        left, right: (A,) intensities in the order of ``DRAWN_ACTION_UNITS``.
        pose, light, camera: how it is seen.
        noise_seed: of the noise.
    """

    left: np.ndarray
    right: np.ndarray
    pose: Pose
    light: Light
    camera: Camera
    noise_seed: int

    def numbers(self) -> np.ndarray:
        """The scene as a row of numbers, (P,) float64."""
        p, c = self.pose, self.camera
        return np.array([
            *self.left, *self.right, p.yaw, p.pitch, p.roll, p.scale, *p.shift, *p.gaze, *astuple(self.light),
            c.background, *c.gradient, c.clutter, c.exposure, c.blur, c.noise, c.contrast, c.backdrop, self.noise_seed,
        ])  # fmt: skip

    @classmethod
    def from_numbers(cls, row: np.ndarray) -> "Scene":
        """The scene that :meth:`numbers` wrote down."""
        count = len(DRAWN_ACTION_UNITS)
        left, right = row[:count].astype(np.float32), row[count : 2 * count].astype(np.float32)
        rest = [float(value) for value in row[2 * count :]]
        yaw, pitch, roll, scale, dx, dy, gx, gy, *rest = rest
        light, rest = Light(*rest[: len(fields(Light))]), rest[len(fields(Light)) :]
        background, slope_x, slope_y, clutter, exposure, blur, noise, contrast, backdrop, noise_seed = rest
        pose = Pose(yaw, pitch, roll, scale, (dx, dy), (gx, gy))
        camera = Camera(background, (slope_x, slope_y), clutter, exposure, blur, noise, contrast, int(backdrop))
        return cls(left, right, pose, light, camera, int(noise_seed))


def without(scene: Scene, au: int) -> Scene:
    """The same scene with one action unit at rest."""
    left, right = scene.left.copy(), scene.right.copy()
    left[DRAWN_ACTION_UNITS.index(au)] = right[DRAWN_ACTION_UNITS.index(au)] = 0
    return Scene(left, right, scene.pose, scene.light, scene.camera, scene.noise_seed)


def picture_rng(seed: int, subject: int, picture: int) -> np.random.Generator:
    """The source of all that is random in one picture."""
    return np.random.default_rng(np.random.SeedSequence([seed, subject, picture, 7]))


def expression_scene(expression: str, rng: np.random.Generator) -> Scene:
    """A scene of an expression at its peak."""
    return _scene(expression_units(expression, rng), rng)


def sequence_scenes(expression: str, frames: int, rng: np.random.Generator) -> Iterator[Scene]:
    """From neutral to the peak, as CK+ runs: one recording, the head all but still."""
    units = expression_units(expression, rng)
    first = _scene(units, rng)
    drift = rng.normal(0, 0.8, 3)
    for growth in _onset(frames):
        pose = first.pose
        yaw, pitch, roll = (
            float(a + growth * b) for a, b in zip((pose.yaw, pose.pitch, pose.roll), drift, strict=True)
        )
        moved = Pose(yaw, pitch, roll, pose.scale, pose.shift, pose.gaze)
        left, right = (row * np.float32(growth) for row in (first.left, first.right))
        yield Scene(left, right, moved, first.light, first.camera, int(rng.integers(2**31)))


def action_unit_scene(rng: np.random.Generator, probability: float) -> Scene:
    """A scene in which every action unit is switched by itself, as far as anatomy allows."""
    present = _switched(rng, probability)
    units = np.where(present, rng.uniform(0.3, 1.0, len(present)), 0)
    return _scene(units, rng)


def expression_units(expression: str, rng: np.random.Generator) -> np.ndarray:
    """(2, A) left and right intensities of one showing of an expression: a prototype, varied, with extras."""
    prototypes = FACS_PROTOTYPES[expression]
    units = dict.fromkeys(prototypes[rng.integers(len(prototypes))], 1.0)
    strength = rng.uniform(*_PEAK)
    amounts = {au: float(np.clip(strength * rng.uniform(0.75, 1.2), 0.3, 1)) for au in units}
    for au, odds in EXTRAS[expression].items():
        if rng.random() < odds and au not in units and not _clashes(au, amounts):
            amounts[au] = float(strength * rng.uniform(0.45, 0.95) * (0.5 if au == 43 else 1.0))
    if {26, 27} & amounts.keys():
        amounts.setdefault(25, float(strength * rng.uniform(0.5, 0.9)))
    for au, share in _SHARES.get(expression, {}).items():
        if au in amounts:
            amounts[au] *= share
    rows = np.zeros((2, len(DRAWN_ACTION_UNITS)))
    for au, amount in amounts.items():
        rows[:, DRAWN_ACTION_UNITS.index(au)] = amount
    if expression == "contempt":
        rows[rng.integers(2)] = 0
    return rows


def _clashes(au: int, amounts: dict[int, float]) -> bool:
    return any(frozenset((au, other)) in EXCLUSIVE for other in amounts)


def _onset(frames: int) -> np.ndarray:
    """0 in the first frame, 1 in the last, smooth between."""
    t = np.linspace(0, 1, frames)
    growth: np.ndarray = t * t * (3 - 2 * t)
    return growth


def _switched(rng: np.random.Generator, probability: float) -> np.ndarray:
    """(A,) bool. Units that exclude each other are drawn again until none do; all others stay independent."""
    present = rng.random(len(DRAWN_ACTION_UNITS)) < probability
    for group in _exclusive_groups():
        while _any_clash(present, group):
            present[list(group)] = rng.random(len(group)) < probability
    return present


@cache
def _exclusive_groups() -> Sequence[tuple[int, ...]]:
    """Indices of units that are tied to each other by exclusion, directly or through others."""
    groups: list[set[int]] = []
    for pair in sorted(map(sorted, EXCLUSIVE)):
        joined = {DRAWN_ACTION_UNITS.index(au) for au in pair if au in DRAWN_ACTION_UNITS}
        apart = [group for group in groups if not group & joined]
        groups = [*apart, joined.union(*(group for group in groups if group & joined))]
    return [tuple(sorted(group)) for group in groups if len(group) > 1]


def _any_clash(present: np.ndarray, group: Sequence[int]) -> bool:
    on = [DRAWN_ACTION_UNITS[i] for i in group if present[i]]
    return any(frozenset((a, b)) in EXCLUSIVE for i, a in enumerate(on) for b in on[i + 1 :])


def _scene(units: np.ndarray, rng: np.random.Generator) -> Scene:
    """Units (A,) or (2, A) of intended intensity, seen from somewhere: no face is quite even."""
    rows = np.broadcast_to(units, (2, len(DRAWN_ACTION_UNITS)))
    uneven = np.clip(rows * rng.normal(1, 0.06, rows.shape), 0, 1).astype(np.float32)
    pose = Pose(
        yaw=_clipped(rng, 6, 14), pitch=_clipped(rng, 4, 9), roll=_clipped(rng, 3.5, 9),
        scale=float(rng.uniform(0.94, 1.07)), shift=(_clipped(rng, 0.015, 0.035), _clipped(rng, 0.012, 0.03)),
        gaze=(_clipped(rng, 0.25, 0.7), _clipped(rng, 0.15, 0.4)),
    )  # fmt: skip
    strength = float(rng.uniform(0.45, 0.95))
    light = Light(
        azimuth=_clipped(rng, 28, 60), elevation=float(rng.uniform(0, 50)), strength=strength,
        ambient=float(rng.uniform(0.95, 1.2) - 0.75 * strength),
    )  # fmt: skip
    camera = Camera(
        background=float(rng.uniform(0.12, 0.9)), gradient=(_clipped(rng, 0.12, 0.3), _clipped(rng, 0.1, 0.25)),
        clutter=float(rng.uniform(0, 1)), exposure=float(np.exp(rng.normal(0, 0.2))),
        blur=float(rng.uniform(0.0015, 0.006)), noise=float(rng.uniform(0.5, 4)), contrast=float(rng.uniform(0.2, 1.0)),
        backdrop=int(rng.integers(2**31)),
    )  # fmt: skip
    return Scene(uneven[0], uneven[1], pose, light, camera, int(rng.integers(2**31)))


def _clipped(rng: np.random.Generator, deviation: float, limit: float) -> float:
    return float(min(max(rng.normal(0, deviation), -limit), limit))
