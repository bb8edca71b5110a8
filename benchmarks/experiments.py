"""What do action units, their combinations, their strength and the light do to a network; what do its pictures show?

    python benchmarks/experiments.py net.safetensors [more.safetensors] [--people 40] [--photographs]

Prints what docs/results.md tells under "Cause and sanity". ``--photographs``: the network learnt from FER2013, whose
pictures were cut out by a detector's boxes; drawn people are cut out by the mean of such boxes.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import torch
from fer2013_reader import CROP
from torch import nn

import fer_probe as fp
from fer_probe.architecture import describe_architecture
from fer_probe.evaluation import expected_classes
from fer_probe.experiments.experiment_probe import drawn_size
from fer_probe.experiments.sweeps import VALUES
from fer_probe.figures.combinations import interactions_in_words
from fer_probe.figures.sanity_checks import sanity_in_words
from fer_probe.figures.sweeps import sweep_in_words

#: Effects on a class of at least so many points are printed.
LEAST = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", nargs="+", type=Path)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the people")
    parser.add_argument("--layer", default="conv3")
    parser.add_argument("--photographs", action="store_true")
    chosen = parser.parse_args()
    for path in chosen.checkpoints:
        print(f"\n{path.name}")
        _experiment(fp.load_checkpoint(path), chosen)


def _experiment(checkpoint: fp.Checkpoint, chosen: argparse.Namespace) -> None:
    prepare = (
        dataclasses.replace(checkpoint.preprocessing, crop=CROP) if chosen.photographs else checkpoint.preprocessing
    )
    size = max(96, drawn_size(prepare)) if chosen.photographs else drawn_size(prepare)
    drawn = {"people": chosen.people, "seed": chosen.seed, "size": size}
    told = {"model": checkpoint.model, "prepare": prepare, "class_names": checkpoint.class_names, **drawn}
    experiment = fp.au_experiment(layers=[chosen.layer], **told)
    _print_effects(experiment, chosen.layer)
    found = fp.combine(action_units=(4, 22), **told)
    print(f"AU4 and AU22: {interactions_in_words(found)}")
    both = found.effect_of(4, 22)
    for scale, factor, unit in ((0, 100, "points"), (1, 1, "logits")):
        label = list(found.class_names).index("anger")
        effect, half = (factor * part[scale, both, label] for part in (found.effect, found.half_width))
        print(f"  anger: {effect:+.2f} ± {half:.2f} {unit}, p {found.p_adjusted[scale, both, label]:.3f}")
    for row, percent in zip(found.shown, 100 * found.answer[0], strict=True):
        words = ", ".join(f"{name} {value:.0f}" for name, value in zip(found.class_names, percent, strict=True))
        print(f"  {' + '.join(f'AU{au}' for au in found.units(row)) or 'at rest'}: {words}")
    for condition in VALUES:
        swept = fp.sweep(condition=condition, **told)
        print(f"{condition}: {sweep_in_words(swept)}")
    _print_emergence(checkpoint.model, prepare, drawn)
    _print_ablation(checkpoint, prepare, chosen, size, experiment)
    _print_sanity(checkpoint, prepare, chosen, size)


def _print_effects(experiment: fp.AUExperiment, layer: str) -> None:
    classes, maps = experiment.classes, experiment.layers[layer]
    for row, au in enumerate(classes.action_unit_numbers):
        told = [
            f"{name} {100 * classes.effect[row, k]:+.0f}"
            for k, name in enumerate(classes.class_names)
            if classes.p_adjusted[row, k] < 0.05 and 100 * abs(classes.effect[row, k]) >= LEAST
        ]
        raised = maps.raised(int(au))
        best = f"map {raised[0]} {maps.standardized[row, raised[0]]:+.1f}" if len(raised) else "no map"
        print(f"  AU{au}: {', '.join(told) or '–'}; raises {best}")


def _print_emergence(model: nn.Module, prepare: fp.Preprocessing, drawn: dict[str, int]) -> None:
    table = describe_architecture(model, prepare.shape)
    layers = [n for n, kind in zip(table.layers, table.kinds, strict=True) if kind in ("Conv2d", "Linear")][:-1]
    found = fp.find_au_emergence(model, prepare, layers, **drawn)
    for i, layer in enumerate(layers):
        means = np.mean(found.auroc[i]), np.mean(found.shuffled_auroc[i])
        print(f"  {layer}: {found.share_told[i]:.0%} of units told, mean AUROC {means[0]:.2f}, shuffled {means[1]:.2f}")


def _print_ablation(
    checkpoint: fp.Checkpoint, prepare: fp.Preprocessing, chosen: argparse.Namespace, size: int,
    experiment: fp.AUExperiment,
) -> None:  # fmt: skip
    faces = fp.draw_faces(chosen.people, size, chosen.seed + 100)
    images, names = prepare(faces), checkpoint.class_names
    found = fp.ablate_each(
        checkpoint.model, images, chosen.layer, names, expected=expected_classes(faces, names), subject=faces.subject
    )
    _print_chains(experiment, found)
    units = fp.draw_faces(60, size, chosen.seed + 101, pictures="action_units", switched_on=0.3)
    responses = fp.harvest(checkpoint.model, prepare(units), [chosen.layer])[chosen.layer].responses
    distances = fp.au_distances(responses, units.action_units, units.action_unit_numbers)
    print(f"switched off, of {len(found.change)} maps: {'whole' if found.whole_passes else 'resumed'} passes")
    for au in distances.action_unit_numbers:
        number = distances.best_map(int(au))
        if number is not None:
            label = found.most_moved(number)
            rank = found.rank(number), found.rank(number, among=found.matched(number))
            change, half = (100 * part[number, label] for part in found.told)
            print(
                f"  AU{au} map {number}: {names[label]} {change:+.1f} ± {half:.1f}, ranks {rank[0]:.0%}, {rank[1]:.0%}"
            )


def _print_chains(experiment: fp.AUExperiment, ablated: fp.AblatedMaps) -> None:
    """Unit, the map that it raises most, the class that it raises most, and that class without the map."""
    maps, classes = experiment.layers[ablated.layer], experiment.classes
    for row, au in enumerate(classes.action_unit_numbers):
        raised, label = maps.raised(int(au)), int(classes.effect[row].argmax())
        if not len(raised) or 100 * classes.effect[row, label] < LEAST:
            continue
        number = int(raised[0])
        change, half = (100 * part[number, label] for part in ablated.told)
        ranks = ablated.rank(number, label), ablated.rank(number, label, ablated.matched(number))
        print(
            f"  AU{au} raises map {number} by {maps.standardized[row, number]:+.1f} (next unit "
            f"{maps.others_share(int(au), number):.0%}) and {ablated.class_names[label]}, which without it changes "
            f"by {change:+.1f} ± {half:.1f}, more than {ranks[0]:.0%} of maps, {ranks[1]:.0%} of those as strong"
        )


def _print_sanity(checkpoint: fp.Checkpoint, prepare: fp.Preprocessing, chosen: argparse.Namespace, size: int) -> None:
    faces = fp.draw_faces(60, size, chosen.seed + 101, pictures="action_units", switched_on=0.3)
    torch.manual_seed(0)
    untrained = fp.build_model(checkpoint.architecture["name"]).eval()
    for words, model in (("trained", checkpoint.model), ("never trained", untrained)):
        found = fp.harvest(model, prepare(faces), [chosen.layer])[chosen.layer]
        for rule in ("deconvnet", "guided", "gradient"):
            checks = fp.check_projections(model, prepare(faces), found, maps=range(0, len(found.values), 2), rule=rule)
            numbers = ", ".join(
                f"{name} {checks.mean_correlation(i):.2f} ({np.nanmean(checks.similarity[i]):.2f})"
                for i, name in enumerate(checks.conditions[1:], start=1)
            )
            print(f"  {words}, {rule}: {numbers}; unrelated {checks.unrelated[0]:.2f} ({checks.unrelated[1]:.2f})")
            print(f"    {sanity_in_words(checks)}")


if __name__ == "__main__":
    main()
