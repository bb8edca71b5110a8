"""Map regions: on which part of the face a map fires, so that there are maps of the mouth, the eyes, the brows.

Zhu et al., section 3.3 and table 2, choose the maps of the mouth by eye. Here a map's strongest place on each face is
looked up among that face's regions, which lie around its 68 landmarks:

    share(region) = faces on which the middle of the strongest response's receptive field lies in it / faces on which
                    the map fires,        area(region) = share of the layer's places that lie in it on those faces

with a 95 % interval over persons (:mod:`fer_probe.evidence.person_statistics`). A place chosen blindly would give the
area. Regions may touch, and a place in two counts for both. A map is a map *of* the region with the largest share where
that is a quarter or more of the faces it fires on – a region is some 4 % of a picture – and the interval lies above the
area. Nothing corrects for the number of maps: the quarter, not the interval, keeps chance out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_probe.evidence.attribution_regions import landmark_region_pixels
from fer_probe.evidence.person_statistics import accuracy_without_each, jackknife_variance, wilson_interval
from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.faces.face_regions import REGIONS
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.harvesting import Harvest
from fer_probe.records import Record

#: Where the maps are that are of no region.
ELSEWHERE = "elsewhere"
#: The share of its faces from which on a map is a region's.
A_QUARTER = 0.25
_STRETCH = 256


@dataclass(frozen=True, eq=False)
class MapRegions(Record):
    """In which of R face regions the strongest responses of a layer's M maps lie.

    Attributes:
        layer: its name in the model.
        region_names: ``("brows", "eyes", "nose", "mouth")``.
        share: (M, R) of the faces on which a map fires, those where its strongest response lies in the region; NaN
            for a map that never fires.
        low, high: (M, R) 95 % interval over persons; NaN for fewer than two.
        area: (M, R) share of the layer's places that lie in the region, over the same faces.
        fired: (M,) int64, on how many faces.
        face_count: of how many whose landmarks are known.
        persons: how many people they are of; each face its own where that is not known.
    """

    layer: str
    region_names: tuple[str, ...]
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    area: np.ndarray
    fired: np.ndarray
    face_count: int
    persons: int

    @property
    def region(self) -> NDArray[np.int64]:
        """(M,) the region that a map is of; −1 for elsewhere."""
        share = np.nan_to_num(np.asarray(self.share))
        best, each = share.argmax(1), np.arange(len(share))
        # Comparisons with NaN, of maps that never fire and of one person's faces, are False.
        above = np.asarray(self.low)[each, best] > np.asarray(self.area)[each, best]
        return np.where(above & (share[each, best] >= A_QUARTER), best, -1)

    def maps_of(self, region: str) -> NDArray[np.int64]:
        """The maps of a region, the largest share first; of ``"elsewhere"`` those of none, by number.

        Raises:
            ValueError: no such region.
        """
        if region == ELSEWHERE:
            return np.flatnonzero(self.region < 0)
        if region not in self.region_names:
            raise ValueError(f"no region {region!r}; there are {', '.join((*self.region_names, ELSEWHERE))}")
        column = self.region_names.index(region)
        mine = np.flatnonzero(self.region == column)
        return mine[np.argsort(-np.asarray(self.share)[mine, column], kind="stable")]


def find_map_regions(images: PreparedImages, found: Harvest, places: ResponsePlaces) -> MapRegions | None:
    """Tell in which regions of the face the maps of a layer fire.

    Args:
        images: the prepared pictures that were harvested; their faces tell landmarks and persons.
        found: a layer's harvest with its ``responses``.
        places: the same layer's, of the same pictures, with ``position``.

    Returns:
        None where no face's landmarks are known, or the layer has one place only.

    Raises:
        ValueError: other pictures, or no responses or positions.
    """
    if found.responses is None or places.position is None:
        raise ValueError(f"regions of {found.layer!r} need a harvest with responses and places with positions")
    if not len(images) == found.image_count == places.image_count:
        counts = (len(images), found.image_count, places.image_count)
        raise ValueError(f"{counts[0]} pictures, a harvest of {counts[1]} and places of {counts[2]}: expected the same")
    known = _with_landmarks(images)
    if not len(known) or places.strongest[0].size == 1:
        return None
    person = _persons(images, known)
    fires = np.greater(np.asarray(found.responses)[known], 0)
    inside, area = _looked_up(images, known, places, np.asarray(places.position))
    mine = fires[:, :, None] & inside
    fired = np.maximum(fires.sum(0), 1)[:, None]
    share, low, high = _shares(_by_person(mine, person), _by_person(fires[:, :, None], person)[..., 0])
    return MapRegions(
        layer=found.layer,
        region_names=REGIONS,
        share=share,
        low=low,
        high=high,
        area=np.where(fires.any(0)[:, None], fires.T.astype(np.float64) @ area / fired, np.nan),
        fired=fires.sum(0).astype(np.int64),
        face_count=len(known),
        persons=int(person.max()) + 1,
    )


def _with_landmarks(images: PreparedImages) -> NDArray[np.int64]:
    points = images.faces.landmarks
    return np.empty(0, np.int64) if points is None else np.flatnonzero(np.isfinite(np.asarray(points)).all((1, 2)))


def _persons(images: PreparedImages, known: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) a number for each person; faces of unknown people are each their own."""
    subject = images.faces.subject
    if subject is None:
        return np.arange(len(known))
    names = [str(subject[i]) or f"face {i}" for i in known]
    return np.asarray(np.unique(names, return_inverse=True)[1], np.int64)


def _looked_up(
    images: PreparedImages, known: NDArray[np.int64], places: ResponsePlaces, position: np.ndarray
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(n, M, R) whether a map's strongest place lies in a region of the face; (n, R) share of all places that do."""
    height, width = places.picture_size
    rows = np.clip(np.rint(places.centres[:, 0, 0]), 0, height - 1).astype(int)
    columns = np.clip(np.rint(places.centres[0, :, 1]), 0, width - 1).astype(int)
    inside, area = [], []
    for start in range(0, len(known), _STRETCH):
        chosen = known[start : start + _STRETCH]
        pixels = landmark_region_pixels(images, chosen)
        grid = np.stack([pixels[name][:, rows[:, None], columns] for name in REGIONS], axis=-1)  # (n, h, w, R)
        row, column = np.moveaxis(position[chosen], -1, 0)
        inside.append(grid[np.arange(len(chosen))[:, None], row, column])
        area.append(grid.mean((1, 2)))
    return np.concatenate(inside), np.concatenate(area)


def _by_person(marks: NDArray[np.bool_], person: NDArray[np.int64]) -> NDArray[np.float64]:
    """(P, …) how many of each person's faces are marked, of (n, …)."""
    counts = np.zeros((int(person.max()) + 1, *marks.shape[1:]))
    np.add.at(counts, person, marks)
    return counts


def _shares(right: NDArray[np.float64], faces: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """(M, R) share, lower and upper limit, of (P, M, R) faces in a region and (P, M) on which a map fires."""
    told = np.full((3, *right.shape[1:]), np.nan)
    for number in np.flatnonzero(faces.sum(0)):
        some = faces[:, number] > 0
        mine = faces[some, number]
        for column in range(right.shape[2]):
            count = right[some, number, column]
            share = float(count.sum() / mine.sum())
            variance = jackknife_variance(accuracy_without_each(count, mine))
            told[:, number, column] = (share, *wilson_interval(share, variance, len(mine)))
    return told[0], told[1], told[2]
