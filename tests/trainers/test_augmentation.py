"""Augmentation: each step against a hand-written one; shape, seed and range hold for all of them."""

import cv2
import numpy as np
import pytest
import torch

from trainers.augmentation import (
    AugmentationStep,
    BrightnessContrast,
    EnlargeAndCrop,
    Flip,
    OneOf,
    Perspective,
    RandomCrop,
    Rotate,
    Shift,
)
from trainers.picture_warps import CORNERS

STEPS = [
    Flip(),
    Shift(0.2),
    Rotate(15),
    EnlargeAndCrop(14),
    BrightnessContrast(),
    Perspective(),
    OneOf((BrightnessContrast(), Perspective(), Rotate())),
]
NOTHING = [
    Flip(0),
    Shift(0),
    Rotate(0),
    EnlargeAndCrop(12),
    RandomCrop(12),
    BrightnessContrast(0, 0),
    Perspective(0),
    OneOf((Rotate(0), Perspective(0))),
]


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


@pytest.mark.parametrize("step", [*STEPS, RandomCrop(9)], ids=repr)
def test_a_picture_follows_its_own_numbers_alone(step, images):
    """Beside fifteen others it becomes what it becomes by itself."""
    draws = torch.rand(16, step.numbers, generator=generator())
    alone = [step.apply(images[i : i + 1], draws[i : i + 1]) for i in range(16)]
    torch.testing.assert_close(step.apply(images, draws), torch.cat(alone), atol=1e-5, rtol=0)


@pytest.mark.parametrize("step", NOTHING, ids=repr)
def test_strength_nought_changes_nothing(step, images):
    """To the bit."""
    assert torch.equal(step(images, generator()), images)


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


def test_random_crops_are_windows(images):
    """Each is a slice of its picture, at many places; none of a picture that is smaller."""
    places = set()
    many = images.repeat(4, 1, 1, 1)
    for picture, cut in zip(many, RandomCrop((9, 8))(many, generator()), strict=True):
        assert cut.shape == (3, 9, 8)
        found = [(t, x) for t in range(4) for x in range(5) if torch.equal(picture[:, t : t + 9, x : x + 8], cut)]
        assert len(found) == 1
        places.update(found)
    assert len(places) > 15
    with pytest.raises(ValueError, match="no window of 13×4 in pictures of 12×12"):
        RandomCrop((13, 4))(images, generator())


def test_brightness_and_contrast_by_two_pixels():
    """Every picture is a·(x − 1/2) + 1/2 + b: a within 1 ± contrast, b within ± brightness, up to their ends."""
    images = torch.full((400, 1, 2, 2), 0.4)
    images[:, :, 0] = 0.6
    changed = BrightnessContrast(0.2, 0.5)(images, generator())
    factor = (changed[:, 0, 0, 0] - changed[:, 0, 1, 0]) / 0.2
    added = (changed[:, 0, 0, 0] + changed[:, 0, 1, 0]) / 2 - 0.5
    for found, middle, reach in ((factor, 1, 0.5), (added, 0, 0.2)):
        assert (found - middle).abs().max() <= reach + 1e-5
        assert found.min() < middle - 0.95 * reach and found.max() > middle + 0.95 * reach
    torch.testing.assert_close(changed[:, :, 0, 0], changed[:, :, 0, 1])


def test_what_leaves_black_and_white_ends_there():
    """A white picture gets no whiter, a black one no blacker."""
    images = torch.zeros(50, 1, 2, 2)
    images[:25] = 1
    changed = BrightnessContrast(0.5, 0.5)(images, generator())
    assert (changed.min(), changed.max()) == (0, 1)


def test_perspective_moves_each_corner_by_its_share_at_most():
    """Where each pixel came from tells where the corners went: as far as the share, each way, all by themselves."""
    along = (2 * torch.arange(40) + 1) / 40 - 1
    places = torch.stack(torch.meshgrid(along, along, indexing="xy"))  # x and y of every pixel
    moves = []
    for came in Perspective(0.1)(places.expand(100, -1, -1, -1), generator()):
        inside = (came.abs() < 0.9).all(0)
        back, _ = cv2.findHomography(came[:, inside].T.numpy(), places[:, inside].T.numpy())
        moves.append(cv2.perspectiveTransform(np.float64([CORNERS]), back)[0] - CORNERS)
    assert np.abs(moves).max() < 0.2 + 1e-3  # a side is 2
    assert (np.max(moves, 0) > 0.18).all() and (np.min(moves, 0) < -0.18).all()
    assert np.abs(np.corrcoef(np.reshape(moves, (100, 8)).T) - np.eye(8)).max() < 0.4
    with pytest.raises(ValueError, match="share"):
        Perspective(0.25)


class Blacken(AugmentationStep):
    def apply(self, images, draws):
        return images * 0


def test_one_of_several_takes_each_as_often(images):
    """Every picture is what one of the steps gives; a third of three hundred, each."""
    steps = (Flip(1), BrightnessContrast(0, 0), Blacken())
    many = images[:1].expand(300, -1, -1, -1)
    changed = OneOf(steps)(many, generator())
    kinds = [images[0].flip(-1), images[0], images[0] * 0]
    counts = [sum(torch.equal(picture, kind) for picture in changed) for kind in kinds]
    assert sum(counts) == 300 and min(counts) > 70
