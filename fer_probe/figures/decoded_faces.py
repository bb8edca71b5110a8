"""What a decoder makes: reconstructions, traversals, interpolations and transfers as grids of pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.picture_grid import picture_grid_figure
from fer_probe.latents.reconstructions import Reconstructions
from fer_probe.latents.transfers import Transfers
from fer_probe.latents.traversals import Interpolations, Traversals


def reconstructions_figure(found: Reconstructions, faces: FaceImages | None = None, *, dark: bool = False) -> go.Figure:
    """Originals above what is made of them (Barradas-Chacón et al., figure 9; Cubarrubia et al., figures 6 and 8)."""
    return picture_grid_figure(
        np.stack([found.originals, found.pixels]),
        ("original", "made of it"),
        [face_name(faces, int(number)) for number in found.image_index],
        title="Reconstructions",
        facts=f"{len(found.error)} faces · mean squared error {np.mean(found.error):.4f} · "
        f"R² {found.explained:.2f} (the mean face: 0)",
        dark=dark,
    )


def traversals_figure(found: Traversals, *, rows: Sequence[int] | None = None, dark: bool = False) -> go.Figure:
    """A row a variable, moved from its smallest to its largest observed value (Barradas-Chacón et al., figure 11)."""
    chosen = list(range(len(found.pixels))) if rows is None else list(rows)
    ends = [f"{found.names[row]}<br>{found.values[row, 0]:.2g} to {found.values[row, -1]:.2g}" for row in chosen]
    columns = ["smallest", *[""] * (found.values.shape[1] - 2), "largest"]
    beginning = f"all others at {found.begins_with}" if found.begins_with else "all others unmoved"
    return picture_grid_figure(
        found.pixels[chosen], ends, columns, title="Latent variables moved one at a time", facts=beginning, dark=dark
    )


def compared_traversals_figure(
    found: Mapping[str, tuple[Traversals, int]], title: str, *, dark: bool = False
) -> go.Figure:
    """One variable of several models, a row each (Barradas-Chacón et al., figure 8: a row a loss).

    Args:
        found: what each row is called → its model's traversals, and which of their rows.
        title: of the figure.
        dark: for a dark page.
    """
    picked = np.stack([one.pixels[row] for one, row in found.values()])
    columns = ["smallest", *[""] * (picked.shape[1] - 2), "largest"]
    return picture_grid_figure(picked, list(found), columns, title=title, dark=dark)


def interpolations_figure(
    found: Interpolations, faces: FaceImages | None = None, *, begin: int | None = None, dark: bool = False
) -> go.Figure:
    """A row a pair of faces, from the one to the other.

    Args:
        found: P pairs.
        faces: the set they are numbered in, for their labels.
        begin: only the pairs with this face, each row beginning with it; all pairs as they are where left out.
        dark: for a dark page.

    Raises:
        ValueError: no pair with that face.
    """
    pairs, pixels = np.asarray(found.pairs), np.asarray(found.pixels)
    if begin is not None:
        chosen = (pairs == begin).any(1)
        if not chosen.any():
            raise ValueError(f"no pair with face {begin}; there are of {', '.join(map(str, np.unique(pairs)))}")
        pairs, pixels = pairs[chosen], pixels[chosen]
        turned = pairs[:, 0] != begin
        pairs[turned], pixels[turned] = pairs[turned, ::-1], pixels[turned, ::-1]
    rows = [" to<br>".join(face_name(faces, int(number)) for number in pair) for pair in pairs]
    columns = [f"{share:.0%}" for share in found.shares]
    return picture_grid_figure(
        pixels, rows, columns, title="Between two faces", facts="share of the second face", dark=dark
    )


def transfers_figure(
    found: Transfers,
    originals: np.ndarray | None = None,
    faces: FaceImages | None = None,
    *,
    people: np.ndarray | None = None,
    dark: bool = False,
) -> go.Figure:
    """A row a face, a column each thing told (Ali & Hughes: expression transfer; a fader's attribute).

    Args:
        found: what was decoded.
        originals: (S, C, H, W) in 0–1, the faces whose latents these are, for a first column.
        faces: the set they are numbered in, for their labels.
        people: (T, C, H, W) in 0–1, the people themselves, for a first row; who is decoded with the mean of all
            latents stands there where they are left out.
        dark: for a dark page.
    """
    rows, columns = [face_name(faces, int(number)) for number in found.image_index], list(found.names)
    pixels = np.asarray(found.pixels)
    if found.attribute == "identity":
        above, head = (found.portraits, "mean<br>expression") if people is None else (people, "person")
        pixels, rows = np.concatenate([above[None], pixels]), [head, *rows]
    if originals is not None:
        first = np.full((len(pixels), 1, *pixels.shape[2:]), np.nan, np.float32)
        first[len(pixels) - len(originals) :, 0] = originals
        pixels, columns = np.concatenate([first, pixels], 1), ["original", *columns]
    title = "Expressions of one face on other people" if found.attribute == "identity" else f"{found.attribute}, slid"
    return picture_grid_figure(pixels, rows, columns, title=title[0].upper() + title[1:], dark=dark)


def face_name(faces: FaceImages | None, number: int) -> str:
    """What a face shows, or its number."""
    if faces is None or faces.expression[number] < 0:
        return f"face {number}"
    return faces.expression_names[faces.expression[number]]
