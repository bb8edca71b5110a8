"""Trainers: one recipe file a paper on one shared loop; :data:`RECIPES` names them all."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainers.labelled_faces import TrainingError
    from trainers.recipe import Recipe
    from trainers.recipes import RECIPES
    from trainers.training_loop import train

__all__ = ["RECIPES", "Recipe", "TrainingError", "train"]

# Looked up when asked for: so the command line's help is quick, and ``python -m trainers.zhu`` reads that file once.
_HOMES = {
    "RECIPES": "trainers.recipes",
    "Recipe": "trainers.recipe",
    "TrainingError": "trainers.labelled_faces",
    "train": "trainers.training_loop",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'trainers' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
