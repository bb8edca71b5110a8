"""What a report shows of a study: its records on one set of faces, drawn. What is not there is None or empty."""

import json
import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fer_probe import figures
from fer_probe.architecture import Architecture
from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.au_evidence import find_evidence
from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS, random_identity, render_face
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.pictures import Heat
from fer_probe.harvesting import Harvest
from fer_probe.latents.embeddings import Embedding
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.deconvolution import Projections
from fer_probe.report.attributions import ReportAttributions
from fer_probe.report.causes import ReportCauses
from fer_probe.report.comparisons import ReportComparison, report_comparisons
from fer_probe.report.evidence import ReportEvidence
from fer_probe.report.groups import ReportGroups
from fer_probe.report.latents import ReportLatents
from fer_probe.report.regions import ReportRegions
from fer_probe.study import DRAWN_PEOPLE, Study, StudyError

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]

_MAXIMIZED, _MISTAKES_A_CLASS = 18, 4
_EXEMPLAR_SEED = 3
_PROVENANCE = (
    "model", "checkpoint", "checkpoint_sha256", "class_names", "preprocessing", "recipe", "trained_on", "metrics",
    "seed",
)  # fmt: skip


def main_faces(study: Study) -> str:
    """The set a report is about where none is named: the first one with distances, else the first.

    Raises:
        StudyError: the study has no faces.
    """
    if not study.face_sets:
        raise StudyError(f"study {study.name!r} has no faces to report on; probe it with a set of faces first")
    return next((name for name in study.face_sets if study.layers(AUDistances, name)), study.face_sets[0])


def exemplars(action_units: Iterable[int], size: int = 128) -> dict[int, np.ndarray]:
    """Zhu's column "Picture AU": action unit → a drawn person at rest and, beside it, with that unit alone.

    Returns:
        (size, 2·size + 3, 4) uint8 each, the unit at full intensity. Units that cannot be drawn are left out.
    """
    person = random_identity(_EXEMPLAR_SEED)
    rest = render_face(person, {}, size=size)[0]
    return {
        au: figures.mosaic(np.stack([rest, render_face(person, {au: 1.0}, size=size)[0]]), columns=2)
        for au in action_units
        if au in DRAWN_ACTION_UNITS
    }


class ReportContents:
    """A study's records on one set of faces, piece by piece as the page shows them."""

    def __init__(self, study: Study, set_name: str) -> None:
        self.study, self.set_name, self.about = study, set_name, study.about
        self.faces = study.faces(set_name)
        self.layer = str(self.about.get("main_layer") or (study.layers(Harvest, set_name) or ("",))[-1])
        self.architecture = study.find(Architecture, set_name)
        found = find_evidence(study, set_name, self.layer)
        self.distances = None if found is None else found.distances
        self.evidence = None if found is None else ReportEvidence(found)
        self.projections = study.find(Projections, set_name, self.layer)
        self.harvest = study.find(Harvest, set_name, self.layer)
        self.maximized_maps = study.find(MaximizedMaps, set_name, self.layer)
        self.places = study.find(ResponsePlaces, set_name, self.layer)
        self.ordinary = study.find(OrdinaryPictures, set_name, self.layer)
        self.regions = ReportRegions(study, set_name, self.layer)

    @property
    def model(self) -> str:
        """The network's name, or its class's for a stranger's."""
        model = self.about.get("model") or {}
        return str(model.get("name") or model.get("class") or "network") if isinstance(model, dict) else str(model)

    @property
    def subject_count(self) -> int | None:
        """How many people the faces are of, where that is known."""
        return None if self.faces.subject is None else len(np.unique(self.faces.subject))

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Height and width as the model takes pictures."""
        if self.architecture is not None:
            return (int(self.architecture.picture[1]), int(self.architecture.picture[2]))
        return None if self.places is None else self.places.picture_size

    @cached_property
    def evaluations(self) -> dict[str, Evaluation]:
        """Every set of faces with known expressions; the report's own first."""
        names = sorted(self.study.face_sets, key=lambda name: name != self.set_name)
        found = {name: self.study.find(Evaluation, name) for name in names}
        return {name: one for name, one in found.items() if one is not None and not math.isnan(one.accuracy)}

    @property
    def labelled_set(self) -> str:
        """The set whose expressions are known, for what is coloured by them; the report's own where there is none."""
        return next(iter(self.evaluations), self.set_name)

    @cached_property
    def labelled_faces(self) -> FaceImages:
        """The faces of that set."""
        return self.faces if self.labelled_set == self.set_name else self.study.faces(self.labelled_set)

    @cached_property
    def causes(self) -> ReportCauses:
        """What was switched, and what followed."""
        return ReportCauses(self.study, self.layer, self.labelled_set, self.distances)

    @cached_property
    def attributions(self) -> ReportAttributions:
        """What classes rest on, and action units as concepts."""
        return ReportAttributions(self.study, self.layer)

    @cached_property
    def groups(self) -> ReportGroups:
        """For whom the network works."""
        return ReportGroups(self.study, self.set_name, self.labelled_set, self.layer)

    @cached_property
    def comparisons(self) -> list[ReportComparison]:
        """This checkpoint beside others."""
        return report_comparisons(self.study, self.set_name, self.labelled_set)

    @cached_property
    def strips(self) -> list[dict[str, Any]]:
        """Zhu, tables 1, 4 and 5: of every action unit with a best map what that map saw, and its projections."""
        if self.projections is None or self.picture_size is None or self.evidence is None:
            return []
        drawn = exemplars(unit.au for unit in self.evidence.ranked)
        return [
            {
                "unit": unit,
                "exemplar": drawn.get(unit.au),
                "pairs": figures.paired_mosaics(self.faces, self.projections, unit.map, self.picture_size),
                "places": self._places(unit.map, "mean_response"),
                "strongest": self._places(unit.map, "strongest"),
                "ordinary": self._ordinary(unit.map),
                "sanity": self.causes.sanity_of(unit.map),
            }
            for unit in self.evidence.ranked
            if unit.map is not None
        ]

    @property
    def confusions(self) -> list[Drawn]:
        """Honari Jahromi & Fyshe, figure 4, of every set of faces with labels."""
        return [
            (
                figures.confusion_figure(found).update_layout(title_text=f"Confusion on ‘{name}’, % of each row"),
                f"Confusion matrix on the faces {name}: {found.accuracy:.1%} read rightly",
            )
            for name, found in self.evaluations.items()
        ]

    @property
    def misclassified(self) -> list[dict[str, Any]]:
        """Honari Jahromi & Fyshe, figure 8: of every labelled class its surest mistakes."""
        if self.labelled_set not in self.evaluations:
            return []
        found = self.evaluations[self.labelled_set]
        wrong, names = found.misclassified, found.class_names
        shown = [i for k in range(len(names)) for i in wrong[found.expected[wrong] == k][:_MISTAKES_A_CLASS]]
        return [
            {
                "picture": figures.face_thumbnail(self.labelled_faces, int(i)),
                "labelled": names[found.expected[i]],
                "predicted": names[found.predicted[i]],
                "probability": float(found.probabilities[i, found.predicted[i]]),
                "index": int(i),
            }
            for i in shown
        ]

    @property
    def maximized(self) -> list[dict[str, Any]]:
        """Honari Jahromi & Fyshe, figure 5: the maximised maps with the largest values, best first."""
        found = self.maximized_maps
        if found is None:
            return []
        return [
            {
                "picture": figures.enlarged(figures.maximized_picture(found.pixels[row]), 144),
                "map": int(found.maps[row]),
                "activation": float(found.activation[row]),
                "in_data": None if self.harvest is None else float(self.harvest.values[found.maps[row], 0]),
            }
            for row in np.argsort(-found.activation, kind="stable")[:_MAXIMIZED]
        ]

    @property
    def embeddings(self) -> list[Drawn]:
        """The faces on a plane, by label and by prediction."""
        name, faces = self.labelled_set, self.labelled_faces
        layers, evaluation = self.study.layers(Embedding, name), self.evaluations.get(name)
        if not layers:
            return []
        found, placed = self.study.load(Embedding, name, layers[-1]), self.study.of_layer(PlacedFaces, name, layers[-1])
        return [
            (
                figures.embedding_figure(found, faces, colour_by=way, evaluation=evaluation, placed=placed),
                f"{len(faces)} faces laid out by what {found.layer} gives for them, coloured by {way}",
            )
            for way in ("expression", *["predicted"] * (evaluation is not None))
        ]

    @cached_property
    def latents(self) -> ReportLatents:
        """Latents, what is decoded from them, clusters and measures."""
        return ReportLatents(self.study, self.set_name)

    @property
    def training_curves(self) -> Drawn | None:
        """Loss and accuracy after every epoch."""
        curves = self.about.get("curves")
        return (figures.training_curves_figure(curves), "Training curves over epochs") if curves else None

    @property
    def expression_counts(self) -> Drawn:
        """Honari Jahromi & Fyshe, figure 2."""
        words = f"Number of faces of {self.labelled_set} by expression"
        return figures.expression_counts_figure(self.labelled_faces), words

    @property
    def architecture_rows(self) -> tuple[dict[str, str], ...]:
        """Zhu, figure 1; Honari Jahromi & Fyshe, figures 3 and 7."""
        return () if self.architecture is None else figures.architecture_rows(self.architecture)

    @property
    def provenance(self) -> list[tuple[str, str]]:
        """Where all of it came from: name, value."""
        about = [
            (key.replace("_", " "), self.about[key]) for key in _PROVENANCE if self.about.get(key) not in (None, {})
        ]
        records = [entry.provenance() for entry in self.study.entries(faces=self.set_name)]
        if records:
            about += [("faces sha256", records[0].get("faces_sha256", "")), *records[0].get("versions", {}).items()]
        return [(name, value if isinstance(value, str) else json.dumps(value, default=str)) for name, value in about]

    @property
    def records(self) -> list[tuple[str, str, str]]:
        """Kind, layer and parameters of every record on these faces."""
        entries = [e for name in (self.set_name, DRAWN_PEOPLE) for e in self.study.entries(faces=name)]
        return [(e.kind, e.layer, json.dumps(e.provenance().get("parameters", {}))) for e in entries]

    @property
    def region_galleries(self) -> list[dict[str, Any]]:
        """Zhu, table 2, of every part of the face."""
        return [] if self.picture_size is None else self.regions.galleries(self.faces, self.picture_size)

    def _places(self, number: int, of: Heat) -> np.ndarray | None:
        if self.places is None:
            return None
        return figures.enlarged(figures.places_overlay(self._mean_face, self.places, number, of), 144)

    def _ordinary(self, number: int) -> list[tuple[str, np.ndarray]]:
        """Random and median faces, three of each."""
        found, size = self.ordinary, self.picture_size
        if found is None or size is None:
            return []
        return [(way, figures.ordinary_mosaic(self.faces, found, number, way, size, count=3)) for way in found.ways]

    @cached_property
    def _mean_face(self) -> np.ndarray:
        assert self.places is not None  # asked for where there are places to lay on it
        return figures.mean_picture(self.faces, self.places.picture_size)
