"""Overview: what the model is, what it reads, and a first look at what its maps see."""

from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import html, register_page
from dash.development.base_component import Component

from dashboards.components.facts import expression_of
from dashboards.components.gallery import caption, face_tile, gallery, map_picture
from dashboards.components.graph import graph
from dashboards.components.notes import DISTANCE, SIGNIFICANCE, hint, missing, panel
from dashboards.components.tables import table
from dashboards.components.uncoded import no_distances
from dashboards.shell import framed
from dashboards.view import View
from fer_probe.architecture import Architecture
from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_evidence import AUEvidence, UnitEvidence, find_evidence
from fer_probe.evidence.evidence_words import detectors_in_words
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures import (
    ARCHITECTURE_COLUMNS,
    architecture_rows,
    confusion_figure,
    expression_counts_figure,
    training_curves_figure,
)
from fer_probe.harvesting import Harvest

#: How many faces, and how many mistakes, the page shows.
FACES_SHOWN, MISTAKES_SHOWN = 16, 16
#: Why a unit has no detector.
_WITHOUT = {
    "none": "No map above chance",
    "too few": "Too few faces",
    "not testable": "Not testable",
    "not tested": "No map that answers more to faces with it",
}


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed("/", _content, query)


def _content(view: View) -> list[Any]:
    faces = view.study.faces(view.faces)
    architecture = view.study.find(Architecture, view.faces)
    evaluated = _evaluated(view)
    evaluation = evaluated.study.find(Evaluation, evaluated.faces)
    return [
        _title(view, architecture),
        *[dmc.Alert(note, color="yellow", variant="light") for note in view.study.about.get("notes", ())],
        _numbers(view, faces, _accuracy(evaluated, evaluation)),
        _first_look(view),
        _faces(view, faces),
        dmc.Box(
            [
                _confusion(evaluated, evaluation),
                _curves(view),
                _counts(evaluated if (faces.expression < 0).all() else view),
            ],
            className="columns",
        ),
        _mistakes(evaluated, evaluation),
        _architecture(architecture),
    ]


def _evaluated(view: View) -> View:
    """These faces, or the first others that the model was evaluated on, where it was not on these."""
    return view.where(Evaluation) or view


def _accuracy(view: View, evaluation: Evaluation | None) -> Component:
    """On the faces held back in training, where the checkpoint tells; else on faces of this study."""
    metrics = view.study.about.get("metrics") or {}
    if "test_accuracy" in metrics:
        return _number(f"{metrics['test_accuracy']:.1%}", "accuracy on unseen faces")
    if evaluation is None or np.isnan(evaluation.accuracy):
        return _number("–", "accuracy: no labelled faces")
    return _number(f"{evaluation.accuracy:.1%}", f"accuracy on the faces “{view.faces}”")


def _title(view: View, architecture: Architecture | None) -> Component:
    about = view.study.about
    facts = [_model_name(about.get("model", "")), f"{len(about.get('class_names', ()))} classes"]
    if architecture is not None:
        channels, height, width = architecture.picture
        facts.append(f"{height} × {width} {'grey' if channels == 1 else 'colour'} input")
        facts.append(f"{architecture.total_parameters:,} parameters")
    return dmc.Stack(
        [dmc.Title(view.study.name, order=1), dmc.Text(" · ".join(filter(None, facts)), className="quiet")], gap=4
    )


def _model_name(model: Any) -> str:
    """A model built by name, one from elsewhere, or a plain name."""
    return str(model.get("name") or model.get("class", "")) if isinstance(model, dict) else str(model)


def _numbers(view: View, faces: FaceImages, accuracy: Component) -> Component:
    subjects = "–" if faces.subject is None else str(len(np.unique(faces.subject)))
    maps = {layer: len(view.study.load(Harvest, view.faces, layer).values) for layer in _layers(view)}
    return dmc.SimpleGrid(
        [
            accuracy,
            _number(f"{len(faces):,}", f"faces “{view.faces}”"),
            _number(subjects, "subjects"),
            _number(str(len(faces.action_unit_numbers)), "action units coded"),
            _number(f"{sum(maps.values()):,}", f"feature maps in {len(maps)} layers"),
        ],
        cols={"base": 2, "sm": 3, "md": 5},
        spacing="sm",
    )


def _number(number: str, words: str) -> Component:
    return dmc.Box(
        [dmc.Text(number, className="number"), dmc.Text(words, size="sm", className="quiet")], className="panel"
    )


def _layers(view: View) -> tuple[str, ...]:
    return view.study.layers(Harvest, view.faces)


def _first_look(view: View) -> Component:
    layer = str(view.study.about.get("main_layer", ""))
    evidence = find_evidence(view.study, view.faces, layer)
    title = "First look: a map for each action unit?"
    if evidence is None:
        return panel(title, no_distances(view, "/", layer))
    tested = evidence.significance is not None
    shown = [unit for unit in evidence.ranked() if (unit.detector if tested else unit.map) is not None]
    tiles = [_best_of(view, evidence, unit) for unit in shown]
    others = [unit for unit in evidence.units() if unit.au not in {one.au for one in shown}]
    return panel(
        title,
        dmc.Text(detectors_in_words(evidence)),
        *([gallery(tiles, "Action units and their maps")] if tiles else []),
        *([_without(view, others)] if others else []),
        hint(SIGNIFICANCE if tested else DISTANCE),
    )


def _best_of(view: View, evidence: AUEvidence, unit: UnitEvidence) -> Component:
    assert unit.map is not None  # units without a map have no picture
    numbers = f"D {unit.distance:.3g}" if unit.detector is None else f"D {unit.distance:.3g}, q {unit.q_value:.2g}"
    parts = [
        map_picture(view, evidence.distances.layer, unit.map, "originals"),
        dmc.Text(unit.label, fw=600, size="sm"),
        caption(f"map {unit.map}, {numbers}"),
    ]
    return html.Li(dmc.Anchor(parts, href=view.link("/action-units", au=unit.au), className="tile", underline="never"))


def _without(view: View, units: list[UnitEvidence]) -> Component:
    """Links to the units that have no detector, by why."""
    lines = []
    for verdict, words in _WITHOUT.items():
        those = [unit for unit in units if unit.verdict == verdict]
        links = [
            dmc.Anchor(f"AU{unit.au}", href=view.link("/action-units", au=unit.au), inherit=True, underline="always")
            for unit in those
        ]
        if links:
            between = [part for link in links for part in (", ", link)][1:]
            lines.append(dmc.Text([f"{words}: ", *between, "."], size="sm"))
    return dmc.Stack(lines, gap=4)


def _faces(view: View, faces: FaceImages) -> Component:
    some = np.unique(np.linspace(0, len(faces) - 1, FACES_SHOWN).astype(int))
    labels = {int(i): _name_of(faces, int(i)) for i in some}
    tiles = [face_tile(view, i, f"Face {i}, {label}", caption(label)) for i, label in labels.items()]
    return panel(
        "The faces",
        dmc.Text(
            f"{len(some)} of the {len(faces):,} faces “{view.faces}”" + (f": {faces.source}." if faces.source else ".")
        ),
        gallery(tiles, "Some of the faces", small=True),
    )


def _name_of(faces: FaceImages, index: int) -> str:
    """What is written under a face: its expression, else who it is."""
    if faces.expression[index] >= 0 or faces.subject is None:
        return expression_of(faces, index)
    return f"subject {faces.subject[index]}"


def _confusion(view: View, evaluation: Evaluation | None) -> Component:
    if evaluation is None:
        return panel("Confusion matrix", missing("No faces with expressions were evaluated"))
    words = f"Confusion matrix of {len(evaluation.class_names)} classes, accuracy {evaluation.accuracy:.1%}"
    return panel("", graph(confusion_figure(evaluation), words, "confusion"), caption(f"Faces “{view.faces}”."))


def _curves(view: View) -> Component:
    curves = view.study.about.get("curves") or {}
    if not curves:
        return panel("Training curves", missing("The checkpoint carries no training curves", "fer-probe train"))
    return panel("", graph(training_curves_figure(curves), f"Training curves: {', '.join(curves)}", "curves"))


def _counts(view: View) -> Component:
    figure = expression_counts_figure(view.study.faces(view.faces))
    drawn = graph(figure, "How many faces show each expression", "counts")
    return panel("", drawn, caption(f"Faces “{view.faces}”."))


def _mistakes(view: View, evaluation: Evaluation | None) -> Component | None:
    if evaluation is None:
        return None
    wrong, count = evaluation.misclassified[:MISTAKES_SHOWN], len(evaluation.misclassified)
    shown = f", the {len(wrong)} surest mistakes here" if count > len(wrong) else ""
    tiles = [_mistake(view, evaluation, int(i)) for i in wrong]
    return panel(
        "Misclassified faces",
        dmc.Text(f"{count} of the labelled faces “{view.faces}” are read wrongly{shown}."),
        gallery(tiles, "Misclassified faces", small=True),
    )


def _mistake(view: View, evaluation: Evaluation, index: int) -> Component:
    said = evaluation.class_names[evaluation.predicted[index]]
    label = evaluation.class_names[evaluation.expected[index]]
    sure = evaluation.probabilities[index, evaluation.predicted[index]]
    return face_tile(
        view,
        index,
        f"Face {index}: {label}, read as {said}",
        caption(f"read {said} ({sure:.0%})"),
        caption(f"is {label}"),
    )


def _architecture(architecture: Architecture | None) -> Component:
    if architecture is None:
        return panel("Architecture", missing("The network was not described"))
    rows = [[row[column] for column in ARCHITECTURE_COLUMNS] for row in architecture_rows(architecture)]
    return panel(
        "Architecture",
        table([c.capitalize() for c in ARCHITECTURE_COLUMNS], rows, "Layers of the network", numeric=(3,)),
    )


register_page(__name__, "/", name="Overview", title="Overview · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
