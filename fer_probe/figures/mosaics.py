"""Mosaics: several small pictures as one, so that a page carries few pictures and shows many."""

import numpy as np
from numpy.typing import NDArray

from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.pictures import MID_GREY, Picture, enlarged, original_fields, projection_pictures
from fer_probe.projections.deconvolution import Projections

#: Tiles are enlarged until their shorter side has this many pixels.
TILE = 96


def mosaic(tiles: Picture, columns: int = 3, gap: int = 3) -> NDArray[np.uint8]:
    """Lay pictures out in rows; the gaps are transparent.

    Args:
        tiles: (n, h, w) or (n, h, w, 3), in reading order; at least one.
        columns: of the mosaic.
        gap: pixels between tiles.

    Returns:
        (H, W, 4) uint8, red, green, blue and opacity.

    Raises:
        ValueError: no tiles.
    """
    tiles = np.asarray(tiles, np.uint8)
    if not len(tiles):
        raise ValueError("a mosaic needs at least one tile")
    tiles = np.repeat(tiles[..., None], 3, axis=-1) if tiles.ndim == 3 else tiles
    height, width = tiles.shape[1:3]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // columns * (height + gap), place % columns * (width + gap)
        sheet[top : top + height, left : left + width] = np.dstack([tile, np.full((height, width), 255, np.uint8)])
    return sheet


def original_mosaic(
    faces: FaceImages, projections: Projections, row: int, picture_size: tuple[int, int], columns: int = 3
) -> NDArray[np.uint8]:
    """The receptive fields of a map's strongest pictures, cut from the faces (Zhu et al., table 1, "Original").

    Args:
        faces: the set that was harvested.
        projections: of that set; they hold the fields' boxes.
        row: of the projections: the map, where all maps were projected.
        picture_size: (height, width) as the model takes pictures.
        columns: of the mosaic.
    """
    fields = original_fields(faces, projections.boxes[row], projections.image_index[row], picture_size)
    return mosaic(_enlarged_all(fields), columns)


def projection_mosaic(projections: Projections, row: int, columns: int = 3) -> NDArray[np.uint8]:
    """A map's projections in the same order as :func:`original_mosaic` (Zhu et al., table 1, "Deconvolution")."""
    return mosaic(_enlarged_all(projection_pictures(projections.pixels[row])), columns)


def paired_mosaics(
    faces: FaceImages, projections: Projections, row: int, picture_size: tuple[int, int], columns: int = 3
) -> tuple[NDArray[np.uint8], ...]:
    """Originals over their projections, ``columns`` pairs a mosaic: laid side by side they make Zhu's table 1,
    and on a narrow page they wrap with every projection still under its original."""
    fields = original_fields(faces, projections.boxes[row], projections.image_index[row], picture_size)
    above, below = (
        _in_colour(_enlarged_all(fields)),
        _in_colour(_enlarged_all(projection_pictures(projections.pixels[row]))),
    )
    starts = range(0, len(above), columns)
    sheets = [np.concatenate([above[at : at + columns], below[at : at + columns]]) for at in starts]
    pairs = [mosaic(sheet, columns=len(sheet) // 2) for sheet in sheets]
    width = pairs[0].shape[1]  # the last one may hold fewer: it keeps the size of its tiles
    return tuple(np.pad(pair, ((0, 0), (0, width - pair.shape[1]), (0, 0))) for pair in pairs)


def ordinary_mosaic(
    faces: FaceImages,
    ordinary: OrdinaryPictures,
    number: int,
    way: str,
    picture_size: tuple[int, int],
    columns: int = 3,
    count: int | None = None,
) -> NDArray[np.uint8]:
    """What a map's strongest unit sees on ordinary faces; faded to grey where the map does not fire.

    Args:
        faces: the set that was harvested.
        ordinary: of that set.
        number: which map.
        way: ``"random"`` or ``"median"``.
        picture_size: (height, width) as the model takes pictures.
        columns: of the mosaic.
        count: how many of them, from the largest response to the smallest; None shows all.
    """
    row = ordinary.ways.index(way)
    chosen = np.linspace(0, ordinary.values.shape[2] - 1, count or ordinary.values.shape[2]).round().astype(int)
    index, boxes = ordinary.image_index[number, row, chosen], ordinary.boxes[number, row, chosen]
    fields = original_fields(faces, boxes, index, picture_size)
    silent = np.asarray(ordinary.values[number, row, chosen]) <= 0
    fields[silent] = (fields[silent] // 4) + (3 * MID_GREY) // 4
    return mosaic(_enlarged_all(fields), columns)


def _enlarged_all(tiles: Picture) -> Picture:
    return np.stack([enlarged(tile, TILE) for tile in tiles])


def _in_colour(tiles: Picture) -> Picture:
    return np.repeat(tiles[..., None], 3, axis=-1) if tiles.ndim == 3 else tiles
