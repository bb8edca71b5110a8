"""Latent space: the faces on a plane, by what a layer gives for them, and the face under the pointer."""

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import Input, Output, State, callback, html, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.choices import choice
from dashboards.components.facts import face_facts
from dashboards.components.gallery import picture
from dashboards.components.graph import graph, graph_id, ringed
from dashboards.components.latent_notes import SERIES
from dashboards.components.latent_tabs import latent_head, not_here
from dashboards.components.notes import EMBEDDING, hint, panel
from dashboards.components.placed_faces import placed_card, placed_of, placed_panels
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.action_units import action_unit_label
from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures import colour_choices, embedding_figure, embedding_series_figure, picture_labels
from fer_probe.latents.embeddings import Embedding, EmbeddingSeries
from fer_probe.latents.placed_faces import PlacedFaces

_METHODS = {"tsne": "t-SNE", "pca": "PCA"}


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed("/latent", _content, query)


def _content(view: View) -> list[Any]:
    layers = view.study.layers(Embedding, view.faces)
    if not layers:
        words = f"The faces “{view.faces}” were not laid out on a plane."
        return [*latent_head(view, "/latent", "Faces on a plane by what a layer gives for them."), not_here(words)]
    layer = _layer(view)
    embedding = view.study.load(Embedding, view.faces, layer)
    faces, evaluation = view.study.faces(view.faces), view.study.find(Evaluation, view.faces)
    colours = colour_choices(faces, evaluation)
    colour = view.choice("colour", colours, _first_known(colours, faces, evaluation))
    chosen, placed = view.number("face", len(faces)), view.study.of_layer(PlacedFaces, view.faces, layer)
    figure = embedding_figure(embedding, faces, colour_by=colour, evaluation=evaluation, placed=placed)
    words = f"{len(faces)} faces on a plane by {layer}, coloured by {colour}"
    return [
        *latent_head(view, "/latent", f"Each point is a face, placed by what {layer} gives for it."),
        _controls(view, layers, layer, colours, colour, chosen, len(faces)),
        dmc.Box(
            [
                panel("", graph(ringed(figure, view.query.get("placed") or chosen), words, "latent"), hint(EMBEDDING)),
                html.Section(_kept_card(view, layer), id="face-card", className="panel", **aria(live="polite")),
            ],
            className="columns columns-wide-first",
        ),
        *placed_panels(view, placed),
        *_series(view, layer, colour, faces, evaluation),
    ]


def _series(view: View, layer: str, colour: str, faces: FaceImages, evaluation: Evaluation | None) -> list[Component]:
    """The same faces at several perplexities, where they were laid out so."""
    found = view.study.find(EmbeddingSeries, view.faces, layer)
    if found is None:
        return []
    figure = embedding_series_figure(found, faces, colour_by=colour, evaluation=evaluation)
    return [
        panel("", graph(figure, f"{len(faces)} faces by {layer} on {len(found)} maps", "latent-series"), hint(SERIES))
    ]


def _first_known(colours: tuple[str, ...], faces: FaceImages, evaluation: Evaluation | None) -> str:
    """Expression where that of any face is known, else the first action unit that is coded, else what there is."""
    units = [name for name in colours if name.startswith("AU")]
    others = [name for name in colours if name not in ("expression", *units)]
    unknown = {"unlabelled", "not coded"}
    wanted = ("expression", *units, *others)
    return next((c for c in wanted if set(picture_labels(faces, c, evaluation)) - unknown), "expression")


def _controls(
    view: View,
    layers: tuple[str, ...],
    layer: str,
    colours: tuple[str, ...],
    colour: str,
    chosen: int | None,
    count: int,
) -> Component:
    methods = {name: _with(view, layer=name) for name in layers}
    named = {_embedding_name(view, name): href for name, href in methods.items()}
    by = {_colour_name(name): _with(view, colour=name) for name in colours}
    return dmc.Group(
        [
            choice("embedding", named, _embedding_name(view, layer), label="Layer and method"),
            choice("colour", by, _colour_name(colour), label="Colour by"),
            dmc.NumberInput(
                id="face-number", label="Face", value="" if chosen is None else chosen, min=0, max=count - 1,
                allowDecimal=False, debounce=300, w=110, size="sm", placeholder=f"0–{count - 1}",
            ),
        ],
        align="end",
        className="controls",
    )  # fmt: skip


def _with(view: View, **changes: object) -> str:
    return view.link("/latent", **{**view.query, **changes})


def _embedding_name(view: View, layer: str) -> str:
    method = view.study.load(Embedding, view.faces, layer).method
    return f"{layer} · {_METHODS.get(method, method)}"


def _colour_name(colour: str) -> str:
    unit, _, rest = colour[2:].partition(" ")
    if not unit.isdecimal():
        return colour.capitalize()
    return f"{action_unit_label(int(unit))}{', ' if rest else ''}{rest}"


def _kept_card(view: View, layer: str) -> list[Any]:
    """The face that the address keeps, placed or the map's own."""
    if asked := view.query.get("placed"):
        return placed_card(view, *placed_of(view.study.of_layer(PlacedFaces, view.faces, layer), asked))
    return face_card(view, view.number("face", len(view.study.faces(view.faces))))


def _layer(view: View) -> str:
    return view.choice("layer", view.study.layers(Embedding, view.faces))


def face_card(view: View, index: int | None) -> list[Any]:
    """A face and all that is known of it; how to choose one where none is chosen."""
    if index is None:
        return [
            dmc.Text("Point at a face, or click to keep it here. Its number can be typed as well.", className="quiet")
        ]
    faces, evaluation = view.study.faces(view.faces), view.study.find(Evaluation, view.faces)
    facts = [*face_facts(faces, index), *([] if evaluation is None else [("Read as", _reading(evaluation, index))])]
    return [
        dmc.Title(f"Face {index}", order=2, size="h4", className="panel-title"),
        picture(view.picture("face", index), f"Face {index}", "picture picture-face"),
        html.Dl([part for name, text in facts for part in (html.Dt(name), html.Dd(text))], className="facts"),
    ]


def _reading(evaluation: Evaluation, index: int) -> str:
    """The three most probable classes."""
    probabilities = evaluation.probabilities[index]
    order = np.argsort(-probabilities, kind="stable")[:3]
    return ", ".join(f"{evaluation.class_names[i]} {probabilities[i]:.0%}" for i in order)


@callback(
    Output("face-card", "children"),
    Input(graph_id("latent"), "hoverData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def show_face(pointed: dict[str, Any] | None, search: str | None) -> Any:
    """The face under the pointer; the one that was kept, once the pointer has left."""
    view = View.of(query_of(search))
    if not pointed:
        return _kept_card(view, _layer(view))
    return _kept_card(replace(view, query={**view.query, **_kept(pointed)}), _layer(view))


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("latent"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def keep_face(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The face that was clicked, kept in the address."""
    return _with(View.of(query_of(search)), **_kept(clicked)) if clicked else no_update


def _kept(points: dict[str, Any]) -> dict[str, str]:
    """What the address keeps of a point: a face of the map's own, or one that was placed on it."""
    told = points["points"][0]["customdata"]
    return {"face": "", "placed": told} if isinstance(told, str) else {"face": str(told), "placed": ""}


@callback(
    Output("address", "href", allow_duplicate=True),
    Input("face-number", "value"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def type_face(number: int | str | None, search: str | None) -> Any:
    """The face whose number was typed, kept in the address."""
    view = View.of(query_of(search))
    if number is None or str(number) == view.query.get("face", ""):
        return no_update
    return _with(view, face=number, placed="")


register_page(__name__, "/latent", name="Latent space", title="Latent space · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
