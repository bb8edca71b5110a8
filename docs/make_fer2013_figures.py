"""Make Honari Jahromi & Fyshe's figures 4 and 5 from a medium net trained on FER2013; no photograph is shown.

python docs/make_fer2013_figures.py medium-0.safetensors fer2013.csv.xz
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import fer_probe as fp
from fer_probe.checkpoints import Checkpoint
from fer_probe.figures.confusion import confusion_figure
from fer_probe.figures.mosaics import mosaic
from fer_probe.figures.pictures import webp

PICTURES = Path(__file__).parent / "pictures"
STEPS, SHOWN, COLUMNS, ENLARGED = 50, 24, 8, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("faces", type=Path)
    chosen = parser.parse_args()
    checkpoint = fp.load_checkpoint(chosen.checkpoint)
    _confusion(checkpoint, fp.load_faces(chosen.faces, split="test"))
    _best_filters(checkpoint)


def _confusion(checkpoint: Checkpoint, faces: fp.FaceImages) -> None:
    """Figure 4: how the medium net reads PrivateTest."""
    found = fp.evaluate(checkpoint.model, checkpoint.preprocessing(faces), faces, checkpoint.class_names)
    confusion_figure(found).write_image(PICTURES / "jahromi-figure-4.png", width=560, height=460, scale=1.5)


def _best_filters(checkpoint: Checkpoint) -> None:
    """Figure 5: what the last convolution's maps answer to most, 50 steps from noise; the largest value first."""
    maps = range(checkpoint.model.conv3.out_channels)
    found = fp.maximize_activation(
        checkpoint.model, "conv3", maps, checkpoint.preprocessing.shape, steps=STEPS, objective="mean",
        bounds=checkpoint.preprocessing.bounds(),
    )  # fmt: skip
    best = np.argsort(-np.asarray(found.activation), kind="stable")[:SHOWN]
    pictures = checkpoint.preprocessing.to_pixels(torch.from_numpy(np.array(found.pixels[best]))).numpy()
    tiles = np.rint(255 * pictures[:, 0]).astype(np.uint8).repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
    (PICTURES / "jahromi-figure-5.webp").write_bytes(webp(mosaic(tiles, columns=COLUMNS), quality=92))
    for place in best:
        print(f"map {found.maps[place]}: {found.activation[place]:.2f}")


if __name__ == "__main__":
    main()
