"""The null of the AU distance: D of every feature map under many labellings of the same pictures.

Each map's pictures are sorted once. Under a labelling the n strongest pictures with the label, and the n without it,
are met by walking down that order, all labellings abreast; in nearly all of them a few dozen pictures suffice.
"""

import numpy as np

#: Labellings × maps that are walked abreast: what a processor's own memory holds.
_ABREAST = 2**14


def positive_responses(responses: np.ndarray, floor: float) -> np.ndarray:
    """(N, M) float64: rectified, and lifted to ``floor`` × the map's own maximum; a dead map's are all 1, so D = 0."""
    strength = np.maximum(responses, 0).astype(np.float64)
    maximum = strength.max(axis=0)
    return np.where(maximum > 0, np.maximum(strength, floor * maximum), 1.0)


def signed_distances(strength: np.ndarray, labellings: np.ndarray, n: int) -> np.ndarray:
    """D of equation 13, times +1 where the labelled side is the stronger one, -1 where the other is.

    Args:
        strength: (N, M) positive responses.
        labellings: (N, L) bool, which pictures are labelled; at least n are, and n are not, in each.
        n: how many of the strongest responses are compared; at most 127.

    Returns:
        (L, M) float64.
    """
    order = np.argsort(-strength, axis=0)
    downward = np.ascontiguousarray(np.take_along_axis(strength, order, axis=0).T)
    labelled = np.ascontiguousarray(labellings).view(np.uint8)
    others = 1 - labelled
    signed = np.empty((labellings.shape[1], strength.shape[1]))
    step = max(1, _ABREAST // labellings.shape[1])
    for start in range(0, strength.shape[1], step):
        maps = slice(start, start + step)
        present, absent = (_strongest(downward[maps], order[:, maps], side, n) for side in (labelled, others))
        difference = present - absent
        present /= absent  # (13); nothing is 0 here
        distance = (difference * np.log(present, out=present)).sum(axis=0)
        signed[:, maps] = (np.sign(difference.sum(axis=0)) * distance).T
    return signed


def _strongest(downward: np.ndarray, order: np.ndarray, labelled: np.ndarray, n: int) -> np.ndarray:
    """(n, maps, L) the n largest responses that are labelled, sorted downward (8, 9)."""
    places = _places(order, labelled, n).astype(np.intp)
    places += downward.shape[1] * np.arange(len(downward))[:, None]
    return downward.ravel().take(places)


def _places(order: np.ndarray, labelled: np.ndarray, n: int) -> np.ndarray:
    """(n, maps, L) where in a map's order the k-th labelled picture stands: at how many places fewer were met.

    Args:
        order: (N, maps) pictures by response, downward.
        labelled: (N, L) uint8, 1 or 0.
        n: how many to meet.
    """
    met = np.zeros((order.shape[1], labelled.shape[1]), np.uint8)
    places = np.zeros((n, *met.shape), np.uint8)
    wanted = np.arange(n, dtype=np.uint8)[:, None, None]
    first = 0  # the first k that some labelling has not met yet
    for place, pictures in enumerate(order):
        met += labelled[pictures]
        if place % 4 == 3 and (first := int(met.min())) >= n:
            break
        if place % 128 == 127:
            np.minimum(met, n, out=met)  # before a byte overflows
        if place == 255:
            places = places.astype(np.uint16 if len(order) < 2**16 else np.uint32)
        places[first:] += (met <= wanted[first:]).view(np.uint8)
    return places
