"""For whom: does the network work for everybody, and do its detectors?"""

from typing import Any

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from dashboards.components.group_panels import group_panels
from dashboards.shell import framed
from dashboards.view import View

_PATH = "/groups"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    words = "Accuracy and detectors, group of people by group. Persons are counted, not their pictures."
    title = dmc.Stack([dmc.Title("For whom does it work?", order=1), dmc.Text(words, className="quiet")], gap=4)
    return [title, *group_panels(view, _PATH)]


register_page(__name__, _PATH, name="For whom", title="For whom · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
