"""Galleries: feature maps and faces as pictures that lead on."""

from collections.abc import Iterable
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.view import View

#: What a map can be shown by → what its picture shows, in words.
SHOWN = {
    "originals": "the faces that excite it most",
    "projections": "projections of the faces that excite it most",
    "random": "the same faces for every map, drawn at random",
    "median": "faces in the middle of its own ranking",
    "places": "where on the mean face it fires",
    "strongest-places": "on how many faces it fires most at each place of the mean face",
    "maximized": "the picture that maximises it",
}


def picture(address: str, words: str, className: str = "picture") -> Component:
    """A picture that is fetched when it comes into sight."""
    return dmc.Image(src=address, alt=words, className=className, attributes={"root": {"loading": "lazy"}})


def map_picture(view: View, layer: str, number: int, shown: str) -> Component:
    """One picture of a map: a key of :data:`SHOWN`."""
    return picture(view.picture(layer, number, shown), f"Map {number} of {layer}: {SHOWN[shown]}")


def map_tile(view: View, layer: str, number: int, shown: str, *captions: Any) -> Component:
    """A map's picture over its name; leads to the map."""
    words = dmc.Stack([dmc.Text(f"Map {number}", fw=600, size="sm"), *captions], gap=0, className="tile-words")
    return html.Li(
        dmc.Anchor(
            [map_picture(view, layer, number, shown), words],
            href=view.link("/maps", layer=layer, map=number),
            className="tile",
            underline="never",
        )
    )


def caption(text: str) -> Component:
    """A small line under a picture."""
    return dmc.Text(text, size="xs", className="quiet")


def face_tile(view: View, index: int, words: str, *captions: Any) -> Component:
    """A face over its labels; leads to its place in the latent space."""
    return html.Li(
        dmc.Anchor(
            [picture(view.picture("face", index), words), *captions],
            href=view.link("/latent", face=index),
            className="tile",
            underline="never",
        )
    )


def gallery(tiles: Iterable[Component], words: str, small: bool = False) -> Component:
    """Tiles side by side, as many as fit."""
    return html.Ul(list(tiles), className="gallery gallery-small" if small else "gallery", **aria(label=words))
