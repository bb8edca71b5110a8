"""One feature map's panels: its strongest faces, their projections, what maximises it, where it fires, its units."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.facts import face_facts
from dashboards.components.gallery import map_picture
from dashboards.components.graph import graph
from dashboards.components.notes import DISTANCE, MAXIMIZED, PLACES, PROJECTION, hint, missing, panel
from dashboards.components.tables import table
from dashboards.components.uncoded import no_distances
from dashboards.view import View
from fer_probe.evidence.au_evidence import find_evidence
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.figures import au_profile_figure
from fer_probe.harvesting import Harvest
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.deconvolution import Projections

_RULES = {"deconvnet": "Deconvolution", "guided": "Guided backpropagation", "gradient": "Gradient"}


def map_panels(view: View, found: Harvest, number: int) -> list[Component]:
    """All that is known of map ``number``; words in the place of what was not analysed."""
    layer = found.layer
    above = [_originals(view, layer, number), _projections(view, layer, number)]
    below = [_maximized(view, found, number), _places(view, layer, number), _distances(view, layer, number)]
    return [
        dmc.Box(above, className="columns"),
        dmc.Box(below, className="columns"),
        _strongest(view, found, number),
    ]


def _originals(view: View, layer: str, number: int) -> Component:
    return panel(
        "Strongest faces",
        map_picture(view, layer, number, "originals"),
        dmc.Text("The part of each face that the map's strongest unit sees, the strongest first.", size="sm"),
    )


def _projections(view: View, layer: str, number: int) -> Component:
    record = view.study.find(Projections, view.faces, layer)
    if record is None:
        return panel("Projections", missing("Nothing of this layer was projected back"))
    words = f"{_RULES.get(record.rule, record.rule)} of the same units, in the same places. Grey is zero."
    if record.extended_rectifiers:
        words += f" {record.extended_rectifiers} rectifiers took the rule by extension."
    picture = map_picture(view, layer, number, "projections")
    return panel("Projections", picture, dmc.Text(words, size="sm"), hint(PROJECTION))


def _maximized(view: View, found: Harvest, number: int) -> Component:
    record = view.study.find(MaximizedMaps, view.faces, found.layer)
    if record is None:
        return panel("Maximised", missing("No map of this layer was maximised"))
    rows = [i for i, one in enumerate(record.maps) if int(one) == number]
    if not rows:
        return panel("Maximised", missing(f"Only {len(record.maps)} maps were maximised, not this one"))
    reached, largest = float(record.activation[rows[0]]), float(found.values[number, 0])
    words = f"Reaches {reached:.3g}; the largest response to a face is {largest:.3g}."
    return panel(
        "Maximised", map_picture(view, found.layer, number, "maximized"), dmc.Text(words, size="sm"), hint(MAXIMIZED)
    )


def _places(view: View, layer: str, number: int) -> Component:
    if view.study.find(ResponsePlaces, view.faces, layer) is None:
        return panel("Where it fires", missing("The places of this layer's responses were not kept"))
    return panel("Where it fires", map_picture(view, layer, number, "places"), hint(PLACES))


def _distances(view: View, layer: str, number: int) -> Component:
    evidence = find_evidence(view.study, view.faces, layer)
    if evidence is None:
        return panel("Action units", no_distances(view, "/maps", layer, layer=layer, map=number))
    drawn = au_profile_figure(evidence.distances, number, evidence.significance)
    figure = graph(drawn, f"Distance of map {number} to every action unit", "au-profile")
    return panel("", figure, hint(DISTANCE))


def _strongest(view: View, found: Harvest, number: int) -> Component:
    faces = view.study.faces(view.faces)
    rows = [
        [
            dmc.Anchor(f"Face {index}", fz="sm", href=view.link("/latent", face=int(index))),
            f"{value:.3g}",
            *[text for name, text in face_facts(faces, int(index))],
        ]
        for index, value in zip(found.image_index[number], found.values[number], strict=True)
    ]
    heads = ["Face", "Response", *[name for name, _ in face_facts(faces, int(found.image_index[number, 0]))]]
    return panel("What its strongest faces show", table(heads, rows, "Labels of the strongest faces", numeric=(1,)))
