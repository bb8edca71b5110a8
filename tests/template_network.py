"""A network whose maps are templates of single action units on drawn faces: detectors by construction."""

import torch
from torch import nn

from fer_probe.faces.drawn_faces.posed_people import pose_people

SIZE = 24


class TemplateNet(nn.Module):
    """One map a unit: how far a picture lies in the direction in which the unit moves pictures, and no other does.

    About 3 at rest, 4 with the unit; on the people of ``seed`` sharply so, on others more or less.
    """

    def __init__(self, units, spare=2, seed=50, people=30):
        super().__init__()
        faces = pose_people(people, seed=seed, size=SIZE).showing([{}, *({au: 1.0} for au in units)])
        pixels = torch.from_numpy(faces.pixels / 255.0).reshape(people, 1 + len(units), -1)
        rest, moved = pixels[:, 0], (pixels[:, 1:] - pixels[:, :1]).mean(0)
        # Of all templates with own[i] · moved[j] = 1 where i is j, else 0, those that differ least from face to face.
        spread = torch.cov(rest.T) + 1e-4 * torch.eye(SIZE * SIZE, dtype=rest.dtype)
        quiet = torch.linalg.solve(spread, moved.T)
        own = torch.linalg.solve(moved @ quiet, quiet.T)
        self.maps = nn.Conv2d(1, len(units) + spare, SIZE)
        with torch.no_grad():
            self.maps.weight.zero_()
            self.maps.weight[: len(units), 0] = own.reshape(-1, SIZE, SIZE).float()
            self.maps.bias.zero_()
            self.maps.bias[: len(units)] = (3 - own @ rest.mean(0)).float()
        self.classify = nn.Linear(len(units) + spare, 3)

    def forward(self, x):
        return self.classify(torch.relu(self.maps(x)).flatten(1))
