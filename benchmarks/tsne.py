"""t-SNE of many faces on a few cores: minutes, the same map for the same seed, and a new face placed on it.

python benchmarks/tsne.py                          # 35,887 feature vectors, as many as FER2013 has faces
python benchmarks/tsne.py --count 2000
python benchmarks/tsne.py --checkpoint medium.safetensors --faces fer2013.csv.xz      # what a network gives for them

Without a checkpoint the features are drawn: seven clouds of 256 numbers that overlap.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import fer_probe as fp

PLACED = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=35_887)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--once", action="store_true", help="do not fit a second time to compare the maps")
    chosen = parser.parse_args()
    features = _of_network(chosen.checkpoint, chosen.faces) if chosen.checkpoint else _drawn(chosen.count)
    shown, held = features[:-PLACED], features[-PLACED:]
    print(f"{len(shown)} faces by {shown.shape[1]} features, {os.cpu_count()} cores")
    found, minutes = _timed(lambda: fp.embed(shown, seed=0))
    print(f"t-SNE {minutes:.2f} minutes, trustworthiness {found.trustworthiness:.3f}")
    placed, placing = _timed(lambda: found.place(held))
    print(f"{PLACED} new faces placed in {60 * placing:.1f} seconds; spread {placed.std(0).round(1).tolist()}")
    if not chosen.once:
        again, _ = _timed(lambda: fp.embed(shown, seed=0))
        print(f"the same seed gives the same map: {np.array_equal(again.positions, found.positions)}")


def _drawn(count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(7, 256)) * 0.35
    return (centres[rng.integers(0, 7, count)] + rng.normal(size=(count, 256))).astype(np.float32)


def _of_network(checkpoint: Path, faces: Path) -> np.ndarray:
    from fer_probe.probe import embedding_layer

    loaded = fp.load_checkpoint(checkpoint)
    layer = embedding_layer(fp.describe_architecture(loaded.model, loaded.preprocessing.shape))
    return fp.layer_features(loaded.model, loaded.preprocessing(fp.load_faces(faces)), [layer])[layer]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return work(), (time.perf_counter() - begun) / 60


if __name__ == "__main__":
    main()
