"""Concepts: a planted unit is found for the classes that use it, and for no other; scores are Captum's TCAV's."""

import numpy as np
import pytest
import torch
from captum.concept import TCAV, Classifier, Concept
from sklearn.linear_model import LogisticRegression
from torch.utils.data import DataLoader

from fer_probe.activations import LayerError
from fer_probe.experiments import au_concepts
from fer_probe.experiments.sweeps import PEAK, expression_units
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.preprocessing import Preprocessing
from tests.small_network import SmallNet
from tests.template_network import SIZE, TemplateNet

UNITS = (4, 12, 15)
CLASSES = ("happiness", "surprise", "anger", "else")


class PlantedNet(TemplateNet):
    """Happiness answers to AU12's map, surprise against it, anger to the light of a corner that no unit moves."""

    def __init__(self):
        super().__init__(UNITS)
        self.classify = torch.nn.Linear(len(UNITS) + 2, 4)
        with torch.no_grad():
            self.maps.weight[3, 0, :3, :3] = 0.05
            self.classify.weight.zero_()
            self.classify.weight[0, 1], self.classify.weight[1, 1], self.classify.weight[2, 3] = 1, -1, 1


def asked(model, layer, classes=CLASSES, size=SIZE, **told):
    settings = {"action_units": UNITS, "runs": 12, "random_runs": 60, "people": 2, "class_pictures": 6, "seed": 50}
    return au_concepts.test_concepts(model, Preprocessing(size), layer, classes, size=size, **{**settings, **told})


@pytest.fixture(scope="module")
def planted():
    return asked(PlantedNet(), "maps")


def test_a_planted_unit_is_found_where_it_is_used(planted):
    """Score 1 for the class that it raises, 0 for the one that it lowers; a class that uses no unit has none."""
    assert planted.class_names == ("happiness", "surprise", "anger")
    assert planted.mean_score[1, :2].tolist() == [1, 0] and planted.significant[1, :2].all()
    assert not planted.significant[:, 2].any() and (np.abs(planted.mean_score[:, 2] - 0.5) < 0.5).all()
    assert planted.separates.all() and planted.accuracy.min() > 0.7


def test_random_concepts_point_nowhere(planted):
    """About half of them raise a class: as many as by a coin, within three deviations."""
    assert (np.abs(planted.random_scores.mean(0) - 0.5) < 3 * 0.5 / np.sqrt(60)).all()


def test_scores_are_those_of_captums_tcav(tmp_path):
    """The same pictures and planes through ``captum.concept.TCAV``: the same scores, run by run."""
    model, runs, people, count = SmallNet().eval(), 3, 3, 4
    names = ("angry", "happy", "sad", "surprise", "fear", "disgust", "neutral")
    found = asked(model, "deep", names, 24, runs=runs, random_runs=3, people=people, class_pictures=count, seed=2)
    prepare, others = Preprocessing(24), pose_people(count, seed=2 + au_concepts.OTHER_PEOPLE, size=24)
    pictures = prepare(pose_people(runs * people, seed=2, size=24).showing([{}, *({au: 1.0} for au in UNITS)]))[
        0:
    ].reshape(runs, people, 4, 1, 24, 24)
    with torch.no_grad():
        scale = float(model.deep(torch.max_pool2d(torch.relu(model.features(pictures.flatten(0, 2))), 2)).std())

    class Planes(Classifier):
        def __init__(self):
            self.plane = LogisticRegression(solver="newton-cholesky")

        def train_and_eval(self, dataloader, **told):
            inputs, labels = (torch.cat(part) for part in zip(*dataloader, strict=True))
            self.plane.fit(inputs.numpy() / scale, labels.numpy())

        def weights(self):
            return torch.tensor(np.concatenate([-self.plane.coef_, self.plane.coef_])).float()

        def classes(self):
            return self.plane.classes_.tolist()  # of an array Captum cannot read back what it wrote

    for run in range(runs):
        for unit in range(len(UNITS)):
            sides = [
                Concept(i, f"{run}-{unit}-{i}", DataLoader(pictures[run, :, shown], batch_size=people))
                for i, shown in enumerate((0, 1 + unit))
            ]
            captums = TCAV(model, "deep", f"{run}-{unit}", Planes(), save_path=str(tmp_path))
            for k, name in enumerate(("anger", "happiness", "sadness")):
                inputs = prepare(others.showing([expression_units(name, PEAK)]))[0:]
                told = captums.interpret(inputs, [sides], target=k)["0-1"]["deep"]["sign_count"]
                assert found.scores[unit, run, k] == pytest.approx(float(told[1])), (run, unit, name)


@pytest.mark.filterwarnings("ignore:Line search of Newton solver")
def test_a_unit_that_cannot_be_seen_is_marked():
    """Hardly switched on, its planes do not tell held-out people, and nothing of it is called significant."""
    found = asked(PlantedNet(), "maps", intensity=0.001)
    assert not found.separates.any() and not found.significant.any()
    assert np.abs(found.accuracy - 0.5).max() <= 0.25


def test_seed_and_batch_size():
    """The same seed gives the same, whatever the batches; another one other scores. The model keeps its mode."""
    model = SmallNet().train()
    names = ("angry", "happy", "sad", "surprise", "fear", "disgust", "neutral")
    few = {"runs": 3, "random_runs": 4, "people": 2, "class_pictures": 5, "action_units": (4, 12)}
    one, same, other = (
        asked(model, "deep", names, 24, **few, seed=seed, batch_size=size) for seed, size in ((1, 64), (1, 3), (2, 64))
    )
    for name in ("scores", "random_scores", "accuracy", "q_value"):
        assert np.allclose(getattr(one, name), getattr(same, name)), name
    assert not np.array_equal(one.random_scores, other.random_scores)
    assert model.training and not any(module._forward_hooks for module in model.modules())


def test_the_test_holds_its_level_for_scores_of_0_and_1():
    """Behind a linear head a score is a coin's: few runs that agree by chance are not taken for certain."""
    rng = np.random.default_rng(0)
    shares = [
        (au_concepts._student(rng.integers(0, 2, (30, 6, 4)), rng.integers(0, 2, (60, 4))) < 0.005).mean()
        for _ in range(40)
    ]
    assert np.mean(shares) < 0.01


def test_scores_that_never_vary():
    """Equal ones do not differ; different ones do."""
    one, other = np.ones((1, 4, 2)), np.ones((5, 2))
    other[:, 1] = 0
    assert au_concepts._student(one, other).tolist() == [[1, 0]]


def test_bad_input():
    """What there is too little of, and classes and layers that do not go with the model, are named."""
    with pytest.raises(ValueError, match="2 runs, 60 random ones"):
        asked(PlantedNet(), "maps", runs=2)
    with pytest.raises(ValueError, match="a class that can be drawn"):
        asked(PlantedNet(), "maps", ("a", "b", "c", "d"))
    with pytest.raises(ValueError, match="4 outputs but there are 2 class names"):
        asked(PlantedNet(), "maps", ("happy", "sad"))
    with pytest.raises(LayerError, match="no layer 'conv'"):
        asked(PlantedNet(), "conv")
