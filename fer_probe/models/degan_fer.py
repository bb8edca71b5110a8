"""Ali & Hughes, "Facial Expression Representation Learning by Synthesizing Expression Images": its second stage.

Section 3.2; what the text says of its networks, and what is ours, is told in ``ali``.
"""

from typing import Self

import torch
from torch import Tensor, nn

from fer_probe.models.ali import REPRESENTATION
from fer_probe.models.degan import Encoded, ExpressionEncoder
from fer_probe.models.initial_weights import gaussian_weights

#: Units of the last fully connected layer of a local CNN.
_LOCAL_FEATURES = 128


class LocalCNN(nn.Module):
    """What an intermediate layer holds of the expression: twice [64C3×3 → BN → ReLU → MP2×2] → 128FC → D → FC.

    Its layers are ours; the text says that it ends in a fully connected one.
    """

    def __init__(self, maps: int, size: tuple[int, int], classes: int, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(maps, 64, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(64)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2, ceil_mode=True)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(64)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2, ceil_mode=True)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(64 * -(-size[0] // 4) * -(-size[1] // 4), _LOCAL_FEATURES)
        self.relu3 = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(_LOCAL_FEATURES, classes)

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """(N, maps, H, W) → its features (N, 128) and its own logits (N, classes)."""
        maps = self.pool1(self.relu1(self.norm1(self.conv1(maps))))
        maps = self.pool2(self.relu2(self.norm2(self.conv2(maps))))
        features = self.relu3(self.fc1(self.flatten(maps)))
        return features, self.fc2(self.dropout(features))


class AliDeganFER(nn.Module):
    """The encoder of DE-GAN, a local CNN on each of its four layers, and FC on f(x) and their features together.

    The encoder comes trained: ``encoder.load_state_dict(degan.generator.encoder.state_dict())``. It stays in eval mode
    whatever the model is in, so that its normalisation is fixed ("the parameters of Gₑₙ are fixed"); whether its
    weights are, is for the training to say. 17.95 M parameters, of which the encoder has 15.66 M.

    Args:
        classes: outputs; logits, no softmax. The paper has CK+'s seven, MMI's and Oulu-CASIA's six.
        size: height and width, each at least 16; the paper's is 96×96.
        channels: 1 or 3; the paper names none.
        dropout: probability in front of the last layer of each local CNN and of the whole; the paper names none.
        maps: of the encoder's first convolution.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (96, 96),
        channels: int = 1,
        dropout: float = 0.5,
        maps: int = 64,
    ) -> None:
        super().__init__()
        self.encoder = ExpressionEncoder(size, channels, maps)
        self.local1, self.local2, self.local3, self.local4 = (
            LocalCNN(by // 2 * maps, (size[0] // by, size[1] // by), classes, dropout) for by in (2, 4, 8, 16)
        )
        self.dropout = nn.Dropout(dropout)
        self.joined = nn.Linear(REPRESENTATION + 4 * _LOCAL_FEATURES, classes)
        gaussian_weights(self, 0.02)

    def train(self, mode: bool = True) -> Self:
        """As any module, but that the encoder stays in eval mode."""
        super().train(mode)
        self.encoder.eval()
        return self

    def encode(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (N, 350) the mean of f(x)."""
        encoded: Encoded = self.encoder(images)
        return encoded.mean

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → joined logits (N, classes)."""
        return self.all_logits(images)[-1]

    def all_logits(self, images: Tensor) -> Tensor:
        """(N, C, H, W) → (5, N, classes): those of the four local CNNs, then the joined ones, as in equation 3."""
        encoded: Encoded = self.encoder(images)
        local = (self.local1, self.local2, self.local3, self.local4)
        found = [cnn(maps) for cnn, maps in zip(local, encoded.layers, strict=True)]
        features = torch.cat([encoded.mean, *(features for features, _ in found)], dim=1)
        return torch.stack([*(logits for _, logits in found), self.joined(self.dropout(features))])
