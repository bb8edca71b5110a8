"""Tabs of the latent space: its pages, as links under the title."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.notes import panel
from dashboards.view import View

#: Path → what the page is called.
LATENT_PAGES = {
    "/latent": "Map",
    "/latent/variables": "Variables",
    "/latent/decoded": "Decoded faces",
    "/latent/clusters": "Clusters",
    "/latent/measures": "Measures",
}


def latent_head(view: View, path: str, words: str) -> list[Component]:
    """Title, one sentence, and the tabs."""
    tabs = [
        dmc.Anchor(
            label, href=view.link(target), className="nav-link", underline="never",
            **(aria(current="page") if target == path else {}),
        )
        for target, label in LATENT_PAGES.items()
    ]  # fmt: skip
    name = "Latent space" if path == "/latent" else f"Latent space: {LATENT_PAGES[path].lower()}"
    heads = dmc.Stack([dmc.Title(name, order=1), dmc.Text(words, className="quiet")], gap=4)
    return [heads, html.Nav(tabs, className="tabs", **aria(label="Pages of the latent space"))]


def not_here(what: str, command: str = "fer-probe probe") -> Component:
    """Words in the place of a page's content, under its tabs, with the command that makes it."""
    return panel("Nothing to show here", dmc.Text([f"{what} To make it, run ", dmc.Code(command), "."]))
