"""A protocol's plan: every training that its table needs, before any of them begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.records import arrays_sha256
from trainers.protocols.divisions import Parts, part_of_each, shared_people
from trainers.protocols.protocol import Protocol, ProtocolSettings, Row
from trainers.protocols.stages import Stage
from trainers.recipe import Recipe


@dataclass(frozen=True, eq=False)
class DividedFaces:
    """Faces, and which of them train, choose the epoch, and are read once.

    Attributes:
        faces: all of them.
        parts: as indices into them.
        digest: of pictures and labels.
    """

    faces: FaceImages
    parts: Parts
    digest: str

    @property
    def sides(self) -> tuple[FaceImages, FaceImages, FaceImages]:
        """Training, validation and test faces."""
        training, validation, test = (self.faces.select(side) for side in self.parts.sides)
        return training, validation, test

    def fewer(self, most: int | None) -> "DividedFaces":
        """With the first ``most`` of the training faces alone; None leaves them all."""
        return replace(self, parts=replace(self.parts, training=self.parts.training[:most]))

    def part_of_each(self, share: float | None, seed: int) -> "DividedFaces":
        """With a share of all faces of each expression to train; None leaves all that train."""
        if share is None:
            return self
        training = part_of_each(self.faces, self.parts.training, share, seed)
        return replace(self, parts=replace(self.parts, training=training))


@dataclass(frozen=True, eq=False)
class Planned:
    """One training that is to be.

    Attributes:
        row: that it is a run of.
        recipe: as the protocol trains it.
        seed: of the training.
        divided: the faces.
        stages: trainings before it, in order.
        about: what tells it from others, as plain values.
        path: of the run's file; its checkpoint lies beside it.
    """

    row: Row
    recipe: Recipe
    seed: int
    divided: DividedFaces
    stages: tuple[Stage, ...]
    about: Mapping[str, Any]
    path: Path

    @property
    def name(self) -> str:
        """Such as ``"fold-3-seed-0"``."""
        return self.path.stem


def plan_of(
    protocol: Protocol,
    faces: FaceImages,
    before: DividedFaces | None,
    out: Path,
    settings: ProtocolSettings,
    recipes: Mapping[str, Recipe],
) -> dict[Row, list[Planned]]:
    """Every row's trainings, those that nobody asked for too: they may have been done before.

    Args:
        protocol: whose plan it is.
        faces: those that it takes of its corpus.
        before: other people's faces, with which rows begin whose paper does.
        out: the folder of its tables.
        settings: how it is run.
        recipes: name → recipe.

    Raises:
        FacesError: an expression that is read and not learnt, or subjects on two sides.
    """
    digest = _digest(faces)
    divided = [
        (seed, DividedFaces(faces, parts, digest))
        for seed in range(settings.seeds or protocol.seeds)
        for parts in _checked(protocol, faces, seed, settings)
    ]
    plan = _Plan(protocol, out, settings, recipes, before)
    divided = divided[:2] if settings.quick else divided
    return {row: [plan.run(row, *one) for one in divided] for row in protocol.rows}


def people_before(protocol: Protocol, faces: FaceImages | None) -> DividedFaces | None:
    """What a pre-training learns from: the labelled ones of these faces, or all where none is; None without faces.

    Raises:
        FacesError: the protocol has no pre-training, or there are fewer than ten people where whole people are divided.
    """
    if faces is None:
        return None
    if not protocol.pretraining:
        raise FacesError(f"the protocol {protocol.name} has no pre-training: leave its faces out")
    labelled = faces.expression >= 0
    usable = faces.select(labelled) if labelled.any() else faces
    parts = protocol.others(usable)
    taken, places = np.unique(np.concatenate(parts.sides), return_inverse=True)
    if len(taken) < len(usable):  # the others need not be read
        usable = usable.select(taken)
        sides = np.split(places, np.cumsum([len(side) for side in parts.sides])[:-1])
        parts = replace(parts, training=sides[0], validation=sides[1], test=sides[2])
    return DividedFaces(usable, parts, _digest(usable))


@dataclass(frozen=True, eq=False)
class _Plan:
    protocol: Protocol
    out: Path
    settings: ProtocolSettings
    recipes: Mapping[str, Recipe]
    before: DividedFaces | None

    def run(self, row: Row, seed: int, divided: DividedFaces) -> Planned:
        """A row's training on one division."""
        folder = self.out / "runs" / row.recipe
        recipe = self._recipe(row.recipe, self.settings.epochs)
        name = "-".join(word for word in (divided.parts.name, f"seed-{seed}") if word)
        stages = tuple(self._stages(row, seed, divided, folder / "stages", name))
        divided = divided.part_of_each(row.share, seed)
        about = self._about(recipe, seed, divided)
        # What a row does not have is not told, as before there were such rows.
        if stages:
            about["stages"] = {stage.recipe.name: stage.about for stage in stages}
        if row.clustered:
            about["reader"] = row.reader
        return Planned(row, recipe, seed, divided, stages, about, folder / f"{name}.json")

    def _stages(self, row: Row, seed: int, divided: DividedFaces, folder: Path, run: str) -> Iterator[Stage]:
        """Those before a row's training; where there are other people, the first learns from these, once for all."""
        for number, name in enumerate(row.stages_from(self.before is not None)):
            first = number == 0 and bool(row.pretrained)
            faces, called = divided, run
            if self.before and first:
                faces, called = self.before.fewer(row.others), f"pretraining-seed-{seed}"
            recipe = self._recipe(name, self.settings.stage_epochs or self.settings.epochs)
            training, validation, _ = faces.sides
            about = self._about(recipe, seed, faces)
            yield Stage(recipe, seed, training, validation, about, folder / f"{called}-{name}.safetensors")

    def _recipe(self, name: str, epochs: int | None) -> Recipe:
        """A recipe as the protocol trains it, for so many epochs, or its own number."""
        recipe, settings = self.recipes[name], self.settings
        crop = recipe.crop or self.protocol.crop
        if settings.quick or settings.reduced:
            recipe = replace(self.recipes.get(f"{name}_quick", recipe), name=name)
        if settings.quick:
            recipe = replace(recipe, epochs=min(2, recipe.epochs))
        return replace(recipe, epochs=epochs or recipe.epochs, crop=crop)

    def _about(self, recipe: Recipe, seed: int, divided: DividedFaces) -> dict[str, Any]:
        return {
            "protocol": self.protocol.name,
            "recipe": recipe.chosen(),
            "minutes": self.settings.minutes,
            "seed": seed,
            "faces": divided.digest,
            "division": {"name": divided.parts.name, "sha256": arrays_sha256(*divided.parts.sides)},
            "augmented_evaluation": self.settings.augment_evaluation,
        }


def _checked(protocol: Protocol, faces: FaceImages, seed: int, settings: ProtocolSettings) -> Iterator[Parts]:
    """A seed's divisions.

    Raises:
        FacesError: an expression that is read and not learnt, or subjects on two sides.
    """
    allowed = settings.allow_shared_subjects
    division = protocol.shared if allowed and protocol.shared else protocol.division
    for parts in division(faces, seed):
        where = f"{faces.source or 'these faces'}, {parts.name or 'divided'} ({parts.told})"
        learnt, there = (np.unique(faces.expression[index]) for index in (parts.training, np.concatenate(parts.sides)))
        if lost := [faces.expression_names[i] for i in np.setdiff1d(there, learnt)]:
            raise FacesError(f"{where}: no training face shows {', '.join(lost)}; more faces are needed")
        shared, people = shared_people(faces, parts)
        if shared and not allowed:
            raise FacesError(
                f"{where}: {people}, and a network that knows a face by heart would pass for one that knows "
                "expressions; ask for it by name: --allow-shared-subjects"
            )
        yield parts


def _digest(faces: FaceImages) -> str:
    return arrays_sha256(faces.pixels, faces.expression)
