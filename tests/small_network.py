"""A small network as a stranger would have written it, for tests of loading and probing."""

import torch
from torch import nn


class SmallNet(nn.Module):
    """Two convolutions with functional rectifiers; seven classes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(7)
        self.features = nn.Conv2d(1, 4, 5, padding=2)
        self.deep = nn.Conv2d(4, 6, 3, padding=1)
        self.classify = nn.Linear(6 * 36, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(torch.relu(self.features(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.deep(x)), 2)
        return self.classify(x.flatten(1))


class LeakyNet(SmallNet):
    """With a rectifier that no paper gives a rule for."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(nn.functional.leaky_relu(self.features(x)), 2)
        x = nn.functional.max_pool2d(nn.functional.leaky_relu(self.deep(x)), 2)
        return self.classify(x.flatten(1))


CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
