"""Preprocessing: every step against a hand-written one, laziness, the way back, and settings that cannot be meant."""

import json

import cv2
import numpy as np
import pytest
import torch

from fer_probe.faces.face_crops import FixedCrop, HaarCrop
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.preprocessing import Preprocessing


def faces_of(pixels):
    count = pixels.shape[0]
    return FaceImages(
        pixels=pixels,
        expression=np.full(count, -1),
        expression_names=("anger",),
        action_units=np.zeros((count, 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
    )


@pytest.fixture
def grey():
    return np.random.default_rng(0).integers(0, 256, (5, 1, 12, 10), np.uint8)


@pytest.fixture
def colour():
    return np.random.default_rng(1).integers(0, 256, (4, 3, 12, 12), np.uint8)


def test_numbers_standardise_pixels_of_0_to_1(grey):
    """(x / 255 - mean) / std, computed by hand."""
    images = Preprocessing((12, 10), mean=0.5, std=0.25).tensor(grey)
    np.testing.assert_allclose(images.numpy(), (grey / 255 - 0.5) / 0.25, rtol=1e-5, atol=1e-6)
    assert images.dtype == torch.float32


@pytest.mark.parametrize("shape", [(3,), (3, 1, 1), (12, 12), (1, 12, 12), (3, 12, 12)])
def test_mean_and_std_may_be_arrays(colour, shape):
    """One a channel or one a pixel, against numpy's own broadcasting."""
    mean = np.random.default_rng(2).random(shape).astype(np.float32)
    std = mean + 0.5
    by_hand = [np.reshape(a, (3, 1, 1)) if a.shape == (3,) else a for a in (mean, std)]
    images = Preprocessing(12, channels=3, mean=mean, std=std).tensor(colour)
    np.testing.assert_allclose(images.numpy(), (colour / 255 - by_hand[0]) / by_hand[1], rtol=1e-5, atol=1e-5)


def test_grey_is_itu_601(colour):
    """Grey is 0.299 red + 0.587 green + 0.114 blue, to one level."""
    images = Preprocessing(12).tensor(colour)
    grey = np.tensordot(colour, [0.299, 0.587, 0.114], (1, 0))[:, None]
    np.testing.assert_allclose(images.numpy() * 255, grey, atol=1)


def test_grey_to_colour_repeats(grey):
    """Three equal channels."""
    images = Preprocessing((12, 10), channels=3).tensor(grey)
    assert images.shape == (5, 3, 12, 10)
    assert torch.equal(images[:, 0], images[:, 2])


def test_shrinking_averages_areas(grey):
    """Half the size is the mean of 2×2 blocks, to one level."""
    images = Preprocessing((6, 5)).tensor(grey)
    blocks = grey.reshape(5, 1, 6, 2, 5, 2).mean((3, 5))
    np.testing.assert_allclose(images.numpy() * 255, blocks, atol=1)


def test_enlarging_is_linear():
    """A ramp stays a ramp, and a constant picture constant."""
    ramp = np.tile(np.arange(0, 80, 10, dtype=np.uint8), (1, 1, 8, 1))
    larger = Preprocessing(16).tensor(ramp)[0, 0, 8].numpy() * 255
    np.testing.assert_allclose(np.diff(larger)[2:-2], 5, atol=1)


def test_equalisation_is_opencvs(grey):
    """The histogram is equalised as OpenCV does it, picture by picture."""
    images = Preprocessing((12, 10), equalize=True).tensor(grey)
    by_hand = np.stack([cv2.equalizeHist(picture[0].copy()) for picture in grey])[:, None]
    np.testing.assert_array_equal((images.numpy() * 255).round(), by_hand)


def test_equalising_colours_spreads_the_luminance():
    """A dull colour picture gets a wider range; its hue order stays."""
    dull = np.random.default_rng(3).integers(100, 120, (1, 3, 16, 16), np.uint8)
    images = Preprocessing(16, channels=3, equalize=True).tensor(dull)
    assert images.max() - images.min() > 0.8


def test_per_picture_is_each_pictures_own(grey):
    """Mean 0 and deviation 1 picture by picture; a constant picture becomes zeros, not NaN."""
    grey[2] = 77
    images = Preprocessing((12, 10), per_picture=True).tensor(grey)
    expected = [0, 1, 3, 4]
    np.testing.assert_allclose(images[expected].mean((1, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(images[expected].std((1, 2, 3), correction=0), 1, atol=1e-5)
    assert torch.equal(images[2], torch.zeros(1, 12, 10))


def test_images_are_lazy_and_the_same_however_asked_for(grey):
    """Slices, indices and single pictures agree with the whole; nothing is read before."""
    read = []

    class Source:
        shape = grey.shape

        def __len__(self):
            return len(grey)

        def __getitem__(self, index):
            read.append(index)
            return grey[index]

    prep = Preprocessing(8, per_picture=True)
    images = prep(faces_of(Source()))
    assert (len(images), images.shape, read) == (5, (5, 1, 8, 8), [])
    whole = prep.tensor(grey)
    assert torch.equal(images[1:4], whole[1:4])
    assert torch.equal(images[[4, 0]], whole[[4, 0]])
    assert torch.equal(images[torch.tensor([True, False, False, False, True])], whole[[0, 4]])
    assert torch.equal(images[3], whole[3])


def test_fitted_is_numpys_mean_and_deviation(grey):
    """Each pixel's mean and deviation over the set; a pixel that never varies is divided by one grey level."""
    grey[:, 0, 0, 0] = 9
    prep = Preprocessing.fitted(faces_of(grey), (12, 10))
    std = grey.std(0) / 255
    std[0, 0, 0] = 1 / 255
    np.testing.assert_allclose(prep.mean, grey.mean(0) / 255, rtol=1e-6)
    np.testing.assert_allclose(prep.std, std, rtol=1e-6)
    images = prep.tensor(grey)
    np.testing.assert_allclose(images.mean(0), 0, atol=1e-5)


def test_fitted_per_set_is_one_mean_and_one_deviation(grey):
    """Over all pixels of all pictures, as numbers; a set without any contrast is divided by one grey level."""
    prep = Preprocessing.fitted(faces_of(grey), (12, 10), per="set")
    assert prep.to_dict()["mean"] == pytest.approx(grey.mean() / 255)
    assert prep.to_dict()["std"] == pytest.approx(grey.std() / 255)
    images = prep.tensor(grey)
    assert (float(images.mean()), float(images.std(correction=0))) == (pytest.approx(0, abs=1e-5), pytest.approx(1))
    assert Preprocessing.fitted(faces_of(np.full_like(grey, 7)), 12, per="set").std == pytest.approx(1 / 255)


def test_fitted_sees_what_the_network_will(grey):
    """The mean is of the part that is cut out, at the size of the input."""
    crop = FixedCrop((0, 0, 0.5, 1.0))
    prep = Preprocessing.fitted(faces_of(grey), (6, 10), crop=crop, center_crop=(4, 4))
    np.testing.assert_allclose(prep.mean, grey[:, :, 1:5, 3:7].mean(0) / 255, rtol=1e-6)


def test_fitted_needs_faces(grey):
    """No faces, no mean; no other way to take one."""
    with pytest.raises(FacesError, match="no faces"):
        Preprocessing.fitted(faces_of(grey[:0]), 12)
    with pytest.raises(FacesError, match="per='channel'"):
        Preprocessing.fitted(faces_of(grey), 12, per="channel")


def test_the_middle_is_cut_out_after_resizing(colour):
    """Cubarrubia et al.: 25 pixels less on every side of 200×200, in colour or grey; then equalised."""
    whole = Preprocessing(200, channels=3)
    cropped = Preprocessing(200, channels=3, center_crop=150)
    assert cropped.shape == (3, 150, 150)
    assert torch.equal(cropped.tensor(colour), whole.tensor(colour)[:, :, 25:175, 25:175])
    equalized = Preprocessing(200, center_crop=150, equalize=True).tensor(colour)[0, 0]
    by_hand = cv2.equalizeHist(Preprocessing(200, center_crop=150).resized(colour)[0, 0])
    np.testing.assert_allclose(equalized * 255, by_hand, atol=1e-4)


def test_a_box_is_cut_out_before_resizing(grey):
    """Half the picture at its own size is that half; its pixels alone are standardised."""
    prep = Preprocessing((6, 10), crop=FixedCrop((0.5, 0, 1, 1)))
    assert np.array_equal(prep.resized(grey), grey[:, :, 6:])
    told = np.array([[1, 2, 7, 10]] * 5)
    assert np.array_equal(Preprocessing((6, 8), crop=FixedCrop()).resized(grey, told), grey[:, :, 1:7, 2:])


@pytest.mark.parametrize("mean", [0.4, np.full((12, 12), 0.3)])
def test_bounds_and_the_way_back(mean):
    """Black and white pictures lie on the bounds, and come back as 0 and 1."""
    prep = Preprocessing(12, channels=3, mean=mean, std=0.5)
    low, high = prep.bounds()
    black, white = prep.tensor(np.stack([np.zeros((3, 12, 12), np.uint8), np.full((3, 12, 12), 255, np.uint8)]))
    torch.testing.assert_close(black, low)
    torch.testing.assert_close(white, high)
    torch.testing.assert_close(prep.to_pixels(low), torch.zeros(3, 12, 12))
    torch.testing.assert_close(prep.to_pixels(high + 9), torch.ones(3, 12, 12))


def test_to_pixels_inverts(grey):
    """Prepared and brought back is the picture."""
    prep = Preprocessing.fitted(faces_of(grey), (12, 10))
    np.testing.assert_allclose(prep.to_pixels(prep.tensor(grey)), grey / 255, atol=1e-6)


def test_per_picture_has_no_bounds_and_stretches_back(grey):
    """What is lost is not invented: each picture runs from 0 to 1, a flat one is 0."""
    prep = Preprocessing((12, 10), per_picture=True)
    grey[0] = 3
    back = prep.to_pixels(prep.tensor(grey))
    assert prep.bounds() is None
    assert back[0].abs().max() == 0
    np.testing.assert_allclose(back[1:].amax((1, 2, 3)), 1)
    np.testing.assert_allclose(back[1:].amin((1, 2, 3)), 0)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"mean": 0.5, "std": 0.2, "equalize": True},
        {"per_picture": True},
        {"mean": np.ones((4, 5))},
        {"center_crop": 3},
        {"crop": HaarCrop(0.1, fallback=FixedCrop((0.1, 0, 1, 0.9)))},
        {"center_crop": (2, 5), "mean": np.ones((2, 5))},
    ],
)
def test_settings_survive_a_dict(settings):
    """to_dict and from_dict give the same preprocessing; all but arrays is JSON."""
    prep = Preprocessing((4, 5), **settings)
    described = prep.to_dict()
    plain = {name: value for name, value in described.items() if not isinstance(value, np.ndarray)}
    assert Preprocessing.from_dict({**described, **json.loads(json.dumps(plain))}) == prep
    assert prep != Preprocessing((4, 5), mean=0.123)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"size": 0}, "size"),
        ({"size": 4, "channels": 2}, "channels"),
        ({"size": 4, "std": 0}, "std"),
        ({"size": 4, "std": -1.0}, "std"),
        ({"size": 4, "mean": np.ones((5, 5))}, r"mean has shape \(5, 5\)"),
        ({"size": 4, "mean": float("nan")}, "finite"),
        ({"size": 4, "mean": 0.5, "per_picture": True}, "per_picture"),
        ({"size": 4, "center_crop": 5}, "center_crop"),
        ({"size": 4, "center_crop": (4, 0)}, "center_crop"),
        ({"size": 4, "center_crop": 2, "mean": np.ones((4, 4))}, r"mean has shape \(4, 4\)"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings, told):
    """The message names the setting."""
    with pytest.raises(FacesError, match=told):
        Preprocessing(**settings)


def test_pixels_of_another_kind_are_refused():
    """Floats would be divided by 255 a second time."""
    with pytest.raises(FacesError, match="uint8"):
        Preprocessing(4).tensor(np.zeros((1, 1, 4, 4), np.float32))


def test_a_memory_mapped_picture_can_be_prepared(tmp_path, grey):
    """Read-only arrays are no obstacle."""
    np.save(tmp_path / "p.npy", grey)
    mapped = np.load(tmp_path / "p.npy", mmap_mode="r")
    assert torch.equal(Preprocessing((12, 10)).tensor(mapped), Preprocessing((12, 10)).tensor(grey))
