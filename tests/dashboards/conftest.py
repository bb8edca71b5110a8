"""A study of planted records, and the one app of the test session: pages register with the app that is made first."""

from pathlib import Path

import numpy as np
import pytest

from fer_probe.architecture import Architecture
from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_evidence import measure_evidence
from fer_probe.evidence.map_regions import MapRegions
from fer_probe.evidence.ordinary_pictures import WAYS, OrdinaryPictures
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.experiments.ablation import AblatedMaps
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.face_regions import REGIONS
from fer_probe.harvesting import Harvest
from fer_probe.latents.embeddings import Embedding
from fer_probe.projections.activation_maximization import MaximizedMaps
from fer_probe.projections.deconvolution import Projections
from fer_probe.study import Study

FACES, MAPS, SIZE, FIELD = 30, 70, 20, 6
CLASSES = ("anger", "happiness", "neutral")


def planted_study(folder: Path, name: str = "planted") -> Study:
    """In ``conv`` map 7 tells AU12, AU1 cannot be tested, AU26 has too few faces; ``features.0`` is only harvested."""
    curves = {"loss": [2.0, 1.0, 0.5], "validation_accuracy": [0.3, 0.5, 0.6]}
    about = {
        "name": name,
        "model": {"name": "planted_net", "options": {}},
        "class_names": list(CLASSES),
        "curves": curves,
        "layers": ["features.0", "conv"],
        "main_layer": "conv",
        "notes": ["Nothing was left out."],
    }
    study = Study.create(folder, about)
    faces = planted_faces()
    for set_name in ("unseen", "known"):
        study = study.add_faces(set_name, faces, {})
        for record in planted_records(faces):
            study.add(record, set_name, {})
    bare = np.full(FACES, -1)
    unlabelled = FaceImages(faces.pixels, bare, CLASSES, np.empty((FACES, 0), np.float32), np.empty(0, int))
    study = study.add_faces("bare", unlabelled, {})
    study.add(planted_harvest("features.0"), "bare", {})
    return study


def planted_faces() -> FaceImages:
    rng = np.random.default_rng(0)
    units = np.zeros((FACES, 3), np.float32)
    units[::2, 0], units[:10, 1], units[:2, 2] = 1, 1, 1
    return FaceImages(
        pixels=rng.integers(0, 255, (FACES, 1, SIZE, SIZE), dtype=np.uint8),
        expression=np.arange(FACES) % 4 - 1,
        expression_names=CLASSES,
        action_units=units,
        action_unit_numbers=np.array([12, 1, 26]),
        subject=np.array([f"S{i // 5}" for i in range(FACES)]),
        source="noise",
    )


def planted_harvest(layer: str) -> Harvest:
    rng = np.random.default_rng(1)
    responses = rng.random((FACES, MAPS)).astype(np.float32)
    responses[::2, 7] += 5  # AU12
    order = np.argsort(-responses, axis=0)[:4].T
    values = np.take_along_axis(responses.T, order, axis=1)
    return Harvest(layer, values, order, np.zeros((MAPS, 4, 2), int), responses, (5, 5), FACES)


def planted_ablation() -> AblatedMaps:
    """Map 7 is what happiness hangs on."""
    change = np.random.default_rng(3).normal(0, 0.001, (MAPS, 3))
    change[7, 1] = -0.5
    half, share = np.full((MAPS, 3), 0.01), np.full(3, 0.6)
    moved, strength = np.abs(change).sum(1) / 2, np.linspace(0, 1, MAPS)
    return AblatedMaps(
        "conv", "zero", CLASSES, share, change, half, share, change, half, share, change, moved, strength, False, 30, 6
    )


def planted_ordinary(found: Harvest) -> OrdinaryPictures:
    """Faces 0 to 3 for every map, which fires on half of them."""
    index = np.tile(np.arange(4), (MAPS, 2, 1))
    values = np.tile(np.array([2, 1, 0, -1], np.float32), (MAPS, 2, 1))
    boxes = np.tile([-1, 3, FIELD - 1, FIELD + 3], (MAPS, 2, 4, 1))
    return OrdinaryPictures(found.layer, WAYS, index, values, boxes, np.full(MAPS, 0.5), FACES, 0)


def planted_regions() -> MapRegions:
    """Map 7 is the mouth's, map 3 the eyes'; the others fire anywhere."""
    share = np.full((MAPS, 4), 0.05)
    share[7, 3], share[3, 1] = 0.9, 0.4
    low, high = share - 0.02, share + 0.02
    return MapRegions("conv", REGIONS, share, low, high, np.full((MAPS, 4), 0.05), np.full(MAPS, FACES), FACES, 6)


def planted_records(faces: FaceImages) -> list:
    rng = np.random.default_rng(2)
    found = planted_harvest("conv")
    boxes = np.tile([-1, 3, FIELD - 1, FIELD + 3], (MAPS, 4, 1))
    pixels = rng.normal(size=(MAPS, 4, 1, FIELD, FIELD)).astype(np.float32)
    centres = np.stack(np.meshgrid(np.arange(5) * 4.0, np.arange(5) * 4.0, indexing="ij"), -1).astype(np.float32)
    probabilities = rng.dirichlet(np.ones(3), FACES).astype(np.float32)
    expected, predicted = np.asarray(faces.expression), probabilities.argmax(1)
    confusion = np.zeros((3, 3), np.int64)
    np.add.at(confusion, (expected[expected >= 0], predicted[expected >= 0]), 1)
    right = float((expected == predicted)[expected >= 0].mean())
    return [
        found,
        planted_harvest("features.0"),
        Projections("conv", "deconvnet", "activation", pixels, boxes, found.image_index, 0, 0),
        *measure_evidence(found, faces, permutations=200).records,
        MaximizedMaps(
            "conv", np.array([3, 7]), pixels[:2, 0], np.ones(2), np.zeros(2), "unit", "spectrum", steps=1, seed=0
        ),
        ResponsePlaces("conv", rng.random((MAPS, 5, 5)), np.ones((MAPS, 5, 5), int), centres, (SIZE, SIZE), FACES),
        Embedding(rng.normal(size=(FACES, 2)).astype(np.float32), "tsne", 0.9, 5, 9.0, np.nan, 0, "fc"),
        Architecture(
            ("conv", "fc"), ("Conv2d", "Linear"), ((MAPS, 5, 5), (3,)), np.array([1750, 5253]),
            np.array([[6, 6], [20, 20]]), 7003, (1, SIZE, SIZE),
        ),
        Evaluation(probabilities, predicted, expected, CLASSES, right, confusion, (), (), 0),
        planted_ablation(),
        planted_ordinary(found),
        planted_regions(),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Study:
    planted_study(tmp_path_factory.mktemp("studies") / "planted")
    return Study.open(next(tmp_path_factory.getbasetemp().glob("studies*/planted")))


@pytest.fixture(scope="session")
def made_app(study):
    from dashboards.app import create_app

    return create_app(study.folder)


@pytest.fixture
def app(made_app, study):
    """The session's app over the planted study, in a request; a test may show it another folder."""
    from dashboards.studies import Studies

    made_app.server.config["STUDIES"] = Studies(study.folder)
    with made_app.server.test_request_context("/"):
        yield made_app


@pytest.fixture
def show(app):
    """``show(folder)``: let the app look at another folder."""
    from dashboards.studies import Studies

    return lambda folder: app.server.config.update(STUDIES=Studies(folder))


def words_of(component) -> str:
    """All that a component says, alternative texts and addresses among it."""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return " ".join(words_of(part) for part in component)
    if component is None:
        return ""
    said = [str(getattr(component, name, "")) for name in ("alt", "aria-label", "label")]
    return " ".join([*said, words_of(getattr(component, "children", None))])


def all_of(component, name: str) -> list:
    """Every value of a property within a component."""
    here = [getattr(component, name)] if hasattr(component, name) else []
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if hasattr(child, "to_plotly_json"):
            here += all_of(child, name)
        elif isinstance(child, list | tuple):
            here += [value for one in child if hasattr(one, "to_plotly_json") for value in all_of(one, name)]
    return here
