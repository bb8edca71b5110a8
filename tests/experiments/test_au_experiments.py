"""Experiments with single action units: planted detectors answer to their own unit, riders are told."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from fer_probe.evaluation import predict
from fer_probe.evidence.au_distance import au_distances
from fer_probe.experiments.au_experiments import au_experiment, deviation_of_both
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import harvest
from tests.template_network import SIZE, TemplateNet

UNITS, CLASSES = (4, 12, 27, 43), ("a", "b", "c")


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return TemplateNet(UNITS)


@pytest.fixture(scope="module")
def experiment(net):
    return au_experiment(net, Preprocessing(SIZE), ["maps"], CLASSES, action_units=UNITS, people=20, size=SIZE)


def test_each_unit_raises_its_own_detector(experiment):
    """Of people the templates never saw: the own map first, significant, and far above every other unit's effect."""
    found = experiment.layers["maps"]
    for number, au in enumerate(UNITS):
        assert found.raised(au)[0] == number and found.side(au, number) == 1
        assert found.others_share(au, number) < 0.5
        assert found.auroc[number].argmax() == number
    assert (found.q_value < 0.05).all()


def test_maps_that_answer_to_nothing_have_no_effect(experiment):
    """A map that is 0 on every face: p 1, AUROC ½, no standardized effect, no side."""
    found = experiment.layers["maps"]
    assert (found.p_adjusted[:, 4:] == 1).all() and (found.auroc[:, 4:] == 0.5).all()
    assert not found.standardized[:, 4:].any() and found.side(12, 5) == 0
    assert np.isnan(found.others_share(12, 5))


def test_effects_are_paired_differences(net, experiment):
    """Written out: the same people drawn again, with and without, through the model."""
    faces = pose_people(20, size=SIZE).showing([{}, {12: 1.0}])
    probabilities = predict(net, Preprocessing(SIZE)(faces)).reshape(20, 2, 3)
    assert np.allclose(experiment.classes.effect[1], (probabilities[:, 1] - probabilities[:, 0]).mean(0), atol=1e-6)
    assert np.allclose(experiment.classes.at_rest, probabilities[:, 0].mean(0), atol=1e-6)
    truth, score = np.tile([0, 1], 20), probabilities[:, :, 2].ravel()
    assert np.isclose(experiment.classes.auroc[1, 2], roc_auc_score(truth, score))
    assert np.isclose(experiment.classes.standardized[1, 2], 2 * np.corrcoef(truth, score)[0, 1])


def test_a_detector_that_is_silent_at_rest_is_raised_most():
    """On the people of the templates one with a threshold of 3½ is 0 at rest: it beats a map that people differ in."""
    torch.manual_seed(0)
    net = TemplateNet(UNITS)
    with torch.no_grad():
        net.maps.bias[1] -= 3.5
        net.maps.weight[4] = net.maps.weight[1] + 0.05 * torch.randn(SIZE, SIZE)
        net.maps.bias[4] = net.maps.bias[1] + 3.5
    told = {"action_units": UNITS, "people": 30, "seed": 50, "size": SIZE}
    found = au_experiment(net, Preprocessing(SIZE), ["maps"], CLASSES, **told).layers["maps"]
    assert found.at_rest[1] == 0 < found.effect[1, 1] < found.effect[1, 4]
    assert found.raised(12).tolist() == [1, 4]
    assert np.isclose(found.standardized[1, 1], 2, atol=0.01) and found.standardized[1, 4] < 1.99


def test_the_scale_is_the_deviation_over_both_states():
    """By hand: 0, 0, 0 and 1, 3, 2 deviate by √(8 / 6); 0 and always 1 by ½; what only rounding moves by nothing."""
    rest = np.array([[0.0, 0.0, 0.7], [0.0, 0.0, 0.7], [0.0, 0.0, 0.7]])[:, None]
    with_unit = np.array([[1.0, 1.0, 0.7 + 1e-8], [3.0, 1.0, 0.7], [2.0, 1.0, 0.7]])[:, None]
    assert np.allclose(deviation_of_both(with_unit, rest), [[np.sqrt(8 / 6), 0.5, 0]], atol=1e-12)


def test_a_rider_is_told_from_what_it_rides_on(net, experiment):
    """Where AU43 only comes with AU12, its largest D lies on AU12's map; switched by itself it does not raise it."""
    rng = np.random.default_rng(0)
    shown = [{12: 1.0, 43: 1.0} if smile else {} for smile in rng.random(20) < 0.5]
    faces = pose_people(20, seed=9, size=SIZE).showing(shown)
    faces = faces.select(np.arange(400).reshape(20, 20).diagonal())  # person i under condition i
    responses = harvest(net, Preprocessing(SIZE)(faces), ["maps"])["maps"].responses[:, [0, 1, 2]]
    distances = au_distances(responses, faces.action_units, faces.action_unit_numbers, n=5)
    assert distances.best_map(43) == 1
    found = experiment.layers["maps"]
    assert found.raised(43)[0] == 3 and found.others_share(43, 1) > 5


def test_batches_and_repetitions_change_nothing(net, experiment):
    """The same seed is the same experiment, whatever the batches."""
    again = au_experiment(
        net, Preprocessing(SIZE), ["maps"], CLASSES, action_units=UNITS, people=20, size=SIZE, batch_size=7
    )
    for one, other in ((experiment.classes, again.classes), (experiment.layers["maps"], again.layers["maps"])):
        assert np.allclose(one.effect, other.effect, atol=1e-5)
        assert np.allclose(one.p_adjusted, other.p_adjusted, atol=0.01)


@pytest.mark.parametrize("wrong, error, message", [
    ({"people": 1}, FacesError, "1 people"), ({"action_units": (99,)}, ValueError, "AU99 cannot be drawn"),
    ({"intensity": 2.0}, ValueError, "expected 0 to 1"),
])  # fmt: skip
def test_bad_input(net, wrong, error, message):
    """What cannot be drawn is one sentence."""
    with pytest.raises(error, match=message):
        au_experiment(net, Preprocessing(SIZE), ["maps"], CLASSES, **{"people": 2, "size": SIZE, **wrong})


def test_another_number_of_classes(net, experiment):
    """Names that do not fit the outputs; a unit that was not switched."""
    with pytest.raises(ValueError, match="3 outputs but there are 1 class names"):
        au_experiment(net, Preprocessing(SIZE), [], ("a",), people=2, size=SIZE)
    with pytest.raises(KeyError, match="AU9 was not switched"):
        experiment.classes.side(9, 0)
