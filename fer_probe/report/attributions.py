"""What a report shows of a few faces' attributions, and of action units as concepts. What is not there is None."""

import plotly.graph_objects as go

from fer_probe.evidence.attribution_regions import AttributionRegions
from fer_probe.experiments.au_concepts import ConceptTests
from fer_probe.figures.attributions import (
    attribution_regions_figure,
    attribution_regions_in_words,
    attributions_figure,
)
from fer_probe.figures.au_concepts import concepts_figure, concepts_in_words
from fer_probe.projections.attributions import Attributions
from fer_probe.projections.fired_maps import FiredMaps
from fer_probe.study import DRAWN_PEOPLE, Study

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


class ReportAttributions:
    """A study's attributions and concepts, as the page shows them."""

    def __init__(self, study: Study, layer: str) -> None:
        self.study, self.layer = study, layer
        attributed = study.entries(Attributions.kind())
        self.set_name = attributed[0].faces if attributed else ""
        self.found = study.load(Attributions, self.set_name, attributed[0].layer) if attributed else None
        self.landed = study.find(AttributionRegions, self.set_name) if attributed else None
        self.tested = study.find(ConceptTests, DRAWN_PEOPLE, layer)

    @property
    def faces(self) -> Drawn | None:
        """A face in a column: every method on it, and the map that fired most."""
        if self.found is None:
            return None
        fired = self.study.find(FiredMaps, self.set_name, self.found.layer)
        figure = attributions_figure(self.found, self.study.faces(self.set_name), fired=fired)
        return figure, f"{len(self.found.image_index)} faces, and what each method says that their class rests on"

    @property
    def regions(self) -> tuple[Drawn, str] | None:
        """On which units' pixels attributions land, and in words."""
        if self.landed is None:
            return None
        words = "How much more of each attribution lands on each unit's own pixels than an even spread would"
        return (attribution_regions_figure(self.landed), words), attribution_regions_in_words(self.landed)

    @property
    def concepts(self) -> tuple[Drawn, str] | None:
        """TCAV scores of every unit for every class, and in words."""
        if self.tested is None:
            return None
        words = f"TCAV scores in {self.tested.layer} of every action unit for every class"
        return (concepts_figure(self.tested), words), concepts_in_words(self.tested)
