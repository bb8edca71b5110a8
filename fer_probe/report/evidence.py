"""What a report shows of action units: detectors or none, what that rests on, and distances."""

from functools import cached_property
from math import isnan

import plotly.graph_objects as go

from fer_probe import figures
from fer_probe.action_units import action_unit_label
from fer_probe.evidence.agreement_measures import MEASURES
from fer_probe.evidence.au_evidence import AUEvidence, UnitEvidence
from fer_probe.evidence.evidence_words import detectors_in_words, method_sentence, verdict_sentence

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]

#: The action units of Zhu et al., figure 6, are drawn first; so many figures are drawn in all.
_ZHU_FIGURE_6, _DISTANCE_FIGURES = (1, 4, 11, 27), 6
_NONE = "–"


class ReportEvidence:
    """The evidence on one layer and set of faces, as the page shows it."""

    def __init__(self, evidence: AUEvidence) -> None:
        self.evidence, self.layer = evidence, evidence.distances.layer
        self.tested = evidence.significance is not None

    @cached_property
    def units(self) -> list[UnitEvidence]:
        """Every action unit's, in the order of the record."""
        return self.evidence.units()

    @property
    def ranked(self) -> list[UnitEvidence]:
        """Those with a map, the surest detector first."""
        return [unit for unit in self.evidence.ranked() if unit.map is not None]

    @property
    def summary(self) -> str:
        """How many units have a detector."""
        return detectors_in_words(self.evidence)

    @property
    def method(self) -> str:
        """How it was tested, or that it was not."""
        tested = self.evidence.significance
        return "Nothing was tested." if tested is None else method_sentence(tested)

    def named(self, verdict: str) -> str:
        """The numbers of the units of a verdict."""
        return ", ".join(f"AU{unit.au}" for unit in self.units if unit.verdict == verdict)

    def sentence(self, unit: UnitEvidence) -> str:
        """What is known of a unit's best map."""
        return verdict_sentence(self.evidence, unit.au)

    def row(self, unit: UnitEvidence) -> tuple[str, ...]:
        """Detector, best map, D, z, p, q, the map that other people confirm, and the faces with and without."""
        others = "none" if unit.confirmed is None else f"map {unit.confirmed}"
        return (
            unit.verdict if unit.detector is None else f"map {unit.detector}",
            _NONE if unit.map is None else f"map {unit.map}",
            *(_told(*one) for one in ((unit.distance, ".3g"), (unit.z, ".1f"), (unit.p_adjusted, ".2g"))),
            _told(unit.q_value, ".2g"),
            _NONE if isnan(unit.confirmed_q) else f"{others} ({unit.confirmed_q:.2g})",
            str(unit.with_count),
            str(unit.without_count),
        )

    @property
    def measures(self) -> list[tuple[str, ...]]:
        """Of every unit that was asked, which map D, AUROC, point-biserial and Jensen–Shannon rank first."""
        agreement = self.evidence.agreement
        asked = [unit for unit in self.units if unit.verdict != "too few"]
        if agreement is None:
            return []
        first = [self.evidence.distances.best_map(unit.au) for unit in asked]
        others = [[agreement.best_map(unit.au, measure) for measure in MEASURES] for unit in asked]
        return [
            (unit.label, *(_NONE if number is None else f"map {number}" for number in (unit.map, by_distance, *rest)))
            for unit, by_distance, rest in zip(asked, first, others, strict=True)
        ]

    @property
    def distance_figures(self) -> list[Drawn]:
        """Zhu, figures 5 and 6: the paper's four action units where coded, then the surest detectors."""
        coded = [unit.au for unit in self.units]
        order = dict.fromkeys([au for au in _ZHU_FIGURE_6 if au in coded] + [unit.au for unit in self.ranked])
        distances, significance = self.evidence.distances, self.evidence.significance
        return [
            (
                figures.distance_figure(distances, au, significance),
                f"D of every map of {self.layer} for {action_unit_label(au)}: "
                f"{figures.best_map_in_words(distances, au, significance)}",
            )
            for au in list(order)[:_DISTANCE_FIGURES]
        ]

    @property
    def distance_heatmap(self) -> Drawn:
        """All action units and maps at once."""
        words = f"D of every action unit and every map of {self.layer}; the table of action units says the detectors"
        return figures.distance_heatmap_figure(self.evidence.distances, self.evidence.significance), words

    @property
    def heights(self) -> Drawn | None:
        """How far every map stands above chance, for every action unit."""
        if self.evidence.significance is None or not any(self.evidence.significance.scheme):
            return None
        words = f"z of every map of {self.layer} for every action unit, with what chance reaches; as in the table"
        return figures.evidence_figure(self.evidence.significance), words


def _told(number: float, spec: str) -> str:
    return _NONE if isnan(number) else f"{number:{spec}}"
