"""What every autoencoder here offers, so that what looks at latents knows of no paper; the package says more."""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn


class Autoencoder(nn.Module, ABC):
    """Pictures to latents and back; ``forward`` is the way there and back.

    Attributes:
        latent_length: L, how many numbers tell a picture.
    """

    latent_length: int

    @abstractmethod
    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) pixels in 0–1 → (N, L); no chance in it, in eval mode."""

    @abstractmethod
    def decode(self, latent: Tensor) -> Tensor:
        """(N, L) → (N, C, H, W) pixels in 0–1; what a model wants beside the latent has a default."""

    def reconstruct(self, images: Tensor, **beside: Any) -> Tensor:
        """(N, C, H, W) pixels in 0–1 → the same, decoded with what is given ``beside`` the latent."""
        return self.decode(self.encode(images), **beside)

    def forward(self, images: Tensor) -> Tensor:
        """The reconstruction."""
        return self.reconstruct(images)


class VariationalAutoencoder(Autoencoder):
    """The latent is a normal distribution, every variable by itself; ``encode`` gives its mean."""

    @abstractmethod
    def distribution(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) → mean (N, L) and logarithm of the variance (N, L)."""

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, L) the mean."""
        return self.distribution(images)[0]

    def sample(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """(N, C, H, W) → (N, L) drawn, with torch's own generator where none is given."""
        return draw(*self.distribution(images), generator)


def draw(mean: Tensor, log_variance: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """(N, L) drawn from the normal distribution so that gradients reach both (Kingma & Welling 2014)."""
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype, device=mean.device)
    return mean + torch.exp(log_variance / 2) * noise


class PixelSigmoid(nn.Sigmoid):
    """The sigmoid that a decoder ends with, in full precision: bfloat16 has no number between 0.996 and 1.

    A bright pixel would be 1, at which binary cross-entropy is cut off and no gradient comes back.
    """

    def forward(self, signal: Tensor) -> Tensor:
        """Any shape → the same, float32 in 0–1."""
        return super().forward(signal.float())


class LatentClassifier(nn.Module):
    """An autoencoder with ``classify`` as a classifier, for what wants logits of a model: evaluation, probes."""

    def __init__(self, autoencoder: nn.Module) -> None:
        super().__init__()
        if not callable(getattr(autoencoder, "classify", None)):
            raise TypeError(f"{type(autoencoder).__name__} has no method classify(images), which gives (N, classes)")
        self.autoencoder: Any = autoencoder

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, classes)."""
        logits: Tensor = self.autoencoder.classify(images)
        return logits
