"""Concept erasure: nothing linear is left, nothing else is changed, and what cannot vary does no harm."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from fer_probe.models.concept_erasure import ConceptErasure


@pytest.fixture
def shown():
    """600 times 8 numbers of three classes, two of them telling, scaled and mixed; and the classes."""
    draws = torch.Generator().manual_seed(0)
    classes = torch.arange(600) % 3
    numbers = torch.randn(600, 8, generator=draws)
    numbers[:, 0] += 3.0 * (classes == 1)
    numbers[:, 1] -= 2.0 * (classes == 2)
    scale = torch.tensor([1.0, 0.1, 10.0, 1.0, 1.0, 1.0, 0.01, 1.0])
    return (numbers * scale) @ torch.randn(8, 8, generator=draws) + 5.0, classes


def fitted(numbers, classes):
    erasure = ConceptErasure(numbers.shape[1]).double()
    erasure.fit(numbers, classes)
    return erasure


def test_nothing_is_changed_before_it_is_fitted(shown):
    """Of any numbers."""
    assert torch.equal(ConceptErasure(8)(shown[0]), shown[0])


def test_no_linear_classifier_is_better_than_none(shown):
    """Every class has the same mean afterwards, so that a logistic regression says the same of each face."""
    numbers, classes = shown[0].double(), shown[1]
    assert LogisticRegression(max_iter=2000).fit(numbers, classes).score(numbers, classes) > 0.8
    erased = fitted(numbers, classes)(numbers)
    means = torch.stack([erased[classes == k].mean(0) for k in range(3)])
    torch.testing.assert_close(means, numbers.mean(0).expand(3, 8), atol=1e-8, rtol=0)
    told = LogisticRegression(max_iter=2000, C=1e6).fit(erased, classes).predict_proba(erased)
    np.testing.assert_allclose(told, 1 / 3, atol=1e-3)


def test_two_classes_take_one_direction_and_the_closed_form_is_the_papers(shown):
    """r(z) = z − Σzy Σzy⁺' … of one direction: z − u (v · (z − μ)) / (v · u), u = Σzy, v = Σzz⁻¹ u."""
    numbers, classes = shown[0].double(), (shown[1] == 0).long()
    erasure = fitted(numbers, classes)
    centred = numbers - numbers.mean(0)
    u = centred.T @ (classes.double() - classes.double().mean()) / 600
    v = torch.linalg.solve(centred.T @ centred / 600, u)
    expected = numbers - torch.outer(centred @ v / (v @ u), u)
    torch.testing.assert_close(erasure(numbers), expected)
    assert torch.linalg.matrix_rank(erasure.taken) == 1


def test_what_tells_nothing_is_left_alone(shown):
    """Numbers that do not covary with the classes come back as they were."""
    numbers, classes = shown[0].double(), shown[1]
    erased = fitted(numbers, classes)(numbers)
    torch.testing.assert_close(fitted(erased, classes)(erased), erased)


def test_a_number_that_never_varies_does_no_harm(shown):
    """It stays what it is, and the others are erased as without it."""
    numbers, classes = shown[0].double(), shown[1]
    still = torch.cat([numbers, torch.full((600, 1), 7.0)], dim=1)
    erased = fitted(still, classes)(still)
    torch.testing.assert_close(erased[:, 8], still[:, 8])
    torch.testing.assert_close(erased[:, :8], fitted(numbers, classes)(numbers))
