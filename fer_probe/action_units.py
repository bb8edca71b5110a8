"""The Facial Action Coding System: numbers, names, muscles, regions, and which expression shows which units.

Names and muscles follow Ekman, Friesen & Hager, "Facial Action Coding System" (2002). An expression is no fixed
set of units: both tables below are criteria that were published, each with its source.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionUnit:
    """One action unit: its FACS number, name, muscles, and the region of the face where it shows."""

    number: int
    name: str
    muscles: str
    region: str

    @property
    def label(self) -> str:
        """How the unit is written for people, such as ``AU12 lip corner puller``."""
        return f"AU{self.number} {self.name.lower()}"


_TABLE: tuple[tuple[int, str, str, str], ...] = (
    (1, "Inner brow raiser", "frontalis (medial part)", "brows"),
    (2, "Outer brow raiser", "frontalis (lateral part)", "brows"),
    (4, "Brow lowerer", "corrugator supercilii, depressor supercilii, procerus", "brows"),
    (5, "Upper lid raiser", "levator palpebrae superioris", "eyes"),
    (6, "Cheek raiser", "orbicularis oculi (orbital part)", "eyes"),
    (7, "Lid tightener", "orbicularis oculi (palpebral part)", "eyes"),
    (9, "Nose wrinkler", "levator labii superioris alaeque nasi", "nose"),
    (10, "Upper lip raiser", "levator labii superioris", "mouth"),
    (11, "Nasolabial deepener", "zygomaticus minor", "cheeks"),
    (12, "Lip corner puller", "zygomaticus major", "mouth"),
    (13, "Sharp lip puller", "levator anguli oris", "mouth"),
    (14, "Dimpler", "buccinator", "mouth"),
    (15, "Lip corner depressor", "depressor anguli oris", "mouth"),
    (16, "Lower lip depressor", "depressor labii inferioris", "mouth"),
    (17, "Chin raiser", "mentalis", "chin"),
    (18, "Lip pucker", "incisivii labii", "mouth"),
    (20, "Lip stretcher", "risorius, platysma", "mouth"),
    (21, "Neck tightener", "platysma", "neck"),
    (22, "Lip funneler", "orbicularis oris", "mouth"),
    (23, "Lip tightener", "orbicularis oris", "mouth"),
    (24, "Lip presser", "orbicularis oris", "mouth"),
    (25, "Lips part", "depressor labii inferioris, or relaxed mentalis or orbicularis oris", "mouth"),
    (26, "Jaw drop", "masseter, temporalis and medial pterygoid (relaxed)", "mouth"),
    (27, "Mouth stretch", "pterygoids, digastric", "mouth"),
    (28, "Lip suck", "orbicularis oris", "mouth"),
    (29, "Jaw thrust", "pterygoids", "chin"),
    (31, "Jaw clencher", "masseter", "chin"),
    (34, "Cheek puff", "orbicularis oris", "cheeks"),
    (38, "Nostril dilator", "nasalis (alar part)", "nose"),
    (39, "Nostril compressor", "nasalis (transverse part)", "nose"),
    (43, "Eyes closed", "levator palpebrae superioris (relaxed)", "eyes"),
    (45, "Blink", "levator palpebrae superioris (relaxed), orbicularis oculi (palpebral part)", "eyes"),
)

ACTION_UNITS: dict[int, ActionUnit] = {row[0]: ActionUnit(*row) for row in _TABLE}

#: Commonly listed prototypes (after Friesen & Ekman's EMFACS, unpublished, as tabulated by Wikipedia's
#: "Facial Action Coding System" and others). Contempt is one-sided.
PROTOTYPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "happiness": ((6, 12),),
    "sadness": ((1, 4, 15),),
    "surprise": ((1, 2, 5, 26),),
    "fear": ((1, 2, 4, 5, 7, 20, 26),),
    "anger": ((4, 5, 7, 23), (4, 5, 7, 10, 22, 23, 25), (4, 5, 7, 10, 22, 23, 26)),
    "disgust": ((9, 15, 16),),
    "contempt": ((12, 14),),
    "neutral": ((),),
}

#: What Ekman, Friesen & Hager (2002), Investigator's Guide, table 10-1, list as prototypes; intensities left out,
#: alternatives such as "25 or 26" side by side (a dropped jaw then parts the lips). Contempt, which the table does
#: not have, is as above.
FACS_PROTOTYPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "happiness": ((6, 12), (12,)),
    "sadness": ((1, 4, 11, 15), (1, 4, 15), (6, 15)),
    "surprise": ((1, 2, 5, 25, 26), (1, 2, 5, 25, 27)),
    "fear": (
        (1, 2, 4, 5, 20, 25), (1, 2, 4, 5, 20, 25, 26), (1, 2, 4, 5, 20, 25, 27),
        (1, 2, 4, 5, 25), (1, 2, 4, 5, 25, 26), (1, 2, 4, 5, 25, 27),
    ),
    "anger": (
        (4, 5, 7, 10, 22, 23, 25), (4, 5, 7, 10, 22, 23, 25, 26), (4, 5, 7, 10, 23, 25), (4, 5, 7, 10, 23, 25, 26),
        (4, 5, 7, 23, 25), (4, 5, 7, 23, 25, 26), (4, 5, 7, 17, 23), (4, 5, 7, 17, 24), (4, 5, 7, 23), (4, 5, 7, 24),
    ),
    "disgust": ((9,), (9, 15, 16, 25, 26), (9, 17), (10,), (10, 16, 25), (10, 16, 25, 26), (10, 17)),
    "contempt": PROTOTYPES["contempt"],
    "neutral": ((),),
}  # fmt: skip

#: Lucey et al. 2010, table 2: what a labelled CK+ peak must show. Criteria, not prototypes: units every
#: picture of that class shares, alternatives side by side.
CK_PLUS_CRITERIA: dict[str, tuple[tuple[int, ...], ...]] = {
    "anger": ((23, 24),),
    "disgust": ((9,), (10,)),
    "fear": ((1, 2, 4), (1, 2, 5)),
    "happiness": ((12,),),
    "sadness": ((1, 4, 15), (11,), (6, 15)),
    "surprise": ((1, 2), (5,)),
    "contempt": ((14,),),
}

#: Pairs that anatomy does not allow in one face at one time.
EXCLUSIVE: frozenset[frozenset[int]] = frozenset(
    frozenset(pair)
    for pair in ((26, 27), (5, 43), (24, 25), (24, 26), (24, 27), (28, 25), (28, 26), (28, 27), (18, 20))
)


def action_unit_label(number: int) -> str:
    """``AU12 lip corner puller``; ``AU99`` for a number that FACS does not name."""
    return ACTION_UNITS[number].label if number in ACTION_UNITS else f"AU{number}"
