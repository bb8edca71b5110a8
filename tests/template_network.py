"""A network whose maps are templates of single action units on drawn faces: detectors by construction."""

import torch
from torch import nn

from fer_probe.faces.drawn_faces.posed_people import pose_people

SIZE = 24
#: How much a template may be driven by single pictures; small, so that it holds for those that made it.
_RIDGE = 1e-3


class TemplateNet(nn.Module):
    """One map a unit: a template, by ridge regression, that gives 4 where the unit is shown and 3 elsewhere.

    It holds sharply for the people of ``seed``, for others more or less. Spare maps are 0 throughout.
    """

    def __init__(self, units, spare=2, seed=50, people=30):
        super().__init__()
        faces = pose_people(people, seed=seed, size=SIZE).showing([{}, *({au: 1.0} for au in units)])
        pixels = torch.from_numpy(faces.pixels / 255.0).reshape(len(faces), -1)
        shown = torch.eye(len(units) + 1, dtype=pixels.dtype)[:, 1:].repeat(people, 1)
        mean, rest = pixels.mean(0), shown.mean(0)
        centred = pixels - mean
        kernel = centred @ centred.T + _RIDGE * torch.eye(len(pixels))
        weights = centred.T @ torch.linalg.solve(kernel, shown - rest)
        self.maps = nn.Conv2d(1, len(units) + spare, SIZE)
        with torch.no_grad():
            self.maps.weight.zero_()
            self.maps.bias.zero_()
            self.maps.weight[: len(units), 0] = weights.T.reshape(-1, SIZE, SIZE).float()
            self.maps.bias[: len(units)] = (3 + rest - mean @ weights).float()
        self.classify = nn.Linear(len(units) + spare, 3)

    def forward(self, x):
        return self.classify(torch.relu(self.maps(x)).flatten(1))
