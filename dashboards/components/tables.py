"""Tables that stay inside the page, however narrow it is."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], words: str, numeric: Sequence[int] = ()) -> Component:
    """A table that scrolls on its own.

    Args:
        heads: of the columns.
        rows: text or components.
        words: what it shows, for those who do not see it.
        numeric: which columns hold numbers; they stand to the right.
    """
    sides = ["right" if i in numeric else "left" for i in range(len(heads))]
    head = dmc.TableTr([dmc.TableTh(text, ta=side) for text, side in zip(heads, sides, strict=True)])
    body = [dmc.TableTr([dmc.TableTd(cell, ta=side) for cell, side in zip(row, sides, strict=True)]) for row in rows]
    return html.Div(
        dmc.Table([dmc.TableThead(head), dmc.TableTbody(body)], className="table", verticalSpacing="xs"),
        className="scrolls",
        tabIndex=0,
        role="region",
        **aria(label=words),
    )
