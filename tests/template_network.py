"""A network whose maps are templates of single action units on drawn faces: detectors by construction."""

import numpy as np
import torch
from torch import nn

from fer_probe.faces.drawn_faces.posed_people import pose_people

SIZE = 32


class TemplateNet(nn.Module):
    """One map a unit: how far a picture lies in the direction in which the unit moves pictures, and no other does."""

    def __init__(self, units, spare=2, seed=50):
        super().__init__()
        faces = pose_people(30, seed=seed, size=SIZE).showing([{}, *({au: 1.0} for au in units)])
        pixels = torch.from_numpy(faces.pixels / np.float32(255)).reshape(30, 1 + len(units), -1)
        moved = (pixels[:, 1:] - pixels[:, :1]).mean(0)
        own = torch.linalg.pinv(moved).T  # own[i] · moved[j] = 1 where i is j, else 0
        self.maps = nn.Conv2d(1, len(units) + spare, SIZE)
        with torch.no_grad():
            self.maps.weight.zero_()
            self.maps.weight[: len(units), 0] = own.reshape(-1, SIZE, SIZE)
            self.maps.bias.zero_()
            self.maps.bias[: len(units)] = 3 - (own @ pixels[:, 0].mean(0))
        self.classify = nn.Linear(len(units) + spare, 3)

    def forward(self, x):
        return self.classify(torch.relu(self.maps(x)).flatten(1))
