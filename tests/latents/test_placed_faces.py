"""Placed faces against distances counted by hand."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.latents.placed_faces import NEIGHBOURS, PlacedFaces
from fer_probe.records import load_record, save_record

RNG = np.random.default_rng(4)
CLOUDS = np.concatenate([RNG.normal(6 * i, 0.4, (30, 5)) for i in range(2)])
NEW = np.concatenate([RNG.normal(0, 0.4, (2, 5)), RNG.normal(6, 0.4, (2, 5)), np.full((1, 5), 40.0)])


def faces(count):
    """Noise: every second face is of class b, the last one of none."""
    expression = np.arange(count) % 2
    expression[-1] = -1
    return fp.FaceImages(
        RNG.integers(0, 255, (count, 1, 6, 6), dtype=np.uint8), expression, ("a", "b"),
        np.empty((count, 0), np.float32), np.empty(0, int),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_neighbours_and_isolation_are_those_of_the_distances(method):
    """On the axes of the map: the nearest of its faces, and how many of them lie nearer to their own nearest."""
    found = fp.embed(CLOUDS, method, layer="fc")
    placed = fp.place_faces(found, NEW, faces(5))
    np.testing.assert_array_equal(placed.positions, found.place(NEW))
    away = np.linalg.norm(found.laid(NEW)[:, None] - found.own, axis=2)
    np.testing.assert_array_equal(placed.neighbours, np.argsort(away, axis=1)[:, :NEIGHBOURS])
    own = np.linalg.norm(found.own[:, None] - found.own, axis=2)
    np.fill_diagonal(own, np.inf)
    expected = (own.min(1) < away.min(1)[:, None]).mean(1)
    np.testing.assert_allclose(placed.isolation, expected, atol=1e-6)
    assert placed.isolation[4] == 1 and (placed.neighbours[:2] < 30).all() and (placed.neighbours[2:4] >= 30).all()


def test_what_is_given_and_read(tmp_path):
    """By name; nothing where nothing is known; the same from the disk, under layer and name."""
    told = {"probabilities": np.eye(3, dtype=np.float32)[[2, 0, 1, 1, 2]], "class_names": ("x", "y", "z")}
    placed = fp.place_faces(fp.embed(CLOUDS, "pca", layer="fc"), NEW, faces(5), name="mine", **told)
    back = load_record(save_record(placed, tmp_path / "p", {}), PlacedFaces)
    for one in (placed, back):
        assert [one.given(i) for i in range(5)] == ["a", "b", "a", "b", ""]
        assert [one.read(i) for i in range(5)] == ["z", "x", "y", "y", "z"]
        assert one.variant() == "fc, mine" and list(one.origin) == [f"face {i}" for i in range(5)]
    assert dataclasses.replace(placed, probabilities=None).read(0) == ""


@pytest.mark.parametrize(("features", "said"), [(NEW[:3], "features of 3 faces for 5"), (NEW[:, :4], "length 5")])
def test_features_that_do_not_fit_are_refused(features, said):
    """Of other faces, or of another layer."""
    with pytest.raises(ValueError, match=said):
        fp.place_faces(fp.embed(CLOUDS, "pca"), features, faces(5))
