"""Feature maps: all maps of a layer as a grid, and one map with everything that is known of it."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, callback, no_update, register_page
from dash.development.base_component import Component

from dashboards.components.choices import choice, pager, switch
from dashboards.components.gallery import SHOWN, caption, gallery, map_tile
from dashboards.components.graph import graph_id
from dashboards.components.map_panels import map_panels
from dashboards.components.notes import (
    PROJECTION,
    hint,
    nothing_here,
)
from dashboards.map_order import found_by_name, map_orders, maps_of_part, ordered_maps, units_of_maps
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_evidence import AUEvidence, find_evidence
from fer_probe.evidence.map_regions import ELSEWHERE, MapRegions
from fer_probe.evidence.ordinary_pictures import OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.figures.map_regions import share_in_words
from fer_probe.harvesting import Harvest
from fer_probe.projections.deconvolution import Projections

#: Maps on one page of the grid.
PER_PAGE = 64


def layout(**query: str) -> Component:
    """The page for an address: one map where it names one, else the grid."""
    return framed("/maps", _content, query)


def _content(view: View) -> list[Any]:
    layers = view.study.layers(Harvest, view.faces)
    if not layers:
        return [nothing_here("No feature maps yet", "No layer of this model was harvested.", "fer-probe probe")]
    layer = view.choice("layer", layers, str(view.study.about.get("main_layer", "")))
    found = view.study.load(Harvest, view.faces, layer)
    number = view.number("map", len(found.values))
    return _grid(view, layers, found) if number is None else _one_map(view, found, number)


def _grid(view: View, layers: tuple[str, ...], found: Harvest) -> list[Any]:
    evidence = find_evidence(view.study, view.faces, found.layer)
    distances = None if evidence is None else evidence.distances
    regions = view.study.find(MapRegions, view.faces, found.layer)
    part = view.choice("part", _parts(regions))
    orders = map_orders(distances, part if regions is not None and part in regions.region_names else "")
    shown = view.choice("show", _pictures_of_all_maps(view, found.layer))
    order, words = view.choice("order", tuple(orders)), view.query.get("find", "")
    units = units_of_maps(evidence)
    maps = maps_of_part(ordered_maps(found, order, distances), regions, part, order)
    maps = found_by_name(maps, words, units)
    pages = max(1, -(-len(maps) // PER_PAGE))
    page = min(max(view.number("page", 10**6) or 1, 1), pages)
    here = maps[(page - 1) * PER_PAGE : page * PER_PAGE]
    tiles = [
        map_tile(view, found.layer, i, shown, *_captions(found, evidence, units, order, i), *_part(regions, part, i))
        for i in here
    ]
    height, width = found.map_size
    return [
        dmc.Stack(
            [
                dmc.Title("Feature maps", order=1),
                dmc.Text(
                    f"{found.layer} has {len(found.values)} maps of {height} × {width}. Each picture shows "
                    f"{SHOWN[shown]}{_how_many(found, shown)}.",
                    className="quiet",
                ),
            ],
            gap=4,
        ),
        _controls(view, layers, found.layer, shown, order, orders, words, _part_choice(view, regions, part)),
        gallery(tiles, f"Maps of {found.layer}") if here else nothing_here(*_no_such_map(found.layer, words, part)),
        *pager("page", [_with(view, page=i) for i in range(1, pages + 1)], page),
        *([hint(PROJECTION)] if shown == "projections" else []),
    ]


def _how_many(found: Harvest, shown: str) -> str:
    if shown not in ("originals", "projections"):
        return ""
    return f" ({found.values.shape[1]} of {found.image_count:,}, the strongest first)"


def _pictures_of_all_maps(view: View, layer: str) -> tuple[str, ...]:
    """The pictures that every map of the layer has."""
    has = {"projections": Projections, "random": OrdinaryPictures, "places": ResponsePlaces}
    return ("originals", *[name for name, kind in has.items() if view.study.find(kind, view.faces, layer)])


def _controls(
    view: View,
    layers: tuple[str, ...],
    layer: str,
    shown: str,
    order: str,
    orders: dict[str, str],
    words: str,
    parts: list[Component],
) -> Component:
    here = {**view.query, "page": None}
    shows = _pictures_of_all_maps(view, layer)
    return dmc.Group(
        [
            choice(
                "layer",
                {name: _with(view, layer=name, page=None, order=None, part=None) for name in layers},
                layer,
                label="Layer",
            ),
            switch(
                "show",
                {name.capitalize(): view.link("/maps", **{**here, "show": name}) for name in shows},
                shown.capitalize(),
                label="Show",
            ),
            choice(
                "order",
                {label: _with(view, order=name, page=None) for name, label in orders.items()},
                orders[order],
                label="Order by",
            ),
            *parts,
            dmc.TextInput(
                id="find-map",
                label="Find",
                value=words,
                debounce=400,
                placeholder="113, AU12 or “lip”",
                w=170,
                size="sm",
            ),
        ],
        align="end",
        gap="md",
        className="controls",
    )


def _parts(regions: MapRegions | None) -> tuple[str, ...]:
    """The parts of the face that maps can be chosen by."""
    return ("all",) if regions is None else ("all", *regions.region_names, ELSEWHERE)


def _part_choice(view: View, regions: MapRegions | None, part: str) -> list[Component]:
    if regions is None:
        return []
    counts = {name: len(regions.region) if name == "all" else len(regions.maps_of(name)) for name in _parts(regions)}
    labels = {name: f"{name.capitalize()} ({count})" for name, count in counts.items()}
    links = {labels[name]: _with(view, part=name, page=None, order=None) for name in counts}
    return [choice("part", links, labels[part], label="Part of the face")]


def _part(regions: MapRegions | None, part: str, number: int) -> list[Component]:
    """On how many faces a map fires in the part that was chosen."""
    if regions is None or part not in regions.region_names:
        return []
    return [caption(share_in_words(regions, number, regions.region_names.index(part)))]


def _with(view: View, **changes: object) -> str:
    return view.link("/maps", **{**view.query, **changes})


def _captions(
    found: Harvest, evidence: AUEvidence | None, units: dict[int, list[int]], order: str, number: int
) -> list[Component]:
    """What was ordered by, and the units whose detector it is."""
    lines = []
    if order.startswith("au") and evidence is not None:
        distances, row = evidence.distances, evidence.distances.row(int(order[2:]))
        side = "" if distances.direction[row, number] > 0 else " (other side)"
        lines.append(caption(f"D {distances.distance[row, number]:.3g}{side}"))
    elif order == "strongest":
        lines.append(caption(f"response {found.values[number, 0]:.3g}"))
    mine = units.get(number, [])
    if evidence is not None and mine:
        names = action_unit_label(mine[0]) if len(mine) == 1 else ", ".join(f"AU{au}" for au in mine)
        lines.append(caption(f"{_role(evidence)} {names}"))
    return lines


def _role(evidence: AUEvidence) -> str:
    """What a map is to the units that it stands for."""
    return "largest D for" if evidence.significance is None else "detector of"


def _no_such_map(layer: str, words: str, part: str) -> tuple[str, str]:
    if not words:
        return "No map found", f"No map of {layer} fires most on this part of the face: {part}."
    return "No map found", f"No map of {layer} is called “{words}”: search a number, or an action unit that it tells."


def _one_map(view: View, found: Harvest, number: int) -> list[Any]:
    evidence = find_evidence(view.study, view.faces, found.layer)
    return [
        _map_title(view, found, number, evidence),
        *map_panels(view, found, number),
    ]


def _map_title(view: View, found: Harvest, number: int, evidence: AUEvidence | None) -> Component:
    count, strongest = len(found.values), float(found.values[number, 0])
    back = view.link("/maps", layer=found.layer, page=number // PER_PAGE + 1 if number >= PER_PAGE else None)
    links = [
        _step(view, found.layer, (number - 1) % count, "‹ Previous", "ArrowLeft"),
        _step(view, found.layer, (number + 1) % count, "Next ›", "ArrowRight"),
    ]
    badges = [] if evidence is None else _badges(view, evidence, units_of_maps(evidence).get(number, []))
    return dmc.Stack(
        [
            dmc.Anchor(f"All maps of {found.layer}", href=back, size="sm"),
            dmc.Group(
                [dmc.Title(f"{found.layer}, map {number}", order=1), dmc.Group(links, gap="xs")],
                justify="space-between",
            ),
            dmc.Group(
                [
                    dmc.Text(f"Largest response to these faces: {strongest:.4g}.", className="quiet"),
                    *badges,
                ],
                gap="xs",
            ),
        ],
        gap=4,
    )


def _badges(view: View, evidence: AUEvidence, aus: list[int]) -> list[Component]:
    """The units whose detector the map is, or in words that it is none's."""
    if not aus:
        words = "" if evidence.significance is None else "No action unit's detector."
        return [dmc.Text(words, className="quiet")] if words else []
    units = [evidence.unit(au) for au in aus]
    told = [f"D = {u.distance:.3g}" + ("" if u.detector is None else f", q {u.q_value:.2g}") for u in units]
    links = [
        dmc.Anchor(f"{u.label} ({words})", href=view.link("/action-units", au=u.au), className="badge")
        for u, words in zip(units, told, strict=True)
    ]
    return [dmc.Text(_role(evidence).capitalize(), className="quiet"), *links]


def _step(view: View, layer: str, number: int, words: str, key: str) -> Component:
    return dmc.Anchor(
        words,
        href=view.link("/maps", layer=layer, map=number),
        className="button",
        underline="never",
        **{"data-key": key, "aria-keyshortcuts": key, "aria-label": f"{words.strip('‹› ')} map, {number}"},
    )


@callback(
    Output("address", "href", allow_duplicate=True),
    Input("find-map", "value"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def find_map(words: str | None, search: str | None) -> Any:
    """The grid with only the maps that a search finds."""
    view = View.of(query_of(search))
    if (words or "") == view.query.get("find", ""):
        return no_update
    return _with(view, find=words, page=None)


@callback(
    Output("address", "href", allow_duplicate=True),
    Input(graph_id("au-profile"), "clickData"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def open_action_unit(clicked: dict[str, Any] | None, search: str | None) -> Any:
    """The action unit whose bar was clicked, on the same layer."""
    if not clicked:
        return no_update
    view = View.of(query_of(search))
    return view.link("/action-units", au=clicked["points"][0]["customdata"], layer=view.query.get("layer"))


register_page(__name__, "/maps", name="Feature maps", title="Feature maps · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
