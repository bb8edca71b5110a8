"""Two checkpoints side by side: their maps, the units they see, their layers and their answers."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.gallery import caption, face_tile, gallery
from dashboards.components.graph import graph, ringed
from dashboards.components.notes import MATCHED, SIMILAR, hint, panel
from dashboards.components.tables import table
from dashboards.view import View
from fer_probe.action_units import action_unit_label
from fer_probe.comparisons.answer_agreement import AnswerAgreement
from fer_probe.comparisons.checkpoint_comparison import CheckpointComparison
from fer_probe.comparisons.layer_similarity import LayerSimilarity
from fer_probe.comparisons.map_matches import MapMatches
from fer_probe.comparisons.seen_units import SeenUnits
from fer_probe.figures.comparisons import (
    SEEN_UNIT_COLUMNS,
    answers_figure,
    answers_in_words,
    layer_similarity_figure,
    layer_similarity_in_words,
    map_matches_figure,
    map_matches_in_words,
    seen_unit_rows,
    seen_units_figure,
    seen_units_in_words,
)
from fer_probe.harvesting import Harvest


def comparison_panels(view: View, path: str, found: CheckpointComparison) -> list[Component]:
    """All that a comparison on these faces found."""
    matches, units = found.matches, found.units
    return [
        *_maps(view, path, matches),
        *([] if units is None else _units(view, units)),
        html.Div(
            [
                *([] if found.answers is None else [_answers(found.answers)]),
                *([] if found.similarity is None else [_layers(found.similarity)]),
            ],
            className="columns",
        ),
    ]


def _maps(view: View, path: str, matches: MapMatches) -> list[Component]:
    """Every pair, and one of them with its faces."""
    number = view.number("map", len(matches.assigned))
    if number is None:
        number = int(matches.correlation.max(1).argmax())
    words = f"Correlation of every pair of maps of {matches.one} and {matches.other}"
    figure = graph(ringed(map_matches_figure(matches), number), words, "map-matches")
    links = {f"Map {i}": view.link(path, **{**view.query, "map": i}) for i in range(len(matches.assigned))}
    picked = choice("map", links, f"Map {number}", label=f"Map of {matches.one}")
    return [
        panel(
            "",
            figure,
            dmc.Text("Click on a point to see its maps below.", size="sm"),
            dmc.Text(map_matches_in_words(matches)),
            hint(MATCHED),
        ),
        dmc.Group([picked], className="controls"),
        html.Div([_map(view, matches, number), _partner(view, matches, number)], className="columns"),
    ]


def _map(view: View, matches: MapMatches, number: int) -> Component:
    known = view.study.find(Harvest, view.faces, matches.layer) is not None
    link = dmc.Anchor(f"All of map {number}", href=view.link("/maps", layer=matches.layer, map=number), size="sm")
    words = f"Map {number} of {matches.one}, {matches.layer}"
    return panel(words, _faces(view, matches.strongest[number], words), *([link] if known else []))


def _partner(view: View, matches: MapMatches, number: int) -> Component:
    """The map that it is paired with, and the best one where that is another."""
    partner, best = matches.partner(number), int(matches.best[number])
    if partner is None:
        return panel(f"No pair in {matches.other}", dmc.Text("It has fewer maps, and all are paired with others."))
    worth = "more alike" if matches.learnt[number] else "not shown to be more alike"
    told = f"r = {matches.correlation[number, partner]:.2f}, {worth} than maps of untrained networks."
    if best != partner:
        told += f" Map {best}, the pair of another, is more alike: r = {matches.correlation[number, best]:.2f}."
    words = f"Its pair: map {partner} of {matches.other}, {matches.other_layer}"
    return panel(words, _faces(view, matches.other_strongest[partner], words), dmc.Text(told, size="sm"))


def _faces(view: View, indices: object, words: str) -> Component:
    tiles = [face_tile(view, int(i), f"Face {i}", caption(f"face {i}")) for i in list(indices)]  # type: ignore[call-overload]
    return gallery(tiles, f"Faces that excite it most: {words}", small=True)


def _units(view: View, units: SeenUnits) -> list[Component]:
    figure = graph(seen_units_figure(units), f"AUROC of the best maps of {units.one} and {units.other}", "seen-units")
    known = {action_unit_label(int(au)): int(au) for au in units.action_unit_numbers}
    rows = [[_unit(view, units.layer, known[row[0]], row[0]), *row[1:]] for row in seen_unit_rows(units)]
    heads = [
        {1: f"Map of {units.one}", 3: f"Map of {units.other}"}.get(place, head)
        for place, head in enumerate(SEEN_UNIT_COLUMNS)
    ]
    words = "Best maps of either network for every action unit"
    return [
        panel("", figure, dmc.Text(seen_units_in_words(units))),
        panel("Unit by unit", table(heads, rows, words, numeric=(2, 4, 5, 6))),
    ]


def _unit(view: View, layer: str, au: int, label: str) -> Component:
    return dmc.Anchor(label, fz="sm", href=view.link("/action-units", au=au, layer=layer))


def _answers(answers: AnswerAgreement) -> Component:
    words = f"Answers of {answers.one} (rows) and {answers.other} (columns)"
    return panel("", graph(answers_figure(answers), words, "answers"), dmc.Text(answers_in_words(answers)))


def _layers(similarity: LayerSimilarity) -> Component:
    words = f"CKA of the layers of {similarity.one} and {similarity.other}"
    figure = graph(layer_similarity_figure(similarity), words, "layer-similarity")
    return panel("", figure, dmc.Text(layer_similarity_in_words(similarity)), hint(SIMILAR))
