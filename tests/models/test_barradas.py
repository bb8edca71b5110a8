"""Barradas's comparator, fader and VAEs: layers of the paper, symmetry, the attribute, the adversary."""

import pytest
import torch
from torch import nn

from fer_probe.activations import check_layers
from fer_probe.architecture import describe_architecture
from fer_probe.harvesting import harvest
from fer_probe.models import ModelError, build_model
from fer_probe.models.barradas_autoencoders import FaceDecoder


def test_the_decoder_is_the_papers():
    """F8192 as 32 maps of 16×16, then 18, 12 and 6 maps at twice the size each, and one of kernel 1."""
    layers = ["fc", "deconv1", "deconv2", "deconv3", "deconv4"]
    decoder = FaceDecoder(7)
    outputs = {}
    for layer in layers:
        decoder.get_submodule(layer).register_forward_hook(
            lambda _m, _i, output, layer=layer: outputs.update({layer: tuple(output.shape[1:])})
        )
    decoder(torch.zeros(1, 7))
    sizes = [(8192,), (18, 32, 32), (12, 64, 64), (6, 128, 128), (1, 128, 128)]
    assert [outputs[layer] for layer in layers] == sizes
    kernels = [getattr(decoder, layer).kernel_size[0] for layer in layers[1:]]
    strides = [getattr(decoder, layer).stride[0] for layer in layers[1:]]
    assert (kernels, strides) == ([3, 3, 3, 1], [2, 2, 2, 1])


@pytest.mark.parametrize("name", ["barradas_fader", "barradas_beta_vae"])
def test_the_encoder_is_the_classifiers(name):
    """Layer by layer the same shapes and parameters up to the last one, dropout in its place."""
    mine = describe_architecture(build_model(name).encoder, (1, 128, 128))
    classifiers = describe_architecture(build_model("barradas_classifier"), (1, 128, 128))
    assert mine.kinds == classifiers.kinds
    assert mine.shapes[:-1] == classifiers.shapes[:-1]
    assert mine.parameters[:-1].tolist() == classifiers.parameters[:-1].tolist()


def test_the_order_of_two_faces_is_of_no_account():
    """The comparator's logit is the same either way, one a pair, and depends on both faces."""
    model = build_model("barradas_comparator", size=16).eval()
    images, others, third = torch.rand(3, 4, 1, 16, 16)
    with torch.no_grad():
        logits = model.compare(images, others)
        assert logits.shape == (4,)
        torch.testing.assert_close(model.compare(others, images), logits)
        assert not torch.allclose(model.compare(images, third), logits)
        assert not torch.allclose(model.compare(third, others), logits)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_pair_is_one_face_behind_the_other(channels):
    """What takes one input takes a pair: channels of the first face, then of the second."""
    model = build_model("barradas_comparator", size=16, channels=channels).eval()
    images, others = torch.rand(2, 4, channels, 16, 16)
    with torch.no_grad():
        assert torch.equal(model(torch.cat([images, others], dim=1)), model.compare(images, others))


def test_two_steps_lower_the_comparators_loss():
    """The gradient reaches every weight of its one encoder."""
    model = build_model("barradas_comparator", size=16, dropout=0.0)
    pairs, same = torch.rand(16, 2, 16, 16), torch.arange(16) % 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(3):
        loss = nn.functional.binary_cross_entropy_with_logits(model(pairs), same.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] > losses[1] > losses[2]
    assert all(values.grad.any() for values in model.parameters())


def test_the_comparators_encoder_can_be_harvested():
    """By itself, for in a comparison it runs twice; the table of layers has the pair as its picture."""
    model = build_model("barradas_comparator", size=16)
    assert harvest(model.encoder, torch.rand(5, 1, 16, 16), ["convolutions.conv2"], k=2)
    assert describe_architecture(model, (2, 16, 16)).shapes[-1] == (1,)


def test_the_attribute_changes_the_picture():
    """From neutral to emotion, each picture by its own number, and by nothing else."""
    model, latent = build_model("barradas_fader", size=16), torch.randn(3, 6)
    with torch.no_grad():
        neutral, half, emotion = (model.decode(latent, emotion=value) for value in (0.0, 0.5, 1.0))
        mixed = model.decode(latent, emotion=torch.tensor([0, 1, 1]))
    assert not torch.allclose(neutral, emotion)
    assert not torch.allclose(half, emotion)
    torch.testing.assert_close(mixed, torch.cat([neutral[:1], emotion[1:]]))
    torch.testing.assert_close(model.decode(latent), emotion)


def test_the_adversary_stands_apart():
    """Encoder and decoder share nothing with it, and all that is no adversary's is theirs."""
    model, images = build_model("barradas_fader", size=16).eval(), torch.rand(4, 1, 16, 16)
    groups = [{id(p) for p in part.parameters()} for part in (model.encoder, model.decoder, model.adversary)]
    assert sum(map(len, groups)) == len(set().union(*groups)) == len(list(model.parameters()))
    latent = model.encode(images)
    assert model.adversary(latent).shape == (4,)
    # Its gradient reaches the encoder, which is to be told by it what not to say.
    model.adversary(latent).sum().backward()
    assert model.encoder.convolutions.conv1.weight.grad.any()
    assert all(p.grad is None for p in model.decoder.parameters())


@pytest.mark.parametrize(("name", "latents"), [("barradas_fader", 3), ("barradas_beta_vae", 4)])
def test_a_latent_a_class(name, latents):
    """The fader has none for neutral; both say them as logits."""
    model, images = build_model(name, 4, size=16).eval(), torch.rand(2, 1, 16, 16)
    assert model.latent_length == latents
    assert torch.equal(model.classify(images), model.encode(images))


def test_a_fader_with_a_rest_says_emotions_alone_as_logits():
    """The rest stands behind them; the adversary is shown both."""
    model, images = build_model("barradas_fader", 4, size=16, rest=5).eval(), torch.rand(2, 1, 16, 16)
    latent = model.encode(images)
    assert latent.shape == (2, model.latent_length) == (2, 8)
    assert torch.equal(model.classify(images), latent[:, :3])
    assert model.adversary(latent).shape == (2,)
    assert model.decode(latent).shape == images.shape


def test_noise_is_added_to_standardised_latents_in_training_alone():
    """Of an emotion six times as much as of the rest; none in eval mode, and none where none is asked for."""
    torch.manual_seed(0)
    model = build_model("barradas_fader", 4, size=16, rest=3, noise=0.6)
    with torch.no_grad():
        model.train().encode(torch.rand(400, 1, 16, 16))
        latent = torch.stack([model.encode(torch.zeros(400, 1, 16, 16)) for _ in range(4)]).reshape(-1, 6)
    assert torch.allclose(latent.std(0), torch.tensor([0.6] * 3 + [0.1] * 3), rtol=0.15)
    assert torch.equal(model.eval().encode(torch.ones(1, 1, 16, 16)), model.encode(torch.ones(1, 1, 16, 16)))
    plain, images = build_model("barradas_fader", 4, size=16).train(), torch.rand(2, 1, 16, 16)
    torch.testing.assert_close(plain.encode(images), plain.encoder(4 * images - 2))


def test_a_faders_rest_tells_nothing_that_was_erased():
    """Fitted to some faces' rest, each class has the same mean in it; the emotions' latents stay."""
    torch.manual_seed(0)
    model, images = build_model("barradas_fader", 4, size=16, rest=5).eval(), torch.rand(40, 1, 16, 16)
    classes = torch.arange(40) % 4
    images = images * (0.4 + 0.2 * classes[:, None, None, None])
    with torch.no_grad():
        told = model.told(images)
        assert torch.equal(model.encode(images), told)
        model.erasure.fit(told[:, 3:], classes)
        latent = model.encode(images)
    assert torch.equal(latent[:, :3], told[:, :3])
    means = torch.stack([latent[classes == k, 3:].mean(0) for k in range(4)])
    assert (told[classes == 0, 3:].mean(0) - told[classes == 3, 3:].mean(0)).abs().max() > 0.05
    torch.testing.assert_close(means, means[:1].expand(4, 5), atol=1e-5, rtol=0)


def test_beside_a_rest_an_emotion_is_moved_against_the_others():
    """What is common to the emotions' latents changes no picture; to the letter, without a rest, it does."""
    latent = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    common = latent + torch.tensor([1.5] * 3 + [0.0] * 5)
    for rest, stays in ((5, True), (0, False)):
        model, length = build_model("barradas_fader", 4, size=16, rest=rest).eval(), 3 + rest
        with torch.no_grad():
            before, after = model.decode(latent[:, :length]), model.decode(common[:, :length])
        assert torch.allclose(before, after, atol=1e-5) == stays


def test_the_fader_names_maps_of_its_encoder():
    """The latents are a layer like any other."""
    shapes = check_layers(build_model("barradas_fader"), ["encoder.latent", "decoder"], torch.zeros(1, 1, 128, 128))
    assert [s[1:] for s in shapes.values()] == [(6,), (1, 128, 128)]


def test_neutral_alone_makes_no_fader():
    """There must be an emotion to fade to."""
    with pytest.raises(ModelError, match="neutral and at least one emotion"):
        build_model("barradas_fader", 1, size=16)
