"""Face regions: where the landmarks of a drawn face are, apart from one another."""

import numpy as np
import pytest

from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_regions import REGIONS, region_masks


def test_regions_hold_their_landmarks_and_no_others():
    """Every landmark lies in its own region; mouth and brows share nothing, and the order is from above down."""
    faces = pose_people(2, size=96).showing([{}])
    for points in faces.landmarks:
        masks = region_masks(points, 96, 96)
        at = np.rint(points).astype(int)
        for name, part in (("brows", slice(17, 27)), ("eyes", slice(36, 48)), ("mouth", slice(48, 60))):
            assert masks[name][at[part, 1], at[part, 0]].all(), name
        assert not (masks["mouth"] & (masks["brows"] | masks["eyes"])).any()
        heights = [np.flatnonzero(masks[name].any(1)).mean() for name in REGIONS]
        assert heights == sorted(heights)


def test_landmarks_that_are_not_all_there():
    """Other numbers, or unknown ones, are refused."""
    with pytest.raises(ValueError, match="all of iBUG's 68 points"):
        region_masks(np.full((68, 2), np.nan), 10, 10)
