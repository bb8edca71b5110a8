"""Map regions drawn: every map in every row, the region's own coloured, areas and intervals as they are."""

import numpy as np
import pytest

from fer_probe.figures.map_regions import map_regions_figure, region_shares_figure, regions_in_words, share_in_words
from tests.dashboards.conftest import MAPS, planted_regions


def test_every_map_in_every_row():
    """Dots of the region's own maps are told from the others; the tick is the area."""
    others, own, areas = map_regions_figure(planted_regions()).data
    assert len(others.x) + len(own.x) == 4 * MAPS
    assert sorted(own.customdata) == [3, 7] and sorted(own.x) == pytest.approx([40, 90])
    assert np.rint(own.y).tolist() == [1, 3] and list(areas.x) == pytest.approx([5] * 4)


def test_one_map_with_its_interval():
    """Share, both limits, area."""
    dots, areas = region_shares_figure(planted_regions(), 7).data
    assert dots.x[3] == pytest.approx(90) and dots.y[3] == "mouth"
    assert dots.error_x.array[3] == pytest.approx(2) and dots.error_x.arrayminus[3] == pytest.approx(2)
    assert list(areas.x) == pytest.approx([5] * 4)
    with pytest.raises(IndexError, match="70 maps"):
        region_shares_figure(planted_regions(), 70)


def test_in_words():
    """Counts of each region; a share with its interval."""
    found = planted_regions()
    words = "Maps of conv: brows 0, eyes 1, nose 0, mouth 1; the other 68 fire elsewhere or here and there."
    assert regions_in_words(found) == words
    assert share_in_words(found, 3, 1) == "40 % of faces (38–42)"
