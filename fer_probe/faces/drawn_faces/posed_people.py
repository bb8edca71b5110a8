"""Posed people: drawn people who hold still, each in a light and before a camera of their own, and move only as told.

What makes an experiment of drawn faces: two pictures of a person differ in what was switched, and in nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fer_probe.action_units import EXCLUSIVE
from fer_probe.faces.drawn_faces.drawn_face_images import DrawnFaces, draw_scenes
from fer_probe.faces.drawn_faces.render import intensities
from fer_probe.faces.drawn_faces.scenes import Scene, action_unit_scene, picture_rng
from fer_probe.faces.face_crops import FaceBoxes
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.faces.preprocessing import Preprocessing

#: Action units, 0–1 each, or (left, right) of the person's own; those left out are at rest.
Units = Mapping[int, float | tuple[float, float]]

#: The numbers of their pictures, far from those that ``draw_faces`` draws for the same seed.
_PICTURE = 1_000_000


@dataclass(frozen=True, eq=False)
class PosedPeople:
    """P people at rest.

    Attributes:
        scenes: of each person, every action unit at rest.
        seed: of the people.
        size: pixels a side of their pictures.
        channels: 1 grey, 3 colour.
    """

    scenes: tuple[Scene, ...]
    seed: int
    size: int
    channels: int

    def __len__(self) -> int:
        return len(self.scenes)

    def showing(self, conditions: Sequence[Units]) -> DrawnFaces:
        """Everybody under every condition.

        Args:
            conditions: C sets of action units.

        Returns:
            P·C faces, person by person, noise and all else equal.

        Raises:
            FacesError: no condition, or units that one face cannot show together.
            ValueError: a unit that cannot be drawn, or an intensity outside 0–1.
        """
        if not conditions:
            raise FacesError("no condition to show people under")
        for units in conditions:
            check_together(units)
        sides = [intensities(dict(units)) for units in conditions]
        shown = [
            (person, replace(scene, left=left, right=right))
            for person, scene in enumerate(self.scenes)
            for left, right in sides
        ]
        return draw_scenes(shown, self.seed, size=self.size, channels=self.channels, source="posed drawn people")

    def seen(self, change: Callable[[Scene], Scene]) -> "PosedPeople":
        """The same people in another light, or before another camera."""
        return replace(self, scenes=tuple(change(scene) for scene in self.scenes))


def pose_people(count: int = 40, *, seed: int = 0, size: int = 96, channels: int = 1) -> PosedPeople:
    """People at rest; a person depends on (seed, its number) alone.

    Raises:
        FacesError: fewer than two people, of whom no experiment can be made, or a negative seed.
    """
    if count < 2 or seed < 0:
        raise FacesError(f"{count} people, seed {seed}: an experiment needs at least 2, and a seed of 0 or more")
    moved = [action_unit_scene(picture_rng(seed, person, _PICTURE), 0.15) for person in range(count)]
    rest = intensities({})
    return PosedPeople(tuple(replace(scene, left=rest[0], right=rest[1]) for scene in moved), seed, size, channels)


def check_together(units: Units) -> None:
    """Refuse units that exclude each other.

    Raises:
        FacesError: two of them do; the message names both.
    """
    shown = sorted(au for au, amount in units.items() if np.max(amount) > 0)
    for pair in sorted(map(sorted, EXCLUSIVE)):
        if set(pair) <= set(shown):
            raise FacesError(f"AU{pair[0]} and AU{pair[1]} exclude each other: one face cannot show both")


def prepared_alike(prepare: Callable[[FaceImages], PreparedImages], faces: DrawnFaces) -> PreparedImages:
    """Faces as a network's input, all of a person's cut out by the box of the first of them.

    A detector's box follows the face: an open mouth would move and scale all else, and every map with it.

    Args:
        prepare: a checkpoint's preprocessing, or any function from faces to a network's input.
        faces: person by person.
    """
    images = prepare(faces)
    if isinstance(prepare, Preprocessing) and images.boxes is not None:
        images.boxes = _FirstBoxes(images.boxes, faces)
    return images


class _FirstBoxes(FaceBoxes):
    """Boxes of which each person has one."""

    def __init__(self, boxes: FaceBoxes, faces: DrawnFaces) -> None:
        super().__init__(boxes.crop, faces)
        _, first, number = np.unique(np.asarray(faces.subject), return_index=True, return_inverse=True)
        self._first = first[number]

    def _found(self, number: int, picture: np.ndarray) -> tuple[tuple[int, int, int, int], bool]:
        first = int(self._first[number])
        return super()._found(first, self.faces.pixels[first])
