"""An action unit's best map, and the largest distance on either side."""

from dataclasses import dataclass

import numpy as np

from fer_probe.au_distance import AUDistances


@dataclass(frozen=True)
class BestMap:
    """The map with the largest D on an action unit's side.

    Attributes:
        au: the action unit's FACS number.
        number: the map; None where there is none, or too few faces.
        distance: its D; 0 where there is none.
        other_side: the largest D of a map that answers more to faces without the unit; 0 where there is none. It is
            no verdict: the side with more faces has the larger responses by sampling alone.
    """

    au: int
    number: int | None
    distance: float
    other_side: float

    @staticmethod
    def of(distances: AUDistances, au: int) -> "BestMap":
        """The best map of an action unit that is among the record's."""
        row, number = distances.row(au), distances.best_map(au)
        opposed = distances.distance[row, distances.direction[row] < 0]
        distance = 0.0 if number is None else float(distances.distance[row, number])
        return BestMap(au, number, distance, float(np.max(opposed, initial=0)))


def best_maps(distances: AUDistances) -> list[BestMap]:
    """The best map of every action unit, the largest D first; units without a map come last."""
    found = [BestMap.of(distances, int(au)) for au in distances.action_unit_numbers]
    return sorted(found, key=lambda best: (best.number is None, -best.distance))
