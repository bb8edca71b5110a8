"""What is shown at an address that no page has."""

from typing import Any

from dash import register_page
from dash.development.base_component import Component

from dashboards.components.notes import nothing_here
from dashboards.shell import framed


def layout(**_query: str) -> Component:
    """Words, and the navigation around them."""
    return framed("", _content, {})


def _content(_view: Any) -> list[Component]:
    return [nothing_here("No such page", "The address may be misspelt; the links above lead on.")]


register_page(__name__, "/not-found", title="No such page · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
