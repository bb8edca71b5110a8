"""Measures: is the latent disentangled, and what can be read off a space linearly."""

from typing import Any

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from dashboards.components.graph import graph
from dashboards.components.latent_notes import DISENTANGLEMENT, LINEAR
from dashboards.components.latent_tabs import latent_head, not_here
from dashboards.components.notes import hint, panel
from dashboards.components.tables import table
from dashboards.shell import framed
from dashboards.view import View
from fer_probe.figures import disentanglement_figure, linear_probes_figure
from fer_probe.latents.disentanglement import Disentanglement
from fer_probe.latents.latent_variables import Latents
from fer_probe.latents.linear_probes import LinearProbes

_PATH = "/latent/measures"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    head = latent_head(view, _PATH, "What a space holds of expression, identity and action units, and how apart.")
    parts = [part for make in (_disentanglement, _probes) for part in make(view)]
    return [*head, *(parts or [not_here("Nothing was measured of a space of these faces.")])]


def _disentanglement(view: View) -> list[Component]:
    found = view.study.find(Disentanglement, view.faces, "latent")
    if found is None:
        return []
    latents = view.study.find(Latents, view.faces, "latent")
    rows = [[name, f"{score:.2f}", f"{low:.2f}", f"{high:g}"] for name, (score, low, high) in found.scores.items()]
    told = table(("Measure", "Score", "Chance", "Ceiling"), rows, "Measures of disentanglement", numeric=(1, 2, 3))
    words = dmc.Text(f"{found.faces} faces, {len(found.factors)} known factors.", size="sm")
    figure = disentanglement_figure(found, latents.names if latents else ())
    drawn = graph(figure, "Importance of each variable for each known factor", "disentanglement")
    panels = [panel("Is it disentangled?", told, words), panel("", drawn)]
    return [dmc.Box(panels, className="columns"), hint(DISENTANGLEMENT)]


def _probes(view: View) -> list[Component]:
    layers = view.study.layers(LinearProbes, view.faces)
    if not layers:
        return []
    figure = linear_probes_figure([view.study.load(LinearProbes, view.faces, layer) for layer in layers])
    return [panel("", graph(figure, f"What is read linearly off {', '.join(layers)}", "linear-probes"), hint(LINEAR))]


register_page(__name__, _PATH, name="Measures", title="Measures of the latent space · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
