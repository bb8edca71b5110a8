"""Intensity evaluation: what a regressor of action units says of faces, set against what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fer_probe.activations import Images, evaluation_mode
from fer_probe.evaluation import EvaluationError, model_outputs
from fer_probe.faces.face_images import FaceImages
from fer_probe.records import Record

_FULL_SCALE = {"0-1": 1.0, "0-5": 5.0}


@dataclass(frozen=True, eq=False)
class IntensityEvaluation(Record):
    """A regressor's intensities of A action units in N faces, and how they agree with the known ones.

    Attributes:
        action_unit_numbers: (A,) int, FACS numbers in the order of the model's outputs.
        predicted: (N, A) float32; 0 is at rest, 1 the strongest. A regressor may leave 0–1.
        expected: (N, A) float32 in 0–1; NaN where a unit is not coded.
        correlation: (A,) Pearson's r over the coded faces; NaN where fewer than two are, or where either is constant.
        mean_absolute_error: (A,) over the coded faces, in the units of the intensity.
    """

    action_unit_numbers: NDArray[np.int64]
    predicted: NDArray[np.float32]
    expected: NDArray[np.float32]
    correlation: NDArray[np.float64]
    mean_absolute_error: NDArray[np.float64]


def predict_intensities(model: nn.Module, images: Images, *, batch_size: int = 256) -> NDArray[np.float32]:
    """(N, A) every output for every picture, as it is.

    Args:
        model: a regressor of action units; run in eval mode on its own device, and left in the modes it had.
        images: (N, C, H, W), a tensor or anything with a length and slices.
        batch_size: how many at a time; it changes nothing but speed (up to rounding).

    Raises:
        EvaluationError: no pictures, an output that is not (n, A), or one that is not finite.
    """
    if not len(images):
        raise EvaluationError("no pictures to predict")
    with evaluation_mode(model), torch.inference_mode():
        outputs = torch.cat([output.float().cpu() for output in model_outputs(model, images, batch_size)])
    if not torch.isfinite(outputs).all():
        raise EvaluationError("the model's outputs are not all numbers; check its weights and the preprocessing")
    return outputs.numpy()


def evaluate_intensities(
    model: nn.Module, images: Images, faces: FaceImages, names: Sequence[str], *, batch_size: int = 256
) -> IntensityEvaluation:
    """Read faces and compare with their coded intensities, matched by number.

    Args:
        model: as in :func:`predict_intensities`, which also explains ``batch_size``.
        images: the faces, prepared for the model.
        faces: the same pictures with their action units.
        names: of the model's outputs, ``"AU12"`` for action unit 12: a checkpoint's ``class_names``.

    Raises:
        EvaluationError: pictures and codes of different number, outputs and names of different number, a name that is
            no action unit, or faces without intensities.
    """
    if len(images) != len(faces):
        raise EvaluationError(f"{len(images)} pictures but codes of {len(faces)} faces")
    predicted = predict_intensities(model, images, batch_size=batch_size)
    if predicted.shape[1] != len(names):
        raise EvaluationError(f"the model has {predicted.shape[1]} outputs but there are {len(names)} names")
    expected = expected_intensities(faces, names)
    pairs = [_coded(predicted[:, column], expected[:, column]) for column in range(len(names))]
    return IntensityEvaluation(
        action_unit_numbers=np.array([_number(name) for name in names]),
        predicted=predicted,
        expected=expected,
        correlation=np.array([_correlation(*pair) for pair in pairs]),
        mean_absolute_error=np.array([np.abs(a - b).mean() if len(a) else np.nan for a, b in pairs]),
    )


def expected_intensities(faces: FaceImages, names: Sequence[str]) -> NDArray[np.float32]:
    """(N, A) every face's intensity in 0–1 of each of the units ``names``; NaN where it is not coded.

    Raises:
        EvaluationError: faces without intensities, or a name that is no action unit.
    """
    if faces.action_unit_intensity is None or faces.action_unit_scale is None:
        raise EvaluationError(
            f"{faces.source or 'these faces'}: action units without intensities; 0–1 or 0–5 is needed"
        )
    known = {int(number): column for column, number in enumerate(faces.action_unit_numbers)}
    intensities = np.full((len(faces), len(names)), np.nan, np.float32)
    for column, name in enumerate(names):
        if _number(name) in known:
            intensities[:, column] = faces.action_unit_intensity[:, known[_number(name)]]
    return intensities / np.float32(_FULL_SCALE[faces.action_unit_scale])


def _number(name: str) -> int:
    if not (name.startswith("AU") and name[2:].isdigit()):
        raise EvaluationError(f"an output is named {name!r}; expected an action unit such as 'AU12'")
    return int(name[2:])


def _coded(predicted: NDArray[np.float32], expected: NDArray[np.float32]) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(expected)
    return predicted[known].astype(np.float64), expected[known].astype(np.float64)


def _correlation(predicted: np.ndarray, expected: np.ndarray) -> float:
    if len(predicted) < 2 or not np.ptp(predicted) or not np.ptp(expected):
        return float("nan")
    return float(np.corrcoef(predicted, expected)[0, 1])
