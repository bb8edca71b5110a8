"""Drawn face: a face that follows its action units, a slider each."""

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html, register_page
from dash.dependencies import ALL
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.face_controls import button, control_id, notice, sides, slider, switch_id
from dashboards.components.notes import nothing_here, panel
from dashboards.drawn_face import (
    DIALS,
    PEOPLE,
    SIZE,
    DrawnFaceError,
    DrawnFaceView,
    query_of_units,
)
from dashboards.shell import framed_without_study
from dashboards.unit_combinations import PEAK, clashes, closed_jaws, expression_units
from dashboards.view import address
from fer_probe.action_units import ACTION_UNITS
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS

_PATH = "/drawn-face"
#: Parts of the face, as FACS names them; those with one unit side by side.
_REGIONS = ("brows", "eyes", "nose", "cheeks", "chin", "mouth")
_WORDS = (
    "A person who does not exist, moved muscle by muscle: drag a slider, or begin with an expression. "
    "The address keeps what you see."
)


def layout(**query: str) -> Component:
    """The page for an address: the face that it asks for."""
    asked = {key: value for key, value in query.items() if key not in ("study", "faces")}
    try:
        content = _content(DrawnFaceView.of(asked))
    except DrawnFaceError as error:
        way_out = [f"{error}. ", dmc.Anchor("See the face at rest", href=_PATH, inherit=True, underline="always"), "."]
        content = [nothing_here("No such face", dmc.Text(way_out))]
    return framed_without_study(_PATH, content, query)


def _content(view: DrawnFaceView) -> list[Any]:
    return [
        dmc.Stack([dmc.Title("Drawn face", order=1), dmc.Text(_WORDS, className="quiet")], gap=4),
        html.Div([_seen(view), _controls(view)], id="drawn-face", className="drawn-face"),
        dcc.Store(id="drawn-face-kept", data=_kept(view)),
        dcc.Store(id="drawn-face-query"),
    ]


def _kept(view: DrawnFaceView) -> dict[str, Any]:
    """What the script begins with: the state, and every control's value at rest, in the order of the query."""
    rest = DrawnFaceView()
    units = {f"au{au}": "0" for au in DRAWN_ACTION_UNITS}
    scene = {dial.name: f"{getattr(rest, dial.name):g}" for dial in DIALS}
    switches = {"look": rest.look, "landmarks": "", "moved": ""}
    ordered = {"person": str(rest.person), **units, "side": rest.side, **scene, **switches}
    return {"rest": ordered, "state": view.query(), "people": PEOPLE, "path": _PATH}


def _seen(view: DrawnFaceView) -> Component:
    """The picture and what is said and chosen under it."""
    picture = address("/pictures/drawn-face.png", **view.query())
    image = html.Img(src=picture, alt="The drawn face", width=SIZE, height=SIZE, id="face-picture")
    figure = html.Figure([image, html.Figcaption("", id="face-caption", className="quiet")], className="face-figure")
    failed = html.P(
        "The picture did not come. Is the dashboard still running?", id="face-failed", hidden=True, className="hint"
    )
    notices = [notice(words, up=(a, b)) for a, b, words in clashes()]
    notices += [notice(words, up=(jaw,), down=(lips,)) for jaw, lips, words in closed_jaws()]
    return html.Div(
        [
            html.Div(
                [figure, html.Div([failed, *notices], role="status", className="face-notices")], className="face-stuck"
            ),
            _tools(view, picture),
        ],
        className="face-seen",
    )


def _tools(view: DrawnFaceView, picture: str) -> Component:
    download = html.A("Download", href=picture, download="drawn-face.png", id="face-download", className="face-button")
    switches = [
        dmc.Switch(label=label, id=switch_id(name), checked=bool(getattr(view, name)), size="sm")
        for name, label in (("landmarks", "Landmarks"), ("moved", "What moved"))
    ]
    look = sides("look", {"colour": "Colour", "grey": "Grey"}, view.look, "Picture")
    return html.Div(
        [html.Div([look, dmc.Stack(switches, gap="xs")], className="face-row"),
         html.Div([download, button("Reset all", reset="1")], className="face-row")],
        className="face-tools",
    )  # fmt: skip


def _controls(view: DrawnFaceView) -> Component:
    regions = [
        _region(region, [_unit_slider(view, au) for au in DRAWN_ACTION_UNITS if ACTION_UNITS[au].region == region])
        for region in _REGIONS
    ]
    dials = [
        slider(one.name, one.label, one.words, getattr(view, one.name), (one.low, one.high, one.step), one.suffix)
        for one in DIALS
    ]
    panels = [_expressions(), _person(view), *regions, _sliders("head, gaze and light", dials, "panel panel-of-dials")]
    return html.Div(panels, className="face-controls")


def _region(region: str, rows: list[Component]) -> Component:
    return _sliders(region, rows, "panel panel-of-one" if len(rows) == 1 else "panel")


def _sliders(title: str, rows: list[Component], kind: str) -> Component:
    heading = dmc.Title(title.capitalize(), order=2, size="h4", className="panel-title")
    return html.Section([heading, html.Div(rows, className="sliders")], className=kind)


def _unit_slider(view: DrawnFaceView, au: int) -> Component:
    unit, (left, right) = ACTION_UNITS[au], view.sides(au)
    value = {"left": left, "right": right}.get(view.side, max(left, right))
    return slider(f"au{au}", f"AU{au} {unit.name}", unit.muscles, value, (0, 1, 0.01))


def _expressions() -> Component:
    buttons = [
        button(name.capitalize(), units=address("", **query_of_units(units)).lstrip("?"))
        for name, units in expression_units().items()
    ]
    words = dmc.Text(f"EMFACS prototypes, every unit at {PEAK}", size="sm", className="quiet")
    return panel(
        "",
        dmc.Group(
            [dmc.Title("Expression", order=2, size="h4", className="panel-title"), words], justify="space-between"
        ),
        html.Div(buttons, className="face-row", role="group", **aria(label="Expression")),
    )


def _person(view: DrawnFaceView) -> Component:
    number = dmc.NumberInput(
        id=control_id("person"), label="Person", value=view.person, min=0, max=PEOPLE - 1, allowDecimal=False,
        allowNegative=False, clampBehavior="strict", w=110, size="sm",
    )  # fmt: skip
    steps = [
        button("‹", "Previous person", step="-1"),
        button("›", "Next person", step="1"),
        button("Random", "Random person", step="random"),
    ]
    options = {"both": "Both", "left": "Person's left", "right": "Person's right"}
    moved = sides("side", options, view.side, "Sliders move")
    return html.Section([html.Div([number, *steps], className="face-row"), moved], className="panel face-person")


clientside_callback(
    ClientsideFunction("drawn_face", "follow"),
    Output("drawn-face-query", "data"),
    Input(control_id(ALL), "value"),  # type: ignore[arg-type]
    Input(switch_id(ALL), "checked"),  # type: ignore[arg-type]
    State("drawn-face-kept", "data"),
)

register_page(__name__, _PATH, name="Drawn face", title="Drawn face · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
