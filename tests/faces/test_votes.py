"""Votes: majority and distribution by hand, and what becomes of unknown and not-a-face."""

from dataclasses import replace

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.expressions import FERPLUS_ORDER
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.votes import VOTED_EXPRESSIONS, majority_expression, majority_labels, soft_labels

ROWS = [
    [6, 2, 0, 0, 0, 0, 0, 0, 2, 0],  # neutral
    [4, 0, 0, 4, 1, 1, 0, 0, 0, 0],  # as many for neutral as for sadness
    [0, 0, 0, 0, 2, 0, 0, 0, 8, 0],  # unknown
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 10],  # not a face
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],  # nothing but single votes
]


@pytest.fixture
def voted():
    faces = fp.draw_faces(1, 16, seed=0).select(slice(0, 5))
    return replace(faces, votes=np.array(ROWS, np.int16), votes_names=FERPLUS_ORDER)


def test_the_majority():
    """More than half of what is left without single votes; half is not enough, and nothing is none."""
    assert majority_expression([5, 3, 0, 0, 0, 0, 0, 0, 0, 2]) == ""
    assert majority_expression([6, 2, 0, 0, 0, 0, 0, 0, 2, 0]) == "neutral"
    assert majority_expression([2, 1, 1, 1, 1, 1, 1, 1, 1, 0]) == "neutral"
    assert majority_expression([1] * 10) == majority_expression([0] * 10) == ""


def test_faces_are_labelled_by_their_majority(voted):
    """By name, contempt among them; where there is no majority no label, and how many is said."""
    found = majority_labels(voted)
    assert found.expression_names == VOTED_EXPRESSIONS and "contempt" in VOTED_EXPRESSIONS
    assert found.expression.tolist() == [VOTED_EXPRESSIONS.index("neutral"), -1, -1, -1, -1]
    assert "4 without one" in found.source


def test_soft_labels_are_shares_of_the_voters(voted):
    """Single votes and unknowns are left out, the rest sums to 1; unknown and not a face are NaN."""
    shares = soft_labels(voted)
    np.testing.assert_allclose(shares[0], [0.75, 0.25, 0, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(shares[1], [0.5, 0, 0, 0.5, 0, 0, 0, 0])
    assert np.isnan(shares[2:]).all()


def test_faces_without_votes_are_refused(voted):
    """It says how to get them."""
    for ask in (majority_labels, soft_labels):
        with pytest.raises(FacesError, match="votes="):
            ask(replace(voted, votes=None))
