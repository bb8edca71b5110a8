"""A small network and small faces through the real analyses: the records that the figures are to draw."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.architecture import Architecture, describe_architecture
from fer_probe.evaluation import Evaluation, evaluate
from fer_probe.evidence.au_distance import AUDistances, au_distances
from fer_probe.evidence.distance_significance import AUSignificance, au_significance
from fer_probe.evidence.response_places import ResponsePlaces, find_response_places
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest, harvest
from fer_probe.latents.embeddings import Embedding, embed, layer_features
from fer_probe.projections.activation_maximization import MaximizedMaps, maximize_activation
from fer_probe.projections.deconvolution import Projections, deconvolve

SIZE, CLASSES = 16, ("anger", "happiness", "neutral")


@dataclass(frozen=True)
class Records:
    """What the analyses gave for ``faces``; all of layer ``0``."""

    faces: FaceImages
    harvest: Harvest
    projections: Projections
    distances: AUDistances
    significance: AUSignificance
    maximized: MaximizedMaps
    embedding: Embedding
    places: ResponsePlaces
    architecture: Architecture
    evaluation: Evaluation


@pytest.fixture(scope="session")
def records() -> Records:
    """40 noisy faces of 20 × 20; AU12 is a bright bar at the bottom, AU27 is on too few, AU43 is not coded."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 90, (40, 1, 20, 20), dtype=np.uint8)
    units = np.full((40, 4), np.nan, np.float32)
    units[:, 0], units[:, 1], units[:, 2] = np.arange(40) % 2, np.arange(40) < 20, np.arange(40) < 3
    pixels[units[:, 0] == 1, :, 14:18, 4:16] = 250
    faces = FaceImages(
        pixels=pixels, expression=np.arange(40) % 4 - 1, expression_names=CLASSES, action_units=units,
        action_unit_numbers=np.array([12, 1, 27, 43]), subject=np.array([f"S{i // 4:02}" for i in range(40)]),
        source="noise",
    )  # fmt: skip
    preprocessing = Preprocessing(SIZE)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6 * 64, 8), nn.ReLU(),
            nn.Linear(8, 3),
        )  # fmt: skip
    images = preprocessing(faces)
    found = harvest(model, images, ["0"], 4)["0"]
    assert found.responses is not None
    return Records(
        faces=faces,
        harvest=found,
        projections=deconvolve(model, images, found),
        distances=au_distances(found.responses, units, faces.action_unit_numbers, layer="0"),
        significance=au_significance(
            found.responses, units, faces.action_unit_numbers, subject=faces.subject, permutations=200, layer="0"
        ),
        maximized=maximize_activation(model, "0", [0, 3], (1, SIZE, SIZE), steps=4),
        embedding=embed(layer_features(model, images, ["4"])["4"], "pca", layer="4"),
        places=find_response_places(model, images, ["0"])["0"],
        architecture=describe_architecture(model, (1, SIZE, SIZE)),
        evaluation=evaluate(model, images, faces, CLASSES),
    )
