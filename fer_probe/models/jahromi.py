"""Honari Jahromi & Fyshe, "Facial Emotion recognition with convolutional Neural Networks": the medium net."""

from torch import Tensor, nn


class JahromiMedium(nn.Module):
    """32C5×5 → MP3×3 → BN → 32C4×4 → MP3×3 → BN → 64C5×5 → MP3×3 → BN → 1024FC → D → 7FC (section 3.3).

    Our reading where the text is silent: a ReLU after each convolution and the first FC, convolutions that
    keep the size, pooling of stride 2 (48-24-12-6). That gives the paper's 2.4 M parameters (2,436,263).

    Args:
        classes: outputs; logits, no softmax.
        size: height and width of the input; the paper's is 48×48.
        channels: of the input.
        dropout: probability in front of the last layer; the paper names none.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (48, 48),
        channels: int = 1,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 5, padding=2)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, padding=1)
        self.norm1 = nn.BatchNorm2d(32)
        self.pad2 = nn.ZeroPad2d((1, 2, 1, 2))  # an even kernel keeps the size with one cell more at the end
        self.conv2 = nn.Conv2d(32, 32, 4)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(3, stride=2, padding=1)
        self.norm2 = nn.BatchNorm2d(32)
        self.conv3 = nn.Conv2d(32, 64, 5, padding=2)
        self.relu3 = nn.ReLU()
        self.pool3 = nn.MaxPool2d(3, stride=2, padding=1)
        self.norm3 = nn.BatchNorm2d(64)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(64 * _halved_thrice(size[0]) * _halved_thrice(size[1]), 1024)
        self.relu4 = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(1024, classes)
        self._initialise()

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.norm1(self.pool1(self.relu1(self.conv1(images))))
        maps = self.norm2(self.pool2(self.relu2(self.conv2(self.pad2(maps)))))
        maps = self.norm3(self.pool3(self.relu3(self.conv3(maps))))
        features = self.relu4(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits

    def _initialise(self) -> None:
        """Glorot's uniform weights and no bias: the default of Keras, which the paper used."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)


def _halved_thrice(side: int) -> int:
    """A side after three poolings of stride 2, each rounding up: ceil(side / 8)."""
    if side < 1:
        raise ValueError(f"a picture needs a height and width of at least 1, not {side}")
    return -(-side // 8)
