"""Face detection: nothing where there is nothing; pictures of the wrong kind are refused."""

import numpy as np
import pytest

from fer_probe.faces.face_detection import detect_face
from fer_probe.faces.face_images import FacesError


@pytest.mark.parametrize("channels", [1, 3])
def test_no_face_in_a_flat_picture(channels):
    """A grey wall has no face."""
    assert detect_face(np.full((channels, 64, 64), 128, np.uint8)) is None


def test_wrong_kind_of_picture_is_refused():
    """The message says what is expected."""
    with pytest.raises(FacesError, match="expected uint8"):
        detect_face(np.zeros((64, 64), np.uint8))
