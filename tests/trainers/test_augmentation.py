"""Augmentation: each step against a hand-written one; shape, seed and range hold for all of them."""

import numpy as np
import pytest
import torch

from trainers.augmentation import EnlargeAndCrop, Flip, Rotate, Shift

STEPS = [Flip(), Shift(0.2), Rotate(15), EnlargeAndCrop(14)]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    return torch.rand(16, 3, 12, 12, generator=generator(9))


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_every_step_keeps_shape_and_range_and_follows_its_seed(step, images):
    """The same seed moves the pictures alike, another one differently; the input is left alone."""
    before = images.clone()
    first, again, other = step(images, generator()), step(images, generator()), step(images, generator(1))
    assert first.shape == images.shape
    assert torch.equal(images, before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-6


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_every_picture_has_its_own_draw(step, images):
    """Sixteen equal pictures do not stay equal."""
    moved = step(images[:1].expand(16, -1, -1, -1), generator())
    assert len({picture.numpy().tobytes() for picture in moved}) > 1


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_flip_mirrors(images, probability):
    """Always or never, as the probability says."""
    expected = images.flip(-1) if probability else images
    assert torch.equal(Flip(probability)(images, generator()), expected)


def test_shift_moves_whole_pixels_and_draws_out_the_border(images):
    """Each result is one of the 5×5 possible shifts of a padded picture, and most of them occur."""
    padded = np.pad(images.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2)), mode="edge")
    seen = set()
    for i, picture in enumerate(Shift(0.2)(images, generator()).numpy()):
        found = [
            (down, right)
            for down in range(5)
            for right in range(5)
            if np.array_equal(padded[i, :, down : down + 12, right : right + 12], picture)
        ]
        assert found
        seen.update(found)
    assert len(seen) > 5


def test_rotation_turns_about_the_centre():
    """A ring stays where it is, a bar tilts by no more than the angle, on pictures that are not square."""
    rows, columns = np.mgrid[:41, :61]
    ring = np.exp(-((np.hypot(rows - 20, columns - 30) - 12) ** 2) / 8)
    turned = Rotate(40)(torch.tensor(ring, dtype=torch.float32).expand(4, 1, -1, -1), generator())
    np.testing.assert_allclose(turned[:, 0], np.broadcast_to(ring, (4, 41, 61)), atol=0.05)
    bar = torch.zeros(64, 1, 41, 41)
    bar[:, :, 20] = 1
    slopes = []
    for picture in Rotate(10)(bar, generator())[:, 0]:
        heights = (picture * torch.arange(41.0)[:, None]).sum(0) / picture.sum(0)
        slopes.append(np.degrees(np.arctan(np.polyfit(np.arange(5, 36), heights[5:36], 1)[0])))
    assert 8 < max(slopes) < 10.5
    assert -10.5 < min(slopes) < -8


def test_enlarging_then_cropping_is_zhus():
    """Each result is one of the windows of the enlarged picture."""
    images = torch.rand(8, 1, 6, 6, generator=generator(3))
    larger = torch.nn.functional.interpolate(images, (8, 8), mode="bilinear", align_corners=False)
    for i, picture in enumerate(EnlargeAndCrop(8)(images, generator())):
        windows = [larger[i, :, t : t + 6, left : left + 6] for t in range(3) for left in range(3)]
        assert any(torch.equal(picture, window) for window in windows)
