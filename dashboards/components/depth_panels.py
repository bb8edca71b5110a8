"""What is found if one looks deeper: where maps appear that tell action units, and how they are tuned."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.graph import graph
from dashboards.components.notes import DEPTH, hint, missing, panel
from dashboards.view import View
from fer_probe.action_units import action_unit_label
from fer_probe.experiments.au_emergence import AUEmergence
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.figures.au_emergence import emergence_figure, emergence_heatmap_figure, tuning_figure
from fer_probe.study import DRAWN_PEOPLE


def depth_panels(view: View, path: str) -> list[Component]:
    """Layer by layer, then one unit's intensity."""
    found = view.study.find(AUEmergence, DRAWN_PEOPLE)
    if found is None:
        return [panel("Layer by layer", missing("The layers were not looked through", "fer-probe probe --people 40"))]
    lines = graph(emergence_figure(found), "Action units told by each layer, of trained and shuffled weights", "layers")
    table = graph(emergence_heatmap_figure(found), "AUROC of each layer's best map for every unit", "layers-units")
    return [panel("", lines, hint(DEPTH)), panel("", table), *_tuning(view, path)]


def _tuning(view: View, path: str) -> list[Component]:
    layers = view.study.layers(AUTuning, DRAWN_PEOPLE)
    if not layers:
        return []
    tuned = view.study.load(AUTuning, DRAWN_PEOPLE, layers[-1])
    units = [int(au) for au in tuned.action_unit_numbers]
    chosen = int(view.choice("au", [str(au) for au in units], "12" if 12 in units else ""))
    links = {action_unit_label(au): view.link(path, **{**view.query, "au": au}) for au in units}
    picked = choice("au", links, action_unit_label(chosen), label="Action unit")
    words = f"Response of the map that rises most with {action_unit_label(chosen)}"
    return [panel("", dmc.Group([picked], className="controls"), graph(tuning_figure(tuned, chosen), words, "tuning"))]
