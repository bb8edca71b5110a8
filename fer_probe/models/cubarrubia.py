"""Cubarrubia, Mishra & Kiss, "Categorizing Facial Expressions": its supervised network (section 4.4)."""

from torch import Tensor, nn

from fer_probe.models.initial_weights import he_weights, lecun_weights

#: Convolutions before the first pooling, between the two, and after the second.
_CONVOLUTIONS = (7, 7, 3)
_MAPS = 64


class CubarrubiaSupervised(nn.Module):
    """7 × 64C3×3, MP2×2, 7 × 64C3×3, MP2×2, 3 × 64C3×3, a ReLU after each; 256FC with SELU; FC to the classes.

    The text has it all: "same" padding, and no pooling before the flattening, so that the first fully connected layer
    holds 40.96 M of the 41.55 M parameters. The rescaling layer it starts with is the preprocessing's 0–1. Ours are
    the weights: He's where a ReLU follows, for Glorot's (the default of Keras) lose half of the signal's power in each
    of the 17 convolutions; LeCun's at the last two layers, which is what SELU is made for. Biases start at 0.

    No convolution lies behind the SELU: every backward rule reaches them all. ``selu`` itself and ``fc2`` have a
    deconvnet or guided projection as a stated extension only (``extensions=True``), since no paper defines the rules
    for a SELU.

    Args:
        classes: outputs; logits, no softmax. The paper has AffectNet's eight.
        size: height and width of the input, each at least 4; the paper's is 200×200, or 150×150 for its crops.
        channels: of the input: 3, or 1 for the paper's grey pictures.
    """

    def __init__(self, classes: int = 8, size: tuple[int, int] = (200, 200), channels: int = 3) -> None:
        super().__init__()
        height, width = size
        if min(height, width) < 4:
            raise ValueError(f"two poolings need a picture of at least 4×4, not {height}×{width}")
        self.block1 = _block(channels, _CONVOLUTIONS[0])
        self.pool1 = nn.MaxPool2d(2)
        self.block2 = _block(_MAPS, _CONVOLUTIONS[1])
        self.pool2 = nn.MaxPool2d(2)
        self.block3 = _block(_MAPS, _CONVOLUTIONS[2])
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(_MAPS * (height // 4) * (width // 4), 256)
        self.selu = nn.SELU()
        self.fc2 = nn.Linear(256, classes)
        he_weights(self)
        for layer in (self.fc1, self.fc2):
            lecun_weights(layer)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        maps = self.pool2(self.block2(self.pool1(self.block1(images))))
        features = self.selu(self.fc1(self.flatten(self.block3(maps))))
        logits: Tensor = self.fc2(features)
        return logits


def _block(maps: int, convolutions: int) -> nn.Sequential:
    """``conv1``, ``relu1``, ``conv2`` …: convolutions that keep the size."""
    block = nn.Sequential()
    for number in range(1, convolutions + 1):
        block.add_module(f"conv{number}", nn.Conv2d(maps if number == 1 else _MAPS, _MAPS, 3, padding=1))
        block.add_module(f"relu{number}", nn.ReLU())
    return block
