"""The loop over a protocol's trainings: an interrupted one goes on where it was."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from fer_probe.evaluation import evaluate
from fer_probe.faces.face_images import FaceImages, FacesError
from trainers.protocols.augmented_faces import augmented_faces
from trainers.protocols.clusters import read_clusters
from trainers.protocols.divisions import shared_people
from trainers.protocols.plan import DividedFaces, Planned, people_before, plan_of
from trainers.protocols.protocol import Protocol, ProtocolSettings, Row
from trainers.protocols.runs import Run, load_run, run_of, save_run
from trainers.protocols.stages import learnt
from trainers.protocols.tables import SHARED_WARNING, write_row, write_table
from trainers.recipe import Recipe
from trainers.recipes import RECIPES
from trainers.training_loop import train

_AS_THE_PAPER = ProtocolSettings()


def run_protocol(
    protocol: Protocol,
    faces: FaceImages,
    out: Path | str,
    settings: ProtocolSettings = _AS_THE_PAPER,
    *,
    pretraining: FaceImages | None = None,
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
        protocol: one of :data:`trainers.protocols.papers.PROTOCOLS`, or your own.
        faces: the corpus, as ``load_faces`` gives it.
        out: a folder, new or of the same protocol, settings and faces.
        settings: how it is run.
        pretraining: other people's faces, with which rows begin whose paper does; None begins without.
        recipes: name → recipe.
        command: that runs it, for the table; a row's own words are added.
        progress: show a progress bar for each training.
        say: is told of each run that is finished.

    Returns:
        The table, as in ``table.csv``.

    Raises:
        FacesError: faces that do not fit the protocol, one person on two sides without a word that allows it, or
            faces for a pre-training that the protocol does not have.
        RecordError: a run or a stage in ``out`` that is damaged, or was made with another recipe, seed, or other faces.
    """
    out = Path(out)
    asked = _rows(protocol, settings)
    numbered = replace(faces, attributes={**faces.attributes, "index": np.arange(len(faces))})
    chosen = numbered if protocol.faces is None else protocol.faces(numbered)
    chosen = chosen.select(chosen.expression >= 0)
    before = people_before(protocol, pretraining)
    plan = plan_of(protocol, chosen, before, out, settings, recipes)
    finished = {one.path: load_run(one.path, one.about) for ones in plan.values() for one in ones}
    told = {**_told(chosen, plan[asked[0]], settings), "pretraining": _told_before(protocol, before)}
    for row in asked:
        for one in plan[row]:
            run = finished[one.path] or _run(one, settings, progress)
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


def _run(one: Planned, settings: ProtocolSettings, progress: bool) -> Run:
    """Train stage by stage, read the test faces once, and keep what came of it; the checkpoint stays beside it."""
    stages = learnt(one.stages, settings, progress)
    training, validation, test = one.divided.sides
    index = test.attributes["index"].tolist()
    if settings.augment_evaluation:
        validation, test = (augmented_faces(some, one.recipe, one.seed) for some in (validation, test))
    if one.row.clustered:
        *earlier, last = stages
        chosen, found = read_clusters(last, one.stages[-1].training, (training, validation, test), one.path, one.seed)
        run = run_of(one.name, one.about, last, found, test, index, earlier, chosen)
        save_run(run, one.path)
        return run
    trained = train(
        one.recipe, training, validation, checkpoint=one.path.with_suffix(".safetensors"), device=settings.device,
        seed=one.seed, minutes=settings.minutes, progress=progress, start=stages[-1] if stages else None,
    )  # fmt: skip
    model = trained.model.to(trained.metrics["device"])
    found = evaluate(model, trained.preprocessing(test), test, trained.class_names)
    run = run_of(one.name, one.about, trained, found, test, index, stages)
    save_run(run, one.path)
    return run


def _told(faces: FaceImages, planned: list[Planned], settings: ProtocolSettings) -> dict[str, str]:
    """What a table of these runs has to say of them."""
    shared, people = max((shared_people(faces, one.divided.parts) for one in planned), key=lambda found: found[0] or 0)
    known = f": {SHARED_WARNING}" if shared else ""
    return {
        "faces": f"{len(faces):,} of {faces.source}",
        "division": planned[0].divided.parts.told,
        "people": people + known,
        "settings": settings.told,
    }


def _told_before(protocol: Protocol, before: DividedFaces | None) -> str:
    """What a table has to say of the pre-training; nothing where the paper has none."""
    if before is None:
        return f"none, where the paper has {' or '.join(protocol.pretraining)}" if protocol.pretraining else ""
    subjects = before.faces.subject
    people = "" if subjects is None else f"{len(np.unique(np.asarray(subjects)))} people of "
    return f"{len(before.faces):,} of {people}{before.faces.source}; {before.parts.told}"
