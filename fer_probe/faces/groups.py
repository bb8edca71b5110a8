"""Groups of people: by sex, age and skin, where faces tell them; numbers are cut into thirds of the people."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fer_probe.faces.face_images import FaceImages, FacesError

#: What tells people apart, by its name among the attributes; numbers: what the thirds are called, from low to high.
PERSONAL: dict[str, tuple[str, ...]] = {
    "sex": (), "gender": (), "age": ("younger", "middle", "older"), "skin": ("lighter", "medium", "darker"),
    "ethnicity": (), "race": (),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to part people.

    Attributes:
        name: of the attribute, such as ``"sex"``.
        groups: what its groups are called; with their borders, where a number was cut.
        member: (P,) each person's group, an index into ``groups``; -1 where nothing is known.
    """

    name: str
    groups: tuple[str, ...]
    member: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PersonGroups:
    """People, and the ways to part them.

    Attributes:
        person: (N,) who is seen on each picture, an index into ``persons``.
        persons: (P,) their names.
        groupings: by each attribute that has at least two groups; none where nothing is known of them.
        left_out: a sentence for each attribute that could not be used.
    """

    person: NDArray[np.int64]
    persons: NDArray[np.str_]
    groupings: tuple[Grouping, ...]
    left_out: tuple[str, ...] = ()


def person_groups(faces: FaceImages) -> PersonGroups:
    """Part the people of a set by sex, age, skin and the like.

    Words are groups as they stand. Numbers are cut into thirds of the people, pictures not counted, at borders that the
    groups' names tell; a person stands on one side of a border whole.

    Raises:
        FacesError: it is not told of every picture who is seen.
    """
    if faces.subject is None or (np.asarray(faces.subject) == "").any():
        raise FacesError(
            "who is seen is not told of every picture: groups are of people, and pictures of one person are not "
            "independent of one another; give each picture its subject"
        )
    persons, first, person = np.unique(np.asarray(faces.subject), return_index=True, return_inverse=True)
    found: list[Grouping] = []
    left_out: list[str] = []
    for name in (name for name in PERSONAL if name in faces.attributes):
        told = np.asarray(faces.attributes[name])
        of_person = told[first]
        if changing := _changes(told, of_person[person]):
            left_out.append(f"{name} is not the same on all pictures of {persons[person[changing[0]]]}")
        elif (grouping := _grouping(name, of_person)) is not None:
            found.append(grouping)
    return PersonGroups(person, persons, tuple(found), tuple(left_out))


def why_no_groups(faces: FaceImages) -> str:
    """In a sentence why these people cannot be parted; empty where they can."""
    if not any(name in faces.attributes for name in PERSONAL):
        return "Neither sex nor age nor skin is told of these faces."
    try:
        people = person_groups(faces)
    except FacesError as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    if people.groupings:
        return ""
    told = "; ".join(people.left_out) or "all are of one sex, age or skin"
    return f"Nothing parts these people: {told}."


def _changes(told: NDArray[np.generic], expected: NDArray[np.generic]) -> list[int]:
    """Pictures that are told otherwise than their person's first; what is not a number is unknown alike."""
    same = told == expected
    if told.dtype.kind == "f":
        same |= np.isnan(told.astype(float)) & np.isnan(expected.astype(float))
    return np.flatnonzero(~same).tolist()


def _grouping(name: str, told: NDArray[np.generic]) -> Grouping | None:
    """People parted by what is told of each, (P,); None where all are of one group."""
    if told.dtype.kind in "fiu" and len(np.unique(told)) > 3:
        return _thirds(name, told.astype(float))
    words = np.array([_word(value) for value in told])
    groups = sorted(set(words.tolist()) - {""})
    member = np.array([groups.index(word) if word else -1 for word in words])
    return Grouping(name, tuple(groups), member) if len(groups) > 1 else None


def _word(value: object) -> str:
    """What a group is called; empty where nothing is known."""
    return "" if isinstance(value, float) and np.isnan(value) else str(value)


def _thirds(name: str, value: NDArray[np.float64]) -> Grouping | None:
    """Thirds of the people whose number is known; a border belongs to the group above it."""
    known = np.isfinite(value)
    ordered = np.sort(value[known])
    borders = np.unique([ordered[-(-len(ordered) * part // 3)] for part in (1, 2)])
    borders = borders[borders > ordered[0]]
    if not len(borders):
        return None
    member = np.where(known, np.searchsorted(borders, value, side="right"), -1)
    words = PERSONAL[name] or ("low", "middle", "high")
    called = words if len(borders) == 2 else (words[0], words[-1])
    inner = [f"{low:.3g}–{high:.3g}" for low, high in pairwise(borders)]
    ranges = [f"< {borders[0]:.3g}", *inner, f"≥ {borders[-1]:.3g}"]
    groups = tuple(f"{word}, {span}" for word, span in zip(called, ranges, strict=True))
    return Grouping(name, groups, member)
