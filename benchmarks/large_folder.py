"""How long does a folder of 100,000 pictures take to sum up, and how much memory does harvesting from it?

python benchmarks/large_folder.py

The pictures are hard links to a few hundred drawn at random, as PNG files of 48×48 in seven folders of expressions,
in a temporary place. The summary is timed as a process of its own, imports included, and once more with every picture
decoded. A harvest reads 20,000 of them; after each batch the memory that the process holds is noted (Linux).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

import fer_probe as fp
from fer_probe.activations import Images
from fer_probe.expressions import FER2013_ORDER

ORIGINALS = 300
MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--harvested", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        make_folder(folder, given.pictures)
        for options in ((), ("--check",)):
            seconds = _timed([Path(sys.executable).with_name("fer-probe"), "faces", folder, *options])
            print(f"{given.pictures:,} pictures: {' '.join(('fer-probe faces', *options))} took {seconds:.1f} s")
        measure_harvest(folder, given.harvested)


def make_folder(folder: Path, pictures: int) -> None:
    """``EXPRESSION/000000.png`` …: as many names as asked for, over a few hundred files."""
    originals = folder.with_name("originals")
    originals.mkdir()
    random = np.random.default_rng(0)
    for number in range(ORIGINALS):
        noise = random.integers(0, 256, (48, 48), np.uint8)
        cv2.imwrite(str(originals / f"{number}.png"), cv2.GaussianBlur(noise, (0, 0), 2))
    for name in FER2013_ORDER:
        (folder / name).mkdir(parents=True)
    for number in range(pictures):
        name = FER2013_ORDER[number % len(FER2013_ORDER)]
        os.link(originals / f"{number % ORIGINALS}.png", folder / name / f"{number:06d}.png")


def measure_harvest(folder: Path, count: int) -> None:
    """Print how much more memory the process holds after ``count`` pictures than after the first batches."""
    faces = fp.load_faces(folder).select(slice(0, count))
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU())
    images = Watched(fp.Preprocessing(size=48)(faces))
    begun = time.perf_counter()
    fp.harvest(model, images, ["2"])
    seconds = time.perf_counter() - begun
    held = np.array(images.held) / MIB
    start = held[len(held) // 10]
    print(f"{len(faces):,} harvested in {seconds:.1f} s: {start:.0f} MiB held after a tenth of them,", end=" ")
    print(f"{held.max() - start:+.1f} MiB at most from there on; all at once they are", end=" ")
    print(f"{np.prod(faces.pixels.shape) / MIB:.0f} MiB")


class Watched:
    """Images that note how much memory the process holds whenever a batch is asked for.

    Attributes:
        held: bytes, one number a batch.
    """

    def __init__(self, images: Images) -> None:
        self.images = images
        self.held: list[int] = []

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: slice) -> Tensor:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.held.append(pages * os.sysconf("SC_PAGE_SIZE"))
        return self.images[index]


def _timed(command: Sequence[str | Path]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
