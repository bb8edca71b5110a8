"""Zhu, Fan & Yuan, "Facial Expression Recognition Research Based on Deep Learning": its net (section 2.1)."""

from torch import Tensor, nn

from fer_probe.models.initial_weights import gaussian_weights, he_weights


class ZhuCNN(nn.Module):
    """Convolutions 5×5 of 64, 128 and 256 maps, each with ReLU and max pooling 2×2; FC 1024; FC to the classes.

    Padding 2 is our reading (the text does not say): the third map is then 24×24 at 96×96.
    38.78 M parameters.

    Args:
        classes: outputs; logits, no softmax.
        size: height and width of the input, each at least 8; the paper's is 96×96.
        channels: of the input.
        initialisation: ``"he"`` (He et al. 2015), or ``"literal"``: the paper's Gaussian of deviation 1, with
            which the third convolution's responses are thousands of times too large and training explodes.
        dropout: probability in front of the last layer.
    """

    def __init__(
        self,
        classes: int = 7,
        size: tuple[int, int] = (96, 96),
        channels: int = 1,
        initialisation: str = "he",
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        height, width = size
        if min(height, width) < 8:
            raise ValueError(f"three poolings need a picture of at least 8×8, not {height}×{width}")
        self.conv1 = nn.Conv2d(channels, 64, 5, padding=2)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(64, 128, 5, padding=2)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(128, 256, 5, padding=2)
        self.relu3 = nn.ReLU()
        self.pool3 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(256 * (height // 8) * (width // 8), 1024)
        self.relu4 = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(1024, classes)
        self._initialise(initialisation)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.pool1(self.relu1(self.conv1(images)))
        maps = self.pool2(self.relu2(self.conv2(maps)))
        maps = self.pool3(self.relu3(self.conv3(maps)))
        features = self.relu4(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits

    def _initialise(self, initialisation: str) -> None:
        if initialisation not in ("he", "literal"):
            raise ValueError(f"initialisation {initialisation!r}; known are 'he' and 'literal'")
        if initialisation == "he":
            he_weights(self)
        else:
            gaussian_weights(self, 1)
