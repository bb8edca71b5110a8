"""The loop over a protocol's trainings: an interrupted one goes on where it was."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fer_probe.evaluation import evaluate
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.records import arrays_sha256
from trainers.augmented_faces import augmented_faces
from trainers.divisions import Parts, shared_people
from trainers.protocol import Protocol, ProtocolSettings, Row
from trainers.protocol_runs import Run, load_run, run_of, save_run
from trainers.protocol_tables import SHARED_WARNING, write_row, write_table
from trainers.recipe import Recipe
from trainers.recipes import RECIPES
from trainers.training_loop import train

_AS_THE_PAPER = ProtocolSettings()


@dataclass(frozen=True, eq=False)
class _Planned:
    """One training that is to be."""

    row: Row
    recipe: Recipe
    seed: int
    parts: Parts
    about: Mapping[str, Any]
    path: Path

    @property
    def name(self) -> str:
        return self.path.stem


def run_protocol(
    protocol: Protocol,
    faces: FaceImages,
    out: Path | str,
    settings: ProtocolSettings = _AS_THE_PAPER,
    *,
    recipes: Mapping[str, Recipe] = RECIPES,
    command: str = "",
    progress: bool = True,
    say: Callable[[str], object] = lambda _: None,
) -> pd.DataFrame:
    """Train every row on every division, choose by validation alone, read the test faces once, and write the tables.

    What is finished lies in ``out/runs``: the same call goes on with the training that was interrupted. For each row
    ``out`` gets ``confusion_ROW.csv`` and ``.html``, ``misclassified_ROW.csv`` and ``.png``; ``table.csv`` and
    ``table.md`` hold the whole table, in which rows that are not trained stay open.

    Args:
        protocol: one of :data:`trainers.protocols.PROTOCOLS`, or your own.
        faces: the corpus, as ``load_faces`` gives it.
        out: a folder, new or of the same protocol, settings and faces.
        settings: how it is run.
        recipes: name → recipe.
        command: that runs it, for the table; a row's own words are added.
        progress: show a progress bar for each training.
        say: is told of each run that is finished.

    Returns:
        The table, as in ``table.csv``.

    Raises:
        FacesError: faces that do not fit the protocol, or one person on two sides without a word that allows it.
        RecordError: a run in ``out`` that is damaged, or was made with another recipe, seed, or other faces.
    """
    out = Path(out)
    asked = _rows(protocol, settings)
    numbered = replace(faces, attributes={**faces.attributes, "index": np.arange(len(faces))})
    chosen = numbered if protocol.faces is None else protocol.faces(numbered)
    chosen = chosen.select(chosen.expression >= 0)
    plan = _plan(protocol, chosen, out, settings, recipes)
    finished = {one.path: load_run(one.path, one.about) for ones in plan.values() for one in ones}
    told = _told(chosen, plan[asked[0]], settings)
    for row in asked:
        for one in plan[row]:
            run = finished[one.path] or _run(one, chosen, settings, progress)
            finished[one.path] = run
            say(f"{row.recipe}, {one.name}: test {run.accuracy:.1%}, validation {run.validation_accuracy:.1%}")
        runs = [done for one in plan[row] if (done := finished[one.path])]
        write_row(out, runs, faces, plan[row][0].recipe)
        rows = [(row, [finished[one.path] for one in ones]) for row, ones in plan.items()]
        table = write_table(out, protocol, told, rows, command)
    return table


def _rows(protocol: Protocol, settings: ProtocolSettings) -> list[Row]:
    known = {row.recipe: row for row in protocol.rows}
    if unknown := [name for name in settings.rows or () if name not in known]:
        raise FacesError(f"{protocol.name} has no row {', '.join(unknown)}; it has {', '.join(known)}")
    if settings.rows:
        return [known[name] for name in dict.fromkeys(settings.rows)]
    return [row for row in protocol.rows if row.always]


def _plan(
    protocol: Protocol, faces: FaceImages, out: Path, settings: ProtocolSettings, recipes: Mapping[str, Recipe]
) -> dict[Row, list[_Planned]]:
    """Every row's trainings, those that nobody asked for too: they may have been done before."""
    seeds = range(settings.seeds or protocol.seeds)
    divided = [(seed, parts) for seed in seeds for parts in _divided(protocol, faces, seed, settings)]
    divided = divided[:2] if settings.quick else divided
    digest = arrays_sha256(faces.pixels, faces.expression)
    return {
        row: [
            _planned(protocol, row, _recipe(protocol, row, recipes, settings), seed, parts, digest, out, settings)
            for seed, parts in divided
        ]
        for row in protocol.rows
    }


def _divided(protocol: Protocol, faces: FaceImages, seed: int, settings: ProtocolSettings) -> Iterator[Parts]:
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


def _recipe(protocol: Protocol, row: Row, recipes: Mapping[str, Recipe], settings: ProtocolSettings) -> Recipe:
    """A row's recipe as the protocol trains it."""
    recipe = recipes[row.recipe]
    crop = recipe.crop or protocol.crop
    if settings.quick:
        quick = recipes.get(f"{row.recipe}_quick", recipe)
        recipe = replace(quick, name=recipe.name, epochs=min(2, quick.epochs))
    return replace(recipe, epochs=settings.epochs or recipe.epochs, crop=crop)


def _planned(
    protocol: Protocol, row: Row, recipe: Recipe, seed: int, parts: Parts, digest: str, out: Path,
    settings: ProtocolSettings,
) -> _Planned:  # fmt: skip
    about = {
        "protocol": protocol.name,
        "recipe": recipe.chosen(),
        "minutes": settings.minutes,
        "seed": seed,
        "faces": digest,
        "division": {"name": parts.name, "sha256": arrays_sha256(*parts.sides)},
        "augmented_evaluation": settings.augment_evaluation,
    }
    name = "-".join(word for word in (parts.name, f"seed-{seed}") if word)
    return _Planned(row, recipe, seed, parts, about, out / "runs" / row.recipe / f"{name}.json")


def _run(one: _Planned, faces: FaceImages, settings: ProtocolSettings, progress: bool) -> Run:
    """Train, read the test faces once, and keep what came of it; the checkpoint stays beside it."""
    training, validation, test = (faces.select(side) for side in one.parts.sides)
    if settings.augment_evaluation:
        validation, test = (augmented_faces(some, one.recipe, one.seed) for some in (validation, test))
    trained = train(
        one.recipe, training, validation, checkpoint=one.path.with_suffix(".safetensors"), device=settings.device,
        seed=one.seed, minutes=settings.minutes, progress=progress,
    )  # fmt: skip
    model = trained.model.to(trained.metrics["device"])
    found = evaluate(model, trained.preprocessing(test), test, trained.class_names)
    run = run_of(one.name, one.about, trained, found, test, test.attributes["index"].tolist())
    save_run(run, one.path)
    return run


def _told(faces: FaceImages, planned: list[_Planned], settings: ProtocolSettings) -> dict[str, str]:
    """What a table of these runs has to say of them."""
    shared, people = max((shared_people(faces, one.parts) for one in planned), key=lambda found: found[0] or 0)
    known = f": {SHARED_WARNING}" if shared else ""
    return {
        "faces": f"{len(faces):,} of {faces.source}",
        "division": planned[0].parts.told,
        "people": people + known,
        "settings": settings.told,
    }
