"""Cubarrubia, Mishra & Kiss, "Categorizing Facial Expressions": its autoencoders (sections 4.2 and 4.3).

Pictures are pixels in 0–1, which the rescaling layer of the text is for. A SELU follows each layer but the last of a
decoder, a sigmoid that one: binary cross-entropy needs values in 0–1. Weights are LeCun's, which SELU is made for, and
ours: the text names none. No paper defines the deconvnet and guided rules for a SELU; behind one only the gradient
goes back, or a stated extension (``extensions=True``).
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from fer_probe.models.autoencoder import Autoencoder, PixelSigmoid
from fer_probe.models.initial_weights import lecun_weights
from fer_probe.models.transposed_convolutions import restoring_convolution, smaller

_UNITS = (2000, 1000, 500, 200, 100)


class CubarrubiaDenseAE(Autoencoder):
    """Flatten – 2000 – 1000 – 500 – 200 – 100 and back. 485.37 M parameters at 200×200 in colour.

    Args:
        classes: taken as every model takes it; nothing here depends on it.
        size: height and width; the paper's is 200×200, or 150×150 for its crops.
        channels: 3, or 1 for the paper's grey pictures.
    """

    def __init__(self, classes: int = 8, size: tuple[int, int] = (200, 200), channels: int = 3) -> None:
        super().__init__()
        self.latent_length = _UNITS[-1]
        widths = (channels * size[0] * size[1], *_UNITS)
        self.encoder = nn.Sequential()
        self.encoder.add_module("flatten", nn.Flatten())
        self.decoder = nn.Sequential()
        for number, (units, out) in enumerate(pairwise(widths), start=1):
            self.encoder.add_module(f"fc{number}", nn.Linear(units, out))
            self.encoder.add_module(f"selu{number}", nn.SELU())
        for number, (units, out) in enumerate(pairwise(reversed(widths)), start=1):
            self.decoder.add_module(f"fc{number}", nn.Linear(units, out))
            last = number == len(_UNITS)
            self.decoder.add_module("sigmoid" if last else f"selu{number}", PixelSigmoid() if last else nn.SELU())
        self.decoder.add_module("unflatten", nn.Unflatten(1, (channels, *size)))
        lecun_weights(self)

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, 100)."""
        latent: Tensor = self.encoder(images)
        return latent

    def decode(self, latent: Tensor) -> Tensor:
        """(N, 100) → (N, C, H, W) in 0–1."""
        pixels: Tensor = self.decoder(latent)
        return pixels


class CubarrubiaConvAE(Autoencoder):
    """Three times [C3×3 → C3×3 → MP2×2], 32, 64 and 128 maps, and six transposed convolutions back. 0.57 M parameters.

    The text has the numbers 32 and 128, six convolutions and three poolings; two of each width and a pooling after
    them are ours. Each transposed convolution is the mirror of a convolution: it gives the maps that the other takes,
    and those behind a pooling undo it by their stride, so that there are six layers and no more, as in the text. The
    latent is the last maps, flattened: 80,000 numbers at 200×200.

    For the crops of 150×150 the paper took other strides and pools, and does not say which. Here a pooling rounds up
    and a stride gives back exactly what there was, at any size (150-75-38-19); ``pools`` (2, 3, 5) divides 150 without
    a rest.

    Args:
        classes: taken as every model takes it; nothing here depends on it.
        size: height and width; the paper's is 200×200, or 150×150 for its crops.
        channels: 3, or 1 for the paper's grey pictures.
        maps: of the three pairs of convolutions.
        pools: size and stride of the three poolings.
    """

    def __init__(
        self,
        classes: int = 8,
        size: tuple[int, int] = (200, 200),
        channels: int = 3,
        maps: Sequence[int] = (32, 64, 128),
        pools: Sequence[int] = (2, 2, 2),
    ) -> None:
        super().__init__()
        if not len(maps) == len(pools) == 3 or min(*maps, *pools) < 1:
            raise ValueError(f"maps {list(maps)} and pools {list(pools)}; expected three numbers each, from 1 up")
        sizes = [(size[0], size[1])]
        for pool in pools:
            sizes.append(smaller(sizes[-1], pool))
        self.latent_length = maps[-1] * sizes[-1][0] * sizes[-1][1]
        self.encoder = _convolutions(channels, maps, pools)
        self.decoder = _transposed_convolutions(channels, maps, pools, sizes)
        lecun_weights(self)

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, L), the last maps flattened."""
        latent: Tensor = self.encoder(images)
        return latent

    def decode(self, latent: Tensor) -> Tensor:
        """(N, L) → (N, C, H, W) in 0–1."""
        pixels: Tensor = self.decoder(latent)
        return pixels


class CubarrubiaSemisupervised(CubarrubiaConvAE):
    """The autoencoder with 128, 256 and 512 maps (stage one), and 256FC – 64FC – FC on its latent (stage two).

    ``forward`` gives the logits, ``reconstruct`` the pictures. "3 dense layers of decreasing neurons (256 to 8)": the
    64 between, and their SELUs, are ours. 91.09 M parameters at 200×200 in colour, 81.9 M of them in the first dense
    layer. Its encoder is fixed in stage two by the training.

    Args:
        classes: outputs; logits, no softmax. The paper has AffectNet's eight.
        size: height and width; the paper's is 200×200, or 150×150 for its crops.
        channels: 3, or 1 for the paper's grey pictures.
        maps: of the three pairs of convolutions.
        pools: size and stride of the three poolings.
    """

    def __init__(
        self,
        classes: int = 8,
        size: tuple[int, int] = (200, 200),
        channels: int = 3,
        maps: Sequence[int] = (128, 256, 512),
        pools: Sequence[int] = (2, 2, 2),
    ) -> None:
        super().__init__(classes, size, channels, maps, pools)
        self.head = nn.Sequential()
        for number, (units, out) in enumerate(pairwise((self.latent_length, 256, 64)), start=1):
            self.head.add_module(f"fc{number}", nn.Linear(units, out))
            self.head.add_module(f"selu{number}", nn.SELU())
        self.head.add_module("fc3", nn.Linear(64, classes))
        lecun_weights(self.head)

    def classify(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, classes)."""
        logits: Tensor = self.head(self.encode(images))
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → logits (N, classes)."""
        return self.classify(images)


def _convolutions(channels: int, maps: Sequence[int], pools: Sequence[int]) -> nn.Sequential:
    """``conv1``, ``selu1``, ``conv2``, ``selu2``, ``pool1`` … ``flatten``."""
    layers = nn.Sequential()
    for pair, ((before, after), pool) in enumerate(zip(pairwise((channels, *maps)), pools, strict=True), start=1):
        for number, taken in ((2 * pair - 1, before), (2 * pair, after)):
            layers.add_module(f"conv{number}", nn.Conv2d(taken, after, 3, padding=1))
            layers.add_module(f"selu{number}", nn.SELU())
        layers.add_module(f"pool{pair}", nn.MaxPool2d(pool, ceil_mode=True))
    layers.add_module("flatten", nn.Flatten())
    return layers


def _transposed_convolutions(
    channels: int, maps: Sequence[int], pools: Sequence[int], sizes: Sequence[tuple[int, int]]
) -> nn.Sequential:
    """``unflatten``, ``deconv1``, ``selu1`` … ``deconv6``, ``sigmoid``: the first of each pair undoes a pooling."""
    layers = nn.Sequential()
    layers.add_module("unflatten", nn.Unflatten(1, (maps[-1], *sizes[-1])))
    given = (channels, *maps)
    for pair in (3, 2, 1):
        number, wide = 2 * (3 - pair) + 1, given[pair]
        undone = restoring_convolution(wide, wide, small=sizes[pair], large=sizes[pair - 1], stride=pools[pair - 1])
        layers.add_module(f"deconv{number}", undone)
        layers.add_module(f"selu{number}", nn.SELU())
        layers.add_module(f"deconv{number + 1}", nn.ConvTranspose2d(wide, given[pair - 1], 3, padding=1))
        last = pair == 1
        layers.add_module("sigmoid" if last else f"selu{number + 1}", PixelSigmoid() if last else nn.SELU())
    return layers
