"""The verb ``compare``: two checkpoints on the same faces, into a study."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fer_probe.console import console
from fer_probe.faces_options import ActionUnits, Corpus, Faces, Scale, Threshold, drawn_sets, read_faces

EXAMPLE = (
    "Example: fer-probe compare studies/demo other.safetensors; "
    "fer-probe compare a.safetensors b.safetensors --faces fer2013.csv --split test --out studies/compared"
)


def compare(
    one: Annotated[Path, typer.Argument(exists=True, help="A study, or a checkpoint (.safetensors).")],
    other: Annotated[Path, typer.Argument(exists=True, help="What it is compared with: a study or a checkpoint.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of a new study; the first one's own where it is a study.")
    ] = None,
    faces: Faces = None,
    corpus: Corpus = None,
    split: Annotated[str | None, typer.Option(help="Only this part of the corpus: train, validation, test.")] = None,
    action_units: ActionUnits = None,
    presence_threshold: Threshold = None,
    intensity_scale: Scale = None,
    layer: Annotated[str, typer.Option(help="Whose maps are matched; the deepest convolution if left out.")] = "",
    other_layer: Annotated[str, typer.Option(help="The same of the other checkpoint.")] = "",
    untrained: Annotated[
        int, typer.Option(min=0, help="Networks like either, weights shuffled, that tell what comes without learning.")
    ] = 20,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
) -> None:
    """Show two checkpoints the same faces: which maps correspond, what either sees and answers, how alike layers are.

    A study is compared on its own faces, and keeps what is found; other faces, or two checkpoints, make a new study.
    """
    from fer_probe.comparisons.comparison_probe import (
        begin_study,
        checkpoint_at,
        is_study,
        names_of,
        probe_comparison,
    )
    from fer_probe.report.comparisons import ReportComparison
    from fer_probe.report.report_page import write_report
    from fer_probe.study import Study

    checkpoints, names = (checkpoint_at(one), checkpoint_at(other)), names_of(one, other)
    if is_study(one) and out is None and faces is None:
        study = Study.open(one)
    else:
        folder = out or Path("studies/compared")
        Study.check_folder(folder)
        told: dict[str, Any] = {"corpus": corpus, "split": split, "presence_threshold": presence_threshold}
        shown = faces and {split or "faces": read_faces(faces, action_units, intensity_scale, **told)}
        study = begin_study(checkpoints[0], " and ".join(names), shown or drawn_sets(seed), folder, seed)
    found = probe_comparison(
        study, *checkpoints, names, layers=(layer, other_layer), untrained=untrained, seed=seed, say=console.print
    )
    for set_name, comparison in found.items():
        words = " ".join(ReportComparison(comparison, set_name).words)
        console.print(f"{set_name}: {words}", markup=False, soft_wrap=True)
    console.print(f"Report {write_report(study)}", markup=False, soft_wrap=True)
    console.print(f"Look at it with: fer-probe dashboard {study.folder}", markup=False, soft_wrap=True)
