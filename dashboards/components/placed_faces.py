"""Placed faces: those that a map was not made of, one by one and beside their neighbours."""

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.gallery import picture
from dashboards.components.graph import graph
from dashboards.components.latent_notes import PLACED
from dashboards.components.notes import hint, panel
from dashboards.view import View
from fer_probe.figures.placed_faces import SHOWN, neighbours_in_words, placed_faces_figure
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.study import StudyError

#: The command that places faces.
COMMAND = "fer-probe place"


def placed_of(placed: list[PlacedFaces], asked: str) -> tuple[PlacedFaces, int]:
    """The placed face that ``"name/index"`` names.

    Raises:
        StudyError: there is none.
    """
    name, _, number = asked.rpartition("/")
    for group in placed:
        if group.name == name and number.isdecimal() and int(number) < len(group):
            return group, int(number)
    held = ", ".join(f"{group.name}/0 to {group.name}/{len(group) - 1}" for group in placed)
    raise StudyError(f"there is no placed face {asked!r} here; there are {held or 'none'}")


def placed_card(view: View, group: PlacedFaces, index: int) -> list[Any]:
    """A placed face and all that is known of it."""
    nearest = [
        part
        for other in group.neighbours[index]
        for part in (dmc.Anchor(str(other), href=view.link("/latent", layer=group.layer, face=other)), " ")
    ]
    facts: list[tuple[str, Any]] = [
        ("Given", group.given(index) or "no label"),
        ("Read as", _reading(group, index)),
        ("Nearest faces", [neighbours_in_words(group, view.study.faces(view.faces), index), ": ", *nearest]),
        ("Distance", f"to its nearest: larger than for {group.isolation[index]:.0%} of the map's own faces"),
    ]
    address = view.picture("placed", group.layer, group.name, index)
    return [
        dmc.Title(f"Placed: {group.origin[index]}", order=2, size="h4", className="panel-title"),
        picture(address, f"Placed face {index}", "picture picture-face"),
        html.Dl([part for name, told in facts for part in (html.Dt(name), html.Dd(told))], className="facts"),
    ]


def placed_panels(view: View, placed: list[PlacedFaces]) -> list[Component]:
    """Each group beside its neighbours, those around the chosen face; how to place some where there are none."""
    if not placed:
        return [dmc.Text(["Other faces can be placed on this map: ", dmc.Code(COMMAND), "."], className="hint")]
    asked = view.query.get("placed")
    chosen, index = placed_of(placed, asked) if asked else (None, 0)
    faces = view.study.faces(view.faces)
    drawn = [
        panel(
            "",
            graph(
                placed_faces_figure(group, faces, first=index - index % SHOWN if group is chosen else 0),
                f"Placed faces, {group.name}, beside their nearest neighbours",
                f"placed-{place}",
            ),
        )
        for place, group in enumerate(placed)
    ]
    return [dmc.Box(drawn, className="columns columns-of-pictures"), hint(PLACED)]


def _reading(group: PlacedFaces, index: int) -> str:
    if group.probabilities is None:
        return "–"
    return f"{group.read(index)} {group.probabilities[index].max():.0%}"
