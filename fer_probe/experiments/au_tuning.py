"""Tuning: a layer's responses against the intensity of single action units, on the same drawn people.

A detector of a unit answers the more, the more of it is shown; a map that answers to a faint unit as to a full one, or
only to a full one, detects something else beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from torch import nn

from fer_probe.experiments.paired_effects import t_half_width
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.posed_people import pose_people, prepared_alike
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.harvesting import harvest
from fer_probe.records import Record

INTENSITIES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, eq=False)
class AUTuning(Record):
    """Responses of a layer's M maps to A action units at V intensities, each unit by itself.

    Attributes:
        layer: its name in the model.
        action_unit_numbers: (A,) FACS numbers.
        intensities: (V,) 0–1, rising.
        response: (A, V, M) mean over people of the largest rectified response.
        half_width: (A, V, M) of its 95 % interval, by t.
        correlation: (A, M) Spearman's, of intensity and response over people and intensities; 0 for a map that is
            the same on all.
        people: how many.
        seed: of the people.
    """

    layer: str
    action_unit_numbers: np.ndarray
    intensities: np.ndarray
    response: np.ndarray
    half_width: np.ndarray
    correlation: np.ndarray
    people: int
    seed: int

    def best_map(self, au: int) -> int:
        """The map whose response rises with a unit's intensity most surely: the largest correlation.

        Raises:
            KeyError: the unit was not shown.
        """
        found = np.flatnonzero(self.action_unit_numbers == au)
        if not len(found):
            raise KeyError(f"AU{au} was not shown; these were: {[f'AU{n}' for n in self.action_unit_numbers]}")
        return int(self.correlation[found[0]].argmax())


def measure_tuning(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    layer: str,
    *,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    intensities: Sequence[float] = INTENSITIES,
    people: int = 20,
    size: int = 96,
    channels: int = 1,
    seed: int = 0,
    batch_size: int = 64,
) -> AUTuning:
    """Show every action unit at every intensity, by itself, and record the responses.

    Args:
        model: any network; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        layer: as ``model.named_modules()`` names it.
        action_units: which units; they must be drawn.
        intensities: at least two, 0–1.
        people: how many, at least 2.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        seed: of the people.
        batch_size: changes speed only.

    Raises:
        FacesError: fewer than two people, or a face that cannot be cropped.
        ValueError: fewer than two intensities or one outside 0–1, or a unit that cannot be drawn.
        LayerError: a layer that does not exist, or whose output holds no maps.
    """
    values = np.unique(np.asarray(intensities, dtype=np.float64))
    if len(values) < 2:
        raise ValueError(f"intensities {list(intensities)}: a curve needs two different ones or more")
    posed = pose_people(people, seed=seed, size=size, channels=channels)
    faces = posed.showing([{au: float(value)} for au in action_units for value in values])
    images = prepared_alike(prepare, faces)
    found = harvest(model, images, [layer], k=1, responses=True, batch_size=batch_size)[layer]
    assert found.responses is not None  # asked for
    responses = np.maximum(found.responses, 0).reshape(people, len(action_units), len(values), -1).astype(np.float64)
    return AUTuning(
        layer=layer,
        action_unit_numbers=np.asarray(action_units),
        intensities=values,
        response=responses.mean(0),
        half_width=t_half_width(responses),
        correlation=np.stack([_correlation(responses[:, row], values) for row in range(len(action_units))]),
        people=people,
        seed=seed,
    )


def _correlation(responses: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(M,) Spearman's of responses (P, V, M) with intensities (V,)."""
    ranks = stats.rankdata(responses.reshape(-1, responses.shape[2]), axis=0)
    ranks -= ranks.mean(0)
    shown = stats.rankdata(np.broadcast_to(values, responses.shape[:2]))
    shown -= shown.mean()
    spread = np.sqrt((ranks**2).sum(0) * (shown**2).sum())
    return np.divide(shown @ ranks, spread, out=np.zeros(len(spread)), where=spread > 0)
