"""Traversals: a decoder that writes its latent into the picture shows what was set; a line is a line."""

import numpy as np
import pytest
import torch
from torch import nn

import fer_probe as fp
from fer_probe.activations import LayerError
from fer_probe.latents.traversals import (
    Interpolations,
    Traversals,
    interpolate,
    interpolate_pairs,
    traverse,
    traverse_variables,
)
from fer_probe.records import load_record, save_record


def decode(latent):
    """The four latents are the four pixels."""
    return latent.reshape(-1, 1, 2, 2)


def test_one_variable_is_set_and_the_others_stay():
    """As the design has it: (V, C, H, W), the moved pixel takes the values in turn."""
    found = traverse(decode, [1, 2, 3, 4], dimension=2, values=[-1, 0, 5])
    assert found.shape == (3, 1, 2, 2) and found.dtype == np.float32
    assert found[:, 0, 1, 0].tolist() == [-1, 0, 5]
    assert (found[:, 0, 0] == [1, 2]).all() and (found[:, 0, 1, 1] == 4).all()


@pytest.mark.parametrize("size", [1, 2, 64])
def test_batches_change_nothing(size):
    """The decoder sees the same rows, however many at a time."""
    decoder = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
    found = traverse(decoder, np.ones(4), 1, np.linspace(-2, 2, 7), batch_size=size)
    rows = torch.ones(7, 4)
    rows[:, 1] = torch.linspace(-2, 2, 7)
    np.testing.assert_allclose(found, decoder(rows).detach().numpy(), atol=1e-6)


def test_steps_run_between_the_observed_extremes():
    """Six equal steps for each variable, its own smallest and largest value at the ends (section 3.3)."""
    latents = np.random.default_rng(0).normal(size=(50, 4))
    found = traverse_variables(decode, latents, [3, 0], names="abcd")
    assert found.values.shape == (2, 6) and found.names == ("d", "a")
    for row, dimension in enumerate((3, 0)):
        ends = latents[:, dimension].min(), latents[:, dimension].max()
        np.testing.assert_allclose(found.values[row, [0, -1]], ends, rtol=1e-6)
        assert np.ptp(np.diff(found.values[row])) < 1e-5
        np.testing.assert_array_equal(found.pixels[row, :, 0].reshape(6, 4)[:, dimension], found.values[row])
    np.testing.assert_allclose(found.latent, latents.mean(0), atol=1e-6)
    assert found.begins_with == "the mean of all faces"


def test_a_traversal_begins_where_it_is_told():
    """Any latent, named in words."""
    found = traverse_variables(decode, np.eye(4), [0], begin=[9, 9, 9, 9], begins_with="nobody", steps=2)
    assert (found.pixels.reshape(2, 4)[:, 1:] == 9).all() and found.begins_with == "nobody"
    assert found.names == ("variable 0",)


def test_what_lies_between_two_faces_is_a_straight_line():
    """Ends are the two latents, the middle their mean."""
    found = interpolate(decode, [0, 0, 0, 0], [1, 2, 3, 4], steps=3)
    assert found.reshape(3, 4).tolist() == [[0, 0, 0, 0], [0.5, 1, 1.5, 2], [1, 2, 3, 4]]
    pairs = interpolate_pairs(decode, np.eye(4, dtype=np.float32), [[0, 2], [1, 1]], steps=5)
    assert pairs.pixels.shape == (2, 5, 1, 2, 2) and pairs.shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert pairs.pixels[0, 2].ravel().tolist() == [0.5, 0, 0.5, 0]


@pytest.mark.parametrize("name", ["barradas_fader", "ali_degan", "barradas_beta_vae"])
def test_what_stands_beside_the_latent_is_fixed_by_a_closure(name):
    """Every model of ours goes through by its own decode, with its defaults or a closure."""
    model = fp.build_model(name, size=16, seed=1).eval()
    latent = np.zeros(model.latent_length)
    assert traverse(model.decode, latent, 1, [0, 1, 2]).shape == (3, 1, 16, 16)
    if name == "barradas_fader":
        dull = traverse(lambda z: model.decode(z, emotion=0.0), latent, 1, [0, 1])
        assert np.abs(dull - traverse(model.decode, latent, 1, [0, 1])).max() > 1e-4


def test_records_come_back(tmp_path):
    """With pictures, values and latents."""
    found = traverse_variables(decode, np.eye(4), [1])
    back = load_record(save_record(found, tmp_path / "t", {}), Traversals)
    assert np.array_equal(back.pixels, found.pixels) and back.names == found.names
    pairs = interpolate_pairs(decode, np.eye(4), [[0, 1]])
    assert np.array_equal(load_record(save_record(pairs, tmp_path / "i", {}), Interpolations).pairs, [[0, 1]])


@pytest.mark.parametrize(("given", "words"), [
    (lambda: traverse(decode, np.zeros(4), 4, [0]), "no latent variable 4; they are numbered 0 to 3"),
    (lambda: traverse(decode, np.zeros((2, 4)), 0, [0]), r"one latent \(L,\), given is \(2, 4\)"),
    (lambda: traverse(decode, np.zeros(4), 0, []), "one at least"),
    (lambda: traverse_variables(decode, np.eye(4), [0], steps=1), "1 steps"),
    (lambda: interpolate(decode, np.zeros(4), np.zeros(3)), "two of one length"),
    (lambda: interpolate_pairs(decode, np.eye(4), [0, 1]), r"expected \(pairs, 2\)"),
])  # fmt: skip
def test_what_cannot_be_decoded_is_said(given, words):
    """By what was expected."""
    with pytest.raises(LayerError, match=words):
        given()
