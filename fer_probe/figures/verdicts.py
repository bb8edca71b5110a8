"""Verdicts on maps, in words and colours: which is an action unit's detector, or why none is, and how it was tested."""

import numpy as np

from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.figures.theme import AU_SIDE, AU_SIDE_BY_CHANCE, OTHER_SIDE

#: Maps, their colour, and what the colour says.
Group = tuple[np.ndarray, str, str]


def verdict_groups(direction: np.ndarray, above_chance: np.ndarray | None) -> list[Group]:
    """The places of each colour.

    Args:
        direction: (M,) +1 where faces with the action unit give the larger responses.
        above_chance: (M,) bool; None where it was not tested.
    """
    on_side = direction > 0
    if above_chance is None:
        chosen = [(on_side, AU_SIDE, "stronger with the AU"), (~on_side, OTHER_SIDE, "stronger without it")]
    else:
        chosen = [
            (above_chance, AU_SIDE, "stronger with the AU, above chance"),
            (on_side & ~above_chance, AU_SIDE_BY_CHANCE, "stronger with it, no more than by chance"),
            (~on_side & ~above_chance, OTHER_SIDE, "stronger without it"),
        ]
    return [(np.flatnonzero(places), colour, words) for places, colour, words in chosen]


def above_chance(significance: AUSignificance | None, au: int) -> np.ndarray | None:
    """(M,) bool, which maps stand above chance for an action unit; None where it was not tested."""
    if significance is None or not significance.tested(au):
        return None
    above: np.ndarray = np.isin(np.arange(significance.z.shape[1]), significance.detectors(au))
    return above


def significance_note(significance: AUSignificance | None, au: int | None = None) -> str:
    """How it was tested and corrected, of one action unit or of all; or that it was not."""
    if significance is None:
        return "not tested"
    scheme = significance.scheme[significance.row(au)] if au is not None else ""
    if au is not None and not scheme:
        return "not tested"
    among = {"within persons": " within each person", "whole persons": " between whole persons"}.get(scheme, "")
    maps = significance.z.shape[1]
    return f"{significance.permutations:,} label permutations{among}, p adjusted over {maps} maps"


def best_map_in_words(distances: AUDistances, au: int, significance: AUSignificance | None = None) -> str:
    """The detector as ``map 113``; else ``none``, ``too few`` faces or ``not testable``, with the reason.

    Where nothing was tested, the map with the largest D on the unit's side.
    """
    row, best = distances.row(au), distances.best_map(au)
    too_few = distances.too_few[row] if significance is None else significance.too_few[significance.row(au)]
    if too_few:
        side = distances if significance is None else significance
        kind = "recordings" if significance is not None and significance.recorded_once else "faces"
        counts = f"{side.with_count[side.row(au)]} {kind} with, {side.without_count[side.row(au)]} without"
        return f"too few ({counts}; {distances.n} of each are needed)"
    if significance is None:
        return "none (no map answers more to faces with it)" if best is None else f"map {best}"
    if not significance.tested(au):
        return f"not testable ({significance.refused[significance.row(au)]})"
    detector = significance.detector(au)
    return "none (no map stands above chance)" if detector is None else f"map {detector}"
