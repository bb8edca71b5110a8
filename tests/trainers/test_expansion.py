"""The expansion: 110 of each picture, every one where the paper puts it, and never all of them in memory."""

import math

import pytest
import torch

from trainers.expansion import ExpandedPictures, Expansion
from trainers.picture_warps import turned


@pytest.fixture
def pixels():
    return torch.randint(0, 256, (3, 1, 14, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_a_picture_becomes_110(pixels):
    """Five windows of 96, ten angles and none, two sides."""
    assert len(Expansion()) == 110
    assert (Expansion().size, sorted(Expansion().degrees)) == (96, list(range(-15, 16, 3)))
    assert ExpandedPictures(pixels, Expansion(8)).shape == (330, 1, 8, 8)


def test_every_variant_is_a_window_then_a_turn_then_a_mirror(pixels):
    """All 110 of one picture, built one by one in the order that is promised."""
    expanded, expansion = ExpandedPictures(pixels, Expansion(8)), Expansion(8)
    picture, number = pixels[1:2].float() / 255, 110
    for top, left in ((3, 2), (0, 0), (0, 4), (6, 0), (6, 4)):
        for degrees in expansion.degrees:
            window = turned(picture[:, :, top : top + 8, left : left + 8], torch.tensor([math.radians(degrees)]))
            torch.testing.assert_close(expanded[[number]], window)
            torch.testing.assert_close(expanded[[number + 1]], window.flip(-1))
            number += 2
    assert number == 220


def test_variants_are_the_same_however_asked_for(pixels):
    """In stretches, in any order, twice; and each knows its original."""
    expanded = ExpandedPictures(pixels, Expansion(8))
    whole = torch.cat([expanded[start : start + 100] for start in range(0, 400, 100)])
    assert len(whole) == len(expanded)
    order = torch.randperm(330, generator=torch.Generator().manual_seed(1))
    assert torch.equal(expanded[order], whole[order])
    assert expanded.originals(order).tolist() == (order // 110).tolist()
    assert torch.equal(expanded[slice(329, None)], whole[329:])


def test_variants_differ(pixels):
    """No two of one picture are the same."""
    variants = ExpandedPictures(pixels[:1], Expansion(8))[:]
    assert len({variant.numpy().tobytes() for variant in variants}) == 110


def test_what_cannot_be_expanded_is_refused(pixels):
    """Windows as large as the picture are all one; numbers end where the set does."""
    with pytest.raises(ValueError, match="pictures of 14×12 have no five windows of 12×12"):
        ExpandedPictures(pixels, Expansion(12))[:1]
    with pytest.raises(IndexError, match="numbered 0 to 329; asked for 0 to 330"):
        ExpandedPictures(pixels, Expansion(8))[[0, 330]]
