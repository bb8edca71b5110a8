"""The order in which a layer's maps are shown, and which of them a search finds."""

from collections.abc import Sequence

import numpy as np

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.evidence.au_evidence import AUEvidence
from fer_probe.evidence.map_regions import MapRegions
from fer_probe.harvesting import Harvest


def map_orders(distances: AUDistances | None, part: str = "") -> dict[str, str]:
    """Every order there is, the usual one first: its name in links → what it is called; of the maps of a part by it."""
    by_part = {"part": f"Share of faces: {part}"} if part else {}
    units = [] if distances is None else [int(au) for au in distances.action_unit_numbers]
    by_unit = {f"au{au}": f"Largest D: {action_unit_label(au)}" for au in units}
    return {**by_part, "number": "Number", "strongest": "Strongest response", **by_unit}


def ordered_maps(found: Harvest, order: str, distances: AUDistances | None) -> list[int]:
    """The maps of a layer in an order of :func:`map_orders`; equal ones stay in the order of their numbers.

    By action unit, the maps on the unit's side come first; the others follow by number.
    """
    numbers = list(range(len(found.values)))
    if order == "strongest":
        return [int(i) for i in np.argsort(-np.asarray(found.values[:, 0]), kind="stable")]
    if order.startswith("au") and distances is not None:
        first = [int(i) for i in distances.ranking(int(order[2:]))]
        return first + [i for i in numbers if i not in set(first)]
    return numbers


def maps_of_part(maps: Sequence[int], regions: MapRegions | None, part: str, order: str) -> list[int]:
    """Those of ``maps`` that are a region's, all of them for ``"all"``.

    Args:
        maps: in the order that was asked for.
        regions: of the layer; None leaves all.
        part: a region, ``"elsewhere"`` or ``"all"``.
        order: ``"part"`` puts the largest share first, any other keeps the order.
    """
    if regions is None or part == "all":
        return list(maps)
    mine = [int(i) for i in regions.maps_of(part)]
    return mine if order == "part" else [i for i in maps if i in set(mine)]


def units_of_maps(evidence: AUEvidence | None) -> dict[int, list[int]]:
    """Map → the action units that it is the detector of; where nothing was tested, those whose largest D it has."""
    units: dict[int, list[int]] = {}
    for unit in () if evidence is None else evidence.units():
        number = unit.map if unit.verdict == "not tested" else unit.detector
        if number is not None:
            units.setdefault(number, []).append(unit.au)
    return units


def found_by_name(maps: Sequence[int], words: str, units: dict[int, list[int]]) -> list[int]:
    """The maps whose number is ``words``, or whose action units' labels contain them; all where there are none."""
    words = words.strip().lower().removeprefix("map").strip()
    if not words:
        return list(maps)
    return [
        i for i in maps if words == str(i) or any(words in action_unit_label(au).lower() for au in units.get(i, []))
    ]
