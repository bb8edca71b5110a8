"""Experiments: what happens to the network's answers if something is switched."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, callback, html, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.ablation_panels import ablation_panels
from dashboards.components.aria import aria
from dashboards.components.combination_panels import combination_panels
from dashboards.components.concept_panels import concept_panels
from dashboards.components.depth_panels import depth_panels
from dashboards.components.graph import graph_id
from dashboards.components.sanity_panels import sanity_panels
from dashboards.components.sweep_panels import INTENSITY, LIGHT, sweep_panels
from dashboards.components.unit_panels import unit_panels
from dashboards.shell import framed
from dashboards.view import View, query_of

_PATH = "/experiments"
_WORDS = "One thing is switched, all else is held: what follows is what it causes."

#: What can be asked: its name in links → in words, and what answers it.
_QUESTIONS: dict[str, tuple[str, Callable[[View], list[Component]]]] = {
    "unit": ("one action unit is switched on?", lambda view: unit_panels(view, _PATH)),
    "together": ("action units come together?", lambda view: combination_panels(view, _PATH)),
    "degrees": ("an expression is faint?", lambda view: sweep_panels(view, INTENSITY)),
    "light": ("the light is bad?", lambda view: sweep_panels(view, LIGHT)),
    "map": ("a feature map is switched off?", ablation_panels),
    "concept": ("a layer moves like a unit?", concept_panels),
    "depth": ("we look deeper?", lambda view: depth_panels(view, _PATH)),
    "weights": ("the network forgets?", lambda view: sanity_panels(view, _PATH)),
}


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    asked = view.choice("ask", list(_QUESTIONS))
    return [
        dmc.Stack([dmc.Title("What happens if …", order=1), dmc.Text(_WORDS, className="quiet")], gap=4),
        _questions(view, asked),
        *_QUESTIONS[asked][1](view),
    ]


def _questions(view: View, asked: str) -> Component:
    """Every question as a link; the state of one means nothing to another."""
    links = [
        dmc.Anchor(
            f"… {words}",
            href=view.link(_PATH, ask=name),
            className="button",
            underline="never",
            **(aria(current="page") if name == asked else {}),
        )
        for name, (words, _) in _QUESTIONS.items()
    ]
    return html.Nav(links, className="questions", **aria(label="What happens if"))


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
