"""Experiments: what happens to the network's answers if something is switched."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, callback, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.ablation_panels import ablation_panels
from dashboards.components.graph import graph_id
from dashboards.components.notes import missing, panel
from dashboards.components.unit_panels import unit_panels
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.ablation import AblatedMaps

_PATH = "/experiments"
_WORDS = "A map is switched off, an action unit on; whatever else is held. What follows is what it causes."


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    return [
        dmc.Stack([dmc.Title("What happens if …", order=1), dmc.Text(_WORDS, className="quiet")], gap=4),
        *unit_panels(view, _PATH),
        *_ablations(view),
    ]


def _ablations(view: View) -> list[Component]:
    """Of these faces, or of the first others that maps were switched off on."""
    seen = view.where(AblatedMaps)
    if seen is None:
        words = "No map was switched off: that takes faces with known expressions"
        return [panel("… a feature map is switched off?", missing(words))]
    layers = seen.study.layers(AblatedMaps, seen.faces)
    chosen = seen.choice("layer", layers, str(view.study.about.get("main_layer", "")))
    ablated = seen.study.load(AblatedMaps, seen.faces, chosen)
    number = seen.number("map", len(ablated.change))
    return ablation_panels(seen, ablated, ablated.moves_most if number is None else number)


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("ablation"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def show_map(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The map whose cell was clicked; Dash tells no ``customdata`` of cells, but their words."""
    if not clicked:
        return no_update
    view = View.of(query_of(search))
    return view.link(_PATH, **{**view.query, "map": clicked["points"][0]["text"].removeprefix("map ")})


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("unit-maps"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def open_map(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The page of the map whose point was clicked."""
    if not clicked:
        return no_update
    view = View.of(query_of(search))
    layer = view.query.get("layer") or str(view.study.about.get("main_layer", ""))
    return view.link("/maps", layer=layer, map=clicked["points"][0]["customdata"])


register_page(__name__, _PATH, name="Experiments", title="Experiments · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
