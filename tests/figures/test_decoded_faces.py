"""Grids of decoded pictures: every tile in its place, names beside, nothing beyond black and white."""

import base64

import cv2
import numpy as np
import pytest

from fer_probe.figures import (
    compared_traversals_figure,
    decoded_picture,
    interpolations_figure,
    picture_grid_figure,
    reconstructions_figure,
    transfers_figure,
    traversals_figure,
)
from fer_probe.latents.reconstructions import Reconstructions
from fer_probe.latents.transfers import Transfers
from fer_probe.latents.traversals import Interpolations, Traversals


def sheet_of(figure):
    """The picture in a figure, with its opacity."""
    data = base64.b64decode(figure.data[0].source.partition(",")[2])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def flat_tiles(levels):
    """(R, V, 1, 8, 8) each tile of one grey."""
    return np.broadcast_to(np.asarray(levels, np.float32)[..., None, None, None], (*np.shape(levels), 1, 8, 8)).copy()


def traversals(name="anger", low=0.0):
    levels = np.linspace(low, 1, 6)[None].repeat(2, 0)
    return Traversals(
        flat_tiles(levels), levels, np.array([0, 2]), (name, "fear"), np.zeros(3), "the mean of all faces"
    )


def test_every_tile_lies_under_its_name():
    """The grey at each crossing of row and column names is that picture's; a picture that is none is left open."""
    pixels = flat_tiles([[0.1, 0.5, 0.9], [0.9, np.nan, 0.1]])
    figure = picture_grid_figure(pixels, ["a", "b"], ["x", "y", "z"], title="t")
    sheet = sheet_of(figure)
    for row, y in enumerate(figure.layout.yaxis.tickvals):
        for column, x in enumerate(figure.layout.xaxis.tickvals):
            if np.isnan(pixels[row, column]).all():
                assert sheet[int(y), int(x), 3] == 0
            else:
                assert abs(int(sheet[int(y), int(x), 0]) - 255 * pixels[row, column, 0, 0, 0]) < 4
    assert figure.layout.yaxis.ticktext == ("a", "b")


def test_pixels_are_cut_off_at_black_and_white():
    """Grey and colour; values beyond 0–1 do not wrap around."""
    assert decoded_picture(np.array([[[-1.0, 2.0]]])).tolist() == [[0, 255]]
    assert decoded_picture(np.zeros((5, 3, 4, 4))).shape == (5, 4, 4, 3)
    with pytest.raises(ValueError, match="1 and 1 names for 2 rows"):
        picture_grid_figure(flat_tiles([[0], [0]]), ["a"], ["x"], title="")


def test_traversals_name_variable_and_reach():
    """A row a variable; only those asked for."""
    figure = traversals_figure(traversals())
    assert figure.layout.yaxis.ticktext == ("anger<br>0 to 1", "fear<br>0 to 1")
    assert traversals_figure(traversals(), rows=[1]).layout.yaxis.ticktext == ("fear<br>0 to 1",)
    assert "the mean of all faces" in figure.layout.title.subtitle.text


def test_models_are_compared_by_one_variable():
    """Figure 8: a row a loss, of each model the variable that was named."""
    figure = compared_traversals_figure({"L2": (traversals(), 0), "L2 + class": (traversals(low=0.5), 1)}, "Anger")
    assert figure.layout.yaxis.ticktext == ("L2", "L2 + class") and figure.layout.title.text == "Anger"
    sheet, rows = sheet_of(figure), [int(y) for y in figure.layout.yaxis.tickvals]
    assert sheet[rows[0], 20, 0] < 5 and abs(int(sheet[rows[1], 20, 0]) - 128) < 5


def test_reconstructions_stand_under_their_originals(records):
    """With the faces' expressions above, and error and R² in the line of facts."""
    found = Reconstructions(
        np.full(40, 0.25, np.float32), np.full(40, 0.5, np.float32), np.array([0, 1]), flat_tiles([[0.2, 0.4]])[0],
        flat_tiles([[0.8, 0.9]])[0],
    )  # fmt: skip
    figure = reconstructions_figure(found, records.faces)
    assert figure.layout.xaxis.ticktext == ("face 0", "anger")
    assert "mean squared error 0.2500 · R² 0.50" in figure.layout.title.subtitle.text


def test_interpolations_and_transfers_name_their_rows(records):
    """Pairs by their expressions; people with portraits above, originals first."""
    between = Interpolations(flat_tiles(np.zeros((1, 3))), np.array([0, 0.5, 1]), np.array([[1, 2]]))
    figure = interpolations_figure(between, records.faces)
    assert figure.layout.yaxis.ticktext == ("anger to<br>happiness",)
    assert figure.layout.xaxis.ticktext == ("0%", "50%", "100%")
    moved = Transfers(
        "identity", ("Ada", "Ben"), flat_tiles(np.ones((2, 2)) / 2), np.array([1, 2]), flat_tiles([0.1, 0.9])
    )
    figure = transfers_figure(moved, flat_tiles([[0.3, 0.3]])[0], records.faces)
    assert figure.layout.xaxis.ticktext == ("original", "Ada", "Ben")
    assert figure.layout.yaxis.ticktext == ("mean<br>expression", "anger", "happiness")
    sheet = sheet_of(figure)
    assert sheet[int(figure.layout.yaxis.tickvals[0]), int(figure.layout.xaxis.tickvals[0]), 3] == 0
    known = transfers_figure(moved, people=flat_tiles([0.2, 0.4]))
    assert known.layout.yaxis.ticktext == ("person", "face 1", "face 2")
    slid = Transfers("emotion", ("0", "1"), flat_tiles(np.ones((2, 2))), np.array([1, 2]), flat_tiles([0, 1]))
    assert transfers_figure(slid).layout.yaxis.ticktext == ("face 1", "face 2")


def test_pairs_with_a_face_begin_with_it(records):
    """Those that end with it are turned round, picture by picture; all others are left out."""
    levels = np.linspace([0, 0.2, 0.4], [0.5, 0.7, 0.9], 3, axis=1)
    between = Interpolations(flat_tiles(levels), np.array([0, 0.5, 1]), np.array([[1, 2], [1, 3], [3, 2]]))
    figure = interpolations_figure(between, records.faces, begin=3)
    assert figure.layout.yaxis.ticktext == ("neutral to<br>anger", "neutral to<br>happiness")
    expected, sheet = [levels[1, ::-1], levels[2]], sheet_of(figure)
    for row, y in enumerate(figure.layout.yaxis.tickvals):
        for column, x in enumerate(figure.layout.xaxis.tickvals):
            assert abs(int(sheet[int(y), int(x), 0]) - 255 * expected[row][column]) < 4
    assert between.pairs.tolist() == [[1, 2], [1, 3], [3, 2]]
    with pytest.raises(ValueError, match="no pair with face 9; there are of 1, 2, 3"):
        interpolations_figure(between, begin=9)
