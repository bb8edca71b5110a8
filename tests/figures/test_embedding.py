import numpy as np
import pytest

from fer_probe.figures import colour_choices, embedding_figure, picture_labels


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
