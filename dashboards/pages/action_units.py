"""Action units: what each is, how often it is coded, and which feature maps tell it."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, callback, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.evidence_panels import measures_panel, units_panel, verdict_panel
from dashboards.components.gallery import caption, gallery, map_tile
from dashboards.components.graph import graph, graph_id
from dashboards.components.notes import DISTANCE, NEARER, SIGNIFICANCE, hint, nothing_here, panel
from dashboards.components.uncoded import no_distances
from dashboards.drawn_face import query_of_units
from dashboards.shell import framed
from dashboards.unit_combinations import seen_units
from dashboards.view import View, query_of
from fer_probe.action_units import ACTION_UNITS, action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.au_evidence import AUEvidence, find_evidence
from fer_probe.evidence.evidence_words import verdict_sentence
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.figures import distance_figure, distance_heatmap_figure, evidence_figure, significance_figure

#: How many of an action unit's ranked maps are shown.
RANKED_SHOWN = 24


def layout(**query: str) -> Component:
    """The page for an address: one action unit where it names one, else all."""
    return framed("/action-units", _content, query)


def _content(view: View) -> list[Any]:
    layers = view.study.layers(AUDistances, view.faces)
    if not layers:
        return [nothing_here("No action units here", no_distances(view, "/action-units"))]
    layer = view.choice("layer", layers, str(view.study.about.get("main_layer", "")))
    evidence = find_evidence(view.study, view.faces, layer)
    assert evidence is not None  # a layer that has distances was chosen
    numbers = [str(unit.au) for unit in evidence.units()]
    chosen = view.choice("au", numbers) if view.query.get("au") else ""
    return _one_unit(view, layers, evidence, int(chosen)) if chosen else _all_units(view, layers, evidence)


def _all_units(view: View, layers: tuple[str, ...], evidence: AUEvidence) -> list[Any]:
    distances, significance = evidence.distances, evidence.significance
    words = f"What the maps of {distances.layer} tell of these faces' action units."
    heatmap = graph(
        distance_heatmap_figure(distances, significance), "Distance of every action unit and map", "distances"
    )
    return [
        dmc.Stack([dmc.Title("Action units", order=1), dmc.Text(words, className="quiet")], gap=4),
        dmc.Group([_layer_choice(view, layers, distances.layer)], className="controls"),
        units_panel(view, evidence),
        *([] if significance is None else [_evidence(evidence)]),
        panel("", heatmap, hint(DISTANCE)),
    ]


def _evidence(evidence: AUEvidence) -> Component:
    assert evidence.significance is not None  # asked for by the caller
    words = "How far every map stands above chance, for every action unit"
    return panel("", graph(evidence_figure(evidence.significance), words, "evidence"), hint(NEARER))


def _layer_choice(view: View, layers: tuple[str, ...], layer: str) -> Component:
    links = {name: view.link("/action-units", **{**view.query, "layer": name}) for name in layers}
    return choice("layer", links, layer, label="Layer")


def _one_unit(view: View, layers: tuple[str, ...], evidence: AUEvidence, au: int) -> list[Any]:
    label, significance = action_unit_label(au), evidence.significance
    distances = graph(
        distance_figure(evidence.distances, au, significance), f"Distance of every map to {label}", "au-maps"
    )
    figures = [panel("", distances, dmc.Text("Click on a bar to see its map.", size="sm"), hint(DISTANCE))]
    if significance is not None and significance.tested(au):
        words = f"How far every map stands above chance for {label}"
        figures += [panel("", graph(significance_figure(significance, au), words, "au-z"), hint(SIGNIFICANCE))]
    return [
        _unit_title(view, layers, evidence.distances, au),
        verdict_panel(evidence, au),
        *figures,
        measures_panel(view, evidence, au),
        _ranked(view, evidence, au),
    ]


def _unit_title(view: View, layers: tuple[str, ...], distances: AUDistances, au: int) -> Component:
    row, unit = distances.row(au), ACTION_UNITS.get(au)
    numbers = [int(n) for n in distances.action_unit_numbers]
    units = {action_unit_label(n): _with(view, au=n) for n in numbers}
    facts = [f"{distances.with_count[row]} faces with it, {distances.without_count[row]} without"]
    if unit:
        facts = [f"Muscles: {unit.muscles}", f"shows at the {unit.region}", *facts]
    steps = [
        _step(view, numbers[row - 1], "‹ Previous", "ArrowLeft"),
        _step(view, numbers[(row + 1) % len(numbers)], "Next ›", "ArrowRight"),
    ]
    return dmc.Stack(
        [
            dmc.Group([dmc.Anchor("All action units", href=_with(view, au=None), size="sm"), *_drawn(view, au)]),
            dmc.Group([dmc.Title(action_unit_label(au), order=1), dmc.Group(steps, gap="xs")], justify="space-between"),
            dmc.Text(" · ".join(facts), className="quiet"),
            dmc.Group(
                [
                    choice("au", units, action_unit_label(au), label="Action unit"),
                    _layer_choice(view, layers, distances.layer),
                ],
                className="controls",
            ),
        ],
        gap="xs",
    )


def _drawn(view: View, au: int) -> list[Component]:
    """A link to a drawn face that shows the unit, where one can be drawn."""
    if au not in DRAWN_ACTION_UNITS:
        return []
    units = query_of_units(tuple((unit, 1.0, 1.0) for unit in seen_units([au])))
    return [dmc.Anchor("See it on a drawn face", href=view.link("/drawn-face", **units), size="sm")]


def _step(view: View, au: int, words: str, key: str) -> Component:
    return dmc.Anchor(
        words,
        href=_with(view, au=au),
        className="button",
        underline="never",
        **{"data-key": key, "aria-keyshortcuts": key, "aria-label": f"{words.strip('‹› ')}: {action_unit_label(au)}"},
    )


def _with(view: View, **changes: object) -> str:
    return view.link("/action-units", **{**view.query, **changes})


def _ranked(view: View, evidence: AUEvidence, au: int) -> Component:
    ranking = [int(i) for i in evidence.distances.ranking(au)]
    title, layer = "Maps on this unit's side", evidence.distances.layer
    if not ranking:
        return panel(title, dmc.Text(verdict_sentence(evidence, au)))
    tiles = [_ranked_tile(view, evidence, au, i) for i in ranking[:RANKED_SHOWN]]
    more = f", the first {RANKED_SHOWN} here" if len(ranking) > RANKED_SHOWN else ""
    words = f"{len(ranking)} maps of {layer} answer more to faces with the unit{more}, by D."
    return panel(title, dmc.Text(words), gallery(tiles, "Ranked maps"))


def _ranked_tile(view: View, evidence: AUEvidence, au: int, number: int) -> Component:
    row, significance = evidence.distances.row(au), evidence.significance
    captions = [f"D {evidence.distances.distance[row, number]:.3g}"]
    if significance is not None and significance.tested(au):
        above = "above chance" if number in significance.detectors(au) else "not above chance"
        captions += [f"p {significance.p_adjusted[row, number]:.2g}, {above}"]
    return map_tile(view, evidence.distances.layer, number, "originals", *map(caption, captions))


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("au-maps"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("au-z"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def open_map(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The map whose bar was clicked, on the same layer; Dash calls the plain function by both callbacks."""
    return _map_link(clicked["points"][0]["customdata"], search) if clicked else no_update


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("distances"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def open_cell(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The map whose cell was clicked, on the same layer; Dash tells no ``customdata`` of cells, but where they are."""
    return _map_link(clicked["points"][0]["x"], search) if clicked else no_update


def _map_link(number: int, search: str | None) -> str:
    view = View.of(query_of(search))
    layers = view.study.layers(AUDistances, view.faces)
    return view.link(
        "/maps", layer=view.choice("layer", layers, str(view.study.about.get("main_layer", ""))), map=number
    )


register_page(__name__, "/action-units", name="Action units", title="Action units · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
