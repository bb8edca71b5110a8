"""What a report shows of groups of people: for whom the network works, and its detectors."""

import plotly.graph_objects as go

from fer_probe.evidence.group_comparisons import GroupAccuracy, GroupDetectors
from fer_probe.figures.group_comparisons import (
    group_accuracy_figure,
    group_accuracy_in_words,
    group_detectors_figure,
    group_detectors_in_words,
)
from fer_probe.study import Study

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


class ReportGroups:
    """A study's comparisons of groups of people, as the page shows them."""

    def __init__(self, study: Study, set_name: str, labelled_set: str, layer: str) -> None:
        self.accuracy = study.find(GroupAccuracy, labelled_set)
        self.labelled_set = labelled_set
        sets = [name for name in (set_name, labelled_set) if layer in study.layers(GroupDetectors, name)]
        self.detectors_set = sets[0] if sets else ""
        self.detectors = study.load(GroupDetectors, sets[0], layer) if sets else None

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return self.accuracy is not None or self.detectors is not None

    @property
    def plots(self) -> list[Drawn]:
        """Accuracy within every group, then every detector, a figure a grouping."""
        drawn = []
        if self.accuracy is not None:
            drawn.append((group_accuracy_figure(self.accuracy), "Accuracy within each group of people"))
        if self.detectors is not None:
            drawn += [
                (group_detectors_figure(self.detectors, number), f"AUROC of each detector, by {name}")
                for number, name in enumerate(self.detectors.groupings)
            ]
        return drawn

    @property
    def words(self) -> list[str]:
        """What both say, and of which faces."""
        said = []
        if self.accuracy is not None:
            said.append(f"Faces ‘{self.labelled_set}’: {group_accuracy_in_words(self.accuracy)}")
        if self.detectors is not None:
            said.append(f"Faces ‘{self.detectors_set}’: {group_detectors_in_words(self.detectors)}")
        return said
