"""Latent variables: how each is distributed for each expression, and a slider each with the face that follows."""

from typing import Any, Literal

import dash_mantine_components as dmc
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
    register_page,
)
from dash.dependencies import ALL
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.face_controls import control_id, slider
from dashboards.components.gallery import picture
from dashboards.components.graph import graph
from dashboards.components.latent_notes import DISTRIBUTION
from dashboards.components.latent_tabs import latent_head, not_here
from dashboards.components.notes import hint, panel
from dashboards.decoded_face import SIZE, DecodedFaceError, DecodedFaceView, Decoder, Dial, dials
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.figures import latent_distributions_figure
from fer_probe.latents.latent_variables import LatentDistributions, Latents

_PATH = "/latent/variables"
_KIND = "latent"
_WORDS = "What each latent variable is for each expression fed in, and what the decoder makes of it."


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    head = latent_head(view, _PATH, _WORDS)
    here = view.where(Latents)
    if here is None:
        return [
            *head,
            not_here("This study holds no latents: the network has none, or was probed before there were any."),
        ]
    if here.faces != view.faces:
        link = dmc.Anchor(f"faces “{here.faces}”", href=here.link(_PATH), inherit=True)
        return [*head, panel("Nothing to show here", dmc.Text(["Latents are known of the ", link, "."]))]
    return [*head, _sliders(view), *_distributions(view)]


def _distributions(view: View) -> list[Component]:
    found = view.study.find(LatentDistributions, view.faces, "latent")
    if found is None:
        return [panel("Distributions", dmc.Text("These faces show no expressions to be told apart."))]
    ways: tuple[Literal["expression", "variable"], ...] = ("expression", "variable") if found.names else ("variable",)
    drawn = [
        panel(
            "", graph(latent_distributions_figure(found, panels=way), f"A panel for each {way}", f"distributions-{way}")
        )
        for way in ways
    ]
    return [dmc.Box(drawn, className="columns"), hint(DISTRIBUTION)]


def _sliders(view: View) -> Component:
    """The decoded face and what moves it; words where nothing decodes."""
    try:
        asked = DecodedFaceView.of(view.query)
        decoder = Decoder.of(view.study, view.faces)
        decoder.begin(asked)
    except DecodedFaceError as error:
        way_out = dmc.Anchor("Begin at the mean of all faces", href=view.link(_PATH), inherit=True)
        return panel("Live decoding", dmc.Text([f"{error}. ", way_out, "."]))
    moved = dials(view.study, view.faces, asked)
    rest = {str(dial.variable): f"{dial.value:g}" for dial in dials(view.study, view.faces, asked.at_rest())}
    kept = {
        "rest": {**rest, "told": "1" if decoder.coding.attribute == "emotion" else "0"},
        "asked": {} if asked.face is None else {"face": str(asked.face)},
        "picture": view.picture("decoded"),
        "people": list(decoder.coding.people) if decoder.coding.attribute == "identity" else [],
    }
    controls = [*_told(decoder, asked), *(_dial(dial) for dial in moved)]
    return html.Section(
        [
            html.Div([_seen(view, asked), html.Div([_begin(view, asked), html.Div(controls, className="sliders")])],
                     className="decoded-face"),
            dcc.Store(id="decoded-kept", data=kept),
            dcc.Store(id="decoded-query"),
        ],
        className="panel",
    )  # fmt: skip


def _dial(dial: Dial) -> Component:
    step = (dial.high - dial.low) / 200 or 0.01
    words = f"{dial.low:.2g} to {dial.high:.2g} observed"
    reach = (dial.low, dial.high, float(f"{step:.2g}"))
    return slider(str(dial.variable), dial.name.capitalize(), words, dial.value, reach, kind=_KIND)


def _told(decoder: Decoder, asked: DecodedFaceView) -> list[Component]:
    """What the decoder takes beside the latent."""
    coding = decoder.coding
    if coding.attribute == "emotion":
        value = 1.0 if asked.told is None else asked.told
        return [
            slider("told", "Emotion", "what the decoder is told beside the latent", value, (0, 1, 0.01), kind=_KIND)
        ]
    if coding.attribute == "identity" and coding.people:
        reach = (0, len(coding.people) - 1, 1)
        return [slider("told", "Person", "whose face the decoder is to make", asked.told or 0, reach, kind=_KIND)]
    return []


def _seen(view: View, asked: DecodedFaceView) -> Component:
    address = view.picture("decoded")
    query = "&".join(f"{key}={value}" for key, value in asked.query().items())
    whole = f"{address}{'&' if '?' in address else '?'}{query}" if query else address
    made = html.Figure(
        [
            html.Img(src=whole, alt="The decoded face", id="decoded-picture", width=SIZE, height=SIZE),
            html.Figcaption("decoded", className="quiet"),
        ]
    )
    beside = []
    if asked.face is not None:
        original = picture(view.picture("face", asked.face), f"Face {asked.face}", "picture")
        beside = [html.Figure([original, html.Figcaption(f"face {asked.face}", className="quiet")])]
    failed = html.P(
        "The picture did not come. Is the dashboard still running?", id="decoded-failed", hidden=True, className="hint"
    )
    return html.Div([html.Div([made, *beside], className="decoded-pair"), failed], className="decoded-seen")


def _begin(view: View, asked: DecodedFaceView) -> Component:
    """Where the latent begins: a face, or the mean of all; and where expressions lie on average."""
    count = len(view.study.faces(view.faces))
    number = dmc.NumberInput(
        id="decoded-begin", label="Begin with face", value="" if asked.face is None else asked.face, min=0,
        max=count - 1, allowDecimal=False, debounce=300, w=140, size="sm", placeholder="the mean of all",
    )  # fmt: skip
    own = {} if asked.face is None else {"face": asked.face}
    links = [("Reset", view.link(_PATH, **own)), *_means(view, own)]
    buttons = [dmc.Anchor(name, href=href, className="button", underline="never") for name, href in links]
    group = html.Div(buttons, className="face-row", role="group", **aria(label="Where the latent is set to"))
    return html.Div([number, group], className="decoded-begin")


def _means(view: View, own: dict[str, int]) -> list[tuple[str, str]]:
    found = view.study.find(LatentDistributions, view.faces, "latent")
    if found is None or not found.names:
        return []
    means = {
        name: {f"v{number}": f"{found.mean[number, place]:.4g}" for number in found.variables}
        for place, name in enumerate(found.expression_names)
    }
    return [(name.capitalize(), view.link(_PATH, **own, **moved)) for name, moved in means.items()]


@callback(
    Output("address", "href", allow_duplicate=True),
    Input("decoded-begin", "value"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def begin_with(number: int | str | None, search: str | None) -> Any:
    """The face whose latent is the beginning, kept in the address; nothing else stays moved."""
    view = View.of(query_of(search))
    text = "" if number is None else str(number)
    return no_update if text == view.query.get("face", "") else view.link(_PATH, face=text)


clientside_callback(
    ClientsideFunction("decoded_face", "follow"),
    Output("decoded-query", "data"),
    Input(control_id(ALL, _KIND), "value"),  # type: ignore[arg-type]
    State(control_id(ALL, _KIND), "id"),  # type: ignore[arg-type]
    State("decoded-kept", "data"),
)

register_page(__name__, _PATH, name="Latent variables", title="Latent variables · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
