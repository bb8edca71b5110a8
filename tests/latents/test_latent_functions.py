"""Functions of a model are called as they are, in eval mode where the model can be seen, and checked."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.activations import LayerError
from fer_probe.latents.latent_functions import decoded, encoded, module_of


class Halves(nn.Module):
    """Encodes a picture by its flattened self and decodes by adding what it is told."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.one = nn.Parameter(torch.ones(1, dtype=torch.float64))

    def encode(self, images):
        return self.dropout(images) * self.one

    def decode(self, latent, more=0.0):
        more = torch.as_tensor(more).expand(len(latent))
        return (latent * self.one + more[:, None]).reshape(-1, 1, 2, 2)


def test_a_method_runs_in_its_models_own_way():
    """In eval mode and number format of the model, which is given back as it was, without gradients."""
    model, images = Halves().train(), torch.rand(3, 1, 2, 2)
    found = encoded(model.encode, images)
    np.testing.assert_allclose(found, images.flatten(1).numpy())
    assert found.dtype == np.float32 and model.training and model.dropout.training


def test_the_model_behind_a_function_is_found():
    """Of a method, of a partial one, of a module; not of a closure."""
    model = Halves()
    assert module_of(model.decode) is module_of(partial(partial(model.decode), more=1)) is module_of(model) is model
    assert module_of(lambda latent: model.decode(latent)) is None


def test_what_stands_beside_the_latent_reaches_the_decoder():
    """Row by row, whatever the batch size."""
    latents, more = np.arange(28.0).reshape(7, 4), np.arange(7.0)
    expected = (latents + more[:, None]).reshape(7, 1, 2, 2)
    for size in (1, 3, 64):
        assert np.array_equal(decoded(Halves().decode, latents, beside={"more": more}, batch_size=size), expected)


def test_whole_numbers_stay_whole_beside_the_latent():
    """A person's number can index."""
    seen = []
    decoded(lambda latent, who: seen.append(who) or latent[..., None, None], np.zeros((2, 3)), beside={"who": [4, 5]})
    assert seen[0].dtype == torch.int64 and seen[0].tolist() == [4, 5]


def test_what_is_no_latent_and_no_picture_is_refused():
    """The shapes that came and those expected are said."""
    with pytest.raises(LayerError, match=r"encode gives a tuple for 3 pictures"):
        encoded(lambda images: (images, images), torch.zeros(3, 1, 2, 2))
    with pytest.raises(LayerError, match=r"encode gives \(12,\) for 3 pictures"):
        encoded(torch.flatten, torch.zeros(3, 1, 2, 2))
    with pytest.raises(LayerError, match=r"decode gives \(2, 3\) for 2 latents"):
        decoded(lambda latent: latent, np.zeros((2, 3)))
    with pytest.raises(LayerError, match=r"latents are \(3,\)"):
        decoded(lambda latent: latent, np.zeros(3))
