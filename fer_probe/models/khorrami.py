"""Khorrami, Paine & Huang 2015, "Do Deep Neural Networks Learn Facial Action Units When Doing Expression Recognition?".

Its zero-bias network, on which Zhu et al. build.
"""

from torch import Tensor, nn

from fer_probe.models.initial_weights import lecun_weights


class KhorramiZeroBias(nn.Module):
    """Convolutions 5×5 of 64, 128 and 256 maps without bias, a ReLU after each; pools 2, 2 and 12; FC 300; FC 8.

    Padding 2 keeps the size, so that the third map is 24×24 at 96×96, of which quadrant pooling takes the largest
    value of each quarter: 2×2. Zero-bias units are written x · [x > 0], which is a ReLU, and one that backward rules
    can see. 1.34 M parameters. The weights' deviation is 1/√inputs; in the authors' code it is k/√inputs with a k drawn
    from 0.2–1.2. (He's, a k of 1.4, starts too loud: each pooling hands on the largest values.)

    Args:
        classes: outputs; logits, no softmax. The paper has CK+'s seven and neutral.
        size: height and width of the input, each at least 8; the paper's is 96×96. Where the third map has an odd
            side, the quadrants share its middle.
        channels: of the input.
        dropout: probability in front of the last layer.
    """

    def __init__(
        self, classes: int = 8, size: tuple[int, int] = (96, 96), channels: int = 1, dropout: float = 0.5
    ) -> None:
        super().__init__()
        height, width = (side // 4 for side in size)
        if min(height, width) < 2:
            raise ValueError(f"two poolings and four quadrants need a picture of at least 8×8, not {size[0]}×{size[1]}")
        self.conv1 = nn.Conv2d(channels, 64, 5, padding=2, bias=False)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(64, 128, 5, padding=2, bias=False)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(128, 256, 5, padding=2, bias=False)
        self.relu3 = nn.ReLU()
        self.pool3 = nn.MaxPool2d(((height + 1) // 2, (width + 1) // 2), stride=(height // 2, width // 2))
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(256 * 2 * 2, 300)
        self.relu4 = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(300, classes)
        lecun_weights(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.pool1(self.relu1(self.conv1(images)))
        maps = self.pool2(self.relu2(self.conv2(maps)))
        maps = self.pool3(self.relu3(self.conv3(maps)))
        features = self.relu4(self.fc1(self.flatten(maps)))
        logits: Tensor = self.fc2(self.dropout(features))
        return logits
