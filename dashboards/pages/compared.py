"""Compared: this checkpoint beside another one, on the same faces."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, callback, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.comparison_panels import comparison_panels
from dashboards.components.graph import graph_id
from dashboards.components.notes import nothing_here
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.comparisons.checkpoint_comparison import find_comparison
from fer_probe.comparisons.map_matches import MapMatches

_PATH = "/compared"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    seen = view.where(MapMatches)
    if seen is None:
        words = "This checkpoint was not compared with another one yet; both are shown the faces of this study."
        return [nothing_here("Nothing compared yet", words, f"fer-probe compare {view.study.folder.name} OTHER")]
    others = seen.study.layers(MapMatches, seen.faces)  # a comparison goes by the other checkpoint's name
    chosen = seen.choice("other", others)
    found = find_comparison(seen.study, seen.faces, chosen)
    assert found is not None  # one of those that there are was chosen
    one = found.matches.one
    words = f"{found.matches.pictures:,} faces “{seen.faces}”, shown to {one} and to {chosen}."
    return [
        dmc.Stack([dmc.Title(f"{one} beside {chosen}", order=1), dmc.Text(words, className="quiet")], gap=4),
        *_choice_of_others(seen, others, chosen),
        *comparison_panels(seen, _PATH, found),
    ]


def _choice_of_others(view: View, others: tuple[str, ...], chosen: str) -> list[Component]:
    if len(others) < 2:
        return []
    links = {name: view.link(_PATH, other=name) for name in others}
    return [dmc.Group([choice("other", links, chosen, label="Compared with")], className="controls")]


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("map-matches"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def show_pair(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The pair whose point was clicked; the marks of untrained networks belong to none."""
    number = None if not clicked else clicked["points"][0].get("customdata")
    if number is None:
        return no_update
    view = View.of(query_of(search))
    return view.link(_PATH, **{**view.query, "map": number})


register_page(__name__, _PATH, name="Compared", title="Compared · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
