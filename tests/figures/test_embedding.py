import dataclasses

import numpy as np
import pytest

from fer_probe.figures import colour_choices, embedding_figure, embedding_series_figure, picture_labels
from fer_probe.latents.embeddings import embed_series


def test_a_points_customdata_is_its_picture(records):
    """Every picture is drawn once, at its own position, whatever it is coloured by."""
    for way in colour_choices(records.faces, records.evaluation):
        figure = embedding_figure(records.embedding, records.faces, colour_by=way, evaluation=records.evaluation)
        index = np.concatenate([points.customdata for points in figure.data])
        place = np.concatenate([np.stack([points.x, points.y], -1) for points in figure.data])
        assert sorted(index) == list(range(40))
        assert np.array_equal(place, records.embedding.positions[index])


def test_expressions_are_named_and_unlabelled_ones_too(records):
    """A face with expression -1 is "unlabelled", not the last expression."""
    labels = picture_labels(records.faces, "expression")
    assert labels[:5].tolist() == ["unlabelled", "anger", "happiness", "neutral", "unlabelled"]


def test_not_coded_is_kept_apart_from_absent(records):
    """NaN is "not coded"."""
    assert set(picture_labels(records.faces, "AU43")) == {"not coded"}
    assert set(picture_labels(records.faces, "AU12")) == {"with the AU", "without it"}


def test_a_colouring_that_is_not_known_lists_the_known_ones(records):
    """The error says what there is."""
    with pytest.raises(ValueError, match=r"AU99.*expression, subject, AU12"):
        embedding_figure(records.embedding, records.faces, colour_by="AU99")
    with pytest.raises(ValueError, match="predicted"):
        embedding_figure(records.embedding, records.faces, colour_by="predicted")


def test_other_faces_are_refused(records):
    """Positions and pictures must be the same ones."""
    with pytest.raises(ValueError, match="40 positions but 7 pictures"):
        embedding_figure(records.embedding, records.faces.select(slice(7)))


def test_without_faces_there_is_one_colour_and_no_legend(records):
    """An embedding alone can be drawn."""
    figure = embedding_figure(records.embedding)
    assert len(figure.data) == 1
    assert not figure.layout.showlegend


def test_colours_by_degrees_and_by_split(records):
    """An action unit's intensity shades every point, the strongest on top; a corpus's own split is a category."""
    levels = np.tile(np.linspace(0, 1, 40)[::-1, None], (1, 4)).astype(np.float32)
    levels[3] = np.nan
    split = np.where(np.arange(40) < 30, "train", "test")
    faces = dataclasses.replace(records.faces, action_unit_intensity=levels, action_unit_scale="0-1", split=split)
    assert {"split", "AU12", "AU12 intensity"} <= set(colour_choices(faces))
    (points,) = embedding_figure(records.embedding, faces, colour_by="AU12 intensity").data
    assert sorted(points.customdata) == list(range(40)) and points.customdata[-1] == 0
    np.testing.assert_array_equal(points.marker.color, levels[points.customdata, 0])
    assert "AU12 intensity 1.00" in points.text[-1]
    named = {one.name: len(one.x) for one in embedding_figure(records.embedding, faces, colour_by="split").data}
    assert named == {"train": 30, "test": 10}


def test_a_series_shows_every_map_with_its_numbers(records):
    """Each panel has every picture once, at its own place; one legend for all."""
    series = embed_series(np.random.default_rng(0).normal(size=(40, 5)), (4, 12), layer="fc")
    figure = embedding_series_figure(series, records.faces)
    heads = [note.text for note in figure.layout.annotations]
    assert [head.split("<br>")[0] for head in heads[:2]] == ["t-SNE, perplexity 4", "t-SNE, perplexity 12"]
    assert heads[2].startswith("PCA, ") and "trustworthiness 0." in heads[0]
    for place, axis in enumerate(("x", "x2", "x3")):
        here = [one for one in figure.data if one.xaxis == axis]
        index = np.concatenate([one.customdata for one in here])
        assert sorted(index) == list(range(40))
        drawn = np.concatenate([np.stack([one.x, one.y], -1) for one in here])
        np.testing.assert_array_equal(drawn, series.positions[place][index])
        assert any(one.showlegend for one in here) == (place == 0)
