"""The console: what the command line says, and what goes on meanwhile; errors of the user's input as one sentence."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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


def print_best_maps(study: "Study") -> None:
    """For every action unit the map with the largest D on its side, or none."""
    from rich.table import Table

    from fer_probe.action_units import action_unit_label
    from fer_probe.au_distance import AUDistances

    layer = str(study.about["main_layer"])
    for faces in study.face_sets:
        found = study.find(AUDistances, faces, layer)
        if found is None:
            continue
        table = Table(
            "Action unit",
            "Faces with / without",
            f"Map of {layer}",
            "D",
            title=f"Largest D on the unit's side; faces: {faces}; too few: under {found.n} on a side",
        )
        for row, au in enumerate(found.action_unit_numbers):
            best = found.best_map(int(au))
            table.add_row(
                action_unit_label(int(au)),
                f"{found.with_count[row]} / {found.without_count[row]}",
                "too few" if found.too_few[row] else "none" if best is None else str(best),
                "" if best is None else f"{found.distance[row, best]:.3g}",
            )
        console.print(table)


def write_sheet(picture: "np.ndarray", path: Path) -> None:
    """Write a contact sheet, (H, W) or (H, W, 3) uint8, as a PNG file, and say where."""
    from fer_probe.figures.pictures import png
    from fer_probe.records import appearing_file

    with appearing_file(path) as partial:
        partial.write_bytes(png(picture))
    console.print(f"Contact sheet {path}", markup=False)
