"""Attributions of a few faces of a study: one class after another, by every method that is right on the network.

Beside them the maps that fired most for the same faces, and on which units' pixels each of them lands.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_probe.activations import LayerError
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import Evaluation, expected_classes, predict
from fer_probe.evidence.attribution_regions import face_region_pixels, locate_attributions
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.projections.attributions import METHODS, Method, attribute
from fer_probe.projections.backward_rules import RectifierError
from fer_probe.projections.deconvolution import Projections
from fer_probe.projections.fired_maps import project_fired_maps
from fer_probe.records import Record
from fer_probe.study import Study

#: So many faces at most, and maps of each.
_FACES, _MAPS = 24, 4


def probe_attributions(
    study: Study,
    checkpoint: Checkpoint,
    layer: str,
    name: str,
    images: PreparedImages,
    keep: Callable[[Record, str], None],
    *,
    faces_a_class: int = 1,
    batch_size: int = 64,
) -> list[str]:
    """Attribute a few faces of a set, and project the maps that fired most for them.

    Args:
        study: holds the projections, whose rule is taken.
        checkpoint: a classifier with its class names.
        layer: whose maps Grad-CAM weighs and of which those that fired are projected.
        name: of the set of faces.
        images: the faces, prepared.
        keep: takes each record, and the set's name.
        faces_a_class: how many of every class that the network reads.
        batch_size: changes speed only.

    Returns:
        A sentence for every method that was left out, with the reason.
    """
    projections, evaluation = study.find(Projections, name, layer), study.find(Evaluation, name)
    read = predict(checkpoint.model, images, batch_size=batch_size) if evaluation is None else evaluation.probabilities
    chosen, targets = _surest(np.asarray(read), expected_classes(images.faces, checkpoint.class_names), faces_a_class)
    extensions = projections is not None and projections.extended_rectifiers > 0
    methods, left_out = _methods(checkpoint, images[chosen[:1]], layer, extensions)
    found = attribute(
        checkpoint.model, images[chosen], targets, methods=methods, layer=layer, extensions=extensions,
        image_index=chosen, class_names=checkpoint.class_names, batch_size=batch_size,
    )  # fmt: skip
    keep(found, name)
    strengths = dict(zip(found.methods, found.strength, strict=True))
    if projections is not None:
        rule: Any = projections.rule
        fired = project_fired_maps(
            checkpoint.model, images[chosen], layer, count=_MAPS, rule=rule, extensions=extensions,
            image_index=chosen, batch_size=batch_size,
        )  # fmt: skip
        keep(fired, name)
        strengths[f"maps, {rule}"] = np.abs(fired.pixels.astype(np.float64)).sum((1, 2))
    if regions := face_region_pixels(images, chosen):
        keep(locate_attributions(strengths, regions, chosen), name)
    return left_out


def set_to_attribute(sets: Mapping[str, PreparedImages], class_names: Sequence[str]) -> str:
    """The first set in which an expression is known that the model reads, else the first."""
    known = (name for name, images in sets.items() if (expected_classes(images.faces, class_names) >= 0).any())
    return next(known, next(iter(sets)))


def _surest(read: np.ndarray, expected: np.ndarray, each: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of every class the faces that are read as it most surely, rightly where labels are known; and their class."""
    predicted = read.argmax(1)
    right = (predicted == expected) | (expected < 0)
    order = np.lexsort((np.arange(len(read)), -read.max(1), ~right))
    picked = [[i for i in order if predicted[i] == label][:each] for label in np.unique(predicted)]
    chosen = np.array([i for some in picked for i in some][:_FACES], dtype=np.int64)
    return chosen, predicted[chosen].astype(np.int64)


def _methods(checkpoint: Checkpoint, image: Any, layer: str, extensions: bool) -> tuple[list[Method], list[str]]:
    """The methods that are right on the network, tried on one picture, and why others are left out."""
    usable: list[Method] = []
    left_out: list[str] = []
    for method in METHODS:
        try:
            attribute(
                checkpoint.model, image, methods=[method], layer=layer, extensions=extensions, steps=2,
                window=min(image.shape[2:]),
            )  # fmt: skip
        except (LayerError, RectifierError) as error:
            left_out.append(f"Attribution by {method.replace('_', ' ')} was left out: {error}.")
        else:
            usable.append(method)
    return usable, left_out
