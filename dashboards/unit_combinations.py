"""Unit combinations: which action units a drawn face shows together, and which do not occur together."""

from collections.abc import Iterable

from dashboards.drawn_face import Units
from fer_probe.action_units import EXCLUSIVE, PROTOTYPES
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS

#: How strongly a chosen expression is shown.
PEAK = 0.8

_OPENS, _JAW = 25, (26,)
#: Why a unit excludes others; the first that stands in a pair speaks for it.
_INSTEAD = {
    24: "the lips are pressed together or apart",
    28: "the lips are sucked in or apart",
    27: "the jaw drops or stretches",
    43: "the eyes are wide or closed",
    18: "the lips are puckered or stretched",
}


def expression_units() -> dict[str, Units]:
    """Expression → units of its first prototype at their peak, neutral first; as in ``DrawnFaceView``.

    A jaw drops behind closed lips, so AU25 comes with it; contempt is one-sided.
    """
    found = {}
    for name in sorted(PROTOTYPES, key=lambda name: name != "neutral"):
        right = 0.0 if name == "contempt" else PEAK
        found[name] = tuple((au, PEAK, right) for au in seen_units(PROTOTYPES[name][0]))
    return found


def seen_units(units: Iterable[int]) -> tuple[int, ...]:
    """Units in order, and AU25 where it takes that for the others to be seen."""
    return tuple(sorted({*units, _OPENS} if set(_JAW) & set(units) else set(units)))


def clashes() -> list[tuple[int, int, str]]:
    """Drawn units that do not occur together, in pairs, and why in words."""
    pairs = sorted(sorted(pair) for pair in EXCLUSIVE if pair <= set(DRAWN_ACTION_UNITS))
    return [(a, b, f"AU{a} and AU{b} do not occur together{_why(a, b)}.") for a, b in pairs]


def closed_jaws() -> list[tuple[int, int, str]]:
    """Units that drop the jaw, the unit that parts the lips, and what is seen without it; AU27 opens them itself."""
    words = "AU{} moves the jaw behind closed lips; raise AU{}, lips part, to see the mouth open."
    return [(au, _OPENS, words.format(au, _OPENS)) for au in _JAW if au in DRAWN_ACTION_UNITS]


def _why(a: int, b: int) -> str:
    return next((f": {why}" for au, why in _INSTEAD.items() if au in (a, b)), "")
