"""Agreement of feature maps with action units by measures other than the paper's distance.

    AUROC             P(r > s) + P(r = s) / 2 of a picture r with the unit and one s without; 0.5 by chance
    point-biserial    Pearson's r of a map's responses with presence, 1 or 0
    Jensen–Shannon    H((P + Q) / 2) − (H(P) + H(Q)) / 2 in bits, P and Q the histograms with and without the unit

D looks at a map's n strongest pictures of either kind; these look at all of them, and stay finite on empty bins.
None of them tests anything. Jensen–Shannon has no side, and is above 0 by chance, the more so the fewer the pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from fer_probe.evidence.au_distance import action_unit_row, check_responses
from fer_probe.records import Record

Measure = Literal["auroc", "point_biserial", "jensen_shannon"]
MEASURES: tuple[Measure, ...] = ("auroc", "point_biserial", "jensen_shannon")


@dataclass(frozen=True, eq=False)
class AUAgreement(Record):
    """How well every map's responses agree with every action unit, over all coded pictures.

    Attributes:
        action_unit_numbers: (A,) FACS numbers.
        auroc: (A, M) 0–1, above 0.5 where pictures with the unit give the larger responses.
        point_biserial: (A, M) -1–1; 0 for a map that is the same on all pictures.
        jensen_shannon: (A, M) 0–1 bits.
        bins: of the histograms: equally many of the map's responses in each, equal ones in one bin.
        with_count, without_count: (A,) pictures with and without the unit. Where either is 0, rows are NaN.
        layer: the layer's name, where it was given.
    """

    action_unit_numbers: np.ndarray
    auroc: np.ndarray
    point_biserial: np.ndarray
    jensen_shannon: np.ndarray
    bins: int
    with_count: np.ndarray
    without_count: np.ndarray
    layer: str = ""

    def best_map(self, au: int, measure: Measure) -> int | None:
        """The map that a measure ranks first of those on the unit's side (AUROC above 0.5); None where none is.

        Raises:
            KeyError: the unit is not among these.
        """
        row = action_unit_row(self.action_unit_numbers, au)
        ranked = np.where(self.auroc[row] > 0.5, getattr(self, measure)[row], -np.inf)
        return int(np.argmax(ranked)) if np.isfinite(ranked).any() else None


def au_agreement(
    responses: np.ndarray,
    action_units: np.ndarray,
    action_unit_numbers: Sequence[int] | np.ndarray,
    *,
    bins: int = 10,
    layer: str = "",
) -> AUAgreement:
    """Measure AUROC, point-biserial correlation and Jensen–Shannon divergence of every action unit and map.

    Args:
        responses: (N, M) the largest value of each map on each picture; what is below 0 is rectified to 0.
        action_units: (N, A) 1 present, 0 absent, NaN not coded.
        action_unit_numbers: (A,) FACS numbers.
        bins: of the histograms.
        layer: noted in the record.

    Raises:
        ValueError: shapes that do not fit, responses that are not finite, labels other than 0, 1 and NaN.
    """
    responses, action_units = np.asarray(responses), np.asarray(action_units, dtype=np.float64)
    numbers = np.asarray(action_unit_numbers, dtype=np.int64)
    check_responses(responses, action_units, numbers)
    if bins < 2:
        raise ValueError(f"{bins} bins: a histogram needs at least 2")
    strength = np.maximum(responses, 0).astype(np.float64)
    ranks: dict[bytes, np.ndarray] = {}  # most units are coded on the same pictures
    for column in action_units.T:
        coded = ~np.isnan(column)
        if coded.tobytes() not in ranks:
            ranks[coded.tobytes()] = rankdata(strength[coded], axis=0)
    rows = [_row(strength, column, ranks[(~np.isnan(column)).tobytes()], bins) for column in action_units.T]
    auroc, correlation, divergence = np.array(rows).reshape(-1, 3, responses.shape[1]).transpose(1, 0, 2)
    return AUAgreement(
        action_unit_numbers=numbers,
        auroc=auroc,
        point_biserial=correlation,
        jensen_shannon=divergence,
        bins=bins,
        with_count=(action_units == 1).sum(axis=0),
        without_count=(action_units == 0).sum(axis=0),
        layer=layer,
    )


def auroc_of(ranks: np.ndarray, present: np.ndarray) -> np.ndarray:
    """(M,) the area under the ROC curve from each map's ranks from 1, (R, M): Mann–Whitney's U over all pairs."""
    count, others = int(present.sum()), int((~present).sum())
    smaller = ranks[present].sum(axis=0) - count * (count + 1) / 2
    return smaller / (count * others)


def _row(strength: np.ndarray, presence: np.ndarray, ranks: np.ndarray, bins: int) -> np.ndarray:
    """(3, M) AUROC, point-biserial correlation and Jensen–Shannon divergence for one action unit."""
    coded = ~np.isnan(presence)
    strength, present = strength[coded], presence[coded] == 1
    if present.all() or not present.any():
        return np.full((3, strength.shape[1]), np.nan)
    return np.stack([auroc_of(ranks, present), _correlation(strength, present), _divergence(ranks, present, bins)])


def _correlation(strength: np.ndarray, present: np.ndarray) -> np.ndarray:
    share, deviation = present.mean(), strength.std(axis=0)
    gap = strength[present].mean(axis=0) - strength[~present].mean(axis=0)
    scale = np.sqrt(share * (1 - share))
    return np.divide(gap * scale, deviation, out=np.zeros_like(gap), where=deviation > 1e-12 * strength.max(axis=0))


def _divergence(ranks: np.ndarray, present: np.ndarray, bins: int) -> np.ndarray:
    place = np.minimum((ranks - 0.5) * bins // len(ranks), bins - 1)
    inside = place[None] == np.arange(bins)[:, None, None]
    p, q = inside[:, present].mean(axis=1), inside[:, ~present].mean(axis=1)
    return _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2


def _entropy(shares: np.ndarray) -> np.ndarray:
    """In bits, over the first axis; 0·log 0 = 0."""
    return -(shares * np.log2(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=0)
