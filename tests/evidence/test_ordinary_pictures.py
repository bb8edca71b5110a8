"""Ordinary pictures: a known ranking gives known medians, random ones are random, each is cut where the map fires."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.evidence.ordinary_pictures import choose_ordinary_pictures
from fer_probe.evidence.response_places import find_response_places
from fer_probe.harvesting import harvest

COUNT, SIZE = 41, 16


def dots(strengths: np.ndarray) -> tuple[torch.Tensor, np.ndarray]:
    """Pictures with one dot each, of a strength, at a place of its own."""
    rng = np.random.default_rng(0)
    place = rng.integers(1, SIZE - 1, (len(strengths), 2))
    pictures = torch.zeros(len(strengths), 1, SIZE, SIZE)
    pictures[np.arange(len(strengths)), 0, place[:, 0], place[:, 1]] = torch.tensor(strengths, dtype=torch.float32)
    return pictures, place


def sees_dots() -> nn.Module:
    """Map 0 is the picture itself, as a 3×3 convolution; map 1 answers to nothing above 0."""
    convolution = nn.Conv2d(1, 2, 3, padding=1)
    with torch.no_grad():
        convolution.weight.zero_()
        convolution.weight[0, 0, 1, 1] = 1
        convolution.bias.copy_(torch.tensor([0.0, -1.0]))
    return nn.Sequential(convolution)


@pytest.fixture(scope="module")
def looked():
    """Dots in a known order of strength: picture i is the (7·i mod 41)-th strongest."""
    rank = 7 * np.arange(COUNT) % COUNT
    pictures, place = dots(1.0 + COUNT - rank)
    model = sees_dots()
    found = harvest(model, pictures, ["0"], responses=True)["0"]
    return model, pictures, found, find_response_places(model, pictures, ["0"])["0"], rank, place


def test_the_median_pictures_are_those_in_the_middle_of_the_ranking(looked):
    """Ranks 18 to 22 of 41, the larger response first."""
    *_, found, places, rank, _ = looked
    chosen = choose_ordinary_pictures(found, places, k=5)
    median = chosen.ways.index("median")
    assert rank[chosen.image_index[0, median]].tolist() == [18, 19, 20, 21, 22]
    assert chosen.values[0, median].tolist() == [1 + COUNT - r for r in (18, 19, 20, 21, 22)]


def test_every_face_is_cut_at_its_own_dot(looked):
    """The 3×3 field around the dot of each picture, random and median."""
    *_, found, places, _, place = looked
    chosen = choose_ordinary_pictures(found, places, k=4)
    middles = place[chosen.image_index[0]]
    assert np.array_equal(chosen.boxes[0], np.concatenate([middles - 1, middles + 2], -1))


def test_random_pictures_are_the_same_for_all_maps_and_fair(looked):
    """Without replacement, alike for every map; over seeds every picture is drawn as often as any other."""
    *_, found, places, _, _ = looked
    drawn = [choose_ordinary_pictures(found, places, k=6, seed=seed).image_index[:, 0] for seed in range(400)]
    assert all(len(set(one)) == 6 and set(one) == set(other) for one, other in drawn)
    times = np.bincount(np.concatenate([one for one, _ in drawn]), minlength=COUNT)
    expected = 400 * 6 / COUNT
    assert ((times - expected) ** 2 / expected).sum() < 80  # χ² with 40 degrees of freedom, p ≈ 0.0002
    assert not np.array_equal(drawn[0], drawn[1])


def test_where_a_map_fires(looked):
    """On all pictures, and on none."""
    *_, found, places, _, _ = looked
    chosen = choose_ordinary_pictures(found, places)
    assert chosen.fires.tolist() == [1, 0] and (chosen.values[1] <= 0).all()


def test_fewer_pictures_than_asked_for(looked):
    """All of them, once."""
    model, pictures, *_ = looked
    found = harvest(model, pictures[:3], ["0"], k=3, responses=True)["0"]
    chosen = choose_ordinary_pictures(found, find_response_places(model, pictures[:3], ["0"])["0"])
    assert np.sort(chosen.image_index, -1).tolist() == [[[0, 1, 2]] * 2] * 2


def test_batches_change_nothing(looked):
    """Positions of single pictures are those of the whole batch."""
    model, pictures, _, places, *_ = looked
    one_by_one = find_response_places(model, pictures, ["0"], batch_size=1)["0"]
    assert np.array_equal(one_by_one.position, places.position)


def test_what_is_missing_is_said(looked):
    """Responses, positions, other pictures, none asked for."""
    model, pictures, found, places, *_ = looked
    with pytest.raises(ValueError, match="responses=True"):
        choose_ordinary_pictures(replace(found, responses=None), places)
    with pytest.raises(ValueError, match="positions=True"):
        choose_ordinary_pictures(found, find_response_places(model, pictures, ["0"], positions=False)["0"])
    with pytest.raises(ValueError, match="same layer and pictures"):
        choose_ordinary_pictures(found, replace(places, image_count=3))
    with pytest.raises(ValueError, match="at least 1"):
        choose_ordinary_pictures(found, places, k=0)
