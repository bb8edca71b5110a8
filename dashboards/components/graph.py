"""Graphs: a figure in a page, in the reader's own colours."""

from typing import Any

import plotly.io
from dash import Dash, Input, Output, State, dcc, html
from dash.dependencies import ALL, ClientsideFunction
from dash.development.base_component import Component
from flask import request

from dashboards.components.aria import aria
from fer_probe.figures.theme import DARK, LIGHT, themed

#: Set by assets/scheme.js: the scheme the reader sees.
SCHEME_COOKIE = "scheme"

_CONFIG: Any = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
}


def graph(figure: Any, words: str, name: str) -> Component:
    """A figure, with words for those who do not see it.

    Args:
        figure: of :mod:`fer_probe.figures`; it takes the reader's scheme here.
        words: what it shows.
        name: unique on the page; see :func:`graph_id`.
    """
    dark = request.cookies.get(SCHEME_COOKIE) == "dark"
    return html.Div(
        dcc.Graph(figure=themed(figure, dark), config=_CONFIG, id=graph_id(name)),
        role="group",
        className="graph",
        **aria(label=words),
    )


def graph_id(name: str) -> dict[str, str]:
    """What a callback calls the graph of a name."""
    return {"type": "graph", "name": name}


def templates() -> Component:
    """Both looks of the figures, for the browser to change between."""
    looks = {"light": plotly.io.templates[LIGHT], "dark": plotly.io.templates[DARK]}
    return dcc.Store(id="templates", data={name: look.to_plotly_json() for name, look in looks.items()})


def connect_graphs(app: Dash) -> None:
    """Let every graph of the app follow the reader's switch between light and dark."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("scheme", "follow"),
        Output({"type": "graph", "name": ALL}, "figure"),
        Input("scheme", "computedColorScheme"),
        State("templates", "data"),
        State({"type": "graph", "name": ALL}, "figure"),
        prevent_initial_call=True,
    )
