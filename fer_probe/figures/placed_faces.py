"""Faces that were placed on a map, each beside the map's own faces that are nearest to it in the layer."""

from collections import Counter

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.picture_grid import picture_grid_figure
from fer_probe.figures.pictures import face_picture
from fer_probe.latents.placed_faces import PlacedFaces

#: Rows of pictures at most.
SHOWN = 8


def placed_faces_figure(
    placed: PlacedFaces, faces: FaceImages, *, first: int = 0, rows: int = SHOWN, dark: bool = False
) -> go.Figure:
    """A row a placed face: itself, then its nearest neighbours among the map's own faces.

    Args:
        placed: the faces.
        faces: N, of which the map was made.
        first: of the placed faces that are shown.
        rows: how many are, at most.
        dark: for a dark page.
    """
    shown = range(first, min(first + rows, len(placed)))
    count = placed.neighbours.shape[1]
    pixels = np.stack([_row(placed, faces, index) for index in shown])
    heads = [f"{placed.given(i) or 'no label'}<br>read {placed.read(i) or '–'}" for i in shown]
    some = f"{shown.start} to {shown.stop - 1} of {len(placed)}" if len(shown) < len(placed) else f"{len(placed)}"
    columns = ["placed", *[""] * count]
    columns[1 + count // 2] = "nearest"
    return picture_grid_figure(
        pixels, heads, columns, title=f"Placed faces, {placed.name}",
        facts=f"{some} faces · each with its {count} nearest neighbours in {placed.layer}", dark=dark,
    )  # fmt: skip


def placed_face_rows(placed: PlacedFaces, faces: FaceImages) -> tuple[dict[str, str], ...]:
    """A row a placed face: where it is from, given and read expression, what its neighbours show, and how alone it is.

    Args:
        placed: n faces.
        faces: N, of which the map was made.
    """
    return tuple(
        {
            "face": str(placed.origin[index]),
            "given": placed.given(index) or "no label",
            "read as": placed.read(index) or "–",
            "nearest faces": neighbours_in_words(placed, faces, index),
            "farther off than": f"{placed.isolation[index]:.0%} of the map's",
        }
        for index in range(len(placed))
    )


def neighbours_in_words(placed: PlacedFaces, faces: FaceImages, index: int) -> str:
    """How many of a placed face's neighbours show what, the most frequent first; their numbers where none is known."""
    numbers = placed.neighbours[index]
    shown = Counter(faces.expression_names[known] for i in numbers if (known := int(faces.expression[i])) >= 0)
    told = ", ".join(f"{count} {name}" for name, count in shown.most_common())
    return told or f"faces {', '.join(map(str, numbers))}"


def _row(placed: PlacedFaces, faces: FaceImages, index: int) -> NDArray[np.float32]:
    """(1 + k, C, H, W) in 0–1."""
    own = np.asarray(placed.pixels[index], np.float32) / np.float32(255)
    size = (own.shape[1], own.shape[2])
    return np.stack([own, *(_like(own, face_picture(faces, int(i), size)) for i in placed.neighbours[index])])


def _like(own: NDArray[np.float32], picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A picture (H, W) or (H, W, 3) with as many channels as a placed face."""
    grey = picture.mean(-1) if picture.ndim == 3 and len(own) == 1 else picture
    first = grey[None] if grey.ndim == 2 else np.moveaxis(grey, -1, 0)
    return np.broadcast_to(first / np.float32(255), own.shape).astype(np.float32)
