"""What happens to the classes if a layer's activations move the way an action unit moves them."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.graph import graph
from dashboards.components.notes import CONCEPTS, hint, missing, panel
from dashboards.view import View
from fer_probe.experiments.au_concepts import ConceptTests
from fer_probe.figures.au_concepts import concepts_figure, concepts_in_words
from fer_probe.study import DRAWN_PEOPLE


def concept_panels(view: View) -> list[Component]:
    """Scores of every unit for every class."""
    layers = view.study.layers(ConceptTests, DRAWN_PEOPLE)
    if not layers:
        return [panel("… a layer moves like a unit?", missing("No action unit was tested as a concept"))]
    found = view.study.load(ConceptTests, DRAWN_PEOPLE, layers[-1])
    drawn = graph(concepts_figure(found), "TCAV score of every action unit for every class", "concepts")
    return [panel("", drawn, dmc.Text(concepts_in_words(found)), hint(CONCEPTS))]
