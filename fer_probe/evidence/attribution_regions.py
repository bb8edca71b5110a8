"""Attribution regions: which action units' pixels an attribution lands on, against an even spread.

    share(region) = Σ over its pixels of |attribution| / Σ over all pixels,   ratio = share / the region's area

A ratio of 1 is what an even spread over the picture gives. Of drawn faces a unit's own pixels are known, those that it
moved; of others the regions around their landmarks. A network that reads faces at all looks at their middle, so that
most ratios are above 1: what tells is which region has more than another, and one method beside another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_probe.evidence.projection_energy import moved_pixels, shown_masks
from fer_probe.experiments.paired_effects import t_half_width
from fer_probe.faces.drawn_faces import DrawnFaces
from fer_probe.faces.face_regions import REGIONS, region_masks
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.records import Record

#: All pixels that any unit moved, or of all regions.
TOGETHER = "together"


@dataclass(frozen=True, eq=False)
class AttributionRegions(Record):
    """Shares of S methods' absolute attributions on R regions of n faces.

    Attributes:
        methods: which.
        region_names: ``"AU12"`` and so on for the pixels that a unit moved; ``"mouth"`` … for regions of landmarks;
            the last is ``"together"``, all of them.
        image_index: (n,) which faces.
        share: (S, n, R) of each method's absolute attribution; NaN where the face has no such region, or nothing was
            attributed anywhere.
        area: (n, R) share of the picture that the region is; NaN where the face does not have it.
    """

    methods: tuple[str, ...]
    region_names: tuple[str, ...]
    image_index: np.ndarray
    share: np.ndarray
    area: np.ndarray

    @property
    def ratio(self) -> NDArray[np.float64]:
        """(S, n, R) share over area; 1 is an even spread."""
        return np.asarray(self.share / self.area)

    def mean_ratio(self, method: int, region: int) -> tuple[float, float, int]:
        """Mean over the faces that have the region, half of its 95 % interval by t (NaN for one face), how many."""
        known = self.ratio[method, :, region]
        known = known[np.isfinite(known)]
        if not len(known):
            return float("nan"), float("nan"), 0
        return float(known.mean()), float(t_half_width(known)), len(known)


def locate_attributions(
    strengths: Mapping[str, np.ndarray], masks: Mapping[str, np.ndarray], image_index: np.ndarray
) -> AttributionRegions:
    """See where attributions land.

    Args:
        strengths: method → (n, H, W) absolute attributions, such as those of ``Attributions.strength``.
        masks: region → (n, H, W) its pixels in every face; none of them where a face does not have it.
        image_index: (n,) which faces.

    Raises:
        ValueError: nothing to compare, or pictures of different shape.
    """
    shapes = {np.shape(one) for one in (*strengths.values(), *masks.values())}
    if not strengths or not masks or len(shapes) != 1 or len(image_index) != next(iter(shapes))[0]:
        raise ValueError(f"attributions and regions of shapes {sorted(shapes)} for {len(image_index)} faces")
    regions = {**masks, TOGETHER: np.logical_or.reduce(list(masks.values()))}
    stacked = np.stack(list(regions.values()), 1).astype(np.float64)
    area = stacked.mean((2, 3))
    area[area == 0] = np.nan
    energy = np.abs(np.stack(list(strengths.values())).astype(np.float64))
    total = energy.sum((2, 3))
    inside = np.einsum("snhw,nrhw->snr", energy, stacked)
    share = np.divide(inside, total[..., None], out=np.full_like(inside, np.nan), where=total[..., None] > 0)
    share[:, np.isnan(area)] = np.nan
    return AttributionRegions(tuple(strengths), tuple(regions), np.asarray(image_index), share, area)


def face_region_pixels(images: PreparedImages, chosen: np.ndarray) -> dict[str, NDArray[np.bool_]]:
    """Region → (n, H, W) its pixels in chosen faces as the network is shown them.

    Of drawn faces every unit that one of them shows, as ``"AU12"``; of others with landmarks the regions around
    those; empty for faces of which neither is known.
    """
    faces, chosen = images.faces, np.asarray(chosen)
    if isinstance(faces, DrawnFaces):
        shown = (faces.action_units[chosen] == 1).any(0)
        return {f"AU{au}": moved_pixels(faces, images, chosen, int(au)) for au in faces.action_unit_numbers[shown]}
    return landmark_region_pixels(images, chosen)


def landmark_region_pixels(images: PreparedImages, chosen: np.ndarray) -> dict[str, NDArray[np.bool_]]:
    """Brows, eyes, nose and mouth → (n, H, W) their pixels in chosen faces as the network is shown them.

    Empty where the landmarks of any of them are not known.
    """
    faces, chosen = images.faces, np.asarray(chosen)
    if faces.landmarks is None or not np.isfinite(faces.landmarks[chosen]).all():
        return {}
    height, width = faces.pixels.shape[2:]
    told = [region_masks(faces.landmarks[i], height, width) for i in chosen]
    return {name: shown_masks(images, chosen, np.stack([one[name] for one in told])) for name in REGIONS}
