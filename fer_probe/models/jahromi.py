"""Honari Jahromi & Fyshe, "Facial Emotion recognition with convolutional Neural Networks": its nets (section 3.3).

Where the text is silent they all have a ReLU after each convolution and the first FC, convolutions that keep the size,
and Glorot's uniform weights without bias, the default of Keras, which the paper used.
"""

from torch import Tensor, nn

from fer_probe.models.initial_weights import glorot_weights


class JahromiShallow(nn.Module):
    """Twice [32 or 64C3×3 → BN → ReLU → MP2×2], then 512FC → D → 7FC: 4.7 M parameters, as in the paper (4,741,703).

    The paper draws the widths in a picture only; 32, 64 and 512 are ours, and give its number.

    Args:
        classes: outputs; logits, no softmax.
        size: height and width of the input, each at least 4; the paper's is 48×48.
        channels: of the input.
        dropout: probability in front of the last layer; the paper names none.
    """

    def __init__(
        self, classes: int = 7, size: tuple[int, int] = (48, 48), channels: int = 1, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(32)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(64)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(64 * _halved(size[0], 2) * _halved(size[1], 2), 512)
        self.relu3 = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(512, classes)
        glorot_weights(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.pool1(self.relu1(self.norm1(self.conv1(images))))
        maps = self.pool2(self.relu2(self.norm2(self.conv2(maps))))
        features = self.relu3(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits


class JahromiMedium(nn.Module):
    """32C5×5 → MP3×3 → BN → 32C4×4 → MP3×3 → BN → 64C5×5 → MP3×3 → BN → 1024FC → D → 7FC (section 3.3).

    Pooling of stride 2 (48-24-12-6) is our reading; it gives the paper's 2.4 M parameters (2,436,263).

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
        glorot_weights(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.norm1(self.pool1(self.relu1(self.conv1(images))))
        maps = self.norm2(self.pool2(self.relu2(self.conv2(self.pad2(maps)))))
        maps = self.norm3(self.pool3(self.relu3(self.conv3(maps))))
        features = self.relu4(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits


class JahromiDeep(nn.Module):
    """VGG-B without its last block: twice each 64, 128, 256 and 512C3×3, MP2×2 after each pair; 1024FC; 7FC.

    Batch normalisation and dropout stand after each block, as the paper says. A first FC of 1024 is ours; it gives
    the paper's 9.4 M parameters (9,411,015). Its "depth 11" would want a third FC, for which that leaves no room.

    Args:
        classes: outputs; logits, no softmax.
        size: height and width of the input, each at least 16; the paper's is 48×48.
        channels: of the input.
        block_dropout: probability after each block; the paper names none.
        dropout: probability in front of the last layer.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (48, 48),
        channels: int = 1,
        block_dropout: float = 0.2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.block1 = _DeepBlock(channels, 64, block_dropout)
        self.block2 = _DeepBlock(64, 128, block_dropout)
        self.block3 = _DeepBlock(128, 256, block_dropout)
        self.block4 = _DeepBlock(256, 512, block_dropout)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(512 * _halved(size[0], 4) * _halved(size[1], 4), 1024)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(1024, classes)
        glorot_weights(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.block4(self.block3(self.block2(self.block1(images))))
        features = self.relu(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits


class _DeepBlock(nn.Module):
    """Two convolutions 3×3, each with ReLU, max pooling 2×2, batch normalisation, dropout."""

    def __init__(self, maps: int, out: int, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(maps, out, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.norm = nn.BatchNorm2d(out, affine=False)  # the next layer is linear: it scales by itself
        self.dropout = nn.Dropout(dropout)

    def forward(self, maps: Tensor) -> Tensor:
        """(N, maps, H, W) → (N, out, ⌊H/2⌋, ⌊W/2⌋)."""
        maps = self.relu2(self.conv2(self.relu1(self.conv1(maps))))
        pooled: Tensor = self.dropout(self.norm(self.pool(maps)))
        return pooled


def _halved(side: int, times: int) -> int:
    """A side after poolings of 2, each rounding down."""
    if side < 2**times:
        raise ValueError(f"{times} poolings need a picture of at least {2**times}×{2**times}, not a side of {side}")
    return side >> times


def _halved_thrice(side: int) -> int:
    """A side after three poolings of stride 2, each rounding up: ceil(side / 8)."""
    if side < 1:
        raise ValueError(f"a picture needs a height and width of at least 1, not {side}")
    return -(-side // 8)
