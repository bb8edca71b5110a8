"""Expressions read off a planted net's maps: a classifier of which is known what its maps detect.

The head is a softmax regression on the maps' largest rectified responses, each in units of its own deviation: of raw
ones the penalty prefers strong maps, and the free ones are strong. A firm penalty spreads what several maps tell over
all of them; without it, which of two units that come together carries their expression is left to chance.
"""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F

from fer_probe.faces.face_images import FaceImages
from fer_probe.harvesting import harvest
from trainers.planted_detectors import Planted, PlantedNet

#: Inverse strength of the penalty, for standardized responses.
PENALTY = 0.01


class ReadsExpressions(nn.Module):
    """A planted net's maps (``net.conv3``), detectors and free ones alike, to the logits (N, K) of expressions."""

    def __init__(self, net: PlantedNet, weights: np.ndarray, bias: np.ndarray) -> None:
        super().__init__()
        self.net, self.classify = net, nn.Linear(weights.shape[1], weights.shape[0])
        with torch.no_grad():
            self.classify.weight.copy_(torch.as_tensor(weights))
            self.classify.bias.copy_(torch.as_tensor(bias))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of pictures (N, 1, H, W)."""
        x = F.max_pool2d(F.relu(self.net.norm1(self.net.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.net.norm2(self.net.conv2(x))), 2)
        logits: Tensor = self.classify(F.relu(self.net.conv3(x)).amax((2, 3)))
        return logits


def read_expressions(planted: Planted, known: FaceImages) -> ReadsExpressions:
    """Fit the head on known people's expressions; its classes are ``known.expression_names``."""
    responses = harvest(planted.model, planted.preprocessing(known), ["conv3"])["conv3"].responses
    assert responses is not None  # few faces
    rectified = responses.clip(0).astype(np.float64)
    mean, deviation = rectified.mean(0), np.maximum(rectified.std(0), 1e-9)
    read = LogisticRegression(max_iter=2000, C=PENALTY).fit((rectified - mean) / deviation, known.expression)
    weights = read.coef_ / deviation
    return ReadsExpressions(planted.model, weights, read.intercept_ - weights @ mean).eval()


def expressions_showing(known: FaceImages, au: int) -> list[int]:
    """The expressions of which at least half of the faces show a unit, as indices into ``known.expression_names``."""
    shown = known.action_units[:, known.action_unit_numbers == au][:, 0]
    classes = [known.expression == k for k in range(len(known.expression_names))]
    return [k for k, own in enumerate(classes) if own.any() and shown[own].mean() >= 0.5]
