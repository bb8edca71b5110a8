"""The verb ``place``: other faces on a study's maps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_probe.console import console
from fer_probe.faces_options import Corpus, read_faces

if TYPE_CHECKING:
    from fer_probe.faces.face_images import FaceImages
    from fer_probe.latents.placed_faces import PlacedFaces

EXAMPLE = "Example: fer-probe place studies/demo --faces photos --name friends"
#: So many faces are told of on the screen.
_TOLD = 20


def place(
    study: Annotated[Path, typer.Argument(help="Folder of a study that holds maps.")] = Path("studies/demo"),
    faces: Annotated[
        Path | None, typer.Option("--faces", help="A corpus (file or folder); three drawn people if left out.")
    ] = None,
    corpus: Corpus = None,
    split: Annotated[str | None, typer.Option(help="Only this part of the corpus: train, validation, test.")] = None,
    name: Annotated[str, typer.Option(help="What they are called; those placed under it before are replaced.")] = "new",
    seed: Annotated[int, typer.Option("--seed", help="Of the people drawn.")] = 0,
) -> None:
    """Place other faces on a study's finished maps, which do not move, and say what the network reads of them."""
    from fer_probe.latents.placement_probe import probe_placement
    from fer_probe.report.report_page import write_report
    from fer_probe.study import Study

    opened = Study.open(study)
    shown = _drawn(seed) if faces is None else read_faces(faces, corpus=corpus, split=split)
    console.print(f"{len(shown)} faces of {faces or 'three drawn people'}", markup=False, soft_wrap=True)
    found = probe_placement(opened, shown, name=name, say=console.print)
    for set_name, placed in found.items():
        _print_placed(placed, opened.faces(set_name), set_name)
    console.print(f"Report {write_report(opened)}", markup=False, soft_wrap=True)
    console.print(f"Look at them with: fer-probe dashboard {opened.folder}", markup=False, soft_wrap=True)


def _drawn(seed: int) -> "FaceImages":
    """Three people of whom the other verbs, which draw by seeds near theirs, know nothing."""
    from fer_probe.faces.drawn_faces import draw_faces

    return draw_faces(3, 96, seed + 1000)


def _print_placed(placed: "PlacedFaces", faces: "FaceImages", set_name: str) -> None:
    from rich.table import Table

    from fer_probe.figures.placed_faces import placed_face_rows

    rows = placed_face_rows(placed, faces)[:_TOLD]
    more = f", the first {_TOLD} of {len(placed)}" if len(placed) > _TOLD else ""
    table = Table(*rows[0], title=f"Placed on the map of {placed.layer}; faces: {set_name}{more}")
    for row in rows:
        table.add_row(*row.values())
    console.print(table)
