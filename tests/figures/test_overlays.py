import numpy as np
import pytest

from fer_probe.figures import landmarks_overlay, moved_overlay
from fer_probe.figures.overlays import DOT, TINT, TINT_OPACITY


@pytest.mark.parametrize("shape", [(40, 40), (40, 40, 3)])
def test_what_moved_is_tinted_and_the_rest_is_not(shape):
    """Tinted pixels are the mixture of picture and tint; the others, and the picture given, stay as they are."""
    picture = np.full(shape, 100, np.uint8)
    moved = np.zeros((40, 40), bool)
    moved[3:5, 7] = True
    shown = moved_overlay(picture, moved)
    assert np.allclose(shown[moved], 100 * (1 - TINT_OPACITY) + TINT_OPACITY * np.array(TINT), atol=0.5)
    assert (shown[~moved] == 100).all() and (picture == 100).all()


@pytest.mark.parametrize("shape", [(320, 320), (320, 320, 3)])
def test_a_dot_lies_on_its_point(shape):
    """The pixel of a point has the dot's colour, the dot is centred on it, and nothing changes far away."""
    picture = np.full(shape, 100, np.uint8)
    shown = landmarks_overlay(picture, np.array([[30.0, 50.0]]))
    assert tuple(shown[50, 30]) == DOT
    rows, columns = np.nonzero((shown != 100).any(-1))
    assert (rows.mean(), columns.mean()) == (50, 30)
    assert rows.max() - rows.min() < 12
    assert (picture == 100).all()


def test_points_outside_the_picture_are_left_out():
    """A head that leaves the picture takes its points along."""
    picture = np.full((32, 32), 100, np.uint8)
    shown = landmarks_overlay(picture, np.array([[-9.0, 5.0], [5.0, 40.0], [40.0, -9.0]]))
    assert (shown == 100).all()
