"""Who is drawn: the shape of a head and what covers it, apart from anything that moves."""

import dataclasses
from collections.abc import Sequence

import numpy as np

HAIR_STYLES: tuple[str, ...] = ("bald", "cropped", "short", "parted", "fringe", "long", "curly", "tied")


@dataclasses.dataclass(frozen=True)
class Identity:
    """One person. Shape parameters are in standard deviations: 0 is average, ±2 is rare.

    Attributes:
        sex: ``"female"`` or ``"male"``.
        age: years, 18 and more.
        skin: 0 the lightest, 1 the darkest.
        face_width … cheeks: shape, in standard deviations.
        hair_style: one of ``HAIR_STYLES``.
        hair_colour: linear RGB, 0–1.
        iris_colour: linear RGB, 0–1.
        hairline: height of the hairline, in standard deviations; positive is a higher forehead.
        beard: 0 shaved, 1 a full beard.
        glasses: 0 none, else how dark and thick the frame is, up to 1.
        freckles: 0–1.
        wrinkles: 0–1, how deep lines of age are and how sharply the skin folds.
        texture_seed: what the grain of skin and hair is drawn from.
    """

    sex: str = "female"
    age: float = 30.0
    skin: float = 0.3
    face_width: float = 0.0
    jaw_width: float = 0.0
    chin_length: float = 0.0
    eye_spacing: float = 0.0
    eye_size: float = 0.0
    eye_tilt: float = 0.0
    lid_crease: float = 0.0
    brow_height: float = 0.0
    brow_thickness: float = 0.0
    brow_arch: float = 0.0
    brow_ridge: float = 0.0
    nose_length: float = 0.0
    nose_width: float = 0.0
    nose_projection: float = 0.0
    mouth_width: float = 0.0
    mouth_height: float = 0.0
    upper_lip: float = 0.0
    lower_lip: float = 0.0
    cheeks: float = 0.0
    hair_style: str = "short"
    hair_colour: tuple[float, float, float] = (0.05, 0.03, 0.02)
    iris_colour: tuple[float, float, float] = (0.10, 0.05, 0.025)
    hairline: float = 0.0
    beard: float = 0.0
    glasses: float = 0.0
    freckles: float = 0.0
    wrinkles: float = 0.2
    texture_seed: int = 0

    def __post_init__(self) -> None:
        if self.sex not in ("female", "male"):
            raise ValueError(f"sex is {self.sex!r}, expected 'female' or 'male'")
        if self.hair_style not in HAIR_STYLES:
            raise ValueError(f"hair_style is {self.hair_style!r}, expected one of {', '.join(HAIR_STYLES)}")


#: Shape parameters and the shift that each sex brings, in standard deviations: women minus, men plus.
_SHAPE: dict[str, float] = {
    "face_width": 0.15, "jaw_width": 0.55, "chin_length": 0.4, "eye_spacing": 0.0, "eye_size": -0.45,
    "eye_tilt": -0.15, "lid_crease": -0.1, "brow_height": -0.45, "brow_thickness": 0.55, "brow_arch": -0.45,
    "brow_ridge": 0.8, "nose_length": 0.2, "nose_width": 0.35, "nose_projection": 0.2, "mouth_width": 0.2,
    "mouth_height": 0.0, "upper_lip": -0.4, "lower_lip": -0.4, "cheeks": -0.2,
}  # fmt: skip

_HAIR = np.array([[0.012, 0.010, 0.009], [0.030, 0.017, 0.011], [0.075, 0.040, 0.022], [0.16, 0.085, 0.045],
                  [0.36, 0.23, 0.11], [0.20, 0.060, 0.022]])  # fmt: skip
_IRIS = np.array([[0.035, 0.018, 0.010], [0.085, 0.042, 0.018], [0.12, 0.10, 0.045], [0.10, 0.17, 0.26],
                  [0.15, 0.18, 0.19]])  # fmt: skip


def random_identity(seed: int | Sequence[int]) -> Identity:
    """The person whom a seed stands for; the same on every machine.

    Args:
        seed: a non-negative number, or several, such as (seed of the set, number of the subject).
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    sign = 1.0 if rng.random() < 0.5 else -1.0
    sex = "male" if sign > 0 else "female"
    age = float(18 + 57 * rng.beta(1.3, 2.0))
    skin = float(rng.beta(1.0, 1.25))
    shape = {name: float(np.clip(rng.normal(), -2, 2) * 0.85 + sign * shift) for name, shift in _SHAPE.items()}
    return Identity(
        sex=sex,
        age=round(age, 1),
        skin=round(skin, 3),
        **{name: round(value, 3) for name, value in shape.items()},
        hair_style=_random_hair_style(rng, sex, age),
        hair_colour=_random_hair_colour(rng, age, skin),
        iris_colour=_colour(_IRIS[rng.choice(5, p=_iris_odds(skin))], rng),
        hairline=round(float(rng.normal() * 0.7 + (0.6 * max(age - 35, 0) / 20 if sex == "male" else 0)), 3),
        beard=round(float(rng.uniform(0.25, 1) if sex == "male" and rng.random() < 0.4 else 0), 3),
        glasses=round(float(rng.uniform(0.3, 1) if rng.random() < 0.08 + 0.1 * (age > 45) else 0), 3),
        freckles=round(float(rng.uniform(0.2, 1) if skin < 0.35 and rng.random() < 0.25 else 0), 3),
        wrinkles=round(float(np.clip((age - 18) / 55 + rng.normal() * 0.1, 0.02, 1)), 3),
        texture_seed=int(rng.integers(2**31)),
    )


def _random_hair_style(rng: np.random.Generator, sex: str, age: float) -> str:
    odds = {
        "male": (0.06 + 0.10 * (age > 45), 0.28, 0.26, 0.16, 0.10, 0.03, 0.11, 0.0),
        "female": (0.0, 0.04, 0.12, 0.14, 0.16, 0.24, 0.14, 0.16),
    }[sex]
    return HAIR_STYLES[rng.choice(len(HAIR_STYLES), p=np.array(odds) / sum(odds))]


def _random_hair_colour(rng: np.random.Generator, age: float, skin: float) -> tuple[float, float, float]:
    fair = max(0.0, 1 - 2.2 * skin)
    odds = np.array([0.35 + skin, 0.4, 0.3, 0.35 * fair, 0.45 * fair, 0.15 * fair])
    colour = _HAIR[rng.choice(6, p=odds / odds.sum())]
    grey = float(np.clip((age - 45 + 7 * rng.normal()) / 30, 0, 0.85))
    return _colour(colour * (1 - grey) + (0.30 - 0.16 * skin) * grey, rng)


def _iris_odds(skin: float) -> np.ndarray:
    fair = max(0.0, 1 - 2.0 * skin)
    odds = np.array([0.4 + skin, 0.4, 0.2 * fair + 0.03, 0.45 * fair, 0.15 * fair])
    normed: np.ndarray = odds / odds.sum()
    return normed


def _colour(colour: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 4) for value in colour * rng.uniform(0.8, 1.2))
    return red, green, blue
