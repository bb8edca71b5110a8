"""Picture warps: known pixels move where they should, against OpenCV; no move, no change."""

import math

import cv2
import numpy as np
import pytest
import torch

from trainers.picture_warps import CORNERS, turned, windows, with_corners_at


@pytest.fixture
def images():
    return torch.rand(3, 2, 16, 16, generator=torch.Generator().manual_seed(0))


def bright(row, column, shape=(1, 1, 21, 31)):
    picture = torch.zeros(shape)
    picture[:, :, row, column] = 1
    return picture


def brightest(picture):
    return tuple(int(n) for n in np.unravel_index(int(picture[0].argmax()), picture[0].shape))


def test_quarter_turns_are_exact(images):
    """Anticlockwise, as torch.rot90 turns; each picture by its own angle."""
    quarters = turned(images, torch.tensor([math.pi / 2, -math.pi / 2, math.pi]))
    for picture, before, times in zip(quarters, images, (1, -1, 2), strict=True):
        torch.testing.assert_close(picture, torch.rot90(before, times, (1, 2)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("degrees", [-15, 9, 30])
def test_a_pixel_goes_round_the_centre(degrees):
    """On a picture that is not square: by its distance and the angle, to the pixel."""
    angle = math.radians(degrees)
    row = 10 - round(10 * math.sin(angle))
    column = 15 + round(10 * math.cos(angle))
    assert brightest(turned(bright(10, 25), torch.tensor([angle]))[0]) == (row, column)


def test_slants_are_opencvs(images):
    """The same four points, in OpenCV's pixels, give the same picture inside."""
    shifts = torch.rand(3, 4, 2, generator=torch.Generator().manual_seed(1)) * 0.4
    corners = torch.tensor(CORNERS) * (1 - shifts)  # inward
    slanted = with_corners_at(images, corners)
    for picture, before, to in zip(slanted, images, corners, strict=True):
        before_points, to_points = ((np.float32(p) + 1) / 2 * 16 - 0.5 for p in (CORNERS, to.numpy()))
        matrix = cv2.getPerspectiveTransform(before_points, to_points)
        for channel, expected in zip(picture, before, strict=True):
            by_opencv = cv2.warpPerspective(expected.numpy(), matrix, (16, 16), borderMode=cv2.BORDER_REPLICATE)
            np.testing.assert_allclose(channel, by_opencv, atol=0.06)  # OpenCV counts in 1/32 pixels


def test_corners_go_where_they_are_sent():
    """A picture's outermost pixel comes to lie beside its new corner, every corner by itself."""
    corners = torch.tensor([[[-0.5, -0.6], [0.8, -0.9], [0.6, 0.7], [-0.9, 0.5]]])
    for number, (row, column) in enumerate(((0, 0), (0, 39), (39, 39), (39, 0))):
        slanted = with_corners_at(bright(row, column, (1, 1, 40, 40)), corners)[0]
        # Beyond the border it is drawn out: of all that is bright, the pixel nearest to the centre is the corner.
        rows, columns = np.nonzero(slanted[0].numpy() > 0.2)
        nearest = np.hypot(rows - 19.5, columns - 19.5).argmin()
        x, y = ((float(n) + 1) / 2 * 40 - 0.5 for n in corners[0, number])
        assert abs(rows[nearest] - y) < 1.5 and abs(columns[nearest] - x) < 1.5


def test_unmoved_pictures_are_the_same_to_the_bit(images):
    """Beside others that do move."""
    some = turned(images, torch.tensor([0.0, 0.3, 0.0]))
    assert torch.equal(some[[0, 2]], images[[0, 2]]) and not torch.equal(some[1], images[1])
    corners = torch.tensor(CORNERS).repeat(3, 1, 1)
    corners[1, 2] = 0.5
    some = with_corners_at(images, corners)
    assert torch.equal(some[[0, 2]], images[[0, 2]]) and not torch.equal(some[1], images[1])


def test_windows_are_slices_and_draw_the_border_out(images):
    """Each at its own place; beyond the border the outermost row."""
    cut = windows(images, torch.tensor([2, 0, -1]), torch.tensor([5, 11, 0]), 4, 5)
    assert torch.equal(cut[0], images[0, :, 2:6, 5:10])
    assert torch.equal(cut[1], images[1, :, 0:4, 11:16])
    assert torch.equal(cut[2, :, 0], images[2, :, 0, :5]) and torch.equal(cut[2, :, 1:], images[2, :, :3, :5])
