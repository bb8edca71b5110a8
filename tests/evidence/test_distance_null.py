"""D under many labellings at once, held against D of one labelling at a time."""

import numpy as np
import pytest

from fer_probe.evidence.au_distance import au_distances
from fer_probe.evidence.distance_null import positive_responses, signed_distances

RNG = np.random.default_rng(0)


def one_at_a_time(responses, labellings, n):
    """Signed D of every labelling through the paper's distance, (L, M)."""
    found = au_distances(responses, labellings.astype(float), np.arange(labellings.shape[1]), n=n)
    return found.distance * found.direction


def drawn(pictures, share, count=20):
    """(pictures, count) labellings with exactly that share of each labelled."""
    first = np.arange(pictures) < round(share * pictures)
    return np.stack([RNG.permutation(first) for _ in range(count)], axis=1)


@pytest.mark.parametrize("pictures, share, n", [
    (60, 0.5, 9), (60, 0.15, 9), (300, 0.04, 9), (300, 0.97, 9), (40, 0.5, 1), (700, 0.02, 14), (400, 0.5, 127),
])  # fmt: skip
def test_equals_the_distance_of_each_labelling(pictures, share, n):
    """Any prevalence, however far down the n-th labelled picture stands, ties and silent maps among the maps."""
    responses = RNG.gamma(2, 1, (pictures, 6))
    responses[:, 1] = RNG.integers(0, 4, pictures)
    responses[:, 2] = np.maximum(RNG.normal(-2, 1, pictures), 0)
    responses[:, 3], responses[:, 4] = 0, -responses[:, 4]
    labellings = drawn(pictures, share)
    signed = signed_distances(positive_responses(responses, 1e-6), labellings, n)
    assert np.allclose(signed, one_at_a_time(responses, labellings, n), rtol=1e-12, atol=1e-12)


def test_many_labellings_are_walked_in_parts():
    """More labellings and maps than are walked abreast give the same numbers."""
    responses, labellings = RNG.gamma(2, 1, (50, 40)), drawn(50, 0.4, 1500)
    signed = signed_distances(positive_responses(responses, 1e-6), labellings, 5)
    some = [0, 700, 1499]
    assert np.allclose(signed[some], one_at_a_time(responses, labellings[:, some], 5))
