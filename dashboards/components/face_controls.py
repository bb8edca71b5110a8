"""Controls of the drawn face: plain ones, which assets/drawn_face.js hears, sets and writes beside."""

import json
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.aria import aria


def control_id(name: str, kind: str = "face") -> dict[str, str]:
    """What a callback calls the control of a key; ``kind`` keeps the controls of pages apart."""
    return {"type": kind, "name": name}


def switch_id(name: str) -> dict[str, str]:
    """The same for what is on or off."""
    return {"type": "face-switch", "name": name}


def slider(
    name: str,
    label: str,
    words: str,
    value: float,
    reach: tuple[float, float, float],
    suffix: str = "",
    kind: str = "face",
) -> Component:
    """A slider under its name and its value, the browser's own: it scrolls with a finger and moves with the keys.

    Args:
        name: its key.
        label: what it sets.
        words: more of that, in a small line.
        value: at first.
        reach: lowest, highest, step.
        suffix: of the value.
        kind: whose control it is, as for :func:`control_id`.
    """
    low, high, step = reach
    # Dash names the element so, and a label must name the element.
    element = json.dumps(control_id(name, kind), sort_keys=True, separators=(",", ":"))
    return html.Div(
        [
            html.Label(label, htmlFor=element, className="slider-label"),
            html.Span("", className="slider-value", **_data(value_of=name, suffix=suffix)),
            html.Span(words, className="slider-words"),
            dcc.Input(
                id=control_id(name, kind),
                type="range",
                min=low,
                max=high,
                step=step,
                value=f"{value:g}",
                className="slider",
            ),
        ],
        className="slider-row",
    )


def sides(name: str, options: Mapping[str, str], current: str, label: str) -> Component:
    """Two or three values side by side: value → what is written."""
    control = dmc.SegmentedControl(
        id=control_id(name),
        data=[{"value": value, "label": text} for value, text in options.items()],
        value=current,
        size="sm",
        **aria(label=label),
    )
    return dmc.Stack([dmc.Text(label, size="sm", fw=500), control], gap=0, className="switch")


def button(text: str, words: str = "", **data: str) -> Component:
    """A button that the script knows by its data: ``units``, ``step`` or ``reset``."""
    named = aria(label=words) if words else {}
    return html.Button(text, type="button", className="face-button", **named, **_data(**data))


def notice(words: str, up: tuple[int, ...], down: tuple[int, ...] = ()) -> Component:
    """A line that shows while the units ``up`` are all raised and those ``down`` all at rest."""
    data = _data(up=" ".join(map(str, up)), down=" ".join(map(str, down)))
    return html.P(words, hidden=True, className="hint face-notice", **data)


def _data(**values: str) -> dict[str, Any]:
    """What the script reads off an element."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}
