"""Evaluation: labels matched by name, accuracy and confusion by hand, and nothing that depends on the batch."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evaluation import EvaluationError, evaluate, expected_classes, predict
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import load_record, save_record


class Reads(nn.Module):
    """A classifier whose logits are the first row of the picture."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, images):
        return images[:, 0, 0, : self.classes]


def faces_labelled(expression, names):
    count = len(expression)
    return FaceImages(
        pixels=np.zeros((count, 1, 4, 4), np.uint8),
        expression=np.array(expression),
        expression_names=names,
        action_units=np.zeros((count, 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
    )


def images_that_say(classes, k=4):
    images = torch.zeros(len(classes), 1, 4, k)
    images[torch.arange(len(classes)), 0, 0, torch.tensor(classes)] = 5
    return images


def test_labels_are_matched_by_name():
    """The corpus's order, synonyms and all, is not the model's; a label without a class is -1."""
    faces = faces_labelled([0, 1, 2, -1], ("happy", "Anger", "contempt"))
    assert expected_classes(faces, ["anger", "joy"]).tolist() == [1, 0, -1, -1]


def test_accuracy_and_confusion_by_hand():
    """Counted on seven faces, one unlabelled and one of a class the model lacks."""
    faces = faces_labelled([0, 0, 1, 1, 2, -1, 3], ("sad", "happy", "anger", "contempt"))
    found = evaluate(Reads(4), images_that_say([2, 1, 1, 1, 0, 3, 0]), faces, ["anger", "joy", "sadness", "fear"])
    assert found.accuracy == pytest.approx(4 / 5)
    assert found.confusion.tolist() == [[1, 0, 0, 0], [0, 2, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(found.recall, [1, 1, 0.5, np.nan])
    assert found.predicted.tolist() == [2, 1, 1, 1, 0, 3, 0]
    assert found.misclassified.tolist() == [1]
    assert (found.without_faces, found.unknown_to_model, found.left_out) == (("fear",), ("contempt",), 1)


def test_what_one_side_lacks_is_told():
    """A sentence for each side; none where both have the same classes, in whatever order and words."""
    faces = faces_labelled([0, 1, 2, 2], ("sad", "happy", "contempt"))
    lacking = evaluate(Reads(3), images_that_say([0, 1, 2, 2]), faces, ["fear", "joy", "sadness"]).gaps
    assert lacking[0].startswith("2 labelled contempt count neither for nor against the model")
    assert lacking[1].startswith("none is labelled fear")
    assert evaluate(Reads(3), images_that_say([0, 1, 2, 2]), faces, ["contempt", "joy", "sadness"]).gaps == ()


def test_without_labels_there_is_no_accuracy():
    """NaN, not 0: nothing was compared."""
    found = evaluate(Reads(2), images_that_say([0, 1]), faces_labelled([-1, -1], ("sad",)), ["sad", "fear"])
    assert np.isnan(found.accuracy)
    assert found.left_out == 0


def test_probabilities_do_not_depend_on_the_batch():
    """Any batch size gives the same, for a net with batch norm that stands in training mode."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Dropout(), nn.Linear(16, 3))
    images = torch.randn(11, 1, 4, 4)
    whole = predict(net, images)
    np.testing.assert_allclose(whole, predict(net, images, batch_size=3), atol=1e-6)
    np.testing.assert_allclose(whole.sum(1), 1, atol=1e-6)
    assert all(module.training for module in net.modules())


def test_a_model_that_gives_probabilities_says_so():
    """Its outputs are taken as they are; others that only claim to be probabilities are refused."""
    net = nn.Sequential(Reads(2), nn.Softmax(1))
    images = images_that_say([0, 1])
    np.testing.assert_allclose(predict(net, images, gives="probabilities"), predict(Reads(2), images), atol=1e-7)
    with pytest.raises(EvaluationError, match="no probabilities"):
        predict(Reads(2), images, gives="probabilities")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda f: evaluate(Reads(3), images_that_say([0, 1]), f, ["sad", "fear"]), "3 outputs but there are 2"),
        (lambda f: evaluate(Reads(2), images_that_say([0]), f, ["sad", "fear"]), "1 pictures but labels of 2"),
        (lambda f: predict(nn.Identity(), torch.zeros(2, 1, 4, 4)), r"gives \(2, 1, 4, 4\)"),
        (lambda f: predict(Reads(2), torch.zeros(0, 1, 4, 4)), "no pictures"),
        (lambda f: predict(Reads(2), images_that_say([0]), gives="scores"), "'logits' or 'probabilities'"),
    ],
)
def test_what_does_not_fit_is_refused(call, told):
    """The message says what was expected."""
    with pytest.raises(EvaluationError, match=told):
        call(faces_labelled([0, 0], ("sad",)))


def test_an_evaluation_is_a_record(tmp_path):
    """It goes to disk and comes back."""
    faces = faces_labelled([0, 1], ("sad", "fear"))
    found = evaluate(Reads(2), images_that_say([0, 0]), faces, ["sad", "fear"])
    save_record(found, tmp_path / "evaluation", {})
    again = load_record(tmp_path / "evaluation", type(found))
    np.testing.assert_array_equal(again.confusion, found.confusion)
    assert (again.accuracy, again.class_names) == (0.5, ("sad", "fear"))
