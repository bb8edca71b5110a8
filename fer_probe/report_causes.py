"""What a report shows of cause: what was switched, and what followed. What is not there is None or empty."""

from functools import cached_property
from typing import Any

import plotly.graph_objects as go

from fer_probe.ablation import AblatedMaps
from fer_probe.action_units import action_unit_label
from fer_probe.au_distance import AUDistances
from fer_probe.figures.ablation import ablation_figure
from fer_probe.study import Study

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


class ReportCauses:
    """The experiments of a study, as the page shows them."""

    def __init__(self, study: Study, layer: str, labelled_set: str, distances: AUDistances | None) -> None:
        self.layer, self.distances = layer, distances
        self.labelled_set = labelled_set
        self.ablated = study.find(AblatedMaps, labelled_set, layer)

    @property
    def ablation(self) -> Drawn | None:
        """Every map set to zero, and every class."""
        if self.ablated is None:
            return None
        return ablation_figure(self.ablated), f"Change of every class's probability as each map of {self.layer} is set"

    @cached_property
    def used(self) -> list[dict[str, Any]]:
        """Of every action unit's best map what the network does without it: a row a unit."""
        if self.ablated is None or self.distances is None:
            return []
        best = {int(au): self.distances.best_map(int(au)) for au in self.distances.action_unit_numbers}
        return [_use(self.ablated, au, number) for au, number in best.items() if number is not None]


def _use(ablated: AblatedMaps, au: int, number: int) -> dict[str, Any]:
    label = ablated.most_moved(number)
    change, half_width = (float(told[number, label]) for told in ablated.told)
    return {
        "label": action_unit_label(au),
        "map": number,
        "class": ablated.class_names[label],
        "points": 100 * change,
        "half_width": 100 * half_width,
        "others": ablated.rank(number),
        "alike": ablated.rank(number, among=ablated.matched(number)),
    }
