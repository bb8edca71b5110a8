"""The yardstick: detectors that were planted are the ones that the distance names."""

import numpy as np
import pytest

from fer_probe.au_distance import au_distances
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.harvesting import harvest
from trainers.planted_detectors import plant_detectors

#: Units of brows, eyes, nose and mouth; all of them are measured by benchmarks/planted_detectors.py.
UNITS = (1, 4, 5, 9, 12, 25, 43)


@pytest.fixture(scope="module")
def planted():
    return plant_detectors(
        draw_faces(150, 96, seed=0, pictures="action_units"), action_unit_numbers=UNITS, free_maps=30, epochs=10
    )


@pytest.fixture(scope="module")
def unseen():
    return draw_faces(50, 96, seed=1, pictures="action_units")


@pytest.mark.timeout(600)
def test_planted_detectors_are_named_on_unseen_subjects(planted, unseen):
    """Among thirty free maps, the map with the largest D on a unit's side is the one trained for it."""
    found = harvest(planted.model, planted.preprocessing(unseen), ["conv3"])["conv3"]
    columns = [int(np.flatnonzero(unseen.action_unit_numbers == number)[0]) for number in UNITS]
    distances = au_distances(found.responses, unseen.action_units[:, columns], UNITS)
    assert [distances.best_map(number) for number in UNITS] == list(planted.maps)
