"""What a report shows of comparisons with other checkpoints."""

import plotly.graph_objects as go

from fer_probe.comparisons.checkpoint_comparison import CheckpointComparison, find_comparison
from fer_probe.comparisons.map_matches import MapMatches
from fer_probe.figures.comparisons import (
    answers_figure,
    answers_in_words,
    layer_similarity_figure,
    layer_similarity_in_words,
    map_matches_figure,
    map_matches_in_words,
    seen_units_figure,
    seen_units_in_words,
)
from fer_probe.study import Study

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


class ReportComparison:
    """One comparison, as the page shows it."""

    def __init__(self, found: CheckpointComparison, set_name: str) -> None:
        self.found, self.set_name = found, set_name
        self.one, self.other = found.matches.one, found.matches.other

    @property
    def plots(self) -> list[Drawn]:
        """Maps, action units, answers and layers, as far as they were compared."""
        found, names = self.found, f"{self.one} and {self.other}"
        drawn = [(map_matches_figure(found.matches), f"Correlation of every pair of maps of {names}")]
        if found.units is not None:
            drawn.append((seen_units_figure(found.units), f"AUROC of the best maps of {names} for every action unit"))
        if found.answers is not None:
            drawn.append((answers_figure(found.answers), f"Faces by the answers of {names}"))
        if found.similarity is not None:
            drawn.append((layer_similarity_figure(found.similarity), f"CKA of the layers of {names}"))
        return drawn

    @property
    def words(self) -> list[str]:
        """What each of them says."""
        found = self.found
        return [
            map_matches_in_words(found.matches),
            *([] if found.units is None else [seen_units_in_words(found.units)]),
            *([] if found.answers is None else [answers_in_words(found.answers)]),
            *([] if found.similarity is None else [layer_similarity_in_words(found.similarity)]),
        ]


def report_comparisons(study: Study, *set_names: str) -> list[ReportComparison]:
    """Every comparison on the sets named, each set once."""
    found = [
        (find_comparison(study, name, other), name)
        for name in dict.fromkeys(set_names)
        for other in study.layers(MapMatches, name)
    ]
    return [ReportComparison(one, name) for one, name in found if one is not None]
