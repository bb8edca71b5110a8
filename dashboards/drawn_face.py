"""DrawnFaceView: the drawn face that an address asks for, and its pixels.

/drawn-face?person=7&au12=0.8&au2_left=1&yaw=15 names only what is not at rest: ``au12`` both sides, ``au2_left`` and
``au2_right`` the person's own left and right. The page and its picture read the same query.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from fer_probe.faces.drawn_faces import (
    DRAWN_ACTION_UNITS,
    Camera,
    Light,
    Pose,
    random_identity,
    render_face,
)
from fer_probe.faces.drawn_faces.drawn_face_images import MOVED
from fer_probe.faces.drawn_faces.landmarks import landmarks
from fer_probe.faces.drawn_faces.render import intensities, pose_face

#: (number, left, right) of each action unit that is not at rest, as FACS counts; the person's own left and right.
Units = tuple[tuple[int, float, float], ...]

#: Pixels a side of the picture.
SIZE = 384
#: People are numbered below this.
PEOPLE = 10_000
#: No noise: only what moves changes.
CAMERA = Camera(background=0.6, clutter=0.0, exposure=1.15, blur=0.0015, noise=0.0, contrast=0.6)
#: What can be chosen by name: key → its values, the first where the address is silent.
CHOICES: dict[str, tuple[str, ...]] = {
    "side": ("both", "left", "right"),
    "look": ("colour", "grey"),
    "landmarks": ("", "1"),
    "moved": ("", "1"),
}

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_UNIT = re.compile(r"au([1-9][0-9]*)(_left|_right)?")


class DrawnFaceError(ValueError):
    """An address asks for a face that cannot be drawn; the message names the key and what was expected."""


@dataclass(frozen=True)
class Dial:
    """What is set by degrees besides the action units: a number field of :class:`DrawnFaceView`."""

    name: str
    label: str
    words: str
    low: float
    high: float
    step: float
    suffix: str = ""


#: As far as a drawn head can be turned and lit and still look like one.
DIALS: tuple[Dial, ...] = (
    Dial("yaw", "Yaw", "the head turns, left or right in the picture", -30, 30, 1, "°"),
    Dial("pitch", "Pitch", "the head nods, down or up", -15, 15, 1, "°"),
    Dial("roll", "Roll", "the head tilts, left or right in the picture", -20, 20, 1, "°"),
    Dial("gaze_right", "Gaze across", "the eyes look left or right in the picture", -1, 1, 0.05),
    Dial("gaze_down", "Gaze down", "the eyes look up or down", -1, 1, 0.05),
    Dial("azimuth", "Light across", "it stands left or right in the picture", -90, 90, 1, "°"),
    Dial("elevation", "Light above", "it stands below or above the face", -45, 75, 1, "°"),
    Dial("strength", "Light strength", "beside the even light from all around", 0, 1, 0.05),
)


@dataclass(frozen=True)
class DrawnFaceView:
    """Which face is seen, and how.

    Attributes:
        person: the number that ``random_identity`` makes a person of.
        units: the action units, 0–1.
        side: which side the page's sliders move; the picture does not depend on it.
        yaw, pitch, roll: of the head, degrees.
        gaze_right, gaze_down: of the eyes, −1 to 1.
        azimuth, elevation: where the light stands, degrees.
        strength: of the light, 0–1.
        look: ``"colour"`` or ``"grey"``.
        landmarks: ``"1"`` where the 68 points are drawn.
        moved: ``"1"`` where the pixels that differ from the face at rest are tinted.
    """

    person: int = 0
    units: Units = ()
    side: str = CHOICES["side"][0]
    yaw: float = Pose.yaw
    pitch: float = Pose.pitch
    roll: float = Pose.roll
    gaze_right: float = Pose.gaze[0]
    gaze_down: float = Pose.gaze[1]
    azimuth: float = Light.azimuth
    elevation: float = Light.elevation
    strength: float = Light.strength
    look: str = CHOICES["look"][0]
    landmarks: str = ""
    moved: str = ""

    @staticmethod
    def of(query: Mapping[str, object]) -> "DrawnFaceView":
        """The face that a query asks for.

        Raises:
            DrawnFaceError: an unknown key, a key given twice, or a value outside what can be drawn.
        """
        given = {key: _only(key, value) for key, value in query.items()}
        others = {key: _read(key, text) for key, text in given.items() if not _UNIT.fullmatch(key)}
        return DrawnFaceView(units=_units(given), **others)

    def query(self) -> dict[str, str]:
        """The shortest query that asks for this face: what is at rest is left out."""
        found: dict[str, str] = {}
        for field in fields(self):
            if field.name == "units":
                found |= query_of_units(self.units)
            elif getattr(self, field.name) != field.default:
                found[field.name] = _written(getattr(self, field.name))
        return found

    def sides(self, au: int) -> tuple[float, float]:
        """The intensity of a unit on the person's left and right."""
        return next(((left, right) for number, left, right in self.units if number == au), (0.0, 0.0))

    @property
    def pose(self) -> Pose:
        """The head and the eyes."""
        return Pose(self.yaw, self.pitch, self.roll, gaze=(self.gaze_right, self.gaze_down))

    @property
    def light(self) -> Light:
        """The light."""
        return Light(self.azimuth, self.elevation, self.strength)

    @property
    def channels(self) -> int:
        """Of the picture: 3 in colour, 1 in grey."""
        return 3 if self.look == "colour" else 1

    @property
    def at_rest(self) -> "DrawnFaceView":
        """The same face seen in the same way, no muscle moved and nothing drawn on it."""
        return replace(self, units=(), side="both", landmarks="", moved="")


@lru_cache(maxsize=8)
def face_pixels(view: DrawnFaceView) -> np.ndarray:
    """The face, (C, SIZE, SIZE) uint8, read-only: the face at rest is wanted again for every step of a slider."""
    pixels = render_face(
        random_identity(view.person),
        {au: (left, right) for au, left, right in view.units},
        pose=view.pose,
        light=view.light,
        camera=CAMERA,
        size=SIZE,
        channels=view.channels,
    )
    pixels.flags.writeable = False
    return pixels


def moved_pixels(view: DrawnFaceView) -> np.ndarray:
    """Where the face differs from itself at rest: (SIZE, SIZE) bool, by the rule of ``action_unit_mask``."""
    shown, still = (face_pixels(one).astype(np.int16) for one in (view, view.at_rest))
    moved: np.ndarray = np.abs(shown - still).max(0) > MOVED
    return moved


def face_landmarks(view: DrawnFaceView) -> np.ndarray:
    """The 68 points of the iBUG scheme, (68, 2) float32, x and y in pixels of the picture."""
    left, right = intensities({au: (left, right) for au, left, right in view.units})
    face = pose_face(random_identity(view.person), left, right, view.pose, SIZE, view.channels)
    return landmarks(face, SIZE)


def query_of_units(units: Units) -> dict[str, str]:
    """Units as keys of a query: one key where both sides are equal, else one for each side that moves."""
    found: dict[str, str] = {}
    for au, left, right in units:
        sides = {f"au{au}": left} if left == right else {f"au{au}_left": left, f"au{au}_right": right}
        found |= {key: _written(value) for key, value in sides.items() if value}
    return found


def _only(key: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    if len(values) != 1:
        raise DrawnFaceError(f"{key} is given {len(values)} times, expected once")
    return str(values[0])


def _read(key: str, text: str) -> Any:
    """The value of any key but an action unit's."""
    if key in CHOICES:
        if text not in CHOICES[key]:
            words = " or ".join(repr(value) for value in CHOICES[key])
            raise DrawnFaceError(f"{key} is {text!r}, expected {words}")
        return text
    if key == "person":
        return int(_number(key, text, 0, PEOPLE - 1, whole=True))
    dial = next((dial for dial in DIALS if dial.name == key), None)
    if dial is None:
        known = ", ".join(("person", *CHOICES, *(dial.name for dial in DIALS)))
        raise DrawnFaceError(f"{key} is no part of a drawn face; these are: {known}, and units such as au1 or au1_left")
    return _number(key, text, dial.low, dial.high)


def _units(given: Mapping[str, str]) -> Units:
    rows: dict[int, dict[str, float]] = {}
    for key, text in given.items():
        found = _UNIT.fullmatch(key)
        if not found:
            continue
        au = int(found[1])
        if au not in DRAWN_ACTION_UNITS:
            raise DrawnFaceError(f"{key} cannot be drawn; these units can: {', '.join(map(str, DRAWN_ACTION_UNITS))}")
        rows.setdefault(au, {})[found[2] or ""] = _number(key, text, 0, 1)
    return tuple((au, *_both_sides(au, rows[au])) for au in DRAWN_ACTION_UNITS if any(rows.get(au, {}).values()))


def _both_sides(au: int, sides: Mapping[str, float]) -> tuple[float, float]:
    if "" not in sides:
        return sides.get("_left", 0.0), sides.get("_right", 0.0)
    if len(sides) > 1:
        raise DrawnFaceError(f"au{au} stands beside au{au}_left or au{au}_right, expected one or the other")
    return sides[""], sides[""]


def _number(key: str, text: str, low: float, high: float, whole: bool = False) -> float:
    if not _NUMBER.fullmatch(text) or not low <= float(text) <= high or (whole and not float(text).is_integer()):
        kind = "a whole number" if whole else "a number"
        raise DrawnFaceError(f"{key} is {text!r}, expected {kind} from {low:g} to {high:g}")
    return float(text)


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else np.format_float_positional(value, trim="-")
