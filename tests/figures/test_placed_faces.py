"""Placed faces: stars over the map, and each beside its neighbours."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.figures import embedding_figure, placed_face_rows, placed_faces_figure
from fer_probe.figures.theme import EXPRESSION_COLOURS
from fer_probe.latents.placed_faces import place_faces
from tests.figures.test_figure_notes import COUNT, words_of_figure

CLASSES = ("anger", "happiness", "neutral")


@pytest.fixture(scope="module")
def placed(records):
    """Three faces of the map's own set again, the first of them without a label."""
    layer = np.random.default_rng(0).normal(size=(40, 4))
    told = {"probabilities": np.eye(3, dtype=np.float32)[[1, 1, 2]], "class_names": CLASSES}
    found = fp.embed(layer, "pca", layer="fc")
    return found, place_faces(found, layer[4:7], records.faces.select(slice(4, 7)), name="again", **told)


def test_stars_lie_on_the_map_and_name_themselves(records, placed):
    """Every one at its place, over the map's own points; coloured by the expression that is asked for."""
    embedding, group = placed
    other = dataclasses.replace(group, name="more")
    colours = {"expression": [None, "anger", "happiness"], "predicted": ["happiness", "happiness", "neutral"]}
    for way, names in {**colours, "AU12": [None] * 3}.items():
        figure = embedding_figure(
            embedding, records.faces, colour_by=way, evaluation=records.evaluation, placed=[group, other]
        )
        stars = [one for one in figure.data if one.customdata is not None and isinstance(one.customdata[0], str)]
        np.testing.assert_array_equal(np.stack([stars[0].x, stars[0].y], 1), group.positions)
        assert list(stars[0].customdata) == ["again/0", "again/1", "again/2"] and stars[1].customdata[2] == "more/2"
        assert stars[0].marker.symbol != stars[1].marker.symbol
        expected = [EXPRESSION_COLOURS.get(name) for name in names]
        given = [c if c in EXPRESSION_COLOURS.values() else None for c in stars[0].marker.color]
        assert given == expected
        named = [one.name for one in figure.data if one.showlegend is not False]
        assert named[-2:] == ["placed: again", "placed: more"]
        assert figure.data.index(stars[0]) > max(i for i, one in enumerate(figure.data) if len(one.x) > 3)
    assert "given no label" in stars[0].text[0] and "read as happiness 100%" in stars[0].text[0]
    assert "3 placed on it, again" in figure.layout.title.subtitle.text


def test_a_map_of_too_many_categories_names_the_stars_alone(records, placed):
    """Forty subjects are no legend; the placed faces are one entry."""
    embedding, group = placed
    people = dataclasses.replace(records.faces, subject=np.array([f"S{i}" for i in range(40)]))
    figure = embedding_figure(embedding, people, colour_by="subject", placed=[group])
    assert figure.layout.showlegend
    assert [one.name for one in figure.data if one.showlegend is not False] == ["placed: again"]


def test_each_stands_beside_its_neighbours(records, placed):
    """A row a face, from the one asked for; its number and given and read expression in words."""
    _, group = placed
    figure = placed_faces_figure(group, records.faces, first=1)
    assert list(figure.layout.yaxis.ticktext) == ["anger<br>read happiness", "happiness<br>read neutral"]
    assert list(figure.layout.xaxis.ticktext) == ["placed", "", "", "nearest", "", ""]
    assert "1 to 2 of 3 faces" in figure.layout.title.subtitle.text
    assert COUNT.search(words_of_figure(figure))
    colour = dataclasses.replace(group, pixels=np.repeat(group.pixels, 3, 1))
    assert placed_faces_figure(colour, records.faces).layout.yaxis.ticktext[0] == "no label<br>read happiness"


def test_rows_tell_what_is_known(records, placed):
    """Neighbours by what they show, or by their numbers where no label is known."""
    _, group = placed
    rows = placed_face_rows(group, records.faces)
    assert [row["read as"] for row in rows] == ["happiness", "happiness", "neutral"]
    assert rows[0]["given"] == "no label" and rows[1]["farther off than"].endswith("% of the map's")
    known = records.faces.expression[group.neighbours[1]]
    told = dict(part.split(" ")[::-1] for part in rows[1]["nearest faces"].split(", "))
    assert told == {CLASSES[k]: str((known == k).sum()) for k in set(known.tolist()) - {-1}}
    bare = dataclasses.replace(records.faces, expression=np.full(40, -1))
    assert placed_face_rows(group, bare)[0]["nearest faces"] == "faces " + ", ".join(map(str, group.neighbours[0]))
