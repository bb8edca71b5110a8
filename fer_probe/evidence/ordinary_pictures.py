"""Ordinary pictures: what a map sees on faces that are not among its strongest.

The nine strongest pictures of thousands, which Zeiler & Fergus 2014 and Zhu et al. show, are a map's extremes: whatever
they share, most faces may not have it. So beside them stand faces drawn at random, the same for every map, and those in
the middle of the map's ranking of all faces, each cut at the map's own strongest place on it.
"""

from dataclasses import dataclass

import numpy as np

from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.harvesting import Harvest
from fer_probe.records import Record

#: How ordinary pictures are chosen.
WAYS = ("random", "median")


@dataclass(frozen=True, eq=False)
class OrdinaryPictures(Record):
    """Random and median pictures of a layer's M maps, k of each way, the larger response first.

    Attributes:
        layer: its name in the model.
        ways: ``("random", "median")``.
        image_index: (M, 2, k) int64, which picture; the random ones are the same for every map.
        values: (M, 2, k) float32, the map's largest response to each; at or below 0 it does not fire there.
        boxes: (M, 2, k, 4) int64, top, left, bottom, right of the receptive field of that response in the picture;
            may leave it.
        fires: (M,) share of all pictures on which the map's largest response is above 0.
        image_count: N, of how many pictures they were chosen.
        seed: of the random ones.
    """

    layer: str
    ways: tuple[str, ...]
    image_index: np.ndarray
    values: np.ndarray
    boxes: np.ndarray
    fires: np.ndarray
    image_count: int
    seed: int


def choose_ordinary_pictures(found: Harvest, places: ResponsePlaces, *, k: int = 9, seed: int = 0) -> OrdinaryPictures:
    """Choose ordinary pictures of every map, and tell what its strongest unit sees on each.

    Args:
        found: a layer's harvest with its ``responses``.
        places: the same layer's, of the same pictures, with ``position``.
        k: how many of each way; lowered to the number of pictures.
        seed: of the random ones.

    Raises:
        ValueError: records of different layers or pictures, without responses or positions, or k below 1.
    """
    responses, position, size = _checked(found, places)
    if k < 1:
        raise ValueError(f"k = {k}: at least 1 picture of each way")
    count, maps = responses.shape
    k = min(k, count)
    ranking = np.argsort(-responses, axis=0, kind="stable").T
    random = np.random.default_rng(seed).choice(count, k, replace=False)
    drawn = np.isin(ranking, random)  # in the order of the map's own ranking
    middle = (count - k) // 2
    index = np.stack([ranking[drawn].reshape(maps, k), ranking[:, middle : middle + k]], axis=1)
    each = np.arange(maps)[:, None, None]
    row, column = np.moveaxis(position[index, each], -1, 0)
    return OrdinaryPictures(
        layer=found.layer,
        ways=WAYS,
        image_index=index.astype(np.int64),
        values=responses[index, each],
        boxes=_boxes(places.centres[row, column], size),
        fires=(responses > 0).mean(0),
        image_count=count,
        seed=seed,
    )


def _boxes(centres: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(…, 4) of fields of a size around their middles, (…, 2)."""
    first = np.rint(centres - (np.asarray(size) - 1) / 2).astype(np.int64)
    return np.concatenate([first, first + np.asarray(size)], axis=-1)


def _checked(found: Harvest, places: ResponsePlaces) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Responses (N, M), positions (N, M, 2) and the fields' size."""
    if (found.layer, found.image_count) != (places.layer, places.image_count):
        raise ValueError(
            f"harvest of {found.layer!r} on {found.image_count} pictures, places of {places.layer!r} on "
            f"{places.image_count}: expected the same layer and pictures"
        )
    if found.responses is None:
        raise ValueError(f"the harvest of {found.layer!r} kept no responses; harvest with responses=True")
    if places.position is None or places.field_size is None:
        raise ValueError(f"the places of {places.layer!r} kept no positions; find them with positions=True")
    return np.asarray(found.responses), np.asarray(places.position), places.field_size
