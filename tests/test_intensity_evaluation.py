"""Intensity evaluation: units matched by number, scales brought to 0–1, correlations by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evaluation import EvaluationError
from fer_probe.faces.face_images import FaceImages
from fer_probe.intensity_evaluation import evaluate_intensities, expected_intensities, predict_intensities
from fer_probe.records import load_record, save_record


class Reads(nn.Module):
    """A regressor whose outputs are the first row of the picture."""

    def forward(self, images):
        return images[:, 0, 0]


def coded(intensity, numbers, scale="0-1"):
    intensity = np.array(intensity, np.float32)
    count = len(intensity)
    return FaceImages(
        pixels=np.zeros((count, 1, 4, 4), np.uint8),
        expression=np.full(count, -1),
        expression_names=(),
        action_units=(intensity > 0).astype(np.float32),
        action_unit_numbers=np.array(numbers),
        action_unit_intensity=intensity,
        action_unit_scale=scale,
    )


def pictures_that_say(rows):
    return torch.tensor(rows, dtype=torch.float32)[:, None, None, :]


def test_units_are_matched_by_number_and_scaled():
    """Intensities of 0–5 become 0–1; the order is the model's; a unit that is not coded is NaN."""
    found = expected_intensities(coded([[5, 0], [2.5, 1]], (4, 12), "0-5"), ["AU12", "AU4", "AU1"])
    np.testing.assert_allclose(found, [[0, 1, np.nan], [0.2, 0.5, np.nan]])


def test_correlation_and_error_by_hand():
    """A straight line has r = 1 whatever its slope; the error is the mean distance; uncoded faces do not count."""
    faces = coded([[0.0, 0.5], [0.5, np.nan], [1.0, 0.5]], (1, 2))
    found = evaluate_intensities(
        Reads(), pictures_that_say([[0.1, 0.5], [0.3, 9.0], [0.5, 0.7]]), faces, ["AU1", "AU2"]
    )
    assert found.correlation[0] == pytest.approx(1)
    assert np.isnan(found.correlation[1])  # what is known of AU2 never varies
    np.testing.assert_allclose(found.mean_absolute_error, [(0.1 + 0.2 + 0.5) / 3, 0.1], atol=1e-6)


def test_batches_change_nothing_and_the_record_survives(tmp_path):
    """One by one or all at once; to disk and back."""
    rows = np.random.default_rng(0).random((7, 3)).astype(np.float32)
    faces, pictures, names = coded(rows[::-1], (1, 2, 4)), pictures_that_say(rows), ["AU1", "AU2", "AU4"]
    whole, single = (evaluate_intensities(Reads(), pictures, faces, names, batch_size=n) for n in (99, 1))
    np.testing.assert_array_equal(whole.predicted, rows)
    np.testing.assert_array_equal(whole.predicted, single.predicted)
    again = load_record(save_record(whole, tmp_path / "read", {}), type(whole))
    np.testing.assert_array_equal(again.correlation, whole.correlation)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda f, p: evaluate_intensities(Reads(), p, f, ["AU1"]), "2 outputs but there are 1 names"),
        (lambda f, p: evaluate_intensities(Reads(), p, f, ["AU1", "smile"]), "'smile'"),
        (lambda f, p: evaluate_intensities(Reads(), p[:1], f, ["AU1", "AU2"]), "1 pictures but codes of 2"),
        (lambda f, p: predict_intensities(Reads(), p * np.nan), "not all numbers"),
        (lambda f, p: predict_intensities(Reads(), p[:0]), "no pictures"),
        (lambda f, p: predict_intensities(nn.Flatten(0), p), r"gives \(4,\)"),
    ],
)
def test_what_cannot_be_compared_is_refused(call, told):
    """The message names the numbers, the name, or what is missing."""
    with pytest.raises(EvaluationError, match=told):
        call(coded([[0, 1], [1, 0]], (1, 2)), pictures_that_say([[0, 1], [1, 0]]))


def test_presence_alone_is_not_enough():
    """Faces that are coded for presence have no intensity to compare with."""
    faces = coded([[0, 1]], (1, 2))
    object.__setattr__(faces, "action_unit_intensity", None)
    with pytest.raises(EvaluationError, match="without intensities"):
        expected_intensities(faces, ["AU1"])
