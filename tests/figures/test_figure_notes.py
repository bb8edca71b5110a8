"""Every figure of an analysis says on how many what was seen, and by which method or test, or that none was made."""

import re

import numpy as np
import pytest

from fer_probe.evidence.projection_energy import ProjectionEnergy
from fer_probe.figures import (
    au_profile_figure,
    confusion_figure,
    disentanglement_figure,
    distance_figure,
    distance_grid_figure,
    distance_heatmap_figure,
    embedding_figure,
    evidence_figure,
    linear_probes_figure,
    significance_figure,
)
from fer_probe.figures.ablation import ablated_accuracy_figure, ablated_map_figure, ablation_figure
from fer_probe.figures.attributions import attribution_regions_figure
from fer_probe.figures.au_concepts import concepts_figure
from fer_probe.figures.au_emergence import emergence_figure, emergence_heatmap_figure, map_tuning_figure, tuning_figure
from fer_probe.figures.au_experiments import au_effect_figure, au_effects_figure
from fer_probe.figures.combinations import combination_effects_figure, combinations_figure
from fer_probe.figures.comparisons import (
    answers_figure,
    layer_similarity_figure,
    map_matches_figure,
    seen_units_figure,
)
from fer_probe.figures.group_comparisons import group_accuracy_figure, group_detectors_figure
from fer_probe.figures.projection_energy import energy_figure
from fer_probe.figures.sanity_checks import likeness_figure, sanity_figure
from fer_probe.figures.sweeps import sweep_classes_figure, sweep_figure
from fer_probe.latents.disentanglement import measure_disentanglement
from tests.figures.test_ablation import record as ablated
from tests.figures.test_attributions import regions
from tests.figures.test_au_concepts import concepts
from tests.figures.test_au_emergence import emerged, tuned
from tests.figures.test_au_experiments import distances
from tests.figures.test_au_experiments import record as effects
from tests.figures.test_combinations import combined, swept
from tests.figures.test_comparisons import answers, matches, similarity, units
from tests.figures.test_disentanglement import probes
from tests.figures.test_group_comparisons import accuracy, detectors
from tests.figures.test_sanity_checks import record as checked

#: On how many: ``n = 40 faces``, ``12 people``, ``1,000 faces``.
COUNT = re.compile(r"n (=|≤) \d|\d (\w+ )?(faces|people|persons|pictures|votes)")
#: How it was found, how sure it is, or that nobody asked.
METHOD = re.compile(
    r"permutations|sign flips|shufflings|jackknife|t-test|by t\b|not tested|linear discriminant|CKA|κ|Spearman"
    r"|t-SNE|PCA|of each row|exchang|Wilson|over persons"
)
CLASSES = ("a", "b", "c", "d")


def energy():
    share = np.full((1, 3), 0.4)
    return ProjectionEnergy("conv", "deconvnet", np.array([12]), np.array([3]), *[share] * 5)


def disentangled():
    rng = np.random.default_rng(0)
    return measure_disentanglement(rng.normal(size=(60, 3)), {"a": rng.uniform(size=60), "b": rng.uniform(size=60)})


FIGURES = {
    "ablation": lambda _: ablation_figure(ablated()),
    "ablated map": lambda _: ablated_map_figure(ablated(), 5),
    "ablated accuracy": lambda _: ablated_accuracy_figure(ablated(), 5),
    "attribution regions": lambda _: attribution_regions_figure(regions()),
    "concepts": lambda _: concepts_figure(concepts()),
    "emergence": lambda _: emergence_figure(emerged()),
    "emergence by unit": lambda _: emergence_heatmap_figure(emerged()),
    "tuning": lambda _: tuning_figure(tuned(), 12),
    "tuning of a map": lambda _: map_tuning_figure(tuned(), 0),
    "effects on classes": lambda _: au_effects_figure(effects(CLASSES)),
    "effects on maps": lambda _: au_effects_figure(effects()),
    "effect of a unit": lambda _: au_effect_figure(effects(), distances(1), 12),
    "combined": lambda _: combinations_figure(combined(2)),
    "three combined": lambda _: combinations_figure(combined(3)),
    "effects combined": lambda _: combination_effects_figure(combined(2)),
    "sweep": lambda _: sweep_figure(swept()),
    "sweep of classes": lambda _: sweep_classes_figure(swept()),
    "answers": lambda _: answers_figure(answers()),
    "layers": lambda _: layer_similarity_figure(similarity()),
    "matches": lambda _: map_matches_figure(matches()),
    "seen units": lambda _: seen_units_figure(units()),
    "group accuracy": lambda _: group_accuracy_figure(accuracy()),
    "group detectors": lambda _: group_detectors_figure(detectors(), 0),
    "energy": lambda _: energy_figure(energy()),
    "likeness": lambda _: likeness_figure(checked()),
    "sanity": lambda records: sanity_figure(checked(), records.faces, 0, (16, 16)),
    "disentanglement": lambda _: disentanglement_figure(disentangled()),
    "probes": lambda _: linear_probes_figure([probes("fc", [0.9, 0.2, 0.5])]),
    "profile": lambda records: au_profile_figure(records.distances, 2, records.significance),
    "distance": lambda records: distance_figure(records.distances, 12, records.significance),
    "distance, not tested": lambda records: distance_figure(records.distances, 12),
    "distances": lambda records: distance_grid_figure(records.distances, significance=records.significance),
    "distances, not tested": lambda records: distance_grid_figure(records.distances),
    "heat map": lambda records: distance_heatmap_figure(records.distances, records.significance),
    "heat map, not tested": lambda records: distance_heatmap_figure(records.distances),
    "significance": lambda records: significance_figure(records.significance, 12),
    "evidence": lambda records: evidence_figure(records.significance),
    "embedding": lambda records: embedding_figure(records.embedding, records.faces),
    "confusion": lambda records: confusion_figure(records.evaluation),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_how_many_and_by_what(name, records):
    """In its title, the line under it or a note: a number of faces or people, and a method, a test or that none was."""
    words = words_of_figure(FIGURES[name](records))
    assert COUNT.search(words), f"{name} does not say on how many: {words}"
    assert METHOD.search(words), f"{name} names no method: {words}"


@pytest.mark.parametrize("bare", ["Distance D over all feature maps", "conv3 · deconvnet"])
def test_words_that_name_neither_are_found_out(bare):
    """The patterns refuse what says nothing."""
    assert not COUNT.search(bare) and not METHOD.search(bare)


def test_q_over_units_is_drawn():
    """A star at every unit that does something, its q on every cell, and the correction in the note."""
    figure = au_effects_figure(effects(CLASSES))
    assert [label.startswith("✱ AU") for label in figure.data[0].y] == [True, True, False]
    assert [row[0] for row in figure.data[0].hovertext] == [f"q of the unit {q}" for q in ("<0.01", "<0.01", "1.00")]
    assert "q by Benjamini–Hochberg over units: ✱ below 0.05" in words_of_figure(figure)


def words_of_figure(figure):
    title = figure.layout.title
    notes = [note.text or "" for note in figure.layout.annotations]
    return " | ".join([title.text or "", title.subtitle.text or "", *notes])
