"""Choices: controls whose every option is a link, so that whatever is chosen stands in the address."""

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, ctx, no_update
from dash.development.base_component import Component

from dashboards.components.aria import aria


def choice(name: str, options: Mapping[str, str], current: str, *, label: str, compact: bool = False) -> Component:
    """A menu.

    Args:
        name: unique on the page.
        options: what is written → the address it leads to.
        current: which of them is shown now.
        label: what is chosen; read out only, where ``compact``.
        compact: small, without a written label.
    """
    return dmc.Select(
        id={"type": "choice", "name": name},
        data=[{"value": href, "label": text} for text, href in options.items()],
        value=options.get(current),
        label=None if compact else label,
        searchable=len(options) > 10,
        allowDeselect=False,
        size="sm",
        className="choice-compact" if compact else "choice",
        leftSection=dmc.Text(label, size="xs", className="quiet") if compact else None,
        leftSectionWidth=54 if compact else None,
        comboboxProps={"withinPortal": True, "width": "max-content", "position": "bottom-start"},
        **aria(label=label),
    )


def switch(name: str, options: Mapping[str, str], current: str, *, label: str) -> Component:
    """Two or three options side by side; arguments as for :func:`choice`."""
    control = dmc.SegmentedControl(
        id={"type": "choice", "name": name},
        data=[{"value": href, "label": text} for text, href in options.items()],
        value=options.get(current),
        size="sm",
        **aria(label=label),
    )
    return dmc.Stack([dmc.Text(label, size="sm", fw=500), control], gap=0, className="switch")


def pager(name: str, pages: list[str], current: int) -> list[Component]:
    """Links to pages of a long list, ``current`` counted from 1; nothing where there is only one."""
    if len(pages) < 2:
        return []
    links = [
        dmc.Anchor(
            str(i),
            href=href,
            className="pager-link",
            **aria(label=f"Page {i}", **({"current": "page"} if i == current else {})),
        )
        for i, href in enumerate(pages, 1)
    ]
    return [dmc.Group(links, gap="xs", className="pager", justify="center")]


def follow(_chosen: list[str]) -> object:
    """Go where the option that was just chosen leads."""
    return ctx.triggered[0]["value"] if ctx.triggered_id and ctx.triggered[0]["value"] else no_update


def connect_choices(app: Dash) -> None:
    """Let every choice of the app lead on."""
    app.callback(
        Output("address", "href"),
        Input({"type": "choice", "name": ALL}, "value"),
        prevent_initial_call=True,
    )(follow)
