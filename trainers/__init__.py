"""Trainers: one recipe file a paper on one shared loop; :data:`RECIPES` names them all."""

from trainers.jahromi import JAHROMI_MEDIUM, JAHROMI_MEDIUM_PAPER, JAHROMI_MEDIUM_QUICK
from trainers.labelled_faces import TrainingError
from trainers.recipe import Recipe
from trainers.training_loop import train
from trainers.zhu import ZHU_CNN, ZHU_CNN_QUICK

__all__ = ["RECIPES", "Recipe", "TrainingError", "train"]

#: Every recipe by its name.
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (ZHU_CNN, ZHU_CNN_QUICK, JAHROMI_MEDIUM, JAHROMI_MEDIUM_PAPER, JAHROMI_MEDIUM_QUICK)
}
