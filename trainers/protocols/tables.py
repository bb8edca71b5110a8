"""A protocol's tables: its paper's rows with ours beside them, and for each row who was mistaken for what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.confusion import confusion_figure
from fer_probe.figures.mosaics import TILE, mosaic
from fer_probe.figures.pictures import MID_GREY, channels_last, enlarged, png
from fer_probe.records import appearing_file
from trainers.protocols.protocol import Protocol, Row
from trainers.protocols.runs import Run
from trainers.recipe import Recipe

#: Stands in every table of runs that saw a person of the test faces before.
SHARED_WARNING = "a network that knows a face by heart passes for one that knows expressions"
#: How many mistakes of each expression a contact sheet shows.
SHOWN = 8

_MISTAKES = ["run", "index", "path", "labelled", "read_as", "probability"]


def write_row(out: Path, runs: Sequence[Run], faces: FaceImages, recipe: Recipe) -> None:
    """Write what one row's runs read wrongly: confusion matrix, misclassified pictures, the surest ones as a sheet.

    Args:
        out: the folder.
        runs: all of a row.
        faces: the corpus that the runs' indices count in.
        recipe: of the row; the sheet shows faces as its network was shown them.
    """
    _write_confusion(out, runs, recipe.name)
    mistakes = mistakes_of(runs)
    with appearing_file(out / f"misclassified_{recipe.name}.csv") as partial:
        mistakes.to_csv(partial, index=False)
    if len(mistakes):
        with appearing_file(out / f"misclassified_{recipe.name}.png") as partial:
            partial.write_bytes(png(mistakes_sheet(mistakes, runs[0].class_names, faces, recipe)))


def mistakes_of(runs: Sequence[Run]) -> pd.DataFrame:
    """Every misclassified picture of every run, the surest mistake first."""
    found = pd.DataFrame([{"run": run.name, **mistake} for run in runs for mistake in run.mistakes], columns=_MISTAKES)
    return found.sort_values("probability", ascending=False, kind="stable", ignore_index=True)


def mistakes_sheet(
    mistakes: pd.DataFrame, class_names: Sequence[str], faces: FaceImages, recipe: Recipe
) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """The surest mistakes of each expression, a row each (Honari Jahromi & Fyshe, figure 8); a picture stands once.

    Args:
        mistakes: as :func:`mistakes_of` gives them.
        class_names: a row of the sheet each, from the top; one without a mistake stays grey.
        faces: the corpus.
        recipe: whose crop and size the pictures have.

    Returns:
        (H, W, 4) uint8.
    """
    once = mistakes.drop_duplicates("index")
    chosen = [once["index"][once["labelled"] == name].head(SHOWN).to_numpy(np.intp) for name in class_names]
    index = np.concatenate(chosen)
    shown = replace(recipe, normalization="none").preprocessing(faces)(faces.select(index)).all_resized()
    tiles = [enlarged(channels_last(picture), TILE) for picture in shown]
    blank = np.full_like(tiles[0], MID_GREY)
    ends = np.cumsum([len(some) for some in chosen])
    rows = [tiles[end - len(some) : end] for some, end in zip(chosen, ends, strict=True)]
    return mosaic(np.stack([tile for row in rows for tile in row + [blank] * (SHOWN - len(row))]), columns=SHOWN)


def write_table(
    out: Path,
    protocol: Protocol,
    told: Mapping[str, str],
    rows: Sequence[tuple[Row, Sequence[Run | None]]],
    command: str,
) -> pd.DataFrame:
    """Write the paper's table with ours beside it, ``table.csv`` and ``table.md``.

    Args:
        out: the folder.
        protocol: whose table it is.
        told: faces, division, people, settings and pre-training, in words.
        rows: each with its runs, None where one is still to be done; such a row stays open.
        command: that makes the table.

    Returns:
        What ``table.csv`` has: accuracies in %, deviations with n - 1.
    """
    table = pd.DataFrame([_table_row(row, runs, told, f"{command} --row {row.recipe}".strip()) for row, runs in rows])
    with appearing_file(out / "table.csv") as partial:
        table.to_csv(partial, index=False)
    with appearing_file(out / "table.md") as partial:
        partial.write_text(_markdown(protocol, told, table, _class_names(rows)), encoding="utf-8")
    return table


def _table_row(row: Row, runs: Sequence[Run | None], told: Mapping[str, str], command: str) -> dict[str, Any]:
    done = [run for run in runs if run is not None]
    whole = done if len(done) == len(runs) else []
    stopped = sum("time over" in run.stopped for run in whole)
    return {
        "row": row.label,
        "recipe": row.recipe,
        "stages": " → ".join((*(done[0].about.get("stages", ()) if done else row.own_stages), row.reader)),
        "paper_test": row.paper,
        "test": _mean([run.accuracy for run in whole]),
        "test_deviation": _deviation([run.accuracy for run in whole]),
        "paper_validation": row.paper_validation,
        "validation": _mean([run.validation_accuracy for run in whole]),
        "validation_deviation": _deviation([run.validation_accuracy for run in whole]),
        "runs": len(done),
        "of_runs": len(runs),
        "over": _over([run.name for run in whole]) if whole else f"open: {len(done)} of {len(runs)} runs done",
        "test_faces": sum(run.test_faces for run in whole),
        "minutes_a_run": round(float(np.mean([run.minutes for run in whole])), 2) if whole else None,
        "machine": " and ".join(sorted({run.machine for run in whole})),
        "stopped_early": stopped,
        **told,
        "command": command,
    }


def _mean(shares: Sequence[float]) -> float | None:
    return 100 * float(np.mean(shares)) if shares else None


def _deviation(shares: Sequence[float]) -> float | None:
    return 100 * float(np.std(shares, ddof=1)) if len(shares) > 1 else None


def _over(names: Sequence[str]) -> str:
    """``fold-0-seed-0`` … as ``10 folds, 1 seed``."""
    words = [dict(zip(parts[::2], parts[1::2], strict=True)) for parts in (name.split("-") for name in names)]
    counts = {kind: len({word[kind] for word in words}) for kind in words[0]}
    return ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in counts.items())


def _class_names(rows: Sequence[tuple[Row, Sequence[Run | None]]]) -> list[str]:
    return next((run.class_names for _, runs in rows for run in runs if run), [])


def _markdown(protocol: Protocol, told: Mapping[str, str], table: pd.DataFrame, names: Sequence[str]) -> str:
    lines = [f"# {protocol.paper}", "", f"- Faces: {told['faces']}.", f"- Division: {told['division']}."]
    people = f"**{told['people']}**" if SHARED_WARNING in told["people"] else told["people"]
    lines += [f"- People: {people}."] + [f"- **{told['settings']}.**"] * bool(told["settings"])
    lines += [f"- Pre-training: {told['pretraining']}."] * bool(told["pretraining"])
    lines += [
        "- The epoch is chosen by the validation faces alone; the test faces are read once, at the end.",
        "- ± is the deviation over the runs, with n - 1.",
        *_told_of_rows(protocol),
        f"- In `misclassified_….png` the surest mistakes; its rows are labelled {', '.join(names)}.",
        "",
    ]
    heads = ("row", "paper, test", "ours, test", "paper, validation", "ours, validation", "over", "minutes a run",
             "machine", "command")  # fmt: skip
    rows = [heads, ("---",) * len(heads), *(_cells(row) for _, row in table.iterrows())]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def _told_of_rows(protocol: Protocol) -> list[str]:
    """What not all rows have in common."""
    lines = [
        "- K-means divides the latents of the faces that the autoencoder learnt from; the training faces give each "
        "cluster an expression, one to one, so that most of them agree."
    ] * any(row.clustered for row in protocol.rows)
    for share in sorted({row.share for row in protocol.rows if row.share is not None}):
        shared = ", ".join(f"`{row.recipe}`" for row in protocol.rows if row.share == share)
        lines.append(f"- {share:.0%} of the labelled faces train the expressions of {shared}.")
    return lines


def _cells(row: "pd.Series[Any]") -> tuple[str, ...]:
    early = f"; {row['stopped_early']} stopped when their time was over" if row["stopped_early"] else ""
    return (
        f"{row['row']} (`{row['stages']}`)",
        _percent(row["paper_test"]),
        _percent(row["test"], row["test_deviation"]),
        _percent(row["paper_validation"]),
        _percent(row["validation"], row["validation_deviation"]),
        row["over"] + early,
        "" if pd.isna(row["minutes_a_run"]) else f"{row['minutes_a_run']:.1f}",
        row["machine"],
        f"`{row['command']}`",
    )


def _percent(value: float | None, deviation: float | None = None) -> str:
    if value is None or pd.isna(value):
        return ""
    return f"{value:.2f} %" if deviation is None or pd.isna(deviation) else f"{value:.2f} ± {deviation:.2f} %"


def _write_confusion(out: Path, runs: Sequence[Run], name: str) -> None:
    """All runs together, as counts and as a figure."""
    counts = np.sum([run.confusion for run in runs], 0)
    names = runs[0].class_names
    with appearing_file(out / f"confusion_{name}.csv") as partial:
        pd.DataFrame(counts, pd.Index(names, name="labelled, read as"), names).to_csv(partial)
    together = Evaluation(
        probabilities=np.zeros((0, len(names)), np.float32),
        predicted=np.zeros(0, np.int64),
        expected=np.zeros(0, np.int64),
        class_names=tuple(names),
        accuracy=float(np.trace(counts) / counts.sum()),
        confusion=counts,
        without_faces=(),
        unknown_to_model=(),
        left_out=0,
    )
    with appearing_file(out / f"confusion_{name}.html") as partial:
        confusion_figure(together).write_html(partial, include_plotlyjs="directory")
