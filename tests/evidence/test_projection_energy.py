"""Where energy falls: on a planted spot all of it, elsewhere none; a shape is laid on every place."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.evidence.projection_energy import locate_energy, moved_pixels
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.drawn_faces.posed_people import pose_people
from fer_probe.faces.face_crops import FixedCrop
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.figures.projection_energy import energy_figure, energy_in_words


class Spots(nn.Module):
    """Maps of one unit each, which see one region of the picture alone."""

    def __init__(self, regions, size=32):
        super().__init__()
        self.maps = nn.Conv2d(1, len(regions), size, bias=False)
        with torch.no_grad():
            self.maps.weight.zero_()
            for number, region in enumerate(regions):
                self.maps.weight[number, 0][region] = 1.0

    def forward(self, x):
        return self.maps(x).flatten(1)


@pytest.fixture(scope="module")
def faces():
    return pose_people(4, size=32).showing([{4: 1.0}, {12: 1.0}])


@pytest.fixture(scope="module")
def found(faces):
    union = moved_pixels(faces, Preprocessing(32)(faces), np.arange(8)[1::2], 12).any(0)
    rows, columns = np.flatnonzero(union.any(1)), np.flatnonzero(union.any(0))
    mouth = np.s_[rows[0] + 1 : rows[-1], columns[0] + 1 : columns[-1]]
    net = Spots([mouth, np.s_[:4, :4], np.s_[:12, :], np.s_[20:24, 14:18]])
    return locate_energy(net, faces, Preprocessing(32), "maps", {12: 0, 4: 1}, k=3)


def test_a_map_of_the_mouth_looks_at_the_mouth(found):
    """Far more of its energy lies where the smile moved pixels than elsewhere, or than of other maps."""
    assert (found.own[0] > 0.5).all() and (found.own[0] > 2 * found.elsewhere[0]).all()
    assert (found.own[0] > found.other_maps[0]).all() and (found.places_below[0] > 0.9).all()


def test_a_map_of_the_corner_does_not_look_at_the_brows(found):
    """None of its energy lies where AU4 moved pixels."""
    assert not found.own[1].any() and (found.other_maps[1] > 0).all() and not found.places_below[1].any()


def test_faces_that_do_not_show_the_unit_are_not_asked(faces):
    """Four of eight faces smile: the fifth strongest is not there."""
    found = locate_energy(Spots([np.s_[:, :], np.s_[:4, :4]]), faces, Preprocessing(32), "maps", {12: 0}, k=6)
    assert np.isfinite(found.own[0]).sum() == 4
    assert np.allclose(found.own[0, :4], found.area[0, :4], atol=1e-6)  # energy is even over the picture


def test_moved_pixels_go_the_way_of_the_picture(faces):
    """Cut and resized as the network sees it; equalisation and standardising do not touch them."""
    cropping = Preprocessing(16, crop=FixedCrop((0.5, 0.0, 1.0, 1.0)), equalize=True, mean=0.5, std=0.2)
    masks = moved_pixels(faces, cropping(faces), np.array([1, 3]), 12)
    whole = np.stack([faces.action_unit_mask(i, 12) for i in (1, 3)])
    assert masks.shape == (2, 16, 16)
    assert masks.mean() == pytest.approx(whole[:, 16:].mean(), abs=0.08)


def test_bad_input(faces):
    """A unit nobody shows, a map that is not there."""
    net = Spots([np.s_[:, :], np.s_[:4, :4]])
    with pytest.raises(FacesError, match="no face shows AU27"):
        locate_energy(net, faces, Preprocessing(32), "maps", {27: 0})
    with pytest.raises(LayerError, match="maps 0 to 1; asked for 5"):
        locate_energy(net, draw_faces(2, 32), Preprocessing(32), "maps", {12: 5})


def test_the_figure_has_a_row_a_unit(found):
    """Means in per cent, the map that looks best at its unit first; in words how many do."""
    elsewhere, _, own = energy_figure(found).data
    assert own.y[0] == "AU12 lip corner puller, map 0" and own.x[0] == pytest.approx(100 * found.own[0].mean())
    assert elsewhere.x[1] == pytest.approx(100 * found.elsewhere[1].mean())
    assert "Of 2 units' maps 1 have more" in energy_in_words(found)
