"""A demonstration: which faces train, validate, test and are probed, and the recipe that trains on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from fer_probe.checkpoints import Checkpoint
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.splits import own_splits, subject_split
from trainers.jahromi import JAHROMI_MEDIUM, JAHROMI_MEDIUM_QUICK
from trainers.recipe import Recipe
from trainers.training_loop import train

#: People that are drawn: those who train, those who choose the epoch, and those nobody saw.
TRAINING_SUBJECTS, VALIDATION_SUBJECTS, TEST_SUBJECTS = 200, 20, 40
DRAWN_SIZE, LARGEST_DRAWN_SIZE = 64, 128


@dataclass(frozen=True)
class Demonstration:
    """Faces for every step of a demonstration.

    Attributes:
        title: of the study.
        recipe: what to train.
        training, validation, test: three sets that share no person.
        test_words: what the test faces are, for a sentence.
        probed: the sets of faces that are probed, by name.
        seed: of the training.
    """

    title: str
    recipe: Recipe
    training: FaceImages
    validation: FaceImages
    test: FaceImages
    test_words: str
    probed: Mapping[str, FaceImages] = field(default_factory=dict)
    seed: int = 0

    def train(
        self,
        path: Path,
        *,
        recipe: Recipe | None = None,
        epochs: int | None = None,
        minutes: float | None = None,
        restart: bool = False,
        start: Checkpoint | None = None,
        device: torch.device | str | None = None,
    ) -> Checkpoint:
        """Train, then read the test faces once; the checkpoint's metrics have ``test_accuracy``."""
        return train(
            recipe or self.recipe, self.training, self.validation, test=self.test, start=start,
            checkpoint=path, epochs=epochs, minutes=minutes, restart=restart, device=device, seed=self.seed,
        )  # fmt: skip


def drawn_demonstration(seed: int = 0, recipe: Recipe = JAHROMI_MEDIUM_QUICK) -> Demonstration:
    """Drawn people showing seven expressions; the probed ones are people the network never saw.

    Action units are measured on faces in which each is switched by itself, so that none rides on another. Faces are
    drawn as large as the recipe's input, within limits, and in its colours.
    """
    count = TRAINING_SUBJECTS + VALIDATION_SUBJECTS + TEST_SUBJECTS
    size = min(max(DRAWN_SIZE, int(np.max(recipe.size))), LARGEST_DRAWN_SIZE)
    drawn = draw_faces(count, size, seed, per_subject=2, channels=recipe.channels)
    number = np.unique(np.asarray(drawn.subject), return_inverse=True)[1]
    training, validation, test = (
        drawn.select((number >= first) & (number < last))
        for first, last in zip(
            (0, TRAINING_SUBJECTS, TRAINING_SUBJECTS + VALIDATION_SUBJECTS),
            (TRAINING_SUBJECTS, TRAINING_SUBJECTS + VALIDATION_SUBJECTS, count),
            strict=True,
        )
    )
    return Demonstration(
        title="Drawn faces",
        recipe=recipe,
        training=training,
        validation=validation,
        test=test,
        test_words=f"faces of {TEST_SUBJECTS} people it never saw",
        probed={"action-units": drawn_action_units(seed), "expressions": test},
        seed=seed,
    )


def demonstration_on(faces: FaceImages, seed: int = 0) -> Demonstration:
    """A corpus with splits of its own, or with subjects to split by.

    Where it codes no action unit, drawn faces that do are probed beside it.

    Raises:
        FacesError: neither splits nor subjects: one person on both sides would make the accuracy a fiction.
    """
    own = own_splits(faces)
    parts = own or subject_split(faces, {"train": 0.7, "validation": 0.1, "test": 0.2}, seed)
    test = parts["test"]
    words = _part_name(test) if own else f"faces of {len(np.unique(np.asarray(test.subject)))} people it never saw"
    probed = {"test": test}
    if np.isnan(faces.action_units).all():
        probed["drawn-action-units"] = drawn_action_units(seed)
    return Demonstration(
        title=faces.source or "Faces",
        recipe=JAHROMI_MEDIUM,
        training=parts["train"],
        validation=parts["validation"],
        test=test,
        test_words=words,
        probed=probed,
        seed=seed,
    )


def _part_name(faces: FaceImages) -> str:
    return f"faces of {' and '.join(np.unique(np.asarray(faces.split)))}"


def drawn_action_units(seed: int) -> FaceImages:
    """Drawn people that no demonstration trains on, every action unit switched by itself.

    More units at a time than a coded peak has: D compares the strongest faces with a unit and those without, and few
    of the one beside many of the other would hide what a map answers to.
    """
    return draw_faces(60, DRAWN_SIZE, seed + 1, pictures="action_units", switched_on=0.3)
