"""One face: what its class's logit rests on, method by method, beside what the maps saw that fired most for it."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.gallery import caption, gallery, picture
from dashboards.components.graph import graph
from dashboards.components.notes import ATTRIBUTIONS, hint, missing, panel
from dashboards.view import View
from fer_probe.evidence.attribution_regions import AttributionRegions
from fer_probe.figures.attributions import (
    METHOD_NAMES,
    attribution_regions_figure,
    attribution_regions_in_words,
    attributions_note,
    target_in_words,
)
from fer_probe.projections.attributions import Attributions
from fer_probe.projections.fired_maps import FiredMaps


def attribution_panels(view: View, path: str) -> list[Component]:
    """Of these faces, or of the first others that were attributed."""
    seen = view.where(Attributions)
    if seen is None:
        return [panel("Attributions", missing("No class was attributed to the pixels of a face"))]
    found = seen.study.load(Attributions, seen.faces, seen.study.layers(Attributions, seen.faces)[-1])
    numbers = [str(index) for index in found.image_index]
    row = numbers.index(seen.choice("face", numbers))
    return [
        _faces(seen, path, found, row),
        _methods(seen, found, row),
        *_fired(seen, int(found.image_index[row])),
        *_regions(seen),
    ]


def _faces(view: View, path: str, found: Attributions, row: int) -> Component:
    """Which face: a menu, and a step to either side, by the arrow keys too."""
    count = len(found.image_index)
    names = [f"{target_in_words(found, i)}, face {found.image_index[i]}" for i in range(count)]
    links = {names[i]: view.link(path, face=found.image_index[i]) for i in range(count)}
    steps = [
        dmc.Anchor(
            words,
            href=links[names[(row + step) % count]],
            className="button",
            underline="never",
            **{"data-key": key, "aria-keyshortcuts": key, "aria-label": f"{words.strip('‹› ')} face"},
        )
        for words, step, key in (("‹ Previous", -1, "ArrowLeft"), ("Next ›", 1, "ArrowRight"))
    ]
    picked = choice("face", links, names[row], label="Class and face")
    return dmc.Group([picked, dmc.Group(steps, gap="xs")], className="controls", align="end")


def _methods(view: View, found: Attributions, row: int) -> Component:
    index, target = int(found.image_index[row]), target_in_words(found, row)
    tiles = [
        _tile(view.picture("face", index), f"Face {index}", "the face"),
        *(
            _tile(
                view.picture("attribution", method, index), f"{METHOD_NAMES[method]} for {target}", METHOD_NAMES[method]
            )
            for method in found.methods
        ),
    ]
    rest = f"Its logit is {found.logit[row]:.2f}; that of a flat picture as bright {found.baseline_logit[row]:.2f}."
    return panel(
        f"What “{target}” rests on",
        dmc.Text(attributions_note(found), size="sm", className="quiet"),
        gallery(tiles, f"Attributions of {target}"),
        dmc.Text(rest),
        hint(ATTRIBUTIONS),
    )


def _fired(view: View, index: int) -> list[Component]:
    layers = view.study.layers(FiredMaps, view.faces)
    if not layers:
        return []
    found = view.study.load(FiredMaps, view.faces, layers[-1])
    row = found.image_index.tolist().index(index)
    tiles = [
        _tile(
            view.picture("fired", index, rank),
            f"Map {number} of {found.layer} projected from face {index}",
            f"Map {number}",
            f"response {found.values[row, rank]:.3g}",
            href=view.link("/maps", layer=found.layer, map=int(number)),
        )
        for rank, number in enumerate(found.maps[row])
    ]
    words = f"The strongest unit of each, projected by the {found.rule} rule; mid grey is nothing, one scale for all."
    title = f"The maps of {found.layer} that fired most"
    return [panel(title, dmc.Text(words, size="sm", className="quiet"), gallery(tiles, title))]


def _regions(view: View) -> list[Component]:
    """On which pixels every method lands, over all faces that were attributed."""
    found = view.study.find(AttributionRegions, view.faces)
    if found is None:
        return []
    words = "Density of each method's attribution on each unit's own pixels, against an even spread"
    drawn = graph(attribution_regions_figure(found), words, "attribution-regions")
    return [panel("", drawn, dmc.Text(attribution_regions_in_words(found)))]


def _tile(address: str, words: str, name: str, told: str = "", href: str = "") -> Component:
    """A picture over its name; leads on where there is somewhere to go."""
    below = [dmc.Text(name, fw=600, size="sm"), *([caption(told)] if told else [])]
    inside = [picture(address, words), dmc.Stack(below, gap=0, className="tile-words")]
    return html.Li(dmc.Anchor(inside, href=href, className="tile", underline="never") if href else inside)
