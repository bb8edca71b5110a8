"""Ali & Hughes, "Facial Expression Representation Learning by Synthesizing Expression Images": its baseline CNN.

Its DE-GAN is in ``degan``, the second stage of learning in ``degan_fer``.

The text draws no layer of any of its networks (its figures 2 and 3 do, and are not at hand). What it says: pictures of
96×96, an encoder with four intermediate layers, an expression representation f(x) of 350, the strategies of DCGAN
(Radford et al. 2015), weights drawn from N(0, 0.02) (section 4.1). All else is ours, and is said where it stands.
"""

from torch import Tensor, nn

from fer_probe.models.initial_weights import gaussian_weights

#: Length of the expression representation f(x), "found to be optimal".
REPRESENTATION = 350


class AliEncoder(nn.Module):
    """Four convolutions 4×4 of stride 2 to 64, 128, 256 and 512 maps, each with a ReLU: DE-GAN's, up to f(x).

    After DCGAN: strides instead of pooling, batch normalisation after each but the first. A ReLU and not its leaky
    sibling, since the encoder belongs to the generator (and the backward rules are defined for it). Kernel and maps
    are ours.

    Args:
        size: height and width of the input, each at least 16; the paper's is 96×96.
        channels: of the input.
        maps: of the first convolution; each further one has twice as many.

    Attributes:
        shape: (8 · maps, H', W') of what it gives; H' and W' are a sixteenth of the input's, rounded down.
    """

    def __init__(self, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64) -> None:
        super().__init__()
        height, width = size
        if min(height, width) < 16:
            raise ValueError(f"four strides of 2 need a picture of at least 16×16, not {height}×{width}")
        self.conv1 = nn.Conv2d(channels, maps, 4, stride=2, padding=1)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(maps, 2 * maps, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * maps)
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv2d(2 * maps, 4 * maps, 4, stride=2, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(4 * maps)
        self.relu3 = nn.ReLU()
        self.conv4 = nn.Conv2d(4 * maps, 8 * maps, 4, stride=2, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(8 * maps)
        self.relu4 = nn.ReLU()
        self.shape = (8 * maps, height // 16, width // 16)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → (N, 8 · maps, H', W')."""
        return self.intermediate_layers(images)[-1]

    def intermediate_layers(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(N, channels, H, W) → what each of the four convolutions gives, rectified."""
        first = self.relu1(self.conv1(images))
        second = self.relu2(self.norm2(self.conv2(first)))
        third = self.relu3(self.norm3(self.conv3(second)))
        return first, second, third, self.relu4(self.norm4(self.conv4(third)))


class AliBaseline(nn.Module):
    """The row "CNN (baseline)" of tables 1–3, of which the text says nothing: the encoder, FC 350, FC to the classes.

    It is the network that DE-GAN adds to, so that the difference is DE-GAN's. 9.21 M parameters.

    Args:
        classes: outputs; logits, no softmax. The paper has CK+'s seven, MMI's and Oulu-CASIA's six.
        size: height and width of the input, each at least 16; the paper's is 96×96.
        channels: of the input; the paper names none.
        maps: of the encoder's first convolution.
    """

    def __init__(self, classes: int = 7, size: tuple[int, int] = (96, 96), channels: int = 1, maps: int = 64) -> None:
        super().__init__()
        self.encoder = AliEncoder(size, channels, maps)
        deepest, height, width = self.encoder.shape
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(deepest * height * width, REPRESENTATION)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(REPRESENTATION, classes)
        gaussian_weights(self, 0.02)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) → logits (N, classes)."""
        representation = self.relu(self.fc1(self.flatten(self.encoder(images))))
        logits: Tensor = self.fc2(representation)
        return logits
