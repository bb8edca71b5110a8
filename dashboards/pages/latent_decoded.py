"""Decoded faces: reconstructions, traversals, what lies between faces, and transfers."""

from typing import Any

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.graph import graph
from dashboards.components.latent_notes import DECODED, RECONSTRUCTION
from dashboards.components.latent_tabs import latent_head, not_here
from dashboards.components.notes import hint, missing, panel
from dashboards.shell import framed
from dashboards.view import View
from fer_probe.figures import (
    face_name,
    interpolations_figure,
    reconstructions_figure,
    transfers_figure,
    traversal_readings_figure,
    traversals_figure,
)
from fer_probe.latents.reconstructions import Reconstructions
from fer_probe.latents.transfers import Transfers
from fer_probe.latents.traversal_readings import TraversalReadings
from fer_probe.latents.traversals import Interpolations, Traversals

_PATH = "/latent/decoded"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    head = latent_head(view, _PATH, "What the decoder makes of latents: of faces, along variables, between faces.")
    kinds = (_traversals, _readings, _reconstructions, _transfers, _interpolations)
    parts = [part for make in kinds for part in make(view)]
    if not parts:
        return [*head, not_here("Nothing was decoded from a latent of these faces.")]
    return [*head, dmc.Box(parts, className="columns columns-of-pictures"), hint(DECODED)]


def _reconstructions(view: View) -> list[Component]:
    found = view.study.find(Reconstructions, view.faces, "latent")
    if found is None:
        return []
    figure = reconstructions_figure(found, view.study.faces(view.faces))
    return [panel("", graph(figure, "Faces above their reconstructions", "reconstructions"), hint(RECONSTRUCTION))]


def _traversals(view: View) -> list[Component]:
    found = view.study.find(Traversals, view.faces, "latent")
    if found is None:
        return []
    words = f"{len(found.names)} latent variables, each moved from its smallest to its largest value"
    return [panel("", graph(traversals_figure(found), words, "traversals"))]


def _readings(view: View) -> list[Component]:
    """What judges read, which had no part in it; how to ask one where none was."""
    found = view.study.of_layer(TraversalReadings, view.faces, "latent")
    if not found and view.study.find(Traversals, view.faces, "latent") is not None:
        return [panel("What another network reads", missing("No judge was asked", "fer-probe probe --judge"))]
    return [
        panel(
            "",
            graph(
                traversal_readings_figure(one),
                f"What {one.read_by or 'another network'} reads as each variable is moved",
                f"traversal-readings-{place}",
            ),
        )
        for place, one in enumerate(found)
    ]


def _transfers(view: View) -> list[Component]:
    found = view.study.find(Transfers, view.faces, "latent")
    if found is None:
        return []
    figure = transfers_figure(found, faces=view.study.faces(view.faces))
    return [panel("", graph(figure, f"Faces decoded under each {found.attribute}", "transfers"))]


def _interpolations(view: View) -> list[Component]:
    found = view.study.find(Interpolations, view.faces, "latent")
    if found is None:
        return []
    faces, held = view.study.faces(view.faces), dict.fromkeys(found.pairs.ravel().tolist())
    begin = view.choice("begin", [str(number) for number in held])
    names = {str(number): ", ".join(dict.fromkeys((face_name(faces, number), f"face {number}"))) for number in held}
    links = {name: view.link(_PATH, **{**view.query, "begin": number}) for number, name in names.items()}
    words = f"Faces decoded between the latent of face {begin} and those of others"
    return [
        panel(
            "",
            graph(interpolations_figure(found, faces, begin=int(begin)), words, "interpolations"),
            choice("begin", links, names[begin], label="Begin with"),
        )
    ]


register_page(__name__, _PATH, name="Decoded faces", title="Decoded faces · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
