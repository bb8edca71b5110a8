"""Probe: run the analyses of a checkpoint on named sets of faces, into a study.

The one place where analyses meet. What a set of faces or a model does not allow (no action units coded, a
rectifier without a rule) is left out and said, in the study's notes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from fer_probe.activations import blank_picture, check_layers
from fer_probe.architecture import Architecture, convolution_layers, describe_architecture
from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import evaluate
from fer_probe.evidence.au_evidence import AUEvidence, codes_action_units, measure_evidence
from fer_probe.evidence.evidence_words import untested_in_words
from fer_probe.evidence.group_probe import probe_groups
from fer_probe.evidence.map_regions import find_map_regions
from fer_probe.evidence.ordinary_pictures import choose_ordinary_pictures
from fer_probe.evidence.response_places import find_response_places
from fer_probe.experiments.attribution_probe import set_to_attribute
from fer_probe.experiments.combinations import check_combination
from fer_probe.experiments.experiment_probe import Experiments
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.harvesting import Harvest, harvest
from fer_probe.latents.codings import Coding, classifier_of, coding_of
from fer_probe.latents.embeddings import layer_features
from fer_probe.latents.judges import judges_of
from fer_probe.latents.latent_probe import LatentProbe
from fer_probe.probe_settings import ProbeSettings
from fer_probe.projections.activation_maximization import MaximizedMaps, maximize_activation
from fer_probe.projections.backward_rules import RectifierError
from fer_probe.projections.deconvolution import deconvolve
from fer_probe.records import Record, arrays_sha256
from fer_probe.study import Study

Say = Callable[[str], None]

#: How many of the deepest convolutions are probed where no layer is named.
DEEPEST_CONVOLUTIONS = 3


def probe_checkpoint(
    checkpoint: Checkpoint,
    faces: Mapping[str, FaceImages],
    folder: Path | str,
    settings: ProbeSettings | None = None,
    *,
    name: str = "",
    say: Say = lambda sentence: None,
) -> Study:
    """Run every analysis of a checkpoint on every set of faces and write the study.

    Args:
        checkpoint: a model with its preprocessing and class names.
        faces: name → faces; expressions are needed for accuracy, coded action units for distances.
        folder: the study's; a study that stands there is begun again.
        settings: what to run, and how.
        name: what the study is called; its folder's name where empty.
        say: is told each step in a sentence.

    Raises:
        FacesError: no faces, one that the checkpoint's crop cannot be found in, or units that cannot be combined.
        CheckpointError: a model that cannot take its pictures, or that neither has an output for each class nor codes
            faces by ``encode``; a judge that cannot be one, or that has nothing to read.
        StudyError: the folder holds something else.
        LayerError: a layer that the model does not have, or that cannot be observed; nothing is written.
    """
    settings = settings or ProbeSettings()
    if not faces or not all(len(some) for some in faces.values()):
        raise FacesError(f"no faces to probe with in {', '.join(faces) or 'nothing'}")
    for units in settings.combinations:
        check_combination(units)
    reads, codes = classifier_of(checkpoint), coding_of(checkpoint)
    judges_of(settings.judges, codes if settings.space is None else None, checkpoint.sha256)
    architecture = describe_architecture(checkpoint.model, checkpoint.preprocessing.shape)
    layers = _layers(checkpoint, settings, architecture, needed=codes is None)
    prepared = {set_name: checkpoint.preprocessing(some) for set_name, some in faces.items()}
    hashes = {}
    for set_name, images in prepared.items():  # who cannot be cropped or read is said before anything is written
        images.shown_boxes()
        hashes[set_name] = arrays_sha256(images.pixels, images.faces.expression, images.faces.action_units)
    about = {**checkpoint.told(), "layers": list(architecture.layers), "seed": settings.seed, "notes": []}
    about |= {"name": name, "main_layer": layers[-1] if layers else ""}
    study = Study.create(folder, about, checkpoint.path if checkpoint.path.suffix == ".safetensors" else None)
    for sentence in _missing(faces):
        say(sentence)
        study = study.with_note(sentence)
    maximized: MaximizedMaps | None = None  # the same for all faces: climbed once
    for set_name, images in prepared.items():
        probed = _ProbedFaces(study, checkpoint, reads, codes, set_name, images, hashes[set_name], settings, say)
        maximized = probed.run(architecture, layers, maximized)
        study = probed.study
    provenance = {"checkpoint_sha256": checkpoint.sha256, "seed": settings.seed}
    told = (provenance, settings.batch_size, say, settings.people)
    experiments = Experiments(study, checkpoint, reads, layers, *told)
    left_out = experiments.on_drawn_people(settings.seed, settings.combinations)
    asked = set_to_attribute(prepared, checkpoint.class_names)
    experiments = replace(experiments, provenance={**provenance, "faces_sha256": hashes[asked]})
    left_out += experiments.attribute(asked, prepared[asked].read_from(study.faces(asked).pixels))
    for sentence in left_out:
        say(sentence)
        study = study.with_note(sentence)
    return study


class _ProbedFaces:
    """One set of faces on its way through the analyses."""

    def __init__(
        self,
        study: Study,
        checkpoint: Checkpoint,
        reads: tuple[nn.Module, tuple[str, ...]] | None,
        codes: Coding | None,
        set_name: str,
        images: PreparedImages,
        faces_sha256: str,
        settings: ProbeSettings,
        say: Say,
    ) -> None:
        self.checkpoint, self.set_name, self.settings, self.say = checkpoint, set_name, settings, say
        self.model, self.faces, self.reads, self.codes = checkpoint.model, images.faces, reads, codes
        self.provenance = {
            "checkpoint_sha256": checkpoint.sha256,
            "faces_sha256": faces_sha256,
            "seed": settings.seed,
        }
        self.study = study.add_faces(set_name, images.shown_faces(), {**self.provenance, "source": self.faces.source})
        # Every analysis reads them: decoded pictures from the study are there sooner than a corpus's files.
        self.images = images.read_from(self.study.faces(set_name).pixels)

    def run(
        self, architecture: Architecture, layers: Sequence[str], maximized: MaximizedMaps | None
    ) -> MaximizedMaps | None:
        self._keep(architecture)
        if self.images.fallbacks:
            self._note(f"Faces {self.set_name!r}: {self.images.fallbacks}")
        self._evaluate()
        if layers:
            maximized = self._maps(layers, maximized)
        probe_groups(self.study, self.set_name, self.faces, layers, self._keep, self.settings.seed)
        self._spaces(architecture)
        size, people = self.settings.batch_size, self.settings.people
        told = (self.provenance, size, self.say, people)
        Experiments(self.study, self.checkpoint, self.reads, layers, *told).on_faces(self.set_name, self.images)
        return maximized

    def _maps(self, layers: Sequence[str], maximized: MaximizedMaps | None) -> MaximizedMaps:
        """Harvest, places, projections and distances of every layer; what excites the last one most."""
        self.say(f"{self.set_name}: harvesting {len(self.faces)} faces from {', '.join(layers)}")
        size = self.settings.batch_size
        found = harvest(self.model, self.images, layers, self.settings.k, responses=True, batch_size=size)
        places = find_response_places(self.model, self.images, layers, positions=True, batch_size=size)
        for layer in layers:
            self._keep(found[layer], k=self.settings.k)
            self._keep(places[layer])
            self._keep(choose_ordinary_pictures(found[layer], places[layer], seed=self.settings.seed))
            if (regions := find_map_regions(self.images, found[layer], places[layer])) is not None:
                self._keep(regions)
            self._project(found[layer])
        evidence = [self._measure(found[layer]) for layer in layers][-1]
        for sentence in () if evidence is None else untested_in_words(evidence):
            self._note(f"Faces {self.set_name!r}: {sentence}")
        maximized = maximized or self._maximized(found[layers[-1]], evidence)
        self._keep(maximized, steps=self.settings.steps)
        return maximized

    def _keep(self, record: Record, **parameters: Any) -> None:
        self.study.add(record, self.set_name, {**self.provenance, "parameters": parameters})

    def _note(self, sentence: str) -> None:
        self.say(sentence)
        self.study = self.study.with_note(sentence)

    def _evaluate(self) -> None:
        if self.reads is None or not (self.faces.expression >= 0).any():
            return
        found = evaluate(self.reads[0], self.images, self.faces, self.reads[1])
        self._keep(found)
        labelled = int((found.expected >= 0).sum())
        if not labelled:
            self._note(
                f"None of the classes {', '.join(found.class_names)} is an expression that the faces {self.set_name!r} "
                f"are labelled with ({', '.join(found.unknown_to_model)}), so there is no accuracy on them."
            )
            return
        self.say(f"{self.set_name}: accuracy {found.accuracy:.1%} on {labelled} labelled faces")
        for sentence in found.gaps:
            self._note(f"Faces {self.set_name!r}: {sentence}")

    def _project(self, found: Harvest) -> None:
        self.say(f"{self.set_name}: projecting {found.values.size} units of {found.layer}")
        try:
            projections = deconvolve(
                self.model, self.images, found, self.settings.rule,
                extensions=self.settings.extensions, batch_size=self.settings.batch_size,
            )  # fmt: skip
        except RectifierError as error:
            self._note(f"Layer {found.layer} was not projected back to the pictures: {error}.")
            return
        self._keep(projections, rule=self.settings.rule)

    def _measure(self, found: Harvest) -> AUEvidence | None:
        if not codes_action_units(self.faces):
            return None
        told = {"n": self.settings.n, "permutations": self.settings.permutations}
        self.say(f"{self.set_name}: testing the maps of {found.layer} against action units")
        evidence = measure_evidence(found, self.faces, seed=self.settings.seed, **told)
        for record in evidence.records:
            self._keep(record, **told)
        return evidence

    def _maximized(self, found: Harvest, evidence: AUEvidence | None) -> MaximizedMaps:
        maps = _maps_worth_maximizing(found, evidence, self.settings.maximized)
        self.say(f"maximising {len(maps)} maps of {found.layer}")
        return maximize_activation(
            self.model,
            found.layer,
            maps,
            self.checkpoint.preprocessing.shape,
            steps=self.settings.steps,
            seed=self.settings.seed,
            bounds=self.checkpoint.preprocessing.bounds(),
        )

    def _spaces(self, architecture: Architecture) -> None:
        """Maps, clusters and probes of the layer asked for, the latent, or the layer before the outputs."""
        if len(self.faces) < 5:
            self._note(f"{len(self.faces)} faces are too few for a map of the latent space.")
            return
        size = self.settings.batch_size
        judges = judges_of(self.settings.judges, self.codes, self.checkpoint.sha256)
        probe = LatentProbe(self.faces, self._keep, self._note, self.settings.seed, size, judges)
        if self.codes is not None and self.settings.space is None:
            self.say(f"{self.set_name}: {len(self.faces)} faces in the latent space, and what is decoded from it")
            probe.on_coding(self.codes, self.images)
            return
        layer = self.settings.space or embedding_layer(architecture)
        self.say(f"{self.set_name}: {len(self.faces)} faces in the space of {layer}")
        probe.on_space(layer_features(self.model, self.images, [layer], batch_size=size)[layer], layer)


def embedding_layer(architecture: Architecture) -> str:
    """The last layer before the outputs whose output is a vector; the outputs where there is none."""
    table = zip(architecture.layers, architecture.kinds, architecture.shapes, strict=True)
    # Dropout does nothing in eval mode: the layer before it is the one to name.
    vectors = [name for name, kind, shape in table if len(shape) == 1 and "Dropout" not in kind]
    if not vectors:
        return architecture.layers[-1]
    outputs = architecture.shapes[architecture.layers.index(vectors[-1])]
    inner = [v for v in vectors if architecture.shapes[architecture.layers.index(v)] != outputs]
    return (inner or vectors)[-1]


def _layers(
    checkpoint: Checkpoint, settings: ProbeSettings, architecture: Architecture, *, needed: bool
) -> tuple[str, ...]:
    """The layers named, or the deepest convolutions that ran and have more than one place."""
    convolutions = convolution_layers(checkpoint.model)
    ran = zip(architecture.layers, architecture.shapes, strict=True)
    mapped = [name for name, shape in ran if name in convolutions and max(shape[1:]) > 1]
    layers = tuple(settings.layers or mapped[-DEEPEST_CONVOLUTIONS:])
    picture = blank_picture(checkpoint.model, checkpoint.preprocessing.shape)
    if settings.space is not None:
        check_layers(checkpoint.model, [settings.space], picture)
    if not layers and not needed:
        return ()
    if not layers:
        raise FacesError("the model has no convolution; name layers with --layer")
    check_layers(checkpoint.model, layers, picture)
    return layers


def _missing(faces: Mapping[str, FaceImages]) -> list[str]:
    """What no set of faces allows, in sentences."""
    sentences = []
    if not any((some.expression >= 0).any() for some in faces.values()):
        sentences.append("No expression is known of these faces, so there is no accuracy on them.")
    if not any(codes_action_units(some) for some in faces.values()):
        sentences.append("No action unit is coded on these faces, so there is no distance to any.")
    return sentences


def _maps_worth_maximizing(found: Harvest, evidence: AUEvidence | None, count: int) -> np.ndarray:
    """The best map of every action unit, detectors first, then the maps with the largest values."""
    units = [] if evidence is None else sorted(evidence.units(), key=lambda unit: unit.detector is None)
    strongest = np.argsort(-found.values[:, 0], kind="stable").tolist()
    order = dict.fromkeys([unit.map for unit in units if unit.map is not None] + strongest)
    return np.array(sorted(list(order)[:count]), dtype=np.int64)
