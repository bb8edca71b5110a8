"""Sets of drawn faces with all that is known of them: the embedded default, and the project's ground truth."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np

from fer_probe.expressions import FER2013_ORDER, expression_name
from fer_probe.faces.drawn_faces.identity import Identity, random_identity
from fer_probe.faces.drawn_faces.landmarks import landmarks
from fer_probe.faces.drawn_faces.muscle_fields import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.render import pose_face, take_picture
from fer_probe.faces.drawn_faces.scenes import (
    Scene,
    action_unit_scene,
    expression_scene,
    picture_rng,
    sequence_scenes,
    without,
)
from fer_probe.faces.face_images import FaceImages, FacesError

#: A pixel has moved where it changed by more grey levels than this.
MOVED = 2
#: Frames of a sequence, from neutral to the peak.
FRAMES = 8
#: Of 25 units this shows as many at a time as a coded peak of CK+ does: 3.5 (Lucey et al. 2010, table 1).
SWITCHED_ON = 0.15

Pictures = Literal["expressions", "sequences", "action_units"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class DrawnFaces(FaceImages):
    """Drawn faces: besides all that faces have, what each was drawn from.

    Attributes:
        action_unit_left: (N, A) float32 intensity 0–1 on the person's left.
        action_unit_right: (N, A) float32 the same on the right.
        identities: (N, 2) int64, what ``random_identity`` made each person of.
        scenes: (N, P) float64, the rest of each picture, as ``Scene.numbers`` writes it.
    """

    PER_FACE: ClassVar[tuple[str, ...]] = (
        *FaceImages.PER_FACE, "action_unit_left", "action_unit_right", "identities", "scenes",
    )  # fmt: skip

    action_unit_left: np.ndarray = dataclasses.field(kw_only=True)
    action_unit_right: np.ndarray = dataclasses.field(kw_only=True)
    identities: np.ndarray = dataclasses.field(kw_only=True)
    scenes: np.ndarray = dataclasses.field(kw_only=True)

    def identity(self, i: int) -> Identity:
        """Who is seen in picture ``i``."""
        return random_identity([int(number) for number in self.identities[i]])

    def scene(self, i: int) -> Scene:
        """How picture ``i`` was drawn."""
        return Scene.from_numbers(self.scenes[i])

    def action_unit_mask(self, i: int, au: int) -> np.ndarray:
        """Which pixels action unit ``au`` moved in picture ``i``: (H, W) bool, all False where it is absent.

        The picture is drawn again with and without the unit, noise and all else equal; a pixel has moved where it
        changed by more than 2 grey levels.

        Raises:
            FacesError: no such unit is drawn.
        """
        if au not in DRAWN_ACTION_UNITS:
            known = ", ".join(map(str, DRAWN_ACTION_UNITS))
            raise FacesError(f"AU{au} is not drawn; these are: {known}")
        scene, size = self.scene(i), self.pixels.shape[-1]
        column = DRAWN_ACTION_UNITS.index(au)
        if scene.left[column] == 0 and scene.right[column] == 0:
            return np.zeros((size, size), bool)
        channels = self.pixels.shape[1]
        shown, still = (
            _rendered(self.identity(i), one, size, channels).astype(int) for one in (scene, without(scene, au))
        )
        moved: np.ndarray = np.abs(shown - still).max(0) > MOVED
        return moved


def draw_faces(
    subjects: int = 40,
    size: int = 96,
    seed: int = 0,
    *,
    pictures: Pictures = "expressions",
    per_subject: int | None = None,
    channels: int = 1,
    expressions: Sequence[str] = FER2013_ORDER,
    switched_on: float = SWITCHED_ON,
) -> DrawnFaces:
    """Draw faces. A subject depends on (seed, its number) alone, a picture on those and its own number.

    Args:
        subjects: how many people.
        size: pixels a side.
        seed: of everything.
        pictures: ``"expressions"``, each subject showing each expression at its peak; ``"sequences"``, each
            expression from neutral to its peak, as CK+ runs; ``"action_units"``, every action unit switched by
            itself, expression -1. The first frame of a sequence shows no action unit and is labelled neutral (-1
            where ``expressions`` lacks it); every later one, however faint, carries the label of the peak.
        per_subject: how many pictures of each expression (default 1), sequences of each (1), or pictures (8).
        channels: 1 grey, 3 RGB.
        expressions: which ones, by name; ``"contempt"`` can be drawn too.
        switched_on: the probability of each action unit in ``"action_units"``, above 0 and at most 0.5. A distance
            that compares the strongest of both sides wants both to be many; a face shows a few units at a time.

    Raises:
        FacesError: an unknown kind of pictures, fewer than one subject or picture, a negative seed, or another
            probability.
    """
    if pictures not in ("expressions", "sequences", "action_units"):
        raise FacesError(f"pictures={pictures!r}: expected 'expressions', 'sequences' or 'action_units'")
    if subjects < 1 or (per_subject is not None and per_subject < 1):
        raise FacesError(f"{subjects} subjects with {per_subject} pictures each: at least one of each is needed")
    if seed < 0:
        raise FacesError(f"seed {seed}: expected 0 or more")
    if not 0 < switched_on <= 0.5:
        raise FacesError(f"switched_on {switched_on}: expected a probability above 0 and at most 0.5")
    names = tuple(expression_name(word) for word in expressions)
    if pictures == "action_units":
        told = [_switched(seed, subject, per_subject or 8, switched_on) for subject in range(subjects)]
    else:
        told = [_shown(pictures, names, seed, subject, per_subject or 1) for subject in range(subjects)]
    drawn = [(subject, *picture) for subject, pictures_of in enumerate(told) for picture in pictures_of]
    return _faces(drawn, names, seed, size, channels, pictures)


def draw_scenes(
    scenes: Sequence[tuple[int, Scene]], seed: int = 0, *, size: int = 96, channels: int = 1, source: str = "scenes"
) -> DrawnFaces:
    """Draw scenes that are given: (subject's number, scene), in their order; expression -1.

    Args:
        scenes: at least one.
        seed: of the people, who are those of :func:`draw_faces`.
        size: pixels a side.
        channels: 1 grey, 3 RGB.
        source: what the faces are said to come from.
    """
    drawn = [(subject, -1, number, 0, scene) for number, (subject, scene) in enumerate(scenes)]
    return _faces(drawn, FER2013_ORDER, seed, size, channels, source)


def _switched(seed: int, subject: int, count: int, probability: float) -> Iterator[tuple[int, int, int, Scene]]:
    """(expression, sequence, frame, scene) of one subject's pictures in which every unit is switched by itself."""
    for number in range(count):
        yield -1, number, 0, action_unit_scene(picture_rng(seed, subject, number), probability)


def _shown(
    pictures: Pictures, names: Sequence[str], seed: int, subject: int, count: int
) -> Iterator[tuple[int, int, int, Scene]]:
    """The same of one subject's expressions, at their peak or from neutral on."""
    at_rest = names.index("neutral") if "neutral" in names else -1
    for number in range(count):
        for label, name in enumerate(names):
            rng = picture_rng(seed, subject, number * len(names) + label)
            if pictures == "expressions":
                yield label, number * len(names) + label, 0, expression_scene(name, rng)
                continue
            for frame, scene in enumerate(sequence_scenes(name, FRAMES, rng)):
                yield label if frame else at_rest, number * len(names) + label, frame, scene


def _faces(
    drawn: Sequence[tuple[int, int, int, int, Scene]],
    names: tuple[str, ...],
    seed: int,
    size: int,
    channels: int,
    kind: str,
) -> DrawnFaces:
    people = {subject: random_identity([seed, subject]) for subject in {row[0] for row in drawn}}
    pixels, points = _pictures(drawn, people, size, channels)
    scenes = [row[-1] for row in drawn]
    left, right = (np.stack([getattr(scene, side) for scene in scenes]) for side in ("left", "right"))
    strongest = np.maximum(left, right)
    subject_numbers = np.array([row[0] for row in drawn])
    return DrawnFaces(
        pixels=pixels,
        expression=np.array([row[1] for row in drawn]),
        expression_names=names,
        action_units=(strongest > 0).astype(np.float32),
        action_unit_numbers=np.array(DRAWN_ACTION_UNITS),
        action_unit_intensity=strongest,
        action_unit_scale="0-1",
        subject=np.array([f"D{subject:03d}" for subject in subject_numbers]),
        sequence=np.array([f"D{row[0]:03d}_{row[2]:03d}" for row in drawn]),
        frame=np.array([row[3] for row in drawn]),
        landmarks=points,
        attributes=_attributes(scenes, [people[subject] for subject in subject_numbers]),
        source=f"drawn faces ({kind.replace('_', ' ')}, seed {seed})",
        action_unit_left=left,
        action_unit_right=right,
        identities=np.stack([np.full(len(drawn), seed), subject_numbers], -1),
        scenes=np.stack([scene.numbers() for scene in scenes]),
    )


def _pictures(
    drawn: Sequence[tuple[int, int, int, int, Scene]], people: Mapping[int, Identity], size: int, channels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, C, H, W) and landmarks (N, 68, 2)."""
    pixels = np.empty((len(drawn), channels, size, size), np.uint8)
    points = np.empty((len(drawn), 68, 2), np.float32)
    for i, (subject, *_, scene) in enumerate(drawn):
        face = pose_face(people[subject], scene.left, scene.right, scene.pose, size, channels)
        pixels[i] = take_picture(face, scene.light, scene.camera, size, scene.noise_seed)
        points[i] = landmarks(face, size)
    return pixels, points


def _rendered(person: Identity, scene: Scene, size: int, channels: int) -> np.ndarray:
    face = pose_face(person, scene.left, scene.right, scene.pose, size, channels)
    return take_picture(face, scene.light, scene.camera, size, scene.noise_seed)


def _attributes(scenes: Sequence[Scene], people: Sequence[Identity]) -> dict[str, np.ndarray]:
    attributes = {
        name: np.array([getattr(one, name) for one in people])
        for name in ("sex", "age", "skin", "hair_style", "beard", "glasses")
    }
    attributes |= {name: np.array([getattr(one.pose, name) for one in scenes]) for name in ("yaw", "pitch", "roll")}
    for name in ("azimuth", "elevation", "strength", "ambient"):
        attributes[f"light_{name}"] = np.array([getattr(one.light, name) for one in scenes])
    attributes["gaze"] = np.array([one.pose.gaze for one in scenes])
    return attributes
