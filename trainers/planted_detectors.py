"""A net with planted detectors: known maps detect known action units, among free maps that do something else.

The yardstick of every method that claims to find action-unit detectors. On faces whose units are switched
independently the planted map is the right answer, so that hits and misses can be counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fer_probe.action_units import ACTION_UNITS
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing

#: What the free maps learn instead: facts of a drawn face that no action unit tells.
FREE_FACTS = ("yaw", "light_azimuth", "skin", "age")
#: Where a region's units show, by the 68 landmarks.
_LANDMARKS = {
    "brows": slice(17, 27), "eyes": slice(36, 48), "nose": slice(27, 36), "mouth": slice(48, 68),
    "cheeks": slice(48, 68), "chin": slice(6, 11),
}  # fmt: skip
_STRIDE = 8


class PlantedNet(nn.Module):
    """Three convolutions; of the third one's maps some are action-unit detectors, the others tell free facts."""

    def __init__(self, planted: Sequence[int], maps: int, facts: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 32, 7, stride=2, padding=3), nn.BatchNorm2d(32)
        self.conv2, self.norm2 = nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, maps, 5, padding=2)
        self.planted = list(planted)
        self.free = [number for number in range(maps) if number not in set(planted)]
        self.facts = nn.Linear(len(self.free), facts)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The detectors' maps (N, A, h, w), before their rectifier, and the free facts (N, F)."""
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        maps = self.conv3(x)
        return maps[:, self.planted], self.facts(F.relu(maps[:, self.free]).mean((2, 3)))


@dataclass(frozen=True)
class Planted:
    """A trained net and the answer: ``maps[i]`` of ``conv3`` detects ``action_unit_numbers[i]``."""

    model: PlantedNet
    preprocessing: Preprocessing
    action_unit_numbers: tuple[int, ...]
    maps: tuple[int, ...]


def plant_detectors(
    faces: FaceImages,
    *,
    action_unit_numbers: Sequence[int] | None = None,
    free_maps: int = 32,
    size: int = 96,
    epochs: int = 12,
    seed: int = 0,
) -> Planted:
    """Train known maps of a net to detect known action units where they show.

    Args:
        faces: drawn faces whose action units are switched independently.
        action_unit_numbers: which units get a detector; None takes all that are coded.
        free_maps: how many maps learn something else.
        size: pixels a side that the net takes; a multiple of 8.
        epochs: of Adam with a one-cycle rate.
        seed: of the places of the planted maps, the weights and the order of faces.
    """
    numbers = [int(n) for n in (faces.action_unit_numbers if action_unit_numbers is None else action_unit_numbers)]
    total = len(numbers) + free_maps
    maps = planted_maps(len(numbers), free_maps, seed)
    preprocessing = Preprocessing.fitted(faces, size)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = PlantedNet(maps, total, len(FREE_FACTS))
        lessons = _Lessons(faces, numbers, preprocessing)
        _fit(model, lessons, epochs)
    return Planted(model.eval(), preprocessing, tuple(numbers), tuple(maps))


def planted_maps(units: int, free_maps: int, seed: int) -> list[int]:
    """Which of all maps are detectors, one for each unit, at random places among the free ones."""
    places: list[int] = np.random.default_rng(seed).permutation(units + free_maps)[:units].tolist()
    return places


class _Lessons:
    """Training pictures with what the detectors and the free maps are to say of them."""

    def __init__(self, faces: FaceImages, numbers: Sequence[int], preprocessing: Preprocessing) -> None:
        columns = [int(np.flatnonzero(faces.action_unit_numbers == number)[0]) for number in numbers]
        self.preprocessing = preprocessing
        self.pixels = torch.from_numpy(preprocessing(faces).all_resized())
        self.presence = torch.from_numpy(faces.action_units[:, columns])
        self.facts = torch.from_numpy(np.stack([_standardized(faces.attributes[name]) for name in FREE_FACTS], 1))
        self.side = preprocessing.shape[-1] // _STRIDE
        self.places = self._places(faces, numbers)

    def __len__(self) -> int:
        return len(self.pixels)

    def _places(self, faces: FaceImages, numbers: Sequence[int]) -> Tensor:
        """(N, A, 2) row and column in the detectors' maps of the middle of each unit's region."""
        assert faces.landmarks is not None  # drawn faces have them
        regions = [faces.landmarks[:, _LANDMARKS[ACTION_UNITS[number].region]].mean(1) for number in numbers]
        columns_rows = np.stack(regions, 1) * self.side / faces.pixels.shape[-1]
        return torch.from_numpy(columns_rows[..., ::-1].round().clip(0, self.side - 1)).long()

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures of varied contrast, half of them mirrored, and where their units show."""
        images, places = self.pixels[index].float() / 255, self.places[index].clone()
        mirrored = torch.rand(len(index)) < 0.5
        images[mirrored] = images[mirrored].flip(3)
        places[mirrored, :, 1] = self.side - 1 - places[mirrored, :, 1]
        contrast, brightness = 0.7 + 0.6 * torch.rand(len(index), 1, 1, 1), 0.2 * torch.rand(len(index), 1, 1, 1) - 0.1
        return self.preprocessing.standardized((images - 0.5) * contrast + 0.5 + brightness), places


def _fit(model: PlantedNet, lessons: _Lessons, epochs: int, rate: float = 4e-3) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, epochs * -(-len(lessons) // 32))
    for _ in range(epochs):
        for index in torch.randperm(len(lessons)).split(32):
            images, places = lessons.batch(index)
            maps, facts = model(images)
            loss = _detection_loss(maps, places, lessons.presence[index]) + F.mse_loss(facts, lessons.facts[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def _detection_loss(maps: Tensor, places: Tensor, presence: Tensor) -> Tensor:
    """At its region a detector says whether its unit is there; its strongest response elsewhere is kept quiet."""
    picture, unit = torch.arange(len(maps))[:, None], torch.arange(maps.shape[1])[None]
    here = maps[picture, unit, places[..., 0], places[..., 1]]
    own = torch.zeros_like(maps)
    for row in (-1, 0, 1):
        for column in (-1, 0, 1):
            near = (places + torch.tensor([row, column])).clamp(0, maps.shape[2] - 1)
            own[picture, unit, near[..., 0], near[..., 1]] = torch.inf
    elsewhere = (maps - own).amax((2, 3))
    return F.binary_cross_entropy_with_logits(here, presence) + 0.5 * F.softplus(elsewhere).mean()


def _standardized(values: np.ndarray) -> np.ndarray:
    numbers = values.astype(np.float32)
    standardized: np.ndarray = (numbers - numbers.mean()) / max(float(numbers.std()), 1e-6)
    return standardized
