"""One feature map's panels: its strongest faces and their projections, what maximises it, its units, what it does."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.ablation_panels import ablated_map_graphs
from dashboards.components.facts import face_facts
from dashboards.components.gallery import caption, map_picture
from dashboards.components.graph import graph
from dashboards.components.notes import (
    ABLATION,
    DISTANCE,
    MAXIMIZED,
    ORDINARY,
    PLACES,
    PROJECTION,
    REGIONS,
    SWITCHED,
    hint,
    missing,
    panel,
)
from dashboards.components.sanity_panels import map_sanity
from dashboards.components.tables import table
from dashboards.components.uncoded import no_distances
from dashboards.view import View
from fer_probe.evidence.au_evidence import find_evidence
from fer_probe.evidence.map_regions import MapRegions
from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.experiments.ablation import AblatedMaps, ablation_name
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.figures import au_profile_figure
from fer_probe.figures.au_emergence import map_tuning_figure
from fer_probe.figures.map_regions import region_shares_figure
from fer_probe.harvesting import Harvest
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.deconvolution import Projections
from fer_probe.records import Record
from fer_probe.study import DRAWN_PEOPLE

#: What the name of a record of maps set to their mean has after its layer's.
_TO_MEAN = ablation_name("", "mean")
_RULES = {"deconvnet": "Deconvolution", "guided": "Guided backpropagation", "gradient": "Gradient"}


def map_panels(view: View, found: Harvest, number: int) -> list[Component]:
    """All that is known of map ``number``; words in the place of what was not analysed."""
    layer = found.layer
    above = [_originals(view, layer, number), _projections(view, layer, number)]
    below = [_maximized(view, found, number), _places(view, layer, number), _distances(view, layer, number)]
    return [
        dmc.Box(above, className="columns"),
        dmc.Box([_ordinary(view, layer, number), _regions(view, layer, number)], className="columns"),
        map_sanity(view, layer, number),
        dmc.Box(below, className="columns"),
        dmc.Box([_switched_off(view, layer, number), _tuning(view, layer, number)], className="columns"),
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
    both = [
        html.Figure([map_picture(view, layer, number, shown), html.Figcaption(caption(words))], className="way")
        for shown, words in (
            ("places", "Mean response over all faces."),
            ("strongest-places", "On how many faces the largest response is there."),
        )
    ]
    return panel("Where it fires", dmc.Box(both, className="ways"), hint(PLACES))


def _ordinary(view: View, layer: str, number: int) -> Component:
    found = view.study.find(OrdinaryPictures, view.faces, layer)
    if found is None:
        return panel("Ordinary faces", missing("Ordinary faces were not chosen"))
    ways = [
        html.Figure([map_picture(view, layer, number, way), html.Figcaption(caption(words))], className="way")
        for way, words in (
            ("random", f"Random faces, the same for every map: {_responses(found, number, 0)}."),
            ("median", f"The middle of its own ranking: {_responses(found, number, 1)}."),
        )
    ]
    fires = f"It fires on {found.fires[number]:.0%} of {found.image_count:,} faces."
    return panel("Ordinary faces", dmc.Box(ways, className="ways"), dmc.Text(fires, size="sm"), hint(ORDINARY))


def _responses(found: OrdinaryPictures, number: int, row: int) -> str:
    values = found.values[number, row]
    return f"response {values.min():.3g} to {values.max():.3g}"


def _regions(view: View, layer: str, number: int) -> Component:
    found = view.study.find(MapRegions, view.faces, layer)
    if found is None:
        return panel("Part of the face", missing("No landmarks of these faces are known, or nobody looked"))
    words = f"Part of the face where map {number} fires most, on how many faces"
    link = dmc.Anchor("Maps of every part of the face", href=view.link("/maps", layer=layer, part="all"), size="sm")
    return panel("", graph(region_shares_figure(found, number), words, "map-regions"), link, hint(REGIONS))


def _distances(view: View, layer: str, number: int) -> Component:
    evidence = find_evidence(view.study, view.faces, layer)
    if evidence is None:
        return panel("Action units", no_distances(view, "/maps", layer, layer=layer, map=number))
    drawn = au_profile_figure(evidence.distances, number, evidence.significance)
    figure = graph(drawn, f"Distance of map {number} to every action unit", "au-profile")
    return panel("", figure, hint(DISTANCE))


def _switched_off(view: View, layer: str, number: int) -> Component:
    """What becomes of each class without the map, on the faces that it was switched off on."""
    seen = view.where(AblatedMaps, layer)
    if seen is None:
        return panel("Switched off", _not_of_this_layer(view, AblatedMaps, "No map was switched off", "map"))
    ablated = seen.study.load(AblatedMaps, seen.faces, layer)
    mean = seen.study.find(AblatedMaps, seen.faces, ablation_name(layer, "mean"))
    link = dmc.Anchor(
        "All maps switched off", href=seen.link("/experiments", ask="map", layer=layer, map=number), size="sm"
    )
    words = [] if seen.faces == view.faces else [dmc.Text(f"On the faces “{seen.faces}”.", size="sm")]
    return panel("", *ablated_map_graphs(ablated, mean, number), *words, link, hint(ABLATION))


def _tuning(view: View, layer: str, number: int) -> Component:
    """How the map rises with the units that it answers to."""
    tuned = view.study.find(AUTuning, DRAWN_PEOPLE, layer)
    if tuned is None:
        command = "fer-probe probe --people 40"
        what = "How it rises with action units was not measured"
        return panel("Over intensity", _not_of_this_layer(view, AUTuning, what, "depth", command))
    words = f"Response of map {number} against the intensity of action units"
    return panel("", graph(map_tuning_figure(tuned, number), words, "map-tuning"), hint(SWITCHED))


def _not_of_this_layer(
    view: View, kind: type[Record], what: str, ask: str, command: str = "fer-probe probe"
) -> Component:
    """The layers that it is known of, with the way there; the command where it is known of none."""
    others = sorted({entry.layer.removesuffix(_TO_MEAN) for entry in view.study.entries(kind.kind())})
    if not others:
        return missing(what, command)
    link = dmc.Anchor(", ".join(others), href=view.link("/experiments", ask=ask), inherit=True, underline="always")
    return dmc.Text(["That was asked of the maps of ", link, " only."], size="sm")


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
