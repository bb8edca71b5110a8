"""Does a method name the right map? Planted detectors for every drawn action unit, among free maps.

    python benchmarks/planted_detectors.py [--subjects 1200] [--epochs 12] [--seeds 1] [--out FOLDER]

Prints for each unit the planted map with its numbers on people the net never saw, and for each method how often the
planted map is named first, how often it is missed, how often another map is named, and how many maps are named by
chance: labels, or a person's pictures with and without the unit, in a random order, so that every one of them is a
false discovery. ``--out`` keeps the trained nets and what each method found, so that a run that was ended goes on;
delete the parts (``*.json``) when a method has changed.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import planted_methods
from planted_methods import Asked

import fer_probe as fp
from fer_probe.experiments.set_maps import SetTo
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from trainers.planted_detectors import FREE_FACTS, Planted, PlantedNet, plant_detectors, planted_maps

FREE_MAPS = 32
#: Which map a method names for an action unit, given the evidence and D of maps divided by their maxima.
Method = Callable[[fp.AUEvidence, fp.AUDistances, int], int | None]
METHODS: dict[str, Method] = {
    "largest D (the paper's)": lambda evidence, scaled, au: evidence.distances.best_map(au),
    "largest D, maps divided by their maximum": lambda evidence, scaled, au: scaled.best_map(au),
    "largest AUROC": lambda evidence, scaled, au: evidence.agreement.best_map(au, "auroc"),
    "largest point-biserial correlation": lambda evidence, scaled, au: evidence.agreement.best_map(
        au, "point_biserial"
    ),
    "largest Jensen–Shannon divergence": lambda evidence, scaled, au: evidence.agreement.best_map(au, "jensen_shannon"),
    "D tested, q ≤ 0.05": lambda evidence, scaled, au: evidence.significance.detector(au),
    "D, chosen on half of the people, q ≤ 0.05 on the others": lambda evidence, scaled, au: (
        evidence.confirmation.confirmed(au)
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, default=1200)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder of trained nets and of what was found already")
    chosen = parser.parse_args()
    unseen = fp.draw_faces(120, chosen.size, seed=1, pictures="action_units")
    nets = [_net(chosen, seed) for seed in range(chosen.seeds)]
    scores = [_part(chosen, seed, "distances", partial(_score, net, unseen, seed)) for seed, net in enumerate(nets)]
    print("\n".join(line for units, _ in scores for line in units))
    print(f"| method | planted map first | of | missed | another map named | named by chance |\n{'|---' * 6}|")
    for method, row in zip(METHODS, np.sum([counts for _, counts in scores], axis=0), strict=True):
        print(f"| {method} | {' | '.join(map(str, row))} |")
    asked = [Asked.of(net, chosen.size) for net in nets]
    for method, (name, can_name_none) in planted_methods.METHODS.items():
        rows = [
            _part(chosen, seed, name.__name__, partial(_score_method, one, name, can_name_none, seed))
            for seed, one in enumerate(asked)
        ]
        told = [sum(column) if None not in column else "–" for column in zip(*rows, strict=True)]
        print(f"| {method} | {' | '.join(map(str, told))} |", flush=True)
    for seed, one in enumerate(asked):
        for part, find in (("raised", _raised), ("concepts", _concepts), ("ablated", _ablated)):
            print("\n".join(_part(chosen, seed, part, partial(find, one, seed))), flush=True)


def _path(chosen: argparse.Namespace, seed: int, name: str) -> Path | None:
    """Of a file under ``--out`` that belongs to one net."""
    if chosen.out is None:
        return None
    chosen.out.mkdir(parents=True, exist_ok=True)
    found: Path = chosen.out / f"planted-{chosen.subjects}-{chosen.epochs}-{chosen.size}-{seed}{name}"
    return found


def _part(chosen: argparse.Namespace, seed: int, name: str, find: Callable[[], Any]) -> Any:
    """What ``find`` gives, as JSON has it; read instead where an earlier run kept it."""
    path = _path(chosen, seed, f"-{name}.json")
    if path is None:
        return find()
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(find(), ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)
    return json.loads(path.read_text(encoding="utf-8"))


def _score_method(asked: Asked, name: planted_methods.Method, can_name_none: bool, seed: int) -> list[int | None]:
    """Planted map first, of how many, missed, another one named, named by chance; None: it always names one."""
    maps, right = np.array(asked.planted.maps), name(asked, None)
    if name is planted_methods.by_ablation:  # units that no expression shows have nothing to move
        maps, right = maps[right >= 0], right[right >= 0]
    hits, named = int((right == maps).sum()), int((right >= 0).sum())
    chance = int((name(asked, seed) >= 0).sum()) if can_name_none else None
    return [hits, len(maps), len(maps) - hits, named - hits, chance]


def _raised(asked: Asked, seed: int) -> list[str]:
    """In words: how many maps a unit raises."""
    counts = {told: planted_methods.raised_maps(asked, one) for told, one in (("", None), (", by chance", seed))}
    return [
        f"seed {seed}{told}: a unit raises {np.median(raised):.0f} maps (median), {raised.sum()} in all"
        for told, raised in counts.items()
    ]


def _concepts(asked: Asked, seed: int) -> list[str]:
    """In words: TCAV's pairs of a unit and a class."""
    counts = {told: planted_methods.concept_pairs(asked, one) for told, one in (("", None), (", by chance", seed))}
    return [
        f"seed {seed}{told}: concepts significant for {own} of {of} own classes, {others} of {of_others} others"
        for told, (own, of, others, of_others) in counts.items()
    ]


def _ablated(asked: Asked, seed: int) -> list[str]:
    """In words: whether a unit's own map moves the expressions that show it more than free maps do."""
    free, lines = asked.planted.model.free, []
    settings: tuple[SetTo, ...] = ("mean", "zero")
    for to in settings:
        effects = planted_methods.ablation_effects(asked, to)
        shares = {
            f"AU{au}": round(float((one[free] < one[number]).mean()), 3)
            for au, number, one in zip(asked.units, asked.planted.maps, effects, strict=True)
            if one is not None
        }
        lines.append(f"seed {seed}: set to {to}, share of the free maps that a unit's own map beats: {shares}")
    return lines


def _net(chosen: argparse.Namespace, seed: int) -> Planted:
    units, path = DRAWN_ACTION_UNITS, _path(chosen, seed, ".safetensors")
    if path is not None and path.exists():
        maps = planted_maps(len(units), FREE_MAPS, seed)
        kept = fp.load_checkpoint(path, PlantedNet(maps, len(units) + FREE_MAPS, len(FREE_FACTS)))
        assert isinstance(kept.model, PlantedNet)  # it was given
        return Planted(kept.model, kept.preprocessing, units, tuple(maps))
    faces = fp.draw_faces(chosen.subjects, chosen.size, seed=0, pictures="action_units")
    planted = plant_detectors(
        faces, action_unit_numbers=units, free_maps=FREE_MAPS, size=chosen.size, epochs=chosen.epochs, seed=seed
    )
    if path is not None:
        names = [f"AU{au}" for au in units]
        fp.save_checkpoint(path, planted.model, preprocessing=planted.preprocessing, class_names=names)
    return planted


def _score(planted: Planted, unseen: fp.FaceImages, seed: int) -> tuple[list[str], list[list[int]]]:
    """A line a unit; (methods, 5) planted map first, of how many, missed, another one named, named by chance."""
    found = fp.harvest(planted.model, planted.preprocessing(unseen), ["conv3"])["conv3"]
    pairs = list(zip(planted.action_unit_numbers, planted.maps, strict=True))
    shuffled = replace(unseen, action_units=_shuffled_within_persons(unseen, seed))
    evidence, chance = fp.measure_evidence(found, unseen), fp.measure_evidence(found, shuffled)
    right, none = _named(evidence, found, unseen, pairs), _named(chance, found, shuffled, pairs)
    maps = np.array([number for _, number in pairs])
    hits, named = (right == maps).sum(axis=1), (right >= 0).sum(axis=1)
    of = np.full_like(hits, len(pairs))
    counts = np.stack([hits, of, of - hits, named - hits, (none >= 0).sum(axis=1)], axis=1)
    return [_unit_line(evidence, *pair) for pair in pairs], counts.tolist()


def _named(
    evidence: fp.AUEvidence, found: fp.Harvest, faces: fp.FaceImages, pairs: list[tuple[int, int]]
) -> np.ndarray:
    """(methods, A) the map that each method names for each unit; -1 for none."""
    asked = (found.responses, faces.action_units, faces.action_unit_numbers)
    scaled = fp.au_distances(*asked, scale="map_maximum")
    names = [[method(evidence, scaled, au) for au, _ in pairs] for method in METHODS.values()]
    return np.array([[-1 if number is None else number for number in row] for row in names])


def _shuffled_within_persons(faces: fp.FaceImages, seed: int) -> np.ndarray:
    """Every unit's labels in a random order within each person."""
    rng, units = np.random.default_rng(seed), faces.action_units.copy()
    for person in np.unique(faces.subject):
        rows = np.flatnonzero(faces.subject == person)
        units[rows] = rng.permuted(units[rows], axis=0)
    return units


def _unit_line(evidence: fp.AUEvidence, au: int, number: int) -> str:
    significance, agreement, unit = evidence.significance, evidence.agreement, evidence.unit(au)
    row = significance.row(au)
    numbers = {
        "D": f"{significance.distance[row, number]:.3g}",
        "z": f"{significance.z[row, number]:.1f}",
        "p": f"{significance.p_adjusted[row, number]:.3f}",
        "q": f"{unit.q_value:.3f}",
        "AUROC": f"{agreement.auroc[row, number]:.2f}",
        "above chance": significance.detectors(au).tolist(),
        "with": unit.with_count,
    }
    told = "  ".join(f"{name} {value!s:<5}" for name, value in numbers.items())
    return f"AU{au:<3} map {number:<3} {unit.verdict:<9} best {unit.map!s:<4} {told}"


if __name__ == "__main__":
    main()
