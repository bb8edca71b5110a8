"""What happens if feature maps are switched off: all of a layer at once, one of them, and those of action units."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.choices import switch
from dashboards.components.gallery import caption, map_picture
from dashboards.components.graph import graph
from dashboards.components.notes import ABLATION, hint, missing, panel
from dashboards.components.tables import table
from dashboards.components.uncoded import no_distances
from dashboards.view import View
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.experiments.ablation import AblatedMaps, ablation_name
from fer_probe.figures.ablation import (
    ABLATION_COLUMNS,
    ablated_accuracy_figure,
    ablated_map_figure,
    ablation_figure,
    ablation_rows,
)

#: How the page calls what maps are set to.
_SET_TO = {"zero": "Zero", "mean": "Its mean"}


def ablation_panels(view: View) -> list[Component]:
    """Of these faces, or of the first others that maps were switched off on."""
    seen = view.where(AblatedMaps)
    if seen is None:
        return [panel("Maps switched off", missing("No map was switched off: that takes faces with known expressions"))]
    kept = seen.study.layers(AblatedMaps, seen.faces)
    layers = [name for name in kept if not name.endswith(ablation_name("", "mean"))]
    chosen = seen.choice("layer", layers, str(seen.study.about.get("main_layer", "")))
    ablated = seen.study.load(AblatedMaps, seen.faces, chosen)
    mean = seen.study.find(AblatedMaps, seen.faces, ablation_name(chosen, "mean"))
    number = seen.number("map", len(ablated.change))
    return _panels(seen, ablated, mean, ablated.moves_most if number is None else number)


def _panels(view: View, ablated: AblatedMaps, mean: AblatedMaps | None, number: int) -> list[Component]:
    to = view.choice("to", ("zero", *["mean"] * (mean is not None)))
    links = {
        words: view.link("/experiments", **{**view.query, "to": None if name == "zero" else name})
        for name, words in _SET_TO.items()
    }
    shown = mean if mean is not None and to == "mean" else ablated
    every = graph(ablation_figure(shown), "How much each class changes as each map is switched off", "ablation")
    return [
        *([] if mean is None else [dmc.Group(switch("to", links, _SET_TO[to], label="Every map set to"))]),
        panel("", every, dmc.Text("Click on a cell to see its map below.", size="sm"), hint(ABLATION)),
        html.Div(
            [panel("", *ablated_map_graphs(ablated, mean, number)), _answers_to(view, ablated, number)],
            className="columns columns-wide-first",
        ),
        _units(view, ablated, mean),
    ]


def ablated_map_graphs(ablated: AblatedMaps, mean: AblatedMaps | None, number: int) -> list[Component]:
    """One map set to zero and to its mean: every class's probability, and its accuracy where labels are known."""
    drawn = ablated_map_figure(ablated, number, mean)
    graphs = [graph(drawn, f"Change of every class without map {number}", "map-ablated")]
    if ablated.on_own_faces:
        read = ablated_accuracy_figure(ablated, number, mean)
        graphs.append(graph(read, f"Change of every class's accuracy without map {number}", "map-accuracy"))
    return graphs


def _answers_to(view: View, ablated: AblatedMaps, number: int) -> Component:
    link = dmc.Anchor(f"All of map {number}", href=view.link("/maps", layer=ablated.layer, map=number), size="sm")
    shown = map_picture(view, ablated.layer, number, "originals")
    return panel(f"What map {number} answers to", html.Div(shown, className="picture-face"), link)


def _units(view: View, ablated: AblatedMaps, mean: AblatedMaps | None) -> Component:
    """The action units' best maps, on the faces whose units are coded."""
    title = "Does the network use its detectors?"
    coded = view.where(AUDistances, ablated.layer)
    if coded is None:
        return panel(title, no_distances(view, "/experiments", ablated.layer))
    distances = coded.study.load(AUDistances, coded.faces, ablated.layer)
    rows = [[row[column] for column in ABLATION_COLUMNS] for row in ablation_rows(ablated, distances, mean)]
    words = (
        f"The map of {ablated.layer} with the largest D for each action unit (faces “{coded.faces}”), and the class "
        "that its absence moves most, in percentage points of its probability (± half the 95 % interval by t), set to "
        "zero and to its mean, and of its accuracy. Last, the share of other maps, and of those with the nearest mean "
        "response, whose largest effect on any class is smaller."
    )
    return panel(
        title, table(ABLATION_COLUMNS, rows, "Action units' maps and classes", numeric=(3, 4, 5, 6, 7)), caption(words)
    )
