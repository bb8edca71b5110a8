"""Evidence in words, for people who are no statisticians: what a verdict rests on, how it was tested, and why not."""

from math import isnan

from fer_probe.evidence.au_evidence import AUEvidence, UnitEvidence
from fer_probe.evidence.distance_significance import AUSignificance

_EXCHANGED = {
    "within persons": "within each person",
    "whole persons": "between whole persons",
}


def detectors_in_words(evidence: AUEvidence) -> str:
    """How many units have a detector, and how many could not be asked."""
    units, layer = evidence.units(), evidence.distances.layer
    if evidence.significance is None:
        return f"Nothing was tested: the maps of {layer} named here have the largest D, which every unit has one of."
    found = sum(unit.detector is not None for unit in units)
    asked = [unit for unit in units if unit.verdict in ("detector", "none")]
    left = len(units) - len(asked)
    words = (
        f"{found} of {len(asked)} action units have a detector among the maps of {layer}: one that stands above chance"
    )
    return f"{words}; {left} could not be asked." if left else f"{words}."


def verdict_sentence(evidence: AUEvidence, au: int) -> str:
    """What is known of an action unit's best map, in a sentence or two."""
    unit = evidence.unit(au)
    if unit.verdict == "too few":
        kind = "recordings" if evidence.significance is not None and evidence.significance.recorded_once else "faces"
        n = evidence.distances.n
        return f"Too few: {unit.with_count} {kind} with it, {unit.without_count} without; {n} of each are needed."
    if evidence.significance is None:
        largest = "No map answers more to faces with it" if unit.map is None else f"Map {unit.map} has the largest D"
        return f"{largest}. Whether that stands above chance was not tested."
    if unit.verdict == "not testable":
        return f"Not testable: {evidence.significance.refused[evidence.significance.row(au)]}."
    if unit.map is None:
        return "None: no map answers more to faces with the unit than to those without."
    numbers = (
        f"D = {unit.distance:.3g}, {unit.z:.2g} deviations above what shuffled labels give, "
        f"p {unit.p_adjusted:.2g} over all maps, q {unit.q_value:.2g} over all units"
    )
    if unit.detector is None:
        return f"None: no map stands above chance. The best one, map {unit.map}, has {numbers}."
    return f"Map {unit.map} is a detector: {numbers}. {confirmed_in_words(unit)}".strip()


def confirmed_in_words(unit: UnitEvidence) -> str:
    """Whether the map that half of the people chose holds on the others; empty where nobody was asked."""
    if isnan(unit.confirmed_q):  # none was chosen, or it could not be tested
        return ""
    if unit.confirmed is None:
        return f"Chosen on half of the people, no map was confirmed on the others (q {unit.confirmed_q:.2g})."
    which = "it" if unit.confirmed == unit.map else f"map {unit.confirmed}"
    return f"Chosen on half of the people, {which} holds on the others (q {unit.confirmed_q:.2g})."


def method_sentence(significance: AUSignificance) -> str:
    """How it was tested and corrected."""
    ways = [_EXCHANGED[scheme] for scheme in sorted(set(significance.scheme) & set(_EXCHANGED))]
    shuffled = f" {' or '.join(ways)}" if ways else ""
    units, maps = sum(map(bool, significance.scheme)), significance.z.shape[1]
    return (
        f"Tested by shuffling each unit's labels {significance.permutations:,} times{shuffled} "
        f"(n = {significance.n}); p is corrected for {maps} maps by the largest statistic (Westfall & Young 1993), "
        f"q for {units} units (Benjamini & Hochberg 1995). A map is a detector where q ≤ 0.05 and faces with the unit "
        "give the larger responses."
    )


def untested_in_words(evidence: AUEvidence) -> list[str]:
    """A sentence for each reason why units were not tested that a user can do something about."""
    if evidence.significance is None:
        return [
            "who is seen is not told of all, so no map was tested as a detector of an action unit: pictures of one "
            "person are not independent of one another, and without names chance cannot be told from evidence."
        ]
    reasons: dict[str, list[str]] = {}
    for au, why in zip(evidence.significance.action_unit_numbers, evidence.significance.refused, strict=True):
        if why:
            reasons.setdefault(why, []).append(f"AU{au}")
    return [f"{', '.join(units)} could not be tested: {why}." for why, units in reasons.items()]
