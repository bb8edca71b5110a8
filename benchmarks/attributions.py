"""Where do attributions of a network land, and which action units do its classes rise along; of one never trained, too?

    python benchmarks/attributions.py net.safetensors [--faces-a-class 5] [--runs 20] [--layer conv3]

Prints what docs/results.md tells under "Attributions and concepts". The network that was never trained has the same
layers with weights of their own initialisation, and is asked about the same faces and classes.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch

import fer_probe as fp
from fer_probe.evaluation import expected_classes, predict
from fer_probe.experiments.experiment_probe import drawn_size
from fer_probe.figures.attributions import METHOD_NAMES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--faces-a-class", type=int, default=5)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--layer", default="conv3")
    parser.add_argument("--seed", type=int, default=0, help="of the people")
    chosen = parser.parse_args()
    checkpoint = fp.load_checkpoint(chosen.checkpoint)
    size = drawn_size(checkpoint.preprocessing)
    # None of these people was trained on: the demo's have small numbers of other seeds.
    faces = fp.draw_faces(subjects=40, size=size, seed=9_000 + chosen.seed)
    images = checkpoint.preprocessing(faces)
    expected = expected_classes(faces, checkpoint.class_names)
    read = predict(checkpoint.model, images)
    index = np.concatenate([
        np.flatnonzero((expected == k) & (read.argmax(1) == k))[: chosen.faces_a_class] for k in np.unique(expected)
    ])  # fmt: skip
    for name, model in (
        ("trained", checkpoint.model),
        ("never trained", _never_trained(checkpoint.model, chosen.seed)),
    ):
        print(f"\n{name}")
        _print_regions(model, images, index, expected[index], chosen.layer)
        _print_concepts(model, checkpoint, chosen, size)


def _never_trained(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    fresh = copy.deepcopy(model)
    torch.manual_seed(seed)
    for module in fresh.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return fresh


def _print_regions(model: torch.nn.Module, images: object, index: np.ndarray, targets: np.ndarray, layer: str) -> None:
    found = fp.attribute(model, images[index], targets, layer=layer)
    fired = fp.project_fired_maps(model, images[index], layer, image_index=index)
    strengths = dict(zip(found.methods, found.strength, strict=True))
    strengths["deconvnet of 4 maps"] = np.abs(fired.pixels.astype(np.float64)).sum((1, 2))
    where = fp.locate_attributions(strengths, fp.face_region_pixels(images, index), index)
    off = found.incompleteness
    print(f"  {len(index)} faces; integral {np.nanmedian(off):.2%} off, at most {np.nanmax(off):.2%}")
    for row, method in enumerate(where.methods):
        mean, half, count = where.mean_ratio(row, where.region_names.index("together"))
        print(f"  {METHOD_NAMES.get(method, method):24} {mean:.2f} ± {half:.2f} times an even spread, {count} faces")


def _print_concepts(model: torch.nn.Module, checkpoint: fp.Checkpoint, chosen: argparse.Namespace, size: int) -> None:
    found = fp.test_concepts(
        model, checkpoint.preprocessing, chosen.layer, checkpoint.class_names, runs=chosen.runs, size=size,
        seed=chosen.seed,
    )  # fmt: skip
    print(f"  {int(found.significant.sum())} of {found.q_value.size} significant; not told: "
          f"{', '.join(f'AU{au}' for au in found.action_unit_numbers[~found.separates]) or 'none'}; "
          f"held-out accuracy {np.mean(found.accuracy):.0%}")  # fmt: skip
    for column, name in enumerate(found.class_names):
        rows = np.flatnonzero(found.significant[:, column] & (found.mean_score[:, column] > 0.5))
        units = ", ".join(f"AU{found.action_unit_numbers[i]} {found.mean_score[i, column]:.2f}" for i in rows)
        print(f"    {name}: {units or 'none'}")


if __name__ == "__main__":
    main()
