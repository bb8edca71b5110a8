"""What happens if one action unit is switched on: the classes, and the maps beside what observation says of them."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.graph import graph
from dashboards.components.notes import SWITCHED, hint, missing, panel
from dashboards.components.tables import table
from dashboards.components.uncoded import no_distances
from dashboards.view import View
from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.experiments.au_experiments import AUEffects
from fer_probe.figures.au_experiments import AU_EFFECT_COLUMNS, au_effect_figure, au_effect_rows, au_effects_figure
from fer_probe.study import DRAWN_PEOPLE, StudyError


def unit_panels(view: View, path: str) -> list[Component]:
    """Effects of every unit on the classes; of one unit on a layer's maps, beside their distances."""
    of_classes = view.study.find(AUEffects, DRAWN_PEOPLE)
    if of_classes is None:
        return [panel("… an action unit is switched on?", missing("No action unit was switched on drawn people"))]
    words = "What each action unit, switched on by itself, does to every class"
    classes = panel("", graph(au_effects_figure(of_classes), words, "unit-classes"), hint(SWITCHED))
    return [classes, *_beside_distances(view, path)]


def _beside_distances(view: View, path: str) -> list[Component]:
    layer = _layer(view)
    effects = view.study.find(AUEffects, DRAWN_PEOPLE, layer)
    coded = view.where(AUDistances, layer)
    title = "Does a map answer to the unit, or ride on another?"
    if effects is None or coded is None:
        return [panel(title, no_distances(view, path, layer))] if effects is not None else []
    distances = coded.study.load(AUDistances, coded.faces, layer)
    rows = [[row[column] for column in AU_EFFECT_COLUMNS] for row in au_effect_rows(effects, distances)]
    words = (
        f"Observed on the faces “{coded.faces}”, switched on drawn people; effects in deviations of the map over all "
        "faces with and without the unit, at most 2. Last: the largest effect of any other unit on that map; above "
        "100 %, it answers to that unit more."
    )
    return [
        panel(title, *_one_unit(view, path, effects, distances)),
        panel(
            "Every unit's maps",
            table(AU_EFFECT_COLUMNS, rows, "Observed and switched", numeric=(2, 5, 6)),
            dmc.Text(words, size="sm"),
        ),
    ]


def _one_unit(view: View, path: str, effects: AUEffects, distances: AUDistances) -> list[Component]:
    units = [int(au) for au in effects.action_unit_numbers if au in distances.action_unit_numbers]
    if not units:
        raise StudyError("no action unit that was switched on is coded on these faces")
    chosen = int(view.choice("au", [str(au) for au in units], "12" if 12 in units else ""))
    links = {action_unit_label(au): view.link(path, **{**view.query, "au": au}) for au in units}
    words = f"Distance and effect of {action_unit_label(chosen)} for every map"
    return [
        dmc.Group([choice("au", links, action_unit_label(chosen), label="Action unit")], className="controls"),
        graph(au_effect_figure(effects, distances, chosen), words, "unit-maps"),
        dmc.Text("Click on a point to see its map.", size="sm"),
    ]


def _layer(view: View) -> str:
    """The layer that the address names, or the main one; of those whose maps were asked."""
    layers = [layer for layer in view.study.layers(AUEffects, DRAWN_PEOPLE) if layer]
    main = str(view.study.about.get("main_layer", ""))
    asked = view.query.get("layer", "")
    return asked if asked in layers else main if main in layers else (layers or [""])[-1]
