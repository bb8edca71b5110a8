"""Pictures: arrays of an analysis as pictures for the eye.

A picture is uint8, (H, W) grey or (H, W, 3) red, green, blue; stacks put further axes in front. Nothing here is
measured: values are scaled for the eye, and every function says how.
"""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.faces.face_crops import shown_box
from fer_probe.faces.face_images import FaceImages

Picture = NDArray[np.uint8]
Heat = Literal["mean_response", "strongest"]

#: Neutral grey: zero in a projection, and what lies outside a picture.
MID_GREY = 128


def png(picture: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a PNG file.

    Args:
        picture: (H, W), (H, W, 3) or (H, W, 4) with opacity; uint8.

    Raises:
        ValueError: another type or shape.
    """
    return _encoded(picture, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 4])


def webp(picture: NDArray[np.uint8], quality: int = 88) -> bytes:
    """A picture as the bytes of a WebP file: a fifth of the PNG, for pages that carry their pictures inside.

    Args:
        picture: as for :func:`png`.
        quality: 1–100; above 100 nothing is lost.
    """
    return _encoded(picture, ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality])


def enlarged(picture: Picture, at_least: int) -> Picture:
    """Enlarged by the least whole factor that brings the shorter side to ``at_least`` pixels; never made smaller.

    Cubic: a field of 20 pixels reads as a piece of a face, not as tiles.
    """
    height, width = picture.shape[:2]
    factor = -(-at_least // min(height, width))
    if factor <= 1:
        return picture
    size = (factor * width, factor * height)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def face_picture(faces: FaceImages, index: int, size: tuple[int, int] | None = None) -> Picture:
    """Face ``index`` as a picture; with ``size`` (height, width) what the model was shown of it, at that size."""
    pixels = np.asarray(faces.pixels[index])
    if size is None:
        return channels_last(pixels)
    if (box := shown_box(faces, index)) is not None:
        top, left, bottom, right = box
        pixels = pixels[:, top:bottom, left:right]
    return _resized(channels_last(pixels), size)


def face_thumbnail(faces: FaceImages, index: int, at_least: int = 96) -> Picture:
    """Face ``index`` large enough to be looked at."""
    return enlarged(face_picture(faces, index), at_least)


def original_fields(
    faces: FaceImages, boxes: np.ndarray, image_index: np.ndarray, picture_size: tuple[int, int]
) -> Picture:
    """What units saw: their receptive fields cut from the faces; grey where a field leaves the picture.

    Args:
        faces: the set that was harvested, at its own size.
        boxes: (…, 4) top, left, bottom, right, all of one size, in pixels of the *prepared* picture.
        image_index: (…) which face each.
        picture_size: (height, width) of the prepared picture; faces are brought to it first.

    Returns:
        (…, h, w) or (…, h, w, 3).
    """
    boxes, image_index = np.asarray(boxes), np.asarray(image_index)
    cuts = [
        _cut(face_picture(faces, int(index), picture_size), box)
        for index, box in zip(image_index.reshape(-1), boxes.reshape(-1, 4), strict=True)
    ]
    return np.stack(cuts).reshape(*image_index.shape, *cuts[0].shape)


def projection_pictures(pixels: np.ndarray) -> Picture:
    """Projections of one map: 0 is mid grey, what raised the unit bright, what lowered it dark.

    One symmetric scale for all of the map's projections, so that they compare with one another: its ends are the
    largest absolute value among them, less the outermost 0.2 %.

    Args:
        pixels: (k, C, h, w) float, of one map.

    Returns:
        (k, h, w) or (k, h, w, 3).
    """
    values = np.moveaxis(np.asarray(pixels, dtype=np.float32), 1, -1)
    reach = np.quantile(np.abs(values), 0.998) or np.abs(values).max()
    scaled = MID_GREY + 127 * np.clip(values / reach, -1, 1) if reach > 0 else np.full(values.shape, MID_GREY)
    return _grey_without_axis(np.rint(scaled).astype(np.uint8))


def maximized_picture(pixels: np.ndarray) -> Picture:
    """A maximising picture, (C, H, W) as the model takes it, stretched from its 0.5th to its 99.5th percentile."""
    values = np.moveaxis(np.asarray(pixels, dtype=np.float32), 0, -1)
    low, high = np.quantile(values, (0.005, 0.995))
    scaled = 255 * np.clip((values - low) / (high - low), 0, 1) if high > low else np.full(values.shape, MID_GREY)
    return _grey_without_axis(np.rint(scaled).astype(np.uint8))


def mean_picture(faces: FaceImages, picture_size: tuple[int, int]) -> Picture:
    """(H, W) grey: the mean face at full contrast, the ground that :func:`places_overlay` draws on."""
    total = np.zeros(picture_size)
    for index in range(len(faces)):
        total += _grey(face_picture(faces, index, picture_size))
    low, high = total.min(), total.max()
    scaled = 255 * (total - low) / (high - low) if high > low else np.full(picture_size, MID_GREY)
    return np.rint(scaled).astype(np.uint8)


def places_overlay(mean_face: Picture, places: ResponsePlaces, map_number: int, of: Heat = "mean_response") -> Picture:
    """(H, W, 3): the mean face with where a map fires laid on it, from nothing over red to yellow.

    Values are interpolated bilinearly between the middles of their receptive fields and scaled to the map's largest;
    a map that never answers leaves the face as it is.

    Args:
        mean_face: (H, W) grey, of the size ``places.picture_size``.
        places: where the maps of a layer respond.
        map_number: which of its maps.
        of: ``"mean_response"``, or ``"strongest"``: on how many faces the largest response was there.
    """
    response = np.asarray(getattr(places, of)[map_number], dtype=np.float32)
    largest = float(response.max())
    heat = _at_every_pixel(response / (largest or 1), places)
    coloured = cv2.applyColorMap(np.rint(255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    opacity = 0.8 * heat[..., None] ** 0.8  # so that the face stays visible where the map hardly answers
    return np.rint((1 - opacity) * mean_face[..., None] + opacity * coloured).astype(np.uint8)


def _encoded(picture: NDArray[np.uint8], suffix: str, options: list[int]) -> bytes:
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (3, 4))):
        raise ValueError(f"a picture is uint8 (H, W), (H, W, 3) or (H, W, 4); this is {picture.dtype} {picture.shape}")
    if picture.ndim == 3:
        swap = cv2.COLOR_RGB2BGR if picture.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        picture = np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), swap), np.uint8)
    _, encoded = cv2.imencode(suffix, picture, options)
    return bytes(encoded.tobytes())


def _at_every_pixel(response: np.ndarray, places: ResponsePlaces) -> np.ndarray:
    """(h, w) on the grid of ``places.centres`` → (H, W) of the picture; beyond the outermost middles, as there."""
    height, width = places.picture_size
    rows = np.interp(np.arange(height), places.centres[:, 0, 0], np.arange(response.shape[0]))
    columns = np.interp(np.arange(width), places.centres[0, :, 1], np.arange(response.shape[1]))
    across, down = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    return np.asarray(cv2.remap(response, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _cut(picture: Picture, box: np.ndarray) -> Picture:
    top, left, bottom, right = (int(edge) for edge in box)
    cut = np.full((bottom - top, right - left, *picture.shape[2:]), MID_GREY, np.uint8)
    inside = picture[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    y, x = max(-top, 0), max(-left, 0)
    cut[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return cut


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    if picture.shape[:2] == tuple(size):
        return picture
    smaller = size[0] < picture.shape[0] or size[1] < picture.shape[1]
    # As the preprocessing does it, so that boxes lie where the model saw them.
    kind = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size[1], size[0]), interpolation=kind), np.uint8)


def channels_last(pixels: np.ndarray) -> Picture:
    """A face as corpora hold it, (C, H, W), as a picture."""
    return np.ascontiguousarray(_grey_without_axis(np.moveaxis(pixels, 0, -1)))


def _grey_without_axis(pictures: Picture) -> Picture:
    return pictures[..., 0] if pictures.shape[-1] == 1 else pictures


def _grey(picture: Picture) -> Picture:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
