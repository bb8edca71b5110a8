"""Ali & Hughes, "Facial Expression Representation Learning by Synthesizing Expression Images": DE-GAN (section 3.1).

What the text says of its networks, and what is ours, is told in ``ali``. Pictures are pixels in 0–1, for which the
decoder ends in a sigmoid, where DCGAN has a tanh.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_probe.models.ali import REPRESENTATION, AliEncoder
from fer_probe.models.autoencoder import PixelSigmoid, VariationalAutoencoder
from fer_probe.models.initial_weights import gaussian_weights
from fer_probe.models.transposed_convolutions import restoring_convolution

#: Length of the noise vector z; the text names none.
NOISE = 50


class Encoded(NamedTuple):
    """What the encoder says of N faces.

    Attributes:
        mean: (N, 350) of f(x).
        log_variance: (N, 350) of f(x).
        layers: the four intermediate layers, (N, 64, H/2, W/2) to (N, 512, H/16, W/16), rectified.
    """

    mean: Tensor
    log_variance: Tensor
    layers: tuple[Tensor, Tensor, Tensor, Tensor]


class ExpressionEncoder(nn.Module):
    """Gₑₙ: the four convolutions of :class:`AliEncoder`, and mean and variance of f(x), for DE-GAN is a VAE-GAN."""

    def __init__(self, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64) -> None:
        super().__init__()
        self.convolutions = AliEncoder(size, channels, maps)
        deepest, height, width = self.convolutions.shape
        self.flatten = nn.Flatten()
        self.mean = nn.Linear(deepest * height * width, REPRESENTATION)
        self.log_variance = nn.Linear(deepest * height * width, REPRESENTATION)

    def forward(self, images: Tensor) -> Encoded:
        """(N, channels, H, W) → f(x) and the four layers."""
        layers = self.convolutions.intermediate_layers(images)
        flat = self.flatten(layers[-1])
        return Encoded(self.mean(flat), self.log_variance(flat), layers)


class ExpressionDecoder(nn.Module):
    """G_de: [f(x), z, I] → FC – four transposed convolutions 4×4 of stride 2, to 256, 128, 64 maps and the picture.

    After DCGAN: batch normalisation and a ReLU after each layer but the last. The fully connected layer of the
    concatenated vector is written as the sum of two, so that only ``identity`` depends on how many people there are,
    and all else can be taken over from training on other people.
    """

    def __init__(self, identities: int, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64) -> None:
        super().__init__()
        sizes = [(size[0] // by, size[1] // by) for by in (16, 8, 4, 2, 1)]
        values = 8 * maps * sizes[0][0] * sizes[0][1]
        self.fc = nn.Linear(REPRESENTATION + NOISE, values, bias=False)
        self.identity = nn.Linear(identities, values, bias=False)
        self.unflatten = nn.Unflatten(1, (8 * maps, *sizes[0]))
        self.norm = nn.BatchNorm2d(8 * maps)
        self.relu = nn.ReLU()
        self.convolutions = nn.Sequential()
        for number, out in enumerate((4 * maps, 2 * maps, maps), start=1):
            step = restoring_convolution(
                2 * out, out, small=sizes[number - 1], large=sizes[number], kernel=4, bias=False
            )
            self.convolutions.add_module(f"deconv{number}", step)
            self.convolutions.add_module(f"norm{number}", nn.BatchNorm2d(out))
            self.convolutions.add_module(f"relu{number}", nn.ReLU())
        last = restoring_convolution(maps, channels, small=sizes[3], large=sizes[4], kernel=4)
        self.convolutions.add_module("deconv4", last)
        self.sigmoid = PixelSigmoid()

    def forward(self, representation: Tensor, identity: Tensor, noise: Tensor) -> Tensor:
        """f(x) (N, 350), I (N, identities), z (N, 50) → (N, channels, H, W) in 0–1."""
        flat = self.fc(torch.cat([representation, noise], dim=1)) + self.identity(identity)
        maps = self.relu(self.norm(self.unflatten(flat)))
        pixels: Tensor = self.sigmoid(self.convolutions(maps))
        return pixels


class Generator(nn.Module):
    """G: the encoder and the decoder of DE-GAN, whose parameters are trained against the discriminator's."""

    def __init__(self, identities: int, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64) -> None:
        super().__init__()
        self.encoder = ExpressionEncoder(size, channels, maps)
        self.decoder = ExpressionDecoder(identities, size, channels, maps)

    def forward(self, images: Tensor, identity: Tensor, noise: Tensor) -> Tensor:
        """G(x, I, z) with the mean of f(x): (N, channels, H, W), (N, identities), (N, 50) → pixels in 0–1."""
        pixels: Tensor = self.decoder(self.encoder(images).mean, identity, noise)
        return pixels


class Discriminator(nn.Module):
    """D = [Dᵉ, Dⁱ]: four convolutions as the encoder's with leaky ReLUs of 0.2, after DCGAN, and two layers on them."""

    def __init__(
        self, classes: int, identities: int, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64
    ) -> None:
        super().__init__()
        self.convolutions = nn.Sequential()
        for number, out in enumerate((maps, 2 * maps, 4 * maps, 8 * maps), start=1):
            first = number == 1
            entering = channels if first else out // 2
            self.convolutions.add_module(f"conv{number}", nn.Conv2d(entering, out, 4, 2, 1, bias=first))
            if not first:
                self.convolutions.add_module(f"norm{number}", nn.BatchNorm2d(out))
            self.convolutions.add_module(f"leaky{number}", nn.LeakyReLU(0.2))
        self.flatten = nn.Flatten()
        features = 8 * maps * (size[0] // 16) * (size[1] // 16)
        self.expression = nn.Linear(features, classes + 1)
        self.identity = nn.Linear(features, identities)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, channels, H, W) → logits Dᵉ (N, classes + 1), the last one "no real face"; Dⁱ (N, identities)."""
        features = self.flatten(self.convolutions(images))
        return self.expression(features), self.identity(features)


class AliDegan(VariationalAutoencoder):
    """DE-GAN: ``generator`` and ``discriminator`` share no parameter. 33.04 M parameters for seven classes, 118 people.

    ``encode`` gives the mean of f(x), 350 numbers. The identity code and the noise are what ``decode`` takes beside;
    left out they are 0: the code of nobody, and the middle of the noise.

    Args:
        classes: Nᵉ, the expressions that the discriminator tells apart; it has one output more, "no real face".
        size: height and width, each at least 16; the paper's is 96×96.
        channels: 1 or 3; the paper names none.
        identities: Nⁱ, how many people; CK+ has 118.
        maps: of the first convolution of encoder and discriminator, and the last but one of the decoder.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (96, 96),
        channels: int = 1,
        identities: int = 118,
        maps: int = 64,
    ) -> None:
        super().__init__()
        self.latent_length = REPRESENTATION
        self.identities = identities
        self.generator = Generator(identities, size, channels, maps)
        self.discriminator = Discriminator(classes, identities, size, channels, maps)
        gaussian_weights(self, 0.02)

    def distribution(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) → mean (N, 350) and logarithm of the variance (N, 350) of f(x)."""
        encoded: Encoded = self.generator.encoder(images)
        return encoded.mean, encoded.log_variance

    def decode(self, latent: Tensor, identity: Tensor | None = None, noise: Tensor | None = None) -> Tensor:
        """G_de(f(x), I, z).

        Args:
            latent: (N, 350) f(x).
            identity: (N,) int, whose face; or (N, identities) a code, such as half of one person and half of another.
            noise: (N, 50) z.

        Returns:
            (N, C, H, W) in 0–1.
        """
        noise = latent.new_zeros(len(latent), NOISE) if noise is None else noise
        pixels: Tensor = self.generator.decoder(latent, self._code(identity, latent), noise)
        return pixels

    def transfer(self, images: Tensor, identity: Tensor, noise: Tensor | None = None) -> Tensor:
        """The expressions of (N, C, H, W) on the faces of others, told as for :meth:`decode`."""
        return self.reconstruct(images, identity=identity, noise=noise)

    def _code(self, identity: Tensor | None, latent: Tensor) -> Tensor:
        if identity is None:
            return latent.new_zeros(len(latent), self.identities)
        if identity.is_floating_point():
            return identity
        return functional.one_hot(identity, self.identities).to(latent)
