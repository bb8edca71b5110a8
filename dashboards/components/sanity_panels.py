"""What happens to projections if the network forgets: the same ones from shuffled networks, and how like they are."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.graph import graph
from dashboards.components.notes import SHUFFLED, hint, missing, panel
from dashboards.view import View
from fer_probe.architecture import Architecture
from fer_probe.evidence.projection_energy import ProjectionEnergy
from fer_probe.experiments.sanity_checks import SanityChecks
from fer_probe.figures.projection_energy import energy_figure, energy_in_words
from fer_probe.figures.sanity_checks import likeness_figure, sanity_figure, sanity_in_words

_TITLE = "What the projections can say"
_UNCHECKED = "What weights that learnt nothing would show of it is not known"


def sanity_panels(view: View, path: str) -> list[Component]:
    """Of these faces, or of the first others whose projections were checked."""
    seen = view.where(SanityChecks)
    if seen is None:
        return [
            panel("Projections of shuffled networks", missing("No projection was made again from a shuffled network"))
        ]
    checks = seen.study.load(SanityChecks, seen.faces, seen.study.layers(SanityChecks, seen.faces)[-1])
    numbers = [str(number) for number in checks.maps]
    row = numbers.index(seen.choice("map", numbers))
    links = {f"Map {number}": view.link(path, **{**view.query, "map": number}) for number in numbers}
    likeness = graph(likeness_figure(checks), "How like the trained network's projections they are", "likeness")
    return [
        dmc.Group([choice("map", links, f"Map {numbers[row]}", label="Feature map")], className="controls"),
        dmc.Box(
            [
                panel("", _grid(seen, checks, row)),
                panel(_TITLE, dmc.Text(sanity_in_words(checks, row)), hint(SHUFFLED)),
            ],
            className="columns",
        ),
        panel("", likeness, dmc.Text(f"All {len(numbers)} maps together. {sanity_in_words(checks)}")),
        *_energy(view),
    ]


def map_sanity(view: View, layer: str, number: int) -> Component:
    """Below a map's projections the same ones from networks that know less; words where they were not made."""
    seen = view.where(SanityChecks, layer)
    if seen is None:
        elsewhere = view.where(SanityChecks)
        if elsewhere is None:
            return panel(_TITLE, missing(f"This map was not projected from shuffled networks. {_UNCHECKED}"))
        return panel(_TITLE, _only(elsewhere, f"maps of {elsewhere.study.layers(SanityChecks, elsewhere.faces)[-1]}"))
    checks = seen.study.load(SanityChecks, seen.faces, layer)
    row = checks.row(number)
    if row is None:
        return panel(_TITLE, _only(seen, f"{len(checks.maps)} maps of {layer}"))
    whose = [] if seen.faces == view.faces else [dmc.Text(f"On the faces “{seen.faces}”.", size="sm")]
    link = dmc.Anchor("All maps that were checked", href=seen.link("/experiments", ask="weights"), size="sm")
    verdict = panel(_TITLE, dmc.Text(sanity_in_words(checks, row)), *whose, link, hint(SHUFFLED))
    return dmc.Box([panel("", _grid(seen, checks, row)), verdict], className="columns")


def _grid(seen: View, checks: SanityChecks, row: int) -> Component:
    size = seen.study.load(Architecture, seen.faces).picture[1:]
    grid = sanity_figure(checks, seen.study.faces(seen.faces), row, (size[0], size[1]))
    words = f"Projections of map {checks.maps[row]} from the trained network and from what knows less"
    return graph(grid, words, "sanity")


def _only(seen: View, which: str) -> Component:
    """That a map's projections were not checked, and the way to those that were."""
    link = dmc.Anchor(which, href=seen.link("/experiments", ask="weights"), inherit=True, underline="always")
    return dmc.Text(
        [f"This map was not projected from shuffled networks. {_UNCHECKED}; that was asked of ", link, " only."],
        size="sm",
    )


def _energy(view: View) -> list[Component]:
    """Whether maps look at what their units move, where that was asked."""
    seen = view.where(ProjectionEnergy)
    if seen is None:
        return []
    found = seen.study.load(ProjectionEnergy, seen.faces, seen.study.layers(ProjectionEnergy, seen.faces)[-1])
    figure = graph(energy_figure(found), "Share of each map's projected energy on the pixels its unit moved", "energy")
    return [panel("", figure, dmc.Text(energy_in_words(found)))]
