"""A regressor of action-unit intensities: the measure that drawn and generated faces are held against.

It is of no paper: a small residual network (He et al. 2016, figure 2) that is trained on drawn faces.
"""

from torch import Tensor, nn
from torch.nn import functional

#: Width of the layer that the intensities are told from.
FEATURES = 512


class ActionUnitRegressor(nn.Module):
    """32C7×7 of stride 2, two residual blocks of 64 and 128 maps, 64C1×1, 512FC, one output a unit.

    The maps are flattened and not averaged, so that it matters where in the face something shows.

    Args:
        classes: action units, one output each: 0 at rest, 1 the strongest; nothing cuts it off there.
        size: height and width of the input.
        channels: of the input.
        dropout: probability in front of the last layer; faces can be drawn without end, so that none is needed.
    """

    def __init__(
        self, classes: int = 25, size: tuple[int, int] = (96, 96), channels: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 7, stride=2, padding=3, bias=False)
        self.norm1 = nn.BatchNorm2d(32)
        self.block1 = ResidualBlock(32, 64)
        self.block2 = ResidualBlock(64, 128)
        self.squeeze = nn.Conv2d(128, 64, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(64)
        self.fc1 = nn.Linear(64 * -(-size[0] // 8) * -(-size[1] // 8), FEATURES, bias=False)
        self.norm3 = nn.BatchNorm1d(FEATURES)
        self.dropout = nn.Dropout(dropout)
        self.intensities = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → intensities (N, classes)."""
        intensities: Tensor = self.intensities(self.features(images))
        return intensities

    def features(self, images: Tensor) -> Tensor:
        """(N, 512) what the intensities are told from."""
        maps = functional.relu(self.norm1(self.conv1(images)))
        maps = functional.relu(self.norm2(self.squeeze(self.block2(self.block1(maps)))))
        features: Tensor = functional.relu(self.norm3(self.fc1(maps.flatten(1))))
        dropped: Tensor = self.dropout(features)
        return dropped


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions, the first of stride 2, beside a 1×1 convolution of stride 2."""

    def __init__(self, maps: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(maps, out, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        self.beside = nn.Conv2d(maps, out, 1, stride=2, bias=False)
        self.norm3 = nn.BatchNorm2d(out)

    def forward(self, maps: Tensor) -> Tensor:
        """(N, maps, H, W) → (N, out, ⌈H/2⌉, ⌈W/2⌉)."""
        inner = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(maps)))))
        return functional.relu(inner + self.norm3(self.beside(maps)))
