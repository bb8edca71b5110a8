"""The command that trains: ``fer-probe train RECIPE``, and ``python -m trainers.zhu`` for one paper's recipes."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_probe.console import console, one_sentence
from fer_probe.faces_options import Faces, read_faces

EXAMPLE = (
    "Example: fer-probe train jahromi_medium --faces fer2013.csv --checkpoint medium.safetensors; on two devices: "
    "torchrun --nproc-per-node 2 -m trainers.jahromi --faces fer2013.csv --checkpoint medium.safetensors"
)


def train(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, such as jahromi_medium or zhu_cnn.")],
    checkpoint: Annotated[Path, typer.Option(help="Where the trained network goes (.safetensors).")],
    faces: Faces = None,
    quick: Annotated[bool, typer.Option("--quick", help="The recipe's quick version: a look, in minutes.")] = False,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's own.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after so many minutes; the same command goes on from there.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew instead of going on with what was interrupted.")
    ] = False,
    start: Annotated[
        Path | None, typer.Option(help="Checkpoint of the stage before, for recipes that begin with one.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda …; the fastest there is if left out.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Random seed.")] = 0,
) -> None:
    """Train one of the papers' networks; with --protocol the paper's whole table, as the verb protocol has it."""
    from fer_probe.checkpoints import load_checkpoint
    from trainers.demonstration import demonstration_on, drawn_demonstration
    from trainers.processes import is_first
    from trainers.recipes import RECIPES, quick_version

    if recipe not in RECIPES:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(RECIPES)}")
    chosen = quick_version(recipe) if quick else RECIPES[recipe]
    shown = demonstration_on(read_faces(faces), seed) if faces else drawn_demonstration(seed, chosen)
    trained = shown.train(
        checkpoint,
        recipe=chosen,
        epochs=epochs,
        minutes=minutes,
        restart=restart,
        device=device,
        start=None if start is None else load_checkpoint(start),
    )
    if is_first():
        console.print(
            f"{chosen.name}: {_measured(trained.metrics)} on {len(shown.test)} {shown.test_words}; "
            f"{trained.metrics['minutes']} minutes; written to {checkpoint}",
            soft_wrap=True,
        )


def _measured(metrics: Mapping[str, Any]) -> str:
    """What the test faces told of the model."""
    if "test_accuracy" in metrics:
        return f"accuracy {metrics['test_accuracy']:.1%}"
    return f"loss {metrics['test_loss']:.4f}"


def main(paper: str) -> None:
    """Train a paper's recipe by the words of the command line; its own model's where none is named.

    Args:
        paper: the module, such as ``trainers.zhu``.
    """
    from trainers.recipes import recipes_of

    names = recipes_of(paper)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(help=f"Train {names[0]}, or another of {', '.join(names[1:])}.")(train)
    words = sys.argv[1:]
    if not words or words[0].startswith("-"):
        words = [names[0], *words] if "--help" not in words else words
    with one_sentence():
        app(words, prog_name=f"python -m {paper}")
