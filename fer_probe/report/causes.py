"""What a report shows of cause: what was switched, and what followed. What is not there is None or empty."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.architecture import Architecture
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.projection_energy import ProjectionEnergy
from fer_probe.experiments.ablation import AblatedMaps, ablation_name
from fer_probe.experiments.au_emergence import AUEmergence
from fer_probe.experiments.au_experiments import AUEffects
from fer_probe.experiments.au_tuning import AUTuning
from fer_probe.experiments.combinations import Combinations
from fer_probe.experiments.sanity_checks import SanityChecks
from fer_probe.experiments.sweeps import Sweep
from fer_probe.figures.ablation import ablation_figure, ablation_rows
from fer_probe.figures.au_emergence import emergence_figure, emergence_heatmap_figure, tuning_figure
from fer_probe.figures.au_experiments import au_effect_rows, au_effects_figure
from fer_probe.figures.combinations import (
    combination_effects_figure,
    combination_faces,
    combinations_figure,
    interactions_in_words,
)
from fer_probe.figures.projection_energy import energy_figure, energy_in_words
from fer_probe.figures.sanity_checks import (
    likeness_figure,
    likeness_in_words,
    sanity_figure,
    sanity_in_words,
    sanity_mosaic,
)
from fer_probe.figures.sweeps import sweep_figure, sweep_in_words
from fer_probe.study import DRAWN_PEOPLE, Study

#: So many maps are shown from shuffled networks.
_SANE_MAPS = 3
#: So many units' intensities are shown.
_TUNED_UNITS = 6

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


class ReportCauses:
    """The experiments of a study, as the page shows them."""

    def __init__(self, study: Study, layer: str, labelled_set: str, distances: AUDistances | None) -> None:
        self.study, self.layer, self.distances = study, layer, distances
        self.labelled_set = labelled_set
        self.ablated = study.find(AblatedMaps, labelled_set, layer)
        self.ablated_to_mean = study.find(AblatedMaps, labelled_set, ablation_name(layer, "mean"))
        self.class_effects = study.find(AUEffects, DRAWN_PEOPLE)
        self.map_effects = study.find(AUEffects, DRAWN_PEOPLE, layer)
        names = study.layers(Combinations, DRAWN_PEOPLE)
        self.combined = [study.load(Combinations, DRAWN_PEOPLE, name) for name in names]
        self.swept = [study.load(Sweep, DRAWN_PEOPLE, name) for name in study.layers(Sweep, DRAWN_PEOPLE)]

        self.emerged = study.find(AUEmergence, DRAWN_PEOPLE)
        self.tuned = study.find(AUTuning, DRAWN_PEOPLE, layer)
        checked = [entry.faces for entry in study.entries(SanityChecks.kind()) if entry.layer == layer]
        self.checks = study.load(SanityChecks, checked[0], layer) if checked else None
        self.checked_set = checked[0] if checked else ""

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return any([self.ablated, self.class_effects, self.combined, self.swept, self.emerged, self.tuned])

    @property
    def ablation(self) -> list[Drawn]:
        """Every map set to zero, and to its mean, and every class."""
        words = f"Change of every class's probability as each map of {self.layer} is set to"
        both = (self.ablated, self.ablated_to_mean)
        return [(ablation_figure(found), f"{words} {found.to}") for found in both if found is not None]

    @property
    def used(self) -> tuple[dict[str, str], ...]:
        """Of every action unit's best map what the network does without it."""
        if self.ablated is None or self.distances is None:
            return ()
        return ablation_rows(self.ablated, self.distances, self.ablated_to_mean)

    @property
    def unit_effects(self) -> Drawn | None:
        """Every action unit switched on by itself, and every class."""
        if self.class_effects is None:
            return None
        return au_effects_figure(self.class_effects), "Effect of each action unit, switched on alone, on every class"

    @property
    def answered(self) -> tuple[dict[str, str], ...]:
        """Of every action unit's best map whether it answers to the unit when that is switched by itself."""
        if self.map_effects is None or self.distances is None:
            return ()
        return au_effect_rows(self.map_effects, self.distances)

    @property
    def combinations(self) -> list[dict[str, Any]]:
        """Honari Jahromi & Fyshe, figure 6: action units alone and together, with what interacts in words."""
        return [
            {
                "faces": combination_faces(found),
                "units": found.variant().replace("+", ", "),
                "answers": (combinations_figure(found), f"Classes for {found.variant()}, alone and together"),
                "effects": (combination_effects_figure(found), f"Effects of {found.variant()} and their interactions"),
                "words": interactions_in_words(found),
            }
            for found in self.combined
        ]

    @property
    def sweeps(self) -> list[tuple[Drawn, str]]:
        """One thing about the faces changed by degrees, and what follows in words."""
        return [
            ((sweep_figure(found), f"Probability of what is shown over {found.condition}"), sweep_in_words(found))
            for found in self.swept
        ]

    @property
    def emergence(self) -> list[Drawn]:
        """Where in the network maps appear that tell action units."""
        if self.emerged is None:
            return []
        return [
            (emergence_figure(self.emerged), "Action units told by each layer's best map, trained and shuffled"),
            (emergence_heatmap_figure(self.emerged), "AUROC of each layer's best map for every action unit"),
        ]

    @property
    def tuning(self) -> list[Drawn]:
        """Of the units that a map rises with most surely, its response against their intensity."""
        found = self.tuned
        if found is None:
            return []
        best = np.asarray(found.correlation).max(1)
        shown = found.action_unit_numbers[np.argsort(-best, kind="stable")[:_TUNED_UNITS]]
        drawn = {au: tuning_figure(found, int(au)).update_layout(title_text=action_unit_label(int(au))) for au in shown}
        return [(figure, f"Response of AU{au}’s map over the unit’s intensity") for au, figure in drawn.items()]

    @property
    def sanity(self) -> tuple[list[Drawn], str] | None:
        """The same projections from networks that know less and less; in words what they can be evidence of."""
        architecture = self.study.find(Architecture, self.checked_set)
        if self.checks is None or architecture is None:
            return None
        faces, size = self.study.faces(self.checked_set), (int(architecture.picture[1]), int(architecture.picture[2]))
        drawn = [
            (
                sanity_figure(self.checks, faces, row, size),
                f"Projections of map {number} from the trained network, from shuffled ones, of another map, and edges",
            )
            for row, number in enumerate(self.checks.maps[:_SANE_MAPS])
        ]
        likeness = (likeness_figure(self.checks), "Likeness of projections under every condition to the trained ones")
        return [*drawn, likeness], sanity_in_words(self.checks)

    def sanity_of(self, number: int) -> dict[str, Any]:
        """What stands below a map's strip: its projections under every condition, and words; or that there are none."""
        row = None if self.checks is None else self.checks.row(number)
        if self.checks is None or row is None:
            return {"picture": None, "words": self._unchecked}
        whose = f"faces ‘{self.checked_set}’, rank correlation with the trained ones (structural similarity)"
        return {
            "picture": sanity_mosaic(self.checks, row),
            "words": f"From left, {whose}: {likeness_in_words(self.checks, row)}. {sanity_in_words(self.checks, row)}",
        }

    @property
    def _unchecked(self) -> str:
        others = "" if self.checks is None else f", as {len(self.checks.maps)} other maps were"
        return (
            f"Not projected from shuffled networks{others}: what weights that learnt nothing would show is not known."
        )

    @property
    def energy(self) -> tuple[Drawn, str] | None:
        """Whether maps look at what their units move."""
        located = [entry.faces for entry in self.study.entries(ProjectionEnergy.kind()) if entry.layer == self.layer]
        if not located:
            return None
        found = self.study.load(ProjectionEnergy, located[0], self.layer)
        words = "Share of each map's projected energy on the pixels that its unit moved, beside two comparisons"
        return (energy_figure(found), words), energy_in_words(found)
