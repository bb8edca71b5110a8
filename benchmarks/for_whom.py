"""For whom: a checkpoint's accuracy and detectors by sex, age and skin, on drawn people it never saw.

python benchmarks/for_whom.py net.safetensors [--people 200] [--layer conv3] [--seed 70000]
"""

import argparse
from pathlib import Path

import numpy as np

import fer_probe as fp
from fer_probe.figures.group_comparisons import group_accuracy_in_words, group_detectors_in_words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--layer", default="conv3")
    parser.add_argument("--seed", type=int, default=70_000, help="of the people")
    chosen = parser.parse_args()
    checkpoint = fp.load_checkpoint(chosen.checkpoint)
    _accuracy(checkpoint, chosen.people, chosen.seed)
    _detectors(checkpoint, chosen.people, chosen.seed, chosen.layer)


def _accuracy(checkpoint: fp.Checkpoint, people: int, seed: int) -> None:
    faces = fp.draw_faces(people, 64, seed)
    read = fp.evaluate(checkpoint.model, checkpoint.preprocessing(faces), faces, checkpoint.class_names)
    right = np.where(read.expected >= 0, read.expected == read.predicted, np.nan)
    found = fp.accuracy_by_group(right, fp.person_groups(faces), permutations=5000)
    print(f"{len(faces)} faces, all {found.overall:.1%}")
    for row, name in enumerate(found.groups):
        span = f"{found.low[row]:.1%} to {found.high[row]:.1%}"
        print(f"{name}: {found.persons[row]} people, {found.accuracy[row]:.1%} ({span})")
    print(group_accuracy_in_words(found))


def _detectors(checkpoint: fp.Checkpoint, people: int, seed: int, layer: str) -> None:
    faces = fp.draw_faces(people, 64, seed, pictures="action_units", switched_on=0.3)
    found = fp.harvest(checkpoint.model, checkpoint.preprocessing(faces), [layer], responses=True)[layer]
    units = fp.measure_evidence(found, faces).units()
    maps = {unit.au: unit.detector for unit in units if unit.detector is not None}
    told = (found.responses, faces.action_units, faces.action_unit_numbers, maps, fp.person_groups(faces))
    compared = fp.detectors_by_group(*told, permutations=5000, layer=layer)
    print(f"{len(faces)} faces; detectors: {', '.join(f'AU{au} map {number}' for au, number in maps.items())}")
    print(np.array2string(compared.auroc, precision=2), compared.groups)
    print(group_detectors_in_words(compared))


if __name__ == "__main__":
    main()
