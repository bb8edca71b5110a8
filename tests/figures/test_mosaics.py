import numpy as np
import pytest

from fer_probe.evidence.ordinary_pictures import WAYS, OrdinaryPictures
from fer_probe.figures import mosaic, ordinary_mosaic, original_mosaic, paired_mosaics, projection_mosaic


def test_tiles_lie_in_reading_order_with_clear_gaps():
    """Tile i stands in row i // columns; gaps and missing tiles are transparent."""
    tiles = np.arange(1, 6, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    sheet = mosaic(tiles, columns=3, gap=1)
    assert sheet.shape == (5, 8, 4)
    assert sheet[0, ::3, 0].tolist() == [1, 2, 3]
    assert sheet[3, ::3, 0].tolist() == [4, 5, 0]
    assert sheet[2, :, 3].max() == sheet[:, 2, 3].max() == sheet[4, 7, 3] == 0


def test_no_tiles_are_an_error():
    """Nothing to lay out."""
    with pytest.raises(ValueError, match="at least one"):
        mosaic(np.empty((0, 2, 2), np.uint8))


def test_originals_and_projections_match_tile_for_tile(records):
    """Two mosaics of a map have one size."""
    original = original_mosaic(records.faces, records.projections, 1, (16, 16), columns=2)
    assert original.shape == projection_mosaic(records.projections, 1, columns=2).shape


def test_pairs_put_each_projection_under_its_original(records):
    """Four pairs, three a mosaic: two mosaics of one size, the second one with a single pair, the rest clear."""
    first, second = paired_mosaics(records.faces, records.projections, 1, (16, 16))
    original = original_mosaic(records.faces, records.projections, 1, (16, 16), columns=4)
    projection = projection_mosaic(records.projections, 1, columns=4)
    tile = (original.shape[1] - 3 * 3) // 4
    assert first.shape == second.shape == (2 * tile + 3, 3 * tile + 6, 4)
    assert np.array_equal(first[:tile], original[:, : 3 * tile + 6])
    assert np.array_equal(second[:tile, :tile], original[:, -tile:])
    assert np.array_equal(second[-tile:, :tile], projection[:, -tile:])
    assert second[:, tile:, 3].max() == 0


def test_ordinary_faces_are_cut_and_greyed_where_the_map_is_silent(records):
    """The field as it is where the map fires; a quarter of its contrast around mid grey where it does not."""
    values, index = np.array([[[3.0, 0.0]] * 2]), np.array([[[1, 1]] * 2])
    boxes = np.tile([2, 3, 10, 11], (1, 2, 2, 1))
    chosen = OrdinaryPictures("conv", WAYS, index, values, boxes, np.ones(1), 2, 0)
    drawn = ordinary_mosaic(records.faces, chosen, 0, "median", (16, 16))
    fires, silent = drawn[:, :96, 0].astype(int), drawn[:, 99:, 0].astype(int)
    assert fires.shape == silent.shape == (96, 96) and np.ptp(fires) > 40
    assert np.abs(silent - (fires / 4 + 96)).max() <= 4  # cubic enlarging rounds
    assert ordinary_mosaic(records.faces, chosen, 0, "random", (16, 16), count=1).shape == (96, 96, 4)
