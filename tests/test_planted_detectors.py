"""The yardstick: detectors that were planted are the ones that the distance names, and that their classes hang on."""

import numpy as np
import pytest
import torch

from fer_probe.evidence.au_distance import au_distances
from fer_probe.evidence.distance_significance import au_significance
from fer_probe.experiments.ablation import ablate_each
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.harvesting import harvest
from trainers.planted_detectors import plant_detectors
from trainers.planted_expressions import expressions_showing, read_expressions

#: Units of brows, eyes, nose and mouth; all of them are measured by benchmarks/planted_detectors.py.
UNITS = (1, 4, 5, 9, 12, 25, 43)


@pytest.fixture(scope="module")
def planted():
    """Trained by one thread: with another number of them sums are rounded otherwise, and it is another net."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return plant_detectors(
            draw_faces(150, 96, seed=0, pictures="action_units"), action_unit_numbers=UNITS, free_maps=30, epochs=10
        )
    finally:
        torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def unseen():
    return draw_faces(50, 96, seed=1, pictures="action_units", switched_on=0.3)


@pytest.mark.timeout(600)
def test_planted_detectors_are_named_on_unseen_subjects(planted, unseen):
    """Among thirty free maps, the one trained for a unit has the largest D on its side, and is the one above chance."""
    found = harvest(planted.model, planted.preprocessing(unseen), ["conv3"])["conv3"]
    columns = [int(np.flatnonzero(unseen.action_unit_numbers == number)[0]) for number in UNITS]
    asked = (found.responses, unseen.action_units[:, columns], UNITS)
    distances, significance = au_distances(*asked), au_significance(*asked, subject=unseen.subject)
    assert [distances.best_map(number) for number in UNITS] == list(planted.maps)
    assert [significance.detector(number) for number in UNITS] == list(planted.maps)


@pytest.mark.timeout(600)
def test_classes_hang_on_planted_detectors(planted):
    """Set to its mean, a detector moves the expressions that show its unit more than 95 % of the free maps do.

    Set to zero, a free map that answers to every face takes the same away from all of them, which says nothing of it.
    """
    known, unseen = draw_faces(60, 96, seed=5), draw_faces(30, 96, seed=6)
    net = read_expressions(planted, known)
    names = known.expression_names
    found = ablate_each(
        net,
        planted.preprocessing(unseen),
        "net.conv3",
        names,
        expected=unseen.expression,
        subject=unseen.subject,
        to="mean",
    )
    free = planted.model.free
    for number, unit in zip(planted.maps, UNITS, strict=True):
        moved = np.mean([found.effect(k) for k in expressions_showing(known, unit)], axis=0)
        assert (moved[free] < moved[number]).mean() >= 0.95, f"AU{unit}"
