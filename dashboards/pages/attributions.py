"""Attributions: what in a face a class rests on, and what the maps saw in it."""

from typing import Any

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from dashboards.components.attribution_panels import attribution_panels
from dashboards.shell import framed
from dashboards.view import View

_PATH = "/attributions"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    words = "The same answer by several methods, beside the maps that fired most for the same face."
    title = dmc.Stack([dmc.Title("What does an answer rest on?", order=1), dmc.Text(words, className="quiet")], gap=4)
    return [title, *attribution_panels(view, _PATH)]


register_page(__name__, _PATH, name="Attributions", title="Attributions · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
