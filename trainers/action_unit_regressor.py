"""A regressor of action-unit intensities, trained on drawn faces: what other models' faces are measured with.

python -m trainers.action_unit_regressor au-regressor.safetensors
"""

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.intensity_evaluation import IntensityEvaluation, evaluate_intensities
from trainers.recipe import Recipe
from trainers.training_loop import train

#: People drawn to learn from, pictures of each; people who choose the epoch, and people nobody saw.
TRAINING_SUBJECTS, PER_SUBJECT, VALIDATION_SUBJECTS, UNSEEN_SUBJECTS = 5000, 8, 60, 150

#: Of no paper. Faces can be drawn without end: nothing else has to keep it from learning by heart.
ACTION_UNIT_REGRESSOR = Recipe(
    name="action_unit_regressor",
    model="action_unit_regressor",
    size=96,
    normalization="per_pixel",
    optimizer="adamw",
    learning_rate=4e-3,
    weight_decay=0.02,
    batch_size=64,
    epochs=12,
    schedule="one_cycle",
    learning="intensities",
    losses={"landmarks": 0.3},
)


def main(arguments: Sequence[str] | None = None) -> IntensityEvaluation:
    """Draw, train, and print how well each unit is read off people nobody saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="where the regressor goes (.safetensors)")
    parser.add_argument("--subjects", type=int, default=TRAINING_SUBJECTS)
    parser.add_argument("--epochs", type=int, default=ACTION_UNIT_REGRESSOR.epochs)
    parser.add_argument("--size", type=int, default=ACTION_UNIT_REGRESSOR.size)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    training, unseen, validation = (
        draw_faces(subjects, chosen.size, seed, pictures="action_units", per_subject=PER_SUBJECT)
        for subjects, seed in (
            (chosen.subjects, chosen.seed), (UNSEEN_SUBJECTS, chosen.seed + 1), (VALIDATION_SUBJECTS, chosen.seed + 2),
        )
    )  # fmt: skip
    recipe = dataclasses.replace(ACTION_UNIT_REGRESSOR, size=chosen.size)
    trained = train(recipe, training, validation, checkpoint=chosen.checkpoint, epochs=chosen.epochs, seed=chosen.seed)
    found = evaluate_intensities(trained.model, trained.preprocessing(unseen), unseen, trained.class_names)
    _tell(found, trained.metrics["minutes"])
    return found


def _tell(found: IntensityEvaluation, minutes: float) -> None:
    console = Console(highlight=False)
    for number, r, error in zip(found.action_unit_numbers, found.correlation, found.mean_absolute_error, strict=True):
        console.print(f"AU{number:<3} r {r:.3f}  mean absolute error {error:.3f}")
    strong = int((found.correlation >= 0.9).sum())
    console.print(f"{strong} of {len(found.correlation)} with r ≥ 0.9; {minutes} minutes of training")


if __name__ == "__main__":
    main()
