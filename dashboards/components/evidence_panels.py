"""Evidence panels: each action unit's detector, or why there is none; how it was tested; what other measures name."""

from math import isnan
from typing import Any

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.notes import CONFIRMATION, MEASURES, SIGNIFICANCE, hint, panel
from dashboards.components.tables import table
from dashboards.view import View
from fer_probe.action_units import ACTION_UNITS
from fer_probe.evidence.agreement_measures import MEASURES as AGREEMENT
from fer_probe.evidence.au_evidence import AUEvidence, UnitEvidence
from fer_probe.evidence.evidence_words import detectors_in_words, method_sentence, verdict_sentence

#: What each measure of agreement is called.
_MEASURES = {
    "auroc": "AUROC, all faces",
    "point_biserial": "Point-biserial correlation, all faces",
    "jensen_shannon": "Jensen–Shannon divergence in bits, all faces",
}


def verdict_panel(evidence: AUEvidence, au: int) -> Component:
    """One action unit's verdict in words, and how it was tested."""
    method = [] if evidence.significance is None else [hint(method_sentence(evidence.significance))]
    return panel("Has it a detector?", dmc.Text(verdict_sentence(evidence, au)), *method)


def units_panel(view: View, evidence: AUEvidence) -> Component:
    """Every action unit with its detector or none, and the numbers that says."""
    heads = (
        "Unit", "Name", "Detector", "Best map", "D", "z", "p", "q", "On other people", "With", "Without", "Region",
        "Muscles",
    )  # fmt: skip
    rows = [_unit_row(view, evidence, unit) for unit in evidence.units()]
    shown = table(heads, rows, "Action units and their detectors", numeric=(4, 5, 6, 7, 9, 10))
    tested = evidence.significance
    notes = [] if tested is None else [hint(method_sentence(tested)), hint(SIGNIFICANCE), hint(CONFIRMATION)]
    return panel("Which map tells which unit?", dmc.Text(detectors_in_words(evidence)), shown, *notes)


def measures_panel(view: View, evidence: AUEvidence, au: int) -> Component | None:
    """Which map each measure ranks first, so that a reader sees where they differ."""
    agreement = evidence.agreement
    if agreement is None or evidence.unit(au).verdict == "too few":
        return None
    row, first = evidence.distances.row(au), evidence.distances.best_map(au)
    rows = [["D of the strongest faces, the paper's", *_named(view, evidence, first, evidence.distances.distance[row])]]
    if evidence.significance is not None and evidence.significance.tested(au):
        highest = evidence.significance.best_map(au)
        rows += [["D above chance, in deviations z", *_named(view, evidence, highest, evidence.significance.z[row])]]
    for measure in AGREEMENT:
        best = agreement.best_map(au, measure)
        rows += [[_MEASURES[measure], *_named(view, evidence, best, getattr(agreement, measure)[row])]]
    shown = table(("Measure", "Ranks first", "Its value"), rows, "What each measure ranks first", numeric=(2,))
    return panel("Would another measure name another map?", shown, hint(MEASURES))


def _named(view: View, evidence: AUEvidence, number: int | None, values: Any) -> list[Any]:
    return ["none", "–"] if number is None else [_map_link(view, evidence, number), f"{values[number]:.3g}"]


def _unit_row(view: View, evidence: AUEvidence, unit: UnitEvidence) -> list[Any]:
    known = ACTION_UNITS.get(unit.au)
    numbers = [
        "–" if isnan(number) else f"{number:{spec}}"
        for number, spec in ((unit.distance, ".3g"), (unit.z, ".1f"), (unit.p_adjusted, ".2g"), (unit.q_value, ".2g"))
    ]
    return [
        dmc.Anchor(
            f"AU{unit.au}",
            fz="sm",
            fw=600,
            href=view.link("/action-units", au=unit.au, layer=view.query.get("layer")),
        ),
        known.name if known else "–",
        unit.verdict if unit.detector is None else _map_link(view, evidence, unit.detector, fw=600),
        "–" if unit.map is None else _map_link(view, evidence, unit.map),
        *numbers,
        _on_others(unit),
        unit.with_count,
        unit.without_count,
        known.region if known else "–",
        known.muscles if known else "–",
    ]


def _map_link(view: View, evidence: AUEvidence, number: int, **style: Any) -> Component:
    href = view.link("/maps", layer=evidence.distances.layer, map=number)
    return dmc.Anchor(f"map {number}", fz="sm", href=href, **style)


def _on_others(unit: UnitEvidence) -> str:
    """The map that half of the people chose and the others confirm, with q."""
    if isnan(unit.confirmed_q):
        return "–"
    return f"{'none' if unit.confirmed is None else f'map {unit.confirmed}'} (q {unit.confirmed_q:.2g})"
