"""Attributions drawn: sign by colour, a column a face, ratios as they are in the record."""

import numpy as np

from fer_probe.evidence.attribution_regions import TOGETHER, AttributionRegions
from fer_probe.figures.attributions import (
    attribution_picture,
    attribution_regions_figure,
    attribution_regions_in_words,
    attributions_figure,
)
from fer_probe.projections.attributions import Attributions
from fer_probe.projections.fired_maps import FiredMaps


def attributions(index=(3, 5), size=16, classes=("anger", "happiness", "neutral")):
    """Saliency and integrated gradients, whose sum is 2 % off."""
    pixels = np.random.default_rng(0).normal(size=(2, len(index), 1, size, size)).astype(np.float32)
    total = pixels[1].sum((1, 2, 3), dtype=np.float64)
    return Attributions(
        "conv", ("saliency", "integrated_gradients"), np.array(index), np.arange(len(index)) % 3, classes, pixels,
        total / 0.98, total * 0, 50, np.array([4, 4]),
    )  # fmt: skip


def fired(index=(3, 5), size=16, layer="conv"):
    rng = np.random.default_rng(1)
    count = len(index)
    pixels = rng.normal(size=(count, 2, 1, size, size)).astype(np.float32)
    return FiredMaps(
        layer, "deconvnet", np.array(index), np.array([[4, 7]] * count), rng.random((count, 2)), pixels
    )  # fmt: skip


def regions(index=(3, 5)):
    """Saliency lies on AU12 three times as densely as evenly, on the first face alone; the maps nowhere near."""
    share = np.array([[[0.3, 0.4], [np.nan, 0.2]], [[0.05, 0.1], [np.nan, 0.1]]])
    area = np.array([[0.1, 0.2], [np.nan, 0.1]])
    return AttributionRegions(("saliency", "maps, deconvnet"), ("AU12", TOGETHER), np.array(index), share, area)


def test_what_raises_is_orange_and_what_lowers_is_blue():
    """As strong as it is; where nothing is attributed the face stays, paler."""
    pixels = np.zeros((1, 4, 4))
    pixels[0, 0], pixels[0, 1] = 1, -1
    drawn = attribution_picture(np.full((4, 4), 100, np.uint8), pixels).astype(int)
    assert (drawn[0, :, 0] > drawn[0, :, 2] + 100).all() and (drawn[1, :, 2] > drawn[1, :, 0] + 50).all()
    assert (drawn[2:] == drawn[2, 0, 0]).all() and 100 < drawn[2, 0, 0] < 255


def test_nothing_attributed_is_a_pale_face():
    """And no division by zero."""
    drawn = attribution_picture(np.full((4, 4, 3), 0, np.uint8), np.zeros((3, 4, 4)))
    assert drawn.shape == (4, 4, 3) and len(np.unique(drawn)) == 1


def test_a_column_a_face_and_a_row_a_method(records):
    """Headed by the class; the strongest map last, where it is known; the integral's error in the facts."""
    figure = attributions_figure(attributions(), records.faces, fired=fired())
    assert figure.layout.xaxis.ticktext == ("anger", "happiness")
    assert figure.layout.yaxis.ticktext == ("face", "saliency", "integrated gradients", "strongest map")
    assert "2 faces" in figure.layout.title.subtitle.text and "2.0% off" in figure.layout.title.subtitle.text
    assert "strongest map" not in attributions_figure(attributions(), records.faces).layout.yaxis.ticktext


def test_ratios_are_shares_over_areas():
    """Means over the faces that have the region, told in brackets; colours by the logarithm."""
    heat = attribution_regions_figure(regions()).data[0]
    assert heat.x == ("saliency", "maps, deconvnet") and heat.y == ("AU12 lip corner puller (1)", "Together (2)")
    assert np.allclose(heat.z, np.log2([[3, 0.5], [2, 0.75]]))
    assert heat.text[0][0] == "3.0" and heat.customdata[0][0][1] == "one face"


def test_regions_in_words():
    """The method that lands there most stands first, with its interval; and what it is no evidence of."""
    words = attribution_regions_in_words(regions())
    assert "what any unit moved lands" in words and "saliency 2.00 ± 0.00; maps, deconvnet 0.75 ± 3.18" in words
    assert "not with 1 alone" in words
