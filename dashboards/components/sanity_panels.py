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


def sanity_panels(view: View, path: str) -> list[Component]:
    """Of these faces, or of the first others whose projections were checked."""
    seen = view.where(SanityChecks)
    if seen is None:
        return [
            panel("Projections of shuffled networks", missing("No projection was made again from a shuffled network"))
        ]
    checks = seen.study.load(SanityChecks, seen.faces, seen.study.layers(SanityChecks, seen.faces)[-1])
    numbers = [str(number) for number in checks.maps]
    chosen = seen.choice("map", numbers)
    size = seen.study.load(Architecture, seen.faces).picture[1:]
    grid = sanity_figure(checks, seen.study.faces(seen.faces), numbers.index(chosen), (size[0], size[1]))
    links = {f"Map {number}": view.link(path, **{**view.query, "map": number}) for number in numbers}
    words = f"Projections of map {chosen} from the trained network and from what knows less"
    return [
        dmc.Group([choice("map", links, f"Map {chosen}", label="Feature map")], className="controls"),
        panel("", graph(grid, words, "sanity"), dmc.Text(sanity_in_words(checks)), hint(SHUFFLED)),
        panel("", graph(likeness_figure(checks), "How like the trained network's projections they are", "likeness")),
        *_energy(view),
    ]


def _energy(view: View) -> list[Component]:
    """Whether maps look at what their units move, where that was asked."""
    seen = view.where(ProjectionEnergy)
    if seen is None:
        return []
    found = seen.study.load(ProjectionEnergy, seen.faces, seen.study.layers(ProjectionEnergy, seen.faces)[-1])
    figure = graph(energy_figure(found), "Share of each map's projected energy on the pixels its unit moved", "energy")
    return [panel("", figure, dmc.Text(energy_in_words(found)))]
