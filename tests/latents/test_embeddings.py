"""Embeddings keep neighbours, and are the same for the same seed."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.latents.embeddings import Embedding, embed, embed_series, layer_features
from fer_probe.records import load_record, save_record

RNG = np.random.default_rng(0)
CLOUDS = np.concatenate([RNG.normal(5 * i, 0.3, (40, 6)) for i in range(3)])


@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_separate_clouds_stay_apart(method):
    """Three clouds far apart stay three clouds, with trustworthiness near 1."""
    found = embed(CLOUDS, method)
    positions = found.positions.reshape(3, 40, 2)
    spread = np.linalg.norm(positions - positions.mean(1, keepdims=True), axis=2).max()
    centres = positions.mean(1)
    assert min(np.linalg.norm(centres[a] - centres[b]) for a, b in [(0, 1), (0, 2), (1, 2)]) > spread
    assert found.trustworthiness > 0.85


def test_same_seed_same_map():
    """t-SNE is seeded."""
    assert np.array_equal(embed(CLOUDS, seed=3).positions, embed(CLOUDS, seed=3).positions)


def test_pca_finds_a_plane():
    """Points on a plane in six dimensions are laid out on it without loss."""
    plane = RNG.normal(size=(30, 2)) @ RNG.normal(size=(2, 6))
    found = embed(plane, "pca")
    assert found.explained_variance == pytest.approx(1)
    distances = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    laid_out = np.linalg.norm(found.positions[:, None] - found.positions[None], axis=2)
    assert np.allclose(distances, laid_out, atol=1e-4)


def test_few_pictures_lower_the_perplexity():
    """Ten pictures cannot have 30 neighbours."""
    assert embed(CLOUDS[:10], perplexity=30).perplexity == 3


def test_bad_features_are_refused():
    """Too few pictures or values that are no numbers are errors."""
    with pytest.raises(ValueError, match="at least 5"):
        embed(CLOUDS[:4])
    with pytest.raises(ValueError, match="all 20 pictures have the same features in fc1"):
        embed(np.ones((20, 4)), layer="fc1")
    with pytest.raises(ValueError, match="unknown method 'umap'"):
        embed(CLOUDS, "umap")


def test_layer_features_are_the_layers_outputs_for_any_batch_size():
    """layer_features gives what the layer gives, picture by picture."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    pictures = torch.randn(11, 1, 4, 4)
    found = layer_features(model, pictures, ["2"], batch_size=3)["2"]
    assert np.allclose(found, model[:3](pictures).detach().numpy(), atol=1e-6)


@pytest.mark.parametrize("method", ["tsne", "pca"])
def test_new_faces_are_placed_among_their_neighbours(method):
    """Each lies nearest to faces of its own cloud; the map does not move, and others placed with it change nothing."""
    found = embed(CLOUDS, method)
    before = found.positions.copy()
    new = np.concatenate([np.random.default_rng(9).normal(5 * i, 0.3, (4, 6)) for i in range(3)])
    placed = found.place(new)
    nearest = np.linalg.norm(placed[:, None] - found.positions, axis=2).argmin(1)
    assert (nearest // 40 == np.repeat(np.arange(3), 4)).all()
    assert np.array_equal(found.positions, before)
    np.testing.assert_allclose(found.place(new[5:6])[0], placed[5], atol=1e-3)


def test_pca_places_a_face_where_it_would_lie():
    """On a PCA map the faces that made it are placed where they are."""
    found = embed(CLOUDS, "pca")
    np.testing.assert_allclose(found.place(CLOUDS), found.positions, atol=1e-4)


def test_a_map_from_the_disk_takes_new_faces(tmp_path):
    """What is needed is kept in the record; an old one without it says so."""
    found = embed(CLOUDS)
    back = load_record(save_record(found, tmp_path / "e", {}), Embedding)
    assert np.array_equal(back.place(CLOUDS[:3]), found.place(CLOUDS[:3]))
    with pytest.raises(ValueError, match="before faces could be placed"):
        dataclasses.replace(found, axes=None).place(CLOUDS[:3])
    with pytest.raises(ValueError, match=r"features of length 6, given are \(3, 5\)"):
        found.place(CLOUDS[:3, :5])


def test_perplexities_side_by_side():
    """Each as embed gives it, and PCA; those that few faces make the same are laid out once."""
    series = embed_series(CLOUDS[::4], (3, 8, 50, 90), seed=1, layer="fc")
    assert len(series) == 4 and series.methods == ("tsne", "tsne", "tsne", "pca")
    assert series.perplexity[:3].tolist() == [3, 8, 29 / 3]
    assert np.array_equal(series[1].positions, embed(CLOUDS[::4], perplexity=8, seed=1).positions)
    assert series[3].explained_variance == pytest.approx(embed(CLOUDS[::4], "pca").explained_variance)
    assert series[0].layer == "fc" and series[0].trustworthiness > 0.8
    known = embed(CLOUDS[::4], perplexity=8, seed=1)
    assert np.array_equal(embed_series(CLOUDS[::4], (8,), seed=1, known=known).positions[0], known.positions)
