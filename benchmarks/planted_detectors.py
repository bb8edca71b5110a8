"""Does the AU distance name the right map? Planted detectors for every drawn action unit, among free maps.

    python benchmarks/planted_detectors.py [--subjects 1200] [--epochs 12] [--seeds 1]

Prints for each unit the planted map, the map with the largest D on the unit's side on unseen subjects, and AUROC.
"""

import argparse

import numpy as np
from sklearn.metrics import roc_auc_score

import fer_probe as fp
from trainers.planted_detectors import Planted, plant_detectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=1200)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--seeds", type=int, default=1)
    chosen = parser.parse_args()
    faces = fp.draw_faces(chosen.subjects, chosen.size, seed=0, pictures="action_units")
    unseen = fp.draw_faces(120, chosen.size, seed=1, pictures="action_units")
    shares = [_score(faces, unseen, chosen, seed) for seed in range(chosen.seeds)]
    print(f"named rightly on unseen subjects: {np.mean(shares):.1%} (mean of {len(shares)} nets)")


def _score(faces: fp.FaceImages, unseen: fp.FaceImages, chosen: argparse.Namespace, seed: int) -> float:
    planted = plant_detectors(faces, size=chosen.size, epochs=chosen.epochs, seed=seed)
    responses = fp.harvest(planted.model, planted.preprocessing(unseen), ["conv3"])["conv3"].responses
    found = fp.au_distances(responses, unseen.action_units, unseen.action_unit_numbers)
    scaled = fp.au_distances(responses, unseen.action_units, unseen.action_unit_numbers, scale="map_maximum")
    pairs = list(zip(planted.action_unit_numbers, planted.maps, strict=True))
    hits = 0
    for column, (au, number) in enumerate(pairs):
        best, presence = found.best_map(au), unseen.action_units[:, column]
        hits += best == number
        auroc = roc_auc_score(presence, responses[:, number])
        own = "" if best == number else f"  <- {_whose(planted, best)}"
        print(f"AU{au:<3} map {number:<3} named {best!s:<4} AUROC {auroc:.2f}  {int(presence.sum())} with{own}")
    print(f"net {seed}: {hits} of {len(planted.maps)}, among {len(responses[0]) - len(planted.maps)} free maps")
    print(f"       with every map divided by its maximum: {sum(scaled.best_map(au) == m for au, m in pairs)}")
    return hits / len(planted.maps)


def _whose(planted: Planted, number: int | None) -> str:
    owners = dict(zip(planted.maps, planted.action_unit_numbers, strict=True))
    return f"the detector of AU{owners[number]}" if number in owners else "a free map"


if __name__ == "__main__":
    main()
