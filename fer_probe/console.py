"""The console: what the command line says, and what goes on meanwhile; errors of the user's input as one sentence."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    import numpy as np

    from fer_probe.study import Study

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Errors of the user's input and warnings as sentences for people; anything else keeps its traceback."""
    warnings.showwarning = lambda message, *_rest, **_options: errors.print(
        f"[yellow]Note:[/yellow] {escape(str(message))}", soft_wrap=True
    )
    try:
        yield
    except KeyboardInterrupt:
        errors.print("Stopped; what was finished is kept.")
        raise SystemExit(130) from None
    except Exception as error:
        from fer_probe.errors import USER_ERRORS  # brings torch, which only an error has to wait for

        if not isinstance(error, USER_ERRORS):
            raise
        errors.print(f"[red]Error:[/red] {escape(str(error))}", soft_wrap=True)
        raise SystemExit(2) from None


@contextmanager
def reading_bar() -> Iterator[None]:
    """A bar for each long reading of faces that the block starts; nothing where nobody looks at a terminal."""
    from fer_probe.faces.reading_progress import listening

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bars: dict[str, TaskID] = {}

        def show(doing: str, done: int, total: int | None) -> None:
            if doing not in bars:
                bars[doing] = progress.add_task(doing)
            progress.update(bars[doing], completed=done, total=total)

        with listening(show):
            yield


def print_detectors(study: "Study") -> None:
    """For every action unit its detector among the main layer's maps, or none, with what that rests on."""
    from rich.table import Table

    from fer_probe.evidence.au_evidence import find_evidence
    from fer_probe.evidence.evidence_words import method_sentence

    layer = str(study.about["main_layer"])
    for faces in study.face_sets:
        evidence = find_evidence(study, faces, layer)
        if evidence is None:
            continue
        heads = ("Action unit", "With / without", "Detector", "Best map", "D", "p", "q")
        table = Table(*heads, title=f"Detectors among the maps of {layer}; faces: {faces}")
        for unit in evidence.units():
            numbers = ((unit.distance, ".3g"), (unit.p_adjusted, ".2g"), (unit.q_value, ".2g"))
            table.add_row(
                unit.label,
                f"{unit.with_count} / {unit.without_count}",
                unit.verdict if unit.detector is None else f"[bold]map {unit.detector}[/bold]",
                "" if unit.map is None else f"map {unit.map}",
                *("" if isnan(number) else f"{number:{spec}}" for number, spec in numbers),
            )
        console.print(table)
        if evidence.significance is not None:
            console.print(method_sentence(evidence.significance), markup=False)


def write_sheet(picture: "np.ndarray", path: Path) -> None:
    """Write a contact sheet, (H, W) or (H, W, 3) uint8, as a PNG file, and say where."""
    from fer_probe.figures.pictures import png
    from fer_probe.records import appearing_file

    with appearing_file(path) as partial:
        partial.write_bytes(png(picture))
    console.print(f"Contact sheet {path}", markup=False)
