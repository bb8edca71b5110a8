"""Barradas-Chacón, Rocha & Werner, "Facial Emotion Representation and Reconstruction": what tells faces apart.

The classifier (section 2.1) and the comparator of two faces (section 2.2); what draws faces is in
``barradas_autoencoders``.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from fer_probe.models.initial_weights import glorot_weights


class BarradasEncoder(nn.Module):
    """C8 – C32, where C is a convolution 3×3, max pooling 2×2 and a ReLU, in this order; all with "same" padding.

    The text pools with stride 1, which keeps 128×128 and gives the next layer 134 M weights; 2 is our reading.

    Args:
        size: height and width of the input; the paper's is 128×128.
        channels: of the input.
        pool_stride: 2, or 1 to the letter.

    Attributes:
        shape: (32, H', W') of what it gives; H' and W' are a quarter of the input's, rounded up, or all of it.
    """

    def __init__(self, size: tuple[int, int] = (128, 128), channels: int = 1, pool_stride: int = 2) -> None:
        super().__init__()
        if pool_stride not in (1, 2):
            raise ValueError(f"pool_stride {pool_stride!r}; known are 2 and, to the letter, 1")
        if min(size) < 1:
            raise ValueError(f"a picture needs a height and width of at least 1, not {size[0]}×{size[1]}")
        self.conv1 = nn.Conv2d(channels, 8, 3, padding=1)
        self.pool1 = _same_pool(pool_stride)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(8, 32, 3, padding=1)
        self.pool2 = _same_pool(pool_stride)
        self.relu2 = nn.ReLU()
        self.shape = (32, -(-size[0] // pool_stride**2), -(-size[1] // pool_stride**2))

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → (N, 32, H', W')."""
        maps = self.relu1(self.pool1(self.conv1(images)))
        encoded: Tensor = self.relu2(self.pool2(self.conv2(maps)))
        return encoded


class BarradasClassifier(nn.Module):
    """C8 – C32 – flatten – F256 – F100 – D0.5 – 7, F being fully connected with a ReLU (section 2.1).

    ``latent`` is the output of F100, of which figure 6 is the t-SNE. Weights are Glorot's uniform ones without bias,
    the default of Keras, which the paper used. 8.42 M parameters, 134.25 M with the text's pooling of stride 1.

    Args:
        classes: outputs; logits, no softmax.
        size: height and width of the input; the paper's is 128×128.
        channels: of the input.
        pool_stride: 2, or 1 to the letter: see :class:`BarradasEncoder`.
        dropout: probability in front of the last layer.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (128, 128),
        channels: int = 1,
        pool_stride: int = 2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.encoder = BarradasEncoder(size, channels, pool_stride)
        maps, height, width = self.encoder.shape
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(maps * height * width, 256)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(256, 100)
        self.latent = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(100, classes)
        glorot_weights(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        features = self.relu1(self.fc1(self.flatten(self.encoder(images))))
        latent = self.latent(self.fc2(features))
        logits: Tensor = self.fc3(self.dropout(latent))
        return logits


class FaceEncoder(nn.Module):
    """C8 – C32 – flatten – F256 – F100 – D – numbers without a ReLU: the classifier's layers, for latents.

    Args:
        outputs: how many numbers.
        size: height and width of the input; the paper's is 128×128.
        channels: of the input.
        hidden: units of the F layers.
        dropout: probability in front of the last layer; none where 0.
    """

    def __init__(
        self,
        outputs: int,
        size: tuple[int, int] = (128, 128),
        channels: int = 1,
        hidden: Sequence[int] = (256, 100),
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.convolutions = BarradasEncoder(size, channels)
        self.flatten = nn.Flatten()
        maps, height, width = self.convolutions.shape
        widths = [maps * height * width, *hidden]
        self.hidden = nn.Sequential()
        for number, (units, out) in enumerate(pairwise(widths), start=1):
            self.hidden.add_module(f"fc{number}", nn.Linear(units, out))
            self.hidden.add_module(f"relu{number}", nn.ReLU())
        self.dropout = nn.Dropout(dropout)
        self.latent = nn.Linear(widths[-1], outputs)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → (N, outputs)."""
        features = self.hidden(self.flatten(self.convolutions(images)))
        latent: Tensor = self.latent(self.dropout(features))
        return latent


class BarradasComparator(nn.Module):
    """Do two faces show the same expression? One encoder for both, |difference| and product, FC 100, one logit.

    The text says neither what its "wide variety of tested architectures" were (section 3.1), nor how two faces meet.
    Ours: the classifier's convolutions and F256, a latent of 100 and, so that the order of the two faces is of no
    account, the difference without its sign beside the product; 8.44 M parameters. Weights are Glorot's.

    Args:
        classes: taken as every model takes it; nothing here depends on it.
        size: height and width of each face; the paper's is 128×128.
        channels: of each face.
        dropout: probability in front of the last layer.
    """

    def __init__(
        self, classes: int = 7, size: tuple[int, int] = (128, 128), channels: int = 1, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.encoder = FaceEncoder(100, size, channels, hidden=(256,))
        self.fc1 = nn.Linear(200, 100)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(100, 1)
        glorot_weights(self)

    def compare(self, images: Tensor, others: Tensor) -> Tensor:
        """Two faces each (N, channels, H, W) → (N,) logits, above 0 where the expressions are the same."""
        # Each by itself and not in one batch, so that what watches layers finds as many entries as pictures.
        return self.agree(self.encoder(images), self.encoder(others))

    def agree(self, mine: Tensor, other: Tensor) -> Tensor:
        """What :meth:`compare` says of faces that are encoded already, each (N, 100) → (N,) logits."""
        together = torch.cat([(mine - other).abs(), mine * other], dim=1)
        logits: Tensor = self.fc2(self.dropout(self.relu(self.fc1(together))))
        return logits.squeeze(1)

    def forward(self, pairs: Tensor) -> Tensor:
        """(N, 2 · channels, H, W), the channels of one face after the other's → (N,) logits of :meth:`compare`."""
        images, others = pairs.chunk(2, dim=1)
        return self.compare(images, others)


def _same_pool(stride: int) -> nn.Module:
    """Max pooling 2×2; what it wants beyond the picture is at its end."""
    if stride == 2:
        return nn.MaxPool2d(2, ceil_mode=True)
    # A zero among the values changes nothing: the ReLU that follows would put one there.
    return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(2, stride=1))
