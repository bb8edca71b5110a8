"""What happens if one thing about the faces changes by degrees: how strongly they show it, and in which light."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.graph import graph
from dashboards.components.notes import SWEPT, hint, missing, panel
from dashboards.view import View
from fer_probe.experiments.sweeps import Sweep
from fer_probe.figures.sweeps import sweep_classes_figure, sweep_figure, sweep_in_words
from fer_probe.study import DRAWN_PEOPLE

INTENSITY, LIGHT = ("intensity",), ("side light", "exposure")


def sweep_panels(view: View, conditions: tuple[str, ...]) -> list[Component]:
    """A panel or two a condition; words where it was not swept."""
    found = [view.study.find(Sweep, DRAWN_PEOPLE, condition) for condition in conditions]
    if not any(found):
        words = f"No drawn faces were shown by degrees of {' or '.join(conditions)}"
        return [panel("By degrees", missing(words, "fer-probe probe --people 40"))]
    return [one for swept in found if swept is not None for one in _panels(swept)]


def _panels(found: Sweep) -> list[Component]:
    name = found.condition.replace(" ", "-")
    lines = graph(sweep_figure(found), f"Probability of what is shown over {found.condition}", name)
    classes = graph(sweep_classes_figure(found), f"All classes over {found.condition}", f"{name}-classes")
    return [panel("", lines, dmc.Text(sweep_in_words(found)), hint(SWEPT)), panel("", classes)]
