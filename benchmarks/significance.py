"""Significance of D: how long it takes, and how often it finds what is not there.

    python benchmarks/significance.py [--shufflings 200] [--naive 5]

Speed: 1,000 faces × 256 maps × 30 action units × 1,000 permutations, and the same by calling the distance once a
labelling, for a few of them. Complete null: the responses of a network that was never trained, to 300 drawn faces, and
labels shuffled within persons, as the test assumes; every detector that is found then is a false one.
"""

import argparse
import time

import numpy as np
import torch

import fer_probe as fp
from fer_probe.evidence.label_permutations import LabelPermutations, exchange_of

FACES, MAPS, UNITS, PERMUTATIONS = 1000, 256, 30, 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shufflings", type=int, default=200)
    parser.add_argument("--naive", type=int, default=5, help="labellings that the naive way is timed on")
    chosen = parser.parse_args()
    _speed(chosen.naive)
    _complete_null(chosen.shufflings)


def _speed(naive: int) -> None:
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(FACES // 8), 8)
    responses = rng.gamma(2, 1, (FACES, MAPS)).astype(np.float32)
    units = (rng.random((FACES, UNITS)) < rng.uniform(0.05, 0.5, UNITS)).astype(float)
    begun, begun_here = time.perf_counter(), time.process_time()
    fp.au_significance(responses, units, np.arange(UNITS), subject=person, permutations=PERMUTATIONS)
    seconds, of_processor = time.perf_counter() - begun, time.process_time() - begun_here
    shuffles = LabelPermutations(naive, 0)
    labellings = np.stack([shuffles.labellings(exchange_of(column == 1, person)) for column in units.T], axis=2)
    begun_here = time.process_time()
    for labels in labellings[:, 1:].swapaxes(0, 1):
        fp.au_distances(responses, labels.astype(float), np.arange(UNITS))
    each = (time.process_time() - begun_here) / naive
    print(
        f"{FACES} faces × {MAPS} maps × {UNITS} units × {PERMUTATIONS} permutations: {seconds:.1f} s, "
        f"{of_processor:.1f} s of one core; measured again for every labelling {each * PERMUTATIONS:.0f} s, "
        f"{each * PERMUTATIONS / of_processor:.0f} times as long"
    )


def _complete_null(shufflings: int) -> None:
    torch.manual_seed(0)
    faces = fp.draw_faces(38, 48, seed=5, pictures="action_units").select(slice(0, 300))
    model = fp.build_model("jahromi_medium", classes=7)
    found = fp.harvest(model, fp.Preprocessing.fitted(faces, 48)(faces), ["conv3"], k=9)["conv3"]
    units, person = faces.action_units[:, :10], np.unique(faces.subject, return_inverse=True)[1]
    begun, discovered, least = time.perf_counter(), 0, []
    for seed in range(shufflings):
        rng, shuffled = np.random.default_rng(seed), units.copy()
        for one in range(person.max() + 1):
            shuffled[person == one] = rng.permuted(units[person == one], axis=0)
        tested = fp.au_significance(found.responses, shuffled, np.arange(10), subject=person, seed=1000 + seed)
        discovered += any(tested.detector(au) is not None for au in range(10))
        least.append(tested.p_value)
    share, p = discovered / shufflings, np.array(least)
    error = 1.96 * np.sqrt(0.05 * 0.95 / shufflings)
    print(
        f"complete null, {shufflings} shufflings of {len(faces)} faces × {p.shape[2]} maps × 10 units: {discovered} "
        f"({share:.1%}) with any discovery; 5 % ± {error:.1%} are expected at most. Single p ≤ 0.05: "
        f"{(p <= 0.05).mean():.2%}, ≤ 0.01: {(p <= 0.01).mean():.2%} ({time.perf_counter() - begun:.0f} s)"
    )


if __name__ == "__main__":
    main()
