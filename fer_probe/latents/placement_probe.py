"""Placement into a study: other faces on every map that it holds, by the weights that it holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fer_probe.checkpoints import Checkpoint, load_checkpoint
from fer_probe.evaluation import predict
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.codings import PixelImages, classifier_of, coding_of
from fer_probe.latents.embeddings import Embedding, layer_features
from fer_probe.latents.latent_variables import Latents, find_latents
from fer_probe.latents.placed_faces import PlacedFaces, place_faces
from fer_probe.records import arrays_sha256
from fer_probe.study import Study, StudyError, check_name


def probe_placement(
    study: Study,
    faces: FaceImages,
    *,
    checkpoint: Checkpoint | None = None,
    name: str = "new",
    batch_size: int = 64,
    say: Callable[[str], None] = lambda sentence: None,
) -> dict[str, PlacedFaces]:
    """Place faces on every map of a study, none of which moves, and keep where they lie.

    Args:
        study: with maps.
        faces: of any size; prepared as the study's own were.
        checkpoint: the network that the study is of; its own copy of the weights where left out.
        name: what the faces are called together; those that were placed under it before are replaced.
        batch_size: changes speed only.
        say: is told each step in a sentence.

    Returns:
        Set of faces → what was placed on its map; of several maps, the last one's.

    Raises:
        StudyError: a study without a map or without weights, a map that nothing can be placed on, or a name that
            cannot be one.
        FacesError: no faces, or one that the network's crop cannot be found in.
    """
    check_name(name)
    maps = list(_maps(study))
    if not maps:
        raise StudyError(f"study {study.name!r} has no map to place faces on; make one with `fer-probe probe`")
    if not len(faces):
        raise FacesError("no faces to place")
    known = _as_probed(study, checkpoint or _own_checkpoint(study))
    images = known.preprocessing(faces)
    images.shown_boxes()  # who cannot be cropped is said before anything is written
    if images.fallbacks:
        study = _noted(study, f"Placed faces {name!r}: {images.fallbacks}", say)
    pixels, reads = images.all_resized(), classifier_of(known)
    told: dict[str, Any] = (
        {} if reads is None else {"probabilities": predict(reads[0], images), "class_names": reads[1]}
    )
    features, found = {}, {}
    for set_name, embedding in maps:
        coded = study.find(Latents, set_name, embedding.layer) is not None
        asked = embedding.layer, coded
        if asked not in features:
            features[asked] = _features(known, images, *asked, batch_size)
        say(f"{set_name}: placing {len(faces)} faces on the map of {embedding.layer}")
        found[set_name] = _placed(study, embedding, features[asked], faces, {**told, "pixels": pixels, "name": name})
        hashes = {"checkpoint_sha256": known.sha256, "placed_sha256": arrays_sha256(pixels, faces.expression)}
        study.add(found[set_name], set_name, {**hashes, "source": faces.source})
    return found


def _noted(study: Study, sentence: str, say: Callable[[str], None]) -> Study:
    """Said, and kept for report and dashboard once, however often the faces are placed."""
    say(sentence)
    return study if sentence in study.about.get("notes", ()) else study.with_note(sentence)


def _maps(study: Study) -> Iterator[tuple[str, Embedding]]:
    for set_name in study.face_sets:
        for layer in study.layers(Embedding, set_name):
            yield set_name, study.load(Embedding, set_name, layer)


def _own_checkpoint(study: Study) -> Checkpoint:
    if not study.checkpoint_path.exists():
        raise StudyError(
            f"study {study.name!r} keeps no copy of its weights, for they were a stranger's: give them in Python, "
            "fp.probe_placement(study, faces, checkpoint=…)"
        )
    return load_checkpoint(study.checkpoint_path)


def _as_probed(study: Study, checkpoint: Checkpoint) -> Checkpoint:
    """With the preprocessing that the study was made with: a probe may have been told another crop than the file's."""
    own = checkpoint.preprocessing.to_dict()
    told: Mapping[str, Any] = study.about.get("preprocessing") or own
    settings = {key: own[key] if value == "per pixel" else value for key, value in told.items()}
    return replace(checkpoint, preprocessing=Preprocessing.from_dict(settings))


def _features(checkpoint: Checkpoint, images: PreparedImages, layer: str, coded: bool, size: int) -> np.ndarray:
    """What a layer gives, or the latent where the map is of that."""
    if not coded:
        return layer_features(checkpoint.model, images, [layer], batch_size=size)[layer]
    coding = coding_of(checkpoint)
    if coding is None:
        raise StudyError(f"the map is of a latent, and the model of {checkpoint.path} has no `encode` that gives one")
    return find_latents(coding.encode, PixelImages(images), layer=layer, batch_size=size).values


def _placed(
    study: Study, embedding: Embedding, features: np.ndarray, faces: FaceImages, told: Mapping[str, Any]
) -> PlacedFaces:
    try:
        return place_faces(embedding, features, faces, **told)
    except ValueError as error:
        raise StudyError(f"study {study.name!r}, map of {embedding.layer}: {error}") from error
