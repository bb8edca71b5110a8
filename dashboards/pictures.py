"""Pictures as files: every map and face of a study has an address, and nothing is packed into the pages.

/pictures/FACES/LAYER/MAP/originals.png       also projections, random, median, maximized, places, strongest-places
/pictures/FACES/face/INDEX.png                ?study=NAME where there are several
/pictures/FACES/attribution/METHOD/INDEX.png  a class's logit on a face
/pictures/FACES/fired/INDEX/RANK.png          what made one of the maps fire that fired most for a face
/pictures/FACES/placed/LAYER/NAME/INDEX.png   a face that was placed on the map of a layer
/pictures/FACES/decoded.png                   ?face=3&v0=1.25: a latent decoded, see DecodedFaceView
/pictures/drawn-face.png                      ?au12=0.8 and so on: of no study, see DrawnFaceView
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from dashboards.decoded_face import DecodedFaceError, DecodedFaceView, decoded_face
from dashboards.drawn_face import DrawnFaceError, DrawnFaceView, face_landmarks, face_pixels, moved_pixels
from dashboards.view import View
from fer_probe.architecture import Architecture
from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.figures.attributions import attribution_picture as laid_on_face
from fer_probe.figures.mosaics import mosaic, ordinary_mosaic, original_mosaic, projection_mosaic
from fer_probe.figures.overlays import landmarks_overlay, moved_overlay
from fer_probe.figures.pictures import (
    Heat,
    channels_last,
    enlarged,
    face_thumbnail,
    maximized_picture,
    mean_picture,
    places_overlay,
    png,
    projection_pictures,
)
from fer_probe.figures.pictures import face_picture as seen_face
from fer_probe.harvesting import Harvest
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.attributions import Attributions
from fer_probe.projections.deconvolution import Projections
from fer_probe.projections.fired_maps import FiredMaps
from fer_probe.records import Record, RecordError
from fer_probe.study import STUDY_FILE, Study, StudyError

Picture = NDArray[np.uint8]
R = TypeVar("R", bound=Record)

#: Small pictures are enlarged to this many pixels, so that browsers need not guess.
ENLARGED = 192

pictures = Blueprint("pictures", __name__, url_prefix="/pictures")


@pictures.get("/<faces>/<layer>/<int:number>/<shown>.png")
def map_picture(faces: str, layer: str, number: int, shown: str) -> Response:
    """One picture of a map, or 404 and a sentence."""
    return _answer(faces, _map_png, layer, number, shown)


@pictures.get("/<faces>/face/<int:index>.png")
def face_picture(faces: str, index: int) -> Response:
    """A face, or 404 and a sentence."""
    return _answer(faces, _face_png, index)


@pictures.get("/<faces>/attribution/<method>/<int:index>.png")
def attribution_picture(faces: str, method: str, index: int) -> Response:
    """An attribution laid on its face, or 404 and a sentence."""
    return _answer(faces, _attribution_png, method, index)


@pictures.get("/<faces>/fired/<int:index>/<int:rank>.png")
def fired_picture(faces: str, index: int, rank: int) -> Response:
    """The projection of a map that fired most for a face, or 404 and a sentence."""
    return _answer(faces, _fired_png, index, rank)


@pictures.get("/<faces>/placed/<layer>/<name>/<int:index>.png")
def placed_picture(faces: str, layer: str, name: str, index: int) -> Response:
    """A face that was placed on a map, as the network is shown it, or 404 and a sentence."""
    return _answer(faces, _placed_png, layer, name, index)


@pictures.get("/<faces>/decoded.png")
def decoded_picture(faces: str) -> Response:
    """What the study's decoder makes of the latent that the query asks for; 400 or 404 and a sentence."""
    try:
        view = DecodedFaceView.of(request.args.to_dict())
        return _answer(faces, _decoded_png, view)
    except DecodedFaceError as error:
        return Response(f"{error}\n", status=400, mimetype="text/plain")


@pictures.get("/drawn-face.png")
def drawn_face_picture() -> Response:
    """The drawn face that the query asks for, or 400 and a sentence."""
    try:
        return _sent(_drawn_face_png(DrawnFaceView.of(request.args.to_dict(flat=False))))
    except DrawnFaceError as error:
        return Response(f"{error}\n", status=400, mimetype="text/plain")


@pictures.get("/<path:other>")
def no_picture(other: str) -> Response:
    """404 and a sentence: without it, Dash would answer with a page."""
    return Response(f"there is no picture {other!r}\n", status=404, mimetype="text/plain")


def _answer(faces: str, draw: Callable[..., bytes], *parts: object) -> Response:
    try:
        folder = View.of({"study": request.args.get("study", ""), "faces": faces}).study.folder
        return _sent(draw(folder, _written(folder), faces, *parts))
    except (StudyError, RecordError) as error:
        return Response(f"{error}\n", status=404, mimetype="text/plain")


def _sent(picture: bytes) -> Response:
    response = Response(picture, mimetype="image/png")
    response.add_etag()
    # Ask again each time, answer 304 where nothing changed: a study that is probed anew shows its new pictures.
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _written(folder: Path) -> int:
    """When the study was last written: it tells one that was probed anew from the one that was drawn before."""
    return (folder / STUDY_FILE).stat().st_mtime_ns


@lru_cache(maxsize=4096)
def _map_png(folder: Path, written: int, faces: str, layer: str, number: int, shown: str) -> bytes:
    study = Study.open(folder)
    if shown not in _DRAWN:
        raise StudyError(f"a map has no picture {shown!r}; it has {', '.join(_DRAWN)}")
    layers = study.layers(Harvest, faces)
    if layer not in layers:
        raise StudyError(f"there are no maps of layer {layer!r} on faces {faces!r}; there are of {', '.join(layers)}")
    maps = len(study.load(Harvest, faces, layer).values)
    if number >= maps:
        raise StudyError(f"layer {layer!r} has no map {number}; its maps are numbered 0 to {maps - 1}")
    return png(_DRAWN[shown](study, faces, layer, number))


@lru_cache(maxsize=4096)
def _face_png(folder: Path, written: int, faces: str, index: int) -> bytes:
    images = Study.open(folder).faces(faces)
    if index >= len(images):
        raise StudyError(f"faces {faces!r} have no face {index}; they are numbered 0 to {len(images) - 1}")
    return png(face_thumbnail(images, index, ENLARGED))


@lru_cache(maxsize=512)
def _attribution_png(folder: Path, written: int, faces: str, method: str, index: int) -> bytes:
    study = Study.open(folder)
    found = study.load(Attributions, faces, *study.layers(Attributions, faces)[-1:])
    if method not in found.methods:
        raise StudyError(f"nothing was attributed by {method!r}; there are {', '.join(found.methods)}")
    pixels = found.pixels[found.methods.index(method), _row(found, index)]
    face = seen_face(study.faces(faces), index, pixels.shape[1:])
    return png(enlarged(laid_on_face(face, pixels), ENLARGED))


@lru_cache(maxsize=512)
def _fired_png(folder: Path, written: int, faces: str, index: int, rank: int) -> bytes:
    study = Study.open(folder)
    found = study.load(FiredMaps, faces, *study.layers(FiredMaps, faces)[-1:])
    row = _row(found, index)
    if rank >= found.maps.shape[1]:
        raise StudyError(f"of each face {found.maps.shape[1]} maps are shown, numbered from 0; asked for {rank}")
    # One scale for all maps of a face, so that they compare.
    return png(enlarged(projection_pictures(found.pixels[row])[rank], ENLARGED))


@lru_cache(maxsize=512)
def _placed_png(folder: Path, written: int, faces: str, layer: str, name: str, index: int) -> bytes:
    found = {placed.name: placed for placed in Study.open(folder).of_layer(PlacedFaces, faces, layer)}
    if name not in found or index >= len(found[name]):
        held = ", ".join(f"{one.name} 0 to {len(one) - 1}" for one in found.values())
        raise StudyError(f"no face {name}/{index} is placed on the map of {layer!r}; there are {held or 'none'}")
    return png(enlarged(channels_last(np.asarray(found[name].pixels[index])), ENLARGED))


def _row(found: Attributions | FiredMaps, index: int) -> int:
    row = np.flatnonzero(found.image_index == index)
    if not len(row):
        raise StudyError(f"face {index} was not attributed; these were: {', '.join(map(str, found.image_index))}")
    return int(row[0])


@lru_cache(maxsize=512)
def _decoded_png(folder: Path, written: int, faces: str, view: DecodedFaceView) -> bytes:
    return png(decoded_face(Study.open(folder), faces, view))


@lru_cache(maxsize=128)
def _drawn_face_png(view: DrawnFaceView) -> bytes:
    picture = channels_last(face_pixels(view))
    if view.moved:
        picture = moved_overlay(picture, moved_pixels(view))
    return png(landmarks_overlay(picture, face_landmarks(view)) if view.landmarks else picture)


def _originals(study: Study, faces: str, layer: str, number: int) -> Picture:
    """The fields that excited the map; the whole faces where nothing was projected."""
    projections = study.find(Projections, faces, layer)
    if projections is not None:
        size = study.load(Architecture, faces).picture[1:]
        return original_mosaic(study.faces(faces), projections, number, (size[0], size[1]))
    images, found = study.faces(faces), study.load(Harvest, faces, layer)
    return mosaic(np.stack([face_thumbnail(images, int(i)) for i in found.image_index[number]]))


def _projections(study: Study, faces: str, layer: str, number: int) -> Picture:
    return projection_mosaic(study.load(Projections, faces, layer), number)


def _random(study: Study, faces: str, layer: str, number: int) -> Picture:
    return _ordinary(study, faces, layer, number, "random")


def _median(study: Study, faces: str, layer: str, number: int) -> Picture:
    return _ordinary(study, faces, layer, number, "median")


def _ordinary(study: Study, faces: str, layer: str, number: int, way: str) -> Picture:
    found = study.load(OrdinaryPictures, faces, layer)
    size = study.load(ResponsePlaces, faces, layer).picture_size
    return ordinary_mosaic(study.faces(faces), found, number, way, size)


def _maximized(study: Study, faces: str, layer: str, number: int) -> Picture:
    found = study.load(MaximizedMaps, faces, layer)
    row = np.flatnonzero(found.maps == number)
    if not len(row):
        raise StudyError(f"map {number} of {layer!r} was not maximised; {len(found.maps)} other maps were")
    return enlarged(maximized_picture(found.pixels[row[0]]), ENLARGED)


def _mean_response(study: Study, faces: str, layer: str, number: int) -> Picture:
    return _places(study, faces, layer, number, "mean_response")


def _strongest_places(study: Study, faces: str, layer: str, number: int) -> Picture:
    return _places(study, faces, layer, number, "strongest")


def _places(study: Study, faces: str, layer: str, number: int, of: Heat) -> Picture:
    places = study.load(ResponsePlaces, faces, layer)
    ground = _mean_face(study.folder, _written(study.folder), faces, places.picture_size)
    return enlarged(places_overlay(ground, places, number, of), ENLARGED)


@lru_cache(maxsize=8)
def _mean_face(folder: Path, written: int, faces: str, size: tuple[int, int]) -> Picture:
    return mean_picture(Study.open(folder).faces(faces), size)


_DRAWN: dict[str, Callable[[Study, str, str, int], Picture]] = {
    "originals": _originals,
    "projections": _projections,
    "random": _random,
    "median": _median,
    "maximized": _maximized,
    "places": _mean_response,
    "strongest-places": _strongest_places,
}
