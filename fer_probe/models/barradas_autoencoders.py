"""Barradas-Chacón, Rocha & Werner, "Facial Emotion Representation and Reconstruction": what draws faces.

The autoencoder that the comparator supports (section 2.2), the fader network (2.3) and the β-VAE (2.4). They share
the classifier's encoder and the fader's decoder. Pictures are pixels in 0–1; weights are Glorot's uniform ones
without bias, the default of Keras, which the paper used.
"""

import torch
from torch import Tensor, nn

from fer_probe.models.autoencoder import Autoencoder, PixelSigmoid, VariationalAutoencoder
from fer_probe.models.barradas import FaceEncoder
from fer_probe.models.concept_erasure import ConceptErasure
from fer_probe.models.initial_weights import glorot_weights
from fer_probe.models.transposed_convolutions import restoring_convolution, smaller


class FaceDecoder(nn.Module):
    """F8192 – TC18,3,2 – TC12,3,2 – TC6,3,2 – TC1,1,1 – reshape, sigmoid (section 2.3).

    TC is a transposed convolution of so many maps, kernel and stride, with a ReLU. 8192 values are 32 maps of 16×16,
    which three strides of 2 make 128×128; other sizes have their eighth, rounded up. The text's last F16384 is a
    reshape here, for a dense layer of that many would have 268 M weights, and a sigmoid stands in the place of the
    last ReLU, which would keep pixels off 0.

    Args:
        inputs: how many numbers it draws from.
        size: height and width of the picture.
        channels: of the picture.
    """

    def __init__(self, inputs: int, size: tuple[int, int] = (128, 128), channels: int = 1) -> None:
        super().__init__()
        half, quarter, eighth = (smaller(size, by) for by in (2, 4, 8))
        self.fc = nn.Linear(inputs, 32 * eighth[0] * eighth[1])
        self.relu = nn.ReLU()
        self.unflatten = nn.Unflatten(1, (32, *eighth))
        self.deconv1 = restoring_convolution(32, 18, small=eighth, large=quarter)
        self.relu1 = nn.ReLU()
        self.deconv2 = restoring_convolution(18, 12, small=quarter, large=half)
        self.relu2 = nn.ReLU()
        self.deconv3 = restoring_convolution(12, 6, small=half, large=size)
        self.relu3 = nn.ReLU()
        self.deconv4 = nn.ConvTranspose2d(6, channels, 1)
        self.sigmoid = PixelSigmoid()

    def forward(self, latent: Tensor) -> Tensor:
        """(N, inputs) → (N, channels, H, W) in 0–1."""
        maps = self.relu1(self.deconv1(self.unflatten(self.relu(self.fc(latent)))))
        maps = self.relu3(self.deconv3(self.relu2(self.deconv2(maps))))
        pixels: Tensor = self.sigmoid(self.deconv4(maps))
        return pixels


class _FaceVAE(VariationalAutoencoder):
    """Encoder to mean and logarithm of the variance, and the decoder."""

    def __init__(
        self, latent: int, size: tuple[int, int], channels: int, *, hidden: tuple[int, ...], dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.latent_length = latent
        self.encoder = FaceEncoder(2 * latent, size, channels, hidden, dropout)
        self.decoder = FaceDecoder(latent, size, channels)
        glorot_weights(self)

    def distribution(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) → mean (N, L) and logarithm of the variance (N, L)."""
        mean, log_variance = self.encoder(images).chunk(2, dim=1)
        return mean, log_variance

    def decode(self, latent: Tensor) -> Tensor:
        """(N, L) → (N, C, H, W) in 0–1."""
        pixels: Tensor = self.decoder(latent)
        return pixels


class BarradasSiameseVAE(_FaceVAE):
    """The variational autoencoder of figure 4: C8 – C32 – F256 – latent of 100 – the fader's decoder.

    The text names none of its layers: latent and layers are ours. The comparator is a model of its own
    (``barradas_comparator``) and no part of this one. 9.28 M parameters.

    Args:
        classes: taken as every model takes it; nothing here depends on it.
        size: height and width; the paper's is 128×128.
        channels: 1 or 3.
        latent: how many variables.
    """

    def __init__(
        self, classes: int = 7, size: tuple[int, int] = (128, 128), channels: int = 1, latent: int = 100
    ) -> None:
        super().__init__(latent, size, channels, hidden=(256,))


class BarradasBetaVAE(_FaceVAE):
    """A β-VAE whose latents are the logits: one variable a class, neutral too; the classifier's encoder. 8.49 M.

    Args:
        classes: how many, each a variable of the latent; the paper has seven.
        size: height and width; the paper's is 128×128.
        channels: 1 or 3.
        dropout: probability in front of the latent: see :class:`BarradasFader`.
    """

    def __init__(
        self, classes: int = 7, size: tuple[int, int] = (128, 128), channels: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__(classes, size, channels, hidden=(256, 100), dropout=dropout)

    def classify(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, classes): the mean of the latent."""
        return self.encode(images)


class BarradasFader(Autoencoder):
    """The fader network: the classifier's encoder to one latent an emotion, and a decoder told emotion or neutral.

    The decoder takes the latents and one number beside them: 1 an emotion, 0 neutral, anything between. ``adversary``
    guesses that number from the latents alone, and no other layer depends on it. 8.50 M parameters.

    To the letter there is no other latent, and six numbers hold no person: sliding one changes who is seen. ``rest``
    has room for what no emotion explains, and ``erasure`` takes out of it what it tells of the expression; before that
    is fitted, it changes nothing. The emotions' latents then lose what they have in common, which softmax does not
    see: a latent is moved against the others.

    Args:
        classes: expressions, neutral among them: a latent each for all but neutral. The paper has seven, so six.
        size: height and width; the paper's is 128×128.
        channels: 1 or 3.
        dropout: probability in front of the latents. To the letter 0.5, as in the classifier; but noise there is
            noise in all that the decoder knows of a face, and costs a third more squared error on drawn faces (0.017
            for 0.013), so that none is the default.
        rest: how many latents stand beside the emotions'; the paper has none.
        noise: deviation of what is added to the emotions' latents in training, a sixth of it to the rest's; the latents
            are standardised then. What noise drowns, such as a person, is told by the rest. 0 for neither.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (128, 128),
        channels: int = 1,
        dropout: float = 0.0,
        rest: int = 0,
        noise: float = 0.0,
    ) -> None:
        super().__init__()
        if classes < 2:
            raise ValueError(f"{classes} classes; a fader needs neutral and at least one emotion")
        if rest < 0 or noise < 0:
            raise ValueError(f"rest {rest}, noise {noise}; neither can be less than 0")
        self.emotions, self.rest, self.latent_length = classes - 1, rest, classes - 1 + rest
        self.encoder = FaceEncoder(self.latent_length, size, channels, dropout=dropout)
        self.standard = nn.BatchNorm1d(self.latent_length, affine=False) if noise else nn.Identity()
        self.erasure = ConceptErasure(rest) if rest else nn.Identity()
        self.decoder = FaceDecoder(self.latent_length + 1, size, channels)
        self.adversary = LatentAdversary(self.latent_length)
        self.noise = torch.full((self.latent_length,), noise / 6)
        self.noise[: self.emotions] = noise
        glorot_weights(self)

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, classes − 1 + rest), one number an emotion, then the rest; with noise in training."""
        latent = self.erased(self.told(images))
        return latent + self.drawn_noise(latent) if self.training else latent

    def told(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, classes − 1 + rest) latents of which nothing is taken out, without noise.

        The encoder is shown pixels from −2 to 2: on drawn faces its squared error falls faster than from 0–1.
        """
        emotions, rest = self._parts(self.encoder(4 * images - 2))
        latent: Tensor = self.standard(torch.cat([emotions, rest], dim=1))
        return latent

    def erased(self, told: Tensor) -> Tensor:
        """The latents (N, classes − 1 + rest) without what the rest tells of the expression."""
        emotions, rest = told.split([self.emotions, self.rest], dim=1)
        return torch.cat([emotions, self.erasure(rest)], dim=1)

    def drawn_noise(self, latent: Tensor) -> Tensor:
        """Noise for latents, as many and of as many numbers."""
        return self.noise.to(latent) * torch.randn_like(latent)

    def classify(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, classes − 1) of the emotions, neutral not among them: their latents."""
        return self.encode(images)[:, : self.emotions]

    def decode(self, latent: Tensor, emotion: Tensor | float = 1.0) -> Tensor:
        """(N, classes − 1 + rest) and the attribute, (N,) or one number for all, in 0–1 → (N, C, H, W) in 0–1."""
        attribute = torch.as_tensor(emotion).to(latent).expand(len(latent))
        pixels: Tensor = self.decoder(torch.cat([*self._parts(latent), attribute[:, None]], dim=1))
        return pixels

    def _parts(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """The emotions' latents, beside a rest without what they have in common; and the rest."""
        emotions, rest = latent.split([self.emotions, self.rest], dim=1)
        return (emotions - emotions.mean(1, keepdim=True) if self.rest else emotions), rest


class LatentAdversary(nn.Module):
    """Does a latent come from a face with an emotion? FC 64 – FC 64 – one logit, with ReLUs; the layers are ours."""

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(latent, 64)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(64, 64)
        self.relu2 = nn.ReLU()
        self.fc3 = nn.Linear(64, 1)

    def forward(self, latent: Tensor) -> Tensor:
        """(N, latent) → (N,) logits, above 0 where it takes the face for one with an emotion."""
        logits: Tensor = self.fc3(self.relu2(self.fc2(self.relu1(self.fc1(latent)))))
        return logits.squeeze(1)
