"""Evidence: all that one layer's maps tell of a set of faces' action units, measured, kept and read together."""

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.agreement_measures import AUAgreement, au_agreement
from fer_probe.evidence.au_confirmation import AUConfirmation, confirm_au_maps
from fer_probe.evidence.au_distance import AUDistances, au_distances
from fer_probe.evidence.distance_significance import AUSignificance, au_significance
from fer_probe.faces.face_images import FaceImages
from fer_probe.harvesting import Harvest
from fer_probe.records import Record
from fer_probe.study import Study

Verdict = Literal["detector", "none", "too few", "not testable", "not tested"]


@dataclass(frozen=True)
class UnitEvidence:
    """What is known of one action unit in one layer; NaN where it is not.

    Attributes:
        au: FACS number.
        verdict: ``"detector"`` where the map stands above chance on the unit's side, ``"none"`` where no map does;
            else why that cannot be told.
        map: the map that stands highest above chance on the unit's side; where nothing was tested, the one with the
            largest D there. None where no map is on that side, or there are too few faces.
        distance, z, effect, p_adjusted: of that map.
        q_value: of the unit.
        with_count, without_count: faces, or recordings where one picture stood for each.
        confirmed: the map that was chosen on half of the persons and holds on the others, or None.
        confirmed_q: the q of the map chosen there, whether it holds or not.
    """

    au: int
    verdict: Verdict
    map: int | None
    distance: float
    z: float
    effect: float
    p_adjusted: float
    q_value: float
    with_count: int
    without_count: int
    confirmed: int | None
    confirmed_q: float

    @property
    def detector(self) -> int | None:
        """The map where it is a detector."""
        return self.map if self.verdict == "detector" else None

    @property
    def label(self) -> str:
        """The unit's number and name."""
        return action_unit_label(self.au)


@dataclass(frozen=True)
class AUEvidence:
    """One layer's records on the action units of one set of faces; None where one was not made."""

    distances: AUDistances
    significance: AUSignificance | None = None
    confirmation: AUConfirmation | None = None
    agreement: AUAgreement | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """Those that were made."""
        return tuple(record for field in fields(self) if (record := getattr(self, field.name)) is not None)

    def units(self) -> list[UnitEvidence]:
        """Every action unit's, in the order of the record."""
        return [self.unit(int(au)) for au in self.distances.action_unit_numbers]

    def ranked(self) -> list[UnitEvidence]:
        """Every action unit's, the surest detector first (q, then z), then those without one; by D if not tested."""
        return sorted(self.units(), key=_surest_first)

    def unit(self, au: int) -> UnitEvidence:
        """One action unit's.

        Raises:
            KeyError: the unit was not measured.
        """
        told = self.distances if self.significance is None else self.significance
        row, best = told.row(au), told.best_map(au)

        def of_map(name: str) -> float:
            values = getattr(told, name, None)
            return float("nan") if values is None or best is None else float(values[row, best])

        tested, confirmation = self.significance, self.confirmation
        return UnitEvidence(
            au=au,
            verdict=self._verdict(au),
            map=best,
            distance=of_map("distance"),
            z=of_map("z"),
            effect=of_map("effect"),
            p_adjusted=of_map("p_adjusted"),
            q_value=float("nan") if tested is None else float(tested.q_value[row]),
            with_count=int(told.with_count[row]),
            without_count=int(told.without_count[row]),
            confirmed=None if confirmation is None else confirmation.confirmed(au),
            confirmed_q=float("nan") if confirmation is None else float(confirmation.q_value[confirmation.row(au)]),
        )

    def _verdict(self, au: int) -> Verdict:
        if self.significance is None:
            return "too few" if self.distances.too_few[self.distances.row(au)] else "not tested"
        if self.significance.too_few[self.significance.row(au)]:
            return "too few"
        if not self.significance.tested(au):
            return "not testable"
        return "none" if self.significance.detector(au) is None else "detector"


def _surest_first(unit: UnitEvidence) -> tuple[bool, bool, float, float]:
    q, height = np.nan_to_num([unit.q_value, unit.distance if np.isnan(unit.z) else unit.z], nan=2.0)
    return unit.detector is None, unit.map is None, float(q), -float(height)


def codes_action_units(faces: FaceImages) -> bool:
    """Whether any action unit is coded on any face."""
    return bool((~np.isnan(faces.action_units)).any())


def measure_evidence(
    found: Harvest, faces: FaceImages, *, n: int = 9, permutations: int = 1000, seed: int = 0
) -> AUEvidence:
    """Measure a layer's maps against the faces' action units: distance, agreement, and the tests that persons allow.

    Args:
        found: the layer's harvest, with the responses to every face.
        faces: with coded action units; only where they tell who is seen can anything be tested.
        n: how many of the strongest responses are compared.
        permutations: of the labels.
        seed: of the labellings and the halves.
    """
    assert found.responses is not None  # whoever measures asks the harvest for them
    asked = (found.responses, faces.action_units, faces.action_unit_numbers)
    distances, agreement = au_distances(*asked, n=n, layer=found.layer), au_agreement(*asked, layer=found.layer)
    if faces.subject is None or (faces.subject == "").any():
        return AUEvidence(distances, agreement=agreement)
    told: dict[str, Any] = {
        "subject": faces.subject, "sequence": faces.sequence, "frame": faces.frame,
        "n": n, "permutations": permutations, "seed": seed, "layer": found.layer,
    }  # fmt: skip
    significance = au_significance(*asked, **told, untestable="leave out")
    several = len(np.unique(faces.subject)) > 1
    return AUEvidence(distances, significance, confirm_au_maps(*asked, **told) if several else None, agreement)


def find_evidence(study: Study, faces: str, layer: str) -> AUEvidence | None:
    """What a study holds of a layer on a set of faces; None where no distances were measured."""
    distances = study.find(AUDistances, faces, layer)
    if distances is None:
        return None
    return AUEvidence(
        distances,
        study.find(AUSignificance, faces, layer),
        study.find(AUConfirmation, faces, layer),
        study.find(AUAgreement, faces, layer),
    )
