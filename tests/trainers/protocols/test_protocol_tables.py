"""A protocol's tables: the contact sheet shows the surest mistakes where they belong."""

import numpy as np
import pandas as pd

import fer_probe as fp
from fer_probe.faces.face_crops import FixedCrop
from fer_probe.figures.mosaics import TILE
from fer_probe.figures.pictures import MID_GREY, enlarged
from trainers.protocols.runs import Run
from trainers.protocols.tables import SHOWN, mistakes_of, mistakes_sheet
from trainers.recipe import Recipe


def mistake(index, labelled, probability):
    return {"index": index, "path": "", "labelled": labelled, "read_as": "fear", "probability": probability}


def some_run(name, mistakes):
    return Run({}, name, 0.5, 0.5, 9, 1.0, "", "a machine", ["anger", "sadness"], [[1, 2], [3, 4]], mistakes)


def tile(sheet, row, column):
    return sheet[row * (TILE + 3) :, column * (TILE + 3) :][:TILE, :TILE]


def test_the_surest_mistake_of_every_run_comes_first():
    """By probability over all runs, each with the run it is of; without any mistake the columns stay."""
    runs = [
        some_run("a", [mistake(3, "anger", 0.7), mistake(1, "anger", 0.5)]),
        some_run("b", [mistake(1, "anger", 0.6)]),
    ]
    found = mistakes_of(runs)
    assert found[["run", "index"]].to_numpy().tolist() == [["a", 3], ["b", 1], ["a", 1]]
    assert mistakes_of([some_run("a", [])]).columns.tolist() == found.columns.tolist()


def test_a_row_of_the_sheet_is_an_expression():
    """As its network was shown them, cut out and resized; a picture stands once, empty places are grey."""
    faces = fp.draw_faces(3, 48, seed=0)
    recipe = Recipe("cut", "jahromi_medium", 24, normalization="per_pixel", crop=FixedCrop((0.25, 0.25, 0.75, 0.75)))
    found = pd.DataFrame([mistake(5, "sadness", 0.9), mistake(2, "sadness", 0.8), mistake(5, "sadness", 0.7)])
    sheet = mistakes_sheet(found, ["anger", "sadness", "fear"], faces, recipe)
    assert sheet.shape == (3 * (TILE + 3) - 3, SHOWN * (TILE + 3) - 3, 4)
    for column, index in enumerate((5, 2)):
        expected = enlarged(np.asarray(faces.pixels[index])[0, 12:36, 12:36], TILE)
        assert np.array_equal(tile(sheet, 1, column)[..., 0], expected)
    empty = [tile(sheet, row, column)[..., :3] for row in range(3) for column in range(SHOWN) if row != 1 or column > 1]
    assert all((place == MID_GREY).all() for place in empty)
