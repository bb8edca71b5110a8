"""DE-GAN and its second stage: two that share nothing, whose face it is, noise, local CNNs and their own layers."""

import pytest
import torch
from torch import nn

from fer_probe.models import ModelError, build_model


def small():
    """DE-GAN for pictures of 16×16 and five people, its normalisations fitted to some faces."""
    model = build_model("ali_degan", size=16, identities=5)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    model.transfer(torch.rand(20, 1, 16, 16), torch.arange(20) % 5, torch.randn(20, 50))
    return model


def test_generator_and_discriminator_share_no_parameter():
    """Each parameter is one's or the other's."""
    model = small()
    groups = [{id(p) for p in part.parameters()} for part in (model.generator, model.discriminator)]
    assert not groups[0] & groups[1]
    assert groups[0] | groups[1] == {id(p) for p in model.parameters()}


def test_the_discriminator_tells_expression_or_fake_and_person():
    """[Nᵉ + 1] and [Nⁱ] logits of one picture."""
    expression, identity = small().discriminator(torch.rand(3, 1, 16, 16))
    assert expression.shape == (3, 8)
    assert identity.shape == (3, 5)


def test_weights_are_the_papers():
    """Every weight from N(0, 0.02)."""
    for name, layer in build_model("ali_degan", size=32).named_modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1), name


def test_whose_face_it_is_changes_the_picture():
    """Another person, another picture; a number is its one-hot code; half of each is neither."""
    model, latent = small().eval(), torch.randn(2, 350)
    with torch.no_grad():
        first, second = (model.decode(latent, torch.tensor([who, who])) for who in (0, 1))
        code = torch.tensor([[1.0, 0, 0, 0, 0]]).expand(2, -1)
        torch.testing.assert_close(model.decode(latent, code), first)
        assert not torch.allclose(first, second)
        half = model.decode(latent, torch.tensor([[0.5, 0.5, 0, 0, 0]]).expand(2, -1))
        assert not torch.allclose(half, first)
        assert not torch.allclose(half, second)
        torch.testing.assert_close(model.decode(latent), model.decode(latent, torch.zeros(2, 5), torch.zeros(2, 50)))


def test_noise_changes_the_picture():
    """The same expression on the same person, another noise."""
    model, latent, who = small().eval(), torch.randn(2, 350), torch.tensor([0, 3])
    with torch.no_grad():
        still, moved = (model.decode(latent, who, noise) for noise in (None, torch.randn(2, 50)))
    assert not torch.allclose(still, moved)


def test_a_transfer_is_the_mean_of_f_decoded():
    """So that G(x, I, z) of equation 1, written out, gives the same."""
    model, images, who, noise = small().eval(), torch.rand(2, 1, 16, 16), torch.tensor([4, 2]), torch.randn(2, 50)
    with torch.no_grad():
        transferred = model.transfer(images, who, noise)
        assert torch.equal(transferred, model.decode(model.encode(images), who, noise))
        code = nn.functional.one_hot(who, 5).float()
        torch.testing.assert_close(model.generator(images, code, noise), transferred)


def test_only_the_layers_of_identity_depend_on_the_number_of_people():
    """All else can be taken over from pre-training on other people."""
    few, many = (build_model("ali_degan", size=16, identities=number).state_dict() for number in (5, 8))
    other = {name for name in few if few[name].shape != many[name].shape}
    assert other == {
        "generator.decoder.identity.weight",
        "discriminator.identity.weight",
        "discriminator.identity.bias",
    }


def test_the_maps_are_doubled_four_times():
    """6-12-24-48-96 on the way back, to 256, 128, 64 maps and the picture."""
    decoder = build_model("ali_degan").generator.decoder
    shapes = []
    for number in range(1, 5):
        decoder.convolutions.get_submodule(f"deconv{number}").register_forward_hook(
            lambda _m, _i, output: shapes.append(tuple(output.shape[1:]))
        )
    decoder(torch.zeros(2, 350), torch.zeros(2, 118), torch.zeros(2, 50))
    assert shapes == [(256, 12, 12), (128, 24, 24), (64, 48, 48), (1, 96, 96)]


def test_five_logits_of_stage_two():
    """Four local ones and the joined, which is what forward gives."""
    model, images = build_model("ali_degan_fer", 6, size=32).eval(), torch.rand(3, 1, 32, 32)
    with torch.no_grad():
        logits = model.all_logits(images)
        assert logits.shape == (5, 3, 6)
        assert torch.equal(model(images), logits[-1])
    assert len({tuple(row.flatten().tolist()) for row in logits}) == 5


@pytest.mark.parametrize("local", range(4))
def test_a_local_cnn_sees_its_own_layer_only(local):
    """Its logits depend on the encoder up to that layer, and on nothing behind it nor on another local CNN."""
    model = build_model("ali_degan_fer", size=32)
    model.all_logits(torch.rand(2, 1, 32, 32))[local].square().sum().backward()
    touched = {name for name, values in model.named_parameters() if values.grad is not None and values.grad.any()}
    for number in range(1, 5):
        assert (f"encoder.convolutions.conv{number}.weight" in touched) == (number <= local + 1)
        assert (f"local{number}.conv1.weight" in touched) == (number == local + 1)
    assert not any(name.startswith("joined") for name in touched)


def test_the_joined_logits_depend_on_f_and_every_local_cnn():
    """Mean of f(x), and the features of all four."""
    model = build_model("ali_degan_fer", size=32, dropout=0.0)
    model(torch.rand(2, 1, 32, 32)).square().sum().backward()
    touched = {name for name, values in model.named_parameters() if values.grad is not None and values.grad.any()}
    assert {"encoder.mean.weight", *(f"local{number}.fc1.weight" for number in range(1, 5))} <= touched


def test_the_encoder_is_degans_and_stays_as_it_is():
    """Its weights load as they are; in training its normalisation does not move, the local CNNs' does."""
    degan, model = small(), build_model("ali_degan_fer", size=16)
    model.encoder.load_state_dict(degan.generator.encoder.state_dict())
    before = {name: values.clone() for name, values in model.state_dict().items()}
    model.train()(torch.rand(8, 1, 16, 16))
    moved = {name for name, values in model.state_dict().items() if not torch.equal(values, before[name])}
    assert moved
    assert all(name.startswith("local") for name in moved)
    images = torch.rand(2, 1, 16, 16)
    assert torch.equal(model.encode(images), degan.eval().encode(images))


@pytest.mark.parametrize("name", ["ali_degan", "ali_degan_fer"])
def test_a_picture_too_small_for_four_strides(name):
    """The message names the size."""
    with pytest.raises(ModelError, match="at least 16×16, not 15×20"):
        build_model(name, size=(15, 20))
