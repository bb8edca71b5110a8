"""Options of the command line that tell which faces are meant, and the faces that they tell."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_probe.console import reading_bar

if TYPE_CHECKING:
    from fer_probe.faces.corpora import Reader
    from fer_probe.faces.face_images import FaceImages

Faces = Annotated[Path | None, typer.Option("--faces", help="A corpus (file or folder); drawn faces if left out.")]
Corpus = Annotated[str | None, typer.Option("--corpus", help="Which corpus it is, where that is not recognised.")]
ActionUnits = Annotated[
    Path | None,
    typer.Option("--action-units", help="Of OpenFace, py-feat, LibreFace, DISFA or BP4D; joined by picture."),
]
Threshold = Annotated[
    float | None, typer.Option("--presence-threshold", help="Intensity from which on such an action unit is present.")
]


class Scales(StrEnum):
    """The scales of action-unit intensities."""

    to_one = "0-1"
    to_five = "0-5"


Scale = Annotated[
    Scales | None, typer.Option("--intensity-scale", help="Of --action-units, where they do not tell it (LibreFace).")
]


def read_faces(
    path: Path, action_units: Path | None = None, scale: Scales | None = None, *, check: bool = True, **told: Any
) -> "FaceImages":
    """The faces of a corpus, with another's action units; a bar shows how far a long reading is.

    Args:
        path: the corpus, a file or a folder.
        action_units: a table to be joined.
        scale: of its intensities.
        check: decode every picture now, so that none that is damaged ends hours of work; the others go on.
        told: ``corpus``, ``split``, ``strict`` and ``presence_threshold``, as ``load_faces`` knows them.
    """
    import cv2

    from fer_probe.faces.action_unit_tables import load_action_units
    from fer_probe.faces.corpora import load_faces

    if scale is not None and action_units is None:
        raise typer.BadParameter("--intensity-scale belongs to --action-units")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a damaged picture is named by us, in words
    with reading_bar():
        table = action_units and load_action_units(
            action_units, scale=scale and scale.value, strict=told.get("strict", False)
        )
        return load_faces(path, action_units=table, check=check, **told)


def drawn_sets(seed: int) -> "dict[str, FaceImages]":
    """The faces that are taken where none are named: 40 drawn people, once with units and once with expressions."""
    from fer_probe.faces.drawn_faces import draw_faces

    return {
        # First what is opened first: there each action unit is switched by itself.
        "action-units": draw_faces(subjects=40, size=96, seed=seed + 1, pictures="action_units"),
        "expressions": draw_faces(subjects=40, size=96, seed=seed + 1),
    }


def layout_to_draw(corpus: str) -> "Reader":
    """The corpus whose layout faces are to be drawn in.

    Raises:
        FacesError: none of that name can be written; the message lists those that can.
    """
    from fer_probe.faces.corpora import READERS
    from fer_probe.faces.face_images import FacesError

    if corpus not in READERS or READERS[corpus].write is None:
        writable = ", ".join(name for name, reader in READERS.items() if reader.write)
        raise FacesError(f"nothing is drawn in a layout {corpus!r}; there are {writable}")
    return READERS[corpus]
