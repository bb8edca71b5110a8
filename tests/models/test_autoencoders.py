"""Whatever has a latent: one interface for all, sizes, ranges, chance, gradients, and what analyses make of it."""

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.architecture import describe_architecture
from fer_probe.evaluation import evaluate
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.harvesting import harvest
from fer_probe.models import MODELS, Autoencoder, LatentClassifier, VariationalAutoencoder, build_model
from fer_probe.models.autoencoder import PixelSigmoid, draw
from fer_probe.projections.backward_rules import RULES
from fer_probe.projections.deconvolution import deconvolve

AUTOENCODERS = [name for name, model in MODELS.items() if issubclass(model, Autoencoder)]
VARIATIONAL = [name for name in AUTOENCODERS if issubclass(MODELS[name], VariationalAutoencoder)]
LATENT_AT_THE_PAPERS_SIZE = {
    "barradas_siamese_vae": 100,
    "barradas_fader": 6,
    "barradas_beta_vae": 7,
    "ali_degan": 350,
    "cubarrubia_dense_ae": 100,
    "cubarrubia_conv_ae": 128 * 25 * 25,
    "cubarrubia_semisupervised": 512 * 25 * 25,
}
PAPER_SIZE = {"barradas": 128, "ali": 96, "cubarrubia": 200}
#: Parameters that the way to the latent's middle and back does not touch.
BESIDE = {
    "barradas_fader": ("adversary.",),
    "ali_degan": ("discriminator.", "generator.encoder.log_variance.", "generator.decoder.identity."),
    "cubarrubia_semisupervised": ("head.",),
}


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_the_papers_size_there_and_back(name):
    """The latent has the paper's length, the picture its own size again; nothing so large is made here."""
    side = PAPER_SIZE[name.split("_")[0]]
    with torch.device("meta"):
        model, images = build_model(name, channels=3), torch.zeros(2, 3, side, side)
        latent = model.encode(images)
        assert latent.shape == (2, LATENT_AT_THE_PAPERS_SIZE[name])
        assert model.latent_length == latent.shape[1]
        assert model.decode(latent).shape == images.shape


@pytest.mark.parametrize("name", AUTOENCODERS)
@pytest.mark.parametrize(("size", "channels"), [((16, 24), 1), ((17, 33), 3), ((30, 19), 1)])
def test_any_size_comes_back_as_pixels(name, size, channels):
    """Sizes that no stride divides too; pixels are in 0–1 and not all one grey."""
    model = build_model(name, size=size, channels=channels).eval()
    images = torch.rand(3, channels, *size)
    with torch.no_grad():
        latent = model.encode(images)
        pixels = model.decode(latent)
        assert latent.shape == (3, model.latent_length)
        assert pixels.shape == images.shape
        assert 0 <= pixels.min() < pixels.max() <= 1
        assert torch.equal(model.reconstruct(images), pixels)


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_forward_is_the_reconstruction(name):
    """But for the classifier among them, whose forward is its logits."""
    model, images = build_model(name, size=16).eval(), torch.rand(2, 1, 16, 16)
    if name == "cubarrubia_semisupervised":
        assert torch.equal(model(images), model.classify(images))
    else:
        assert torch.equal(model(images), model.reconstruct(images))


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_weights_come_from_the_seed(name):
    """The same seed gives the same picture, another one another."""
    images = torch.rand(2, 1, 16, 16)
    first, again, other = (build_model(name, size=16, seed=seed).eval().reconstruct(images) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_encoding_and_decoding_have_no_chance_in_them(name):
    """Twice the same, and a picture's latent does not depend on its company."""
    model, images = build_model(name, size=16).eval(), torch.rand(4, 1, 16, 16)
    with torch.no_grad():
        latent = model.encode(images)
        assert torch.equal(latent, model.encode(images))
        assert torch.equal(model.decode(latent), model.decode(latent))
        torch.testing.assert_close(model.encode(images[:1]), latent[:1])


@pytest.mark.parametrize("name", VARIATIONAL)
def test_samples_lie_about_the_mean(name):
    """A generator's seed decides each sample; their mean and deviation are the distribution's."""
    model, images = build_model(name, size=16).eval(), torch.rand(1, 1, 16, 16)
    with torch.no_grad():
        first, again, other = (model.sample(images, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
        assert torch.equal(first, again)
        assert not torch.allclose(first, other)
        mean, log_variance = model.distribution(images)
        assert torch.equal(model.encode(images), mean)
        samples = model.sample(images.expand(2000, -1, -1, -1), torch.Generator().manual_seed(0))
    deviation = torch.exp(log_variance / 2)
    assert (((samples.mean(0) - mean) / deviation).abs() < 5 / 2000**0.5).all()
    torch.testing.assert_close(samples.std(0)[None], deviation, rtol=0.1, atol=0)


def test_gradients_reach_mean_and_variance():
    """The derivative of a draw is 1 by its mean, and half of its distance from it by the logarithm of the variance."""
    mean, log_variance = torch.randn(5, 3, requires_grad=True), torch.randn(5, 3, requires_grad=True)
    drawn = draw(mean, log_variance)
    by_mean, by_variance = torch.autograd.grad(drawn.sum(), (mean, log_variance))
    assert torch.equal(by_mean, torch.ones(5, 3))
    torch.testing.assert_close(by_variance, ((drawn - mean) / 2).detach())


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_two_steps_lower_the_reconstruction_loss(name):
    """The gradient reaches every weight on the way and none beside it, and points downward."""
    model, images = build_model(name, size=16), torch.rand(8, 1, 16, 16)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(3):
        loss = nn.functional.mse_loss(model.reconstruct(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] > losses[1] > losses[2]
    for parameter, values in model.named_parameters():
        touched = values.grad is not None and bool(values.grad.any())
        assert touched != parameter.startswith(BESIDE.get(name, ("nothing",))), parameter


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("barradas_siamese_vae", "encoder.convolutions.conv2"),
        ("barradas_fader", "encoder.convolutions.conv2"),
        ("barradas_beta_vae", "encoder.convolutions.conv2"),
        ("ali_degan", "generator.encoder.convolutions.conv4"),
    ],
)
def test_the_encoders_last_convolution_can_be_projected(name, layer, rule):
    """Every rule reaches the pixels where all rectifiers are ReLUs, without any extension."""
    model, images = build_model(name, size=32).eval(), torch.rand(3, 1, 32, 32)
    found = harvest(model, images, [layer], k=2)[layer]
    projections = deconvolve(model, images, found, rule=rule, maps=[0, 1])
    assert projections.extended_rectifiers == 0
    assert projections.pixels.any()


@pytest.mark.parametrize("name", ["barradas_siamese_vae", "barradas_fader", "ali_degan", "cubarrubia_conv_ae"])
def test_the_architecture_is_told_from_picture_to_picture(name):
    """The table begins with the encoder's first convolution and ends with the decoder's sigmoid."""
    table = describe_architecture(build_model(name, size=32), (1, 32, 32))
    assert table.kinds[0] == "Conv2d"
    assert table.kinds[-1] == "PixelSigmoid"
    assert not any(layer.startswith(("adversary", "discriminator")) for layer in table.layers)
    assert "ConvTranspose2d" in table.kinds


@pytest.mark.parametrize("name", ["barradas_beta_vae", "barradas_fader"])
def test_latents_are_evaluated_as_logits(name):
    """One line makes a classifier of what has its logits in the latent; the fader's are of all but neutral."""
    faces = draw_faces(subjects=1, size=16, seed=0)
    images = torch.as_tensor(faces.pixels[:], dtype=torch.float32) / 255
    model = build_model(name, size=16)
    names = [other for other in faces.expression_names if other != "neutral" or name == "barradas_beta_vae"]
    evaluation = evaluate(LatentClassifier(model), images, faces, names)
    with torch.no_grad():
        expected = model.eval().encode(images).softmax(1).numpy()
    np.testing.assert_allclose(evaluation.probabilities, expected, rtol=1e-5)


def test_bright_pixels_learn_in_bfloat16():
    """In which a sigmoid of 0.9990 would be 1 and have no gradient."""
    logits = torch.full((4,), 6.9, dtype=torch.bfloat16, requires_grad=True)
    assert torch.sigmoid(logits).eq(1).all()
    nn.functional.binary_cross_entropy(PixelSigmoid()(logits), torch.full((4,), 0.9)).backward()
    torch.testing.assert_close(logits.grad.float(), torch.full((4,), (0.99899 - 0.9) / 4), rtol=0.01, atol=0)


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_pixels_are_float32(name):
    """Also where the rest is computed in bfloat16."""
    model = build_model(name, size=16)
    with torch.autocast("cpu", torch.bfloat16):
        assert model.reconstruct(torch.rand(2, 1, 16, 16)).dtype == torch.float32


def test_a_latent_that_is_no_logits_makes_no_classifier():
    """It is said at once, not at the first batch."""
    with pytest.raises(TypeError, match="CubarrubiaDenseAE has no method classify"):
        LatentClassifier(build_model("cubarrubia_dense_ae", size=8))
