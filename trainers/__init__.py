"""Trainers: one recipe file a paper on one shared loop; :data:`RECIPES` names them all."""

from trainers import ali, barradas, cubarrubia, jahromi, khorrami, zhu
from trainers.labelled_faces import TrainingError
from trainers.recipe import Recipe
from trainers.training_loop import train

__all__ = ["RECIPES", "Recipe", "TrainingError", "train"]

#: Every recipe by its name: all that the papers' files hold.
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for paper in (zhu, jahromi, barradas, ali, cubarrubia, khorrami)
    for recipe in vars(paper).values()
    if isinstance(recipe, Recipe)
}
