"""Graphs: a figure in a page, under a title that wraps, in the reader's own colours."""

from typing import Any

import dash_mantine_components as dmc
import numpy as np
import plotly.io
from dash import Dash, Input, Output, State, dcc, html
from dash.dependencies import ALL, ClientsideFunction
from dash.development.base_component import Component
from flask import request

from dashboards.components.aria import aria
from fer_probe.figures.picture_grid import ASPECT
from fer_probe.figures.theme import DARK, LIGHT, themed

#: Set by assets/scheme.js: the scheme the reader sees.
SCHEME_COOKIE = "scheme"

#: Once its title stands in the page: the room above a figure, for its tool bar, and how much less it is in height.
_MARGIN_TOP, _TITLE_HEIGHT = 34, 28

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
    title = figure.layout.title
    heads = [
        dmc.Title(title.text, order=2, size="h4", className="panel-title"),
        dmc.Text(title.subtitle.text, size="sm", className="quiet"),
    ]
    themed(figure, request.cookies.get(SCHEME_COOKIE) == "dark")
    _without_title(figure)
    room = _room(figure)
    drawn = dcc.Graph(figure=_plain(figure), config=_CONFIG, id=graph_id(name), **room)
    return html.Div([*heads, html.Div(drawn, role="group", **aria(label=words))], className="graph")


def graph_id(name: str) -> dict[str, str]:
    """What a callback calls the graph of a name."""
    return {"type": "graph", "name": name}


def ringed(figure: Any, value: int | str | None) -> Any:
    """The figure with a ring around the point whose ``customdata`` is ``value``; as it is for None."""
    for trace in () if value is None else list(figure.data):
        here = np.flatnonzero(np.asarray(trace.customdata) == value)
        if len(here):
            figure.add_scatter(
                x=[trace.x[here[0]]], y=[trace.y[here[0]]], mode="markers", hoverinfo="skip", showlegend=False,
                marker={"symbol": "circle-open", "size": 20, "color": "#8C96A0", "line": {"width": 3}},
            )  # fmt: skip
    return figure


def looks() -> list[Component]:
    """Both looks of the figures, for the browser to change between, and the one it shows."""
    both = {"light": plotly.io.templates[LIGHT], "dark": plotly.io.templates[DARK]}
    templates = {name: look.to_plotly_json() for name, look in both.items()}
    return [dcc.Store(id="templates", data=templates), dcc.Store(id="scheme-seen")]


def connect_graphs(app: Dash) -> None:
    """Let every graph of the app follow the reader's switch between light and dark."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("scheme", "follow"),
        Output({"type": "graph", "name": ALL}, "figure"),
        Input("scheme-seen", "data"),
        State("templates", "data"),
        State({"type": "graph", "name": ALL}, "figure"),
        prevent_initial_call=True,
    )


def _plain(figure: Any) -> dict[str, Any]:
    """The figure as JSON. Arrays travel packed, but Dash tells no ``customdata`` of packed ones: that is a list."""
    plain: dict[str, Any] = figure.to_plotly_json()
    for packed, trace in zip(plain["data"], figure.data, strict=True):
        if trace.customdata is not None:
            packed["customdata"] = np.asarray(trace.customdata).tolist()
    return plain


def _room(figure: Any) -> dict[str, Any]:
    """A grid of pictures takes as much height as its width allows; every other figure has its own height."""
    aspect = (figure.layout.meta or {}).get(ASPECT)
    if not aspect:
        return {}
    height = figure.layout.height
    figure.update_layout(height=None)
    return {"style": {"aspectRatio": f"{aspect:.3f}", "maxHeight": height, "height": "auto"}, "responsive": True}


def _without_title(figure: Any) -> None:
    """The title's words stand above the figure; what the reader zoomed to outlives a new choice on the page."""
    height = (figure.layout.height or 400) - _TITLE_HEIGHT
    figure.update_layout(title=None, margin_t=_MARGIN_TOP, height=height, uirevision="kept")
