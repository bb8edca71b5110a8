"""Every recipe by its name: all that the papers' files hold."""

from trainers import ali, barradas, cubarrubia, jahromi, khorrami, zhu
from trainers.recipe import Recipe

PAPERS = (zhu, jahromi, barradas, ali, cubarrubia, khorrami)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for paper in PAPERS for recipe in vars(paper).values() if isinstance(recipe, Recipe)
}


def recipes_of(paper: str) -> tuple[str, ...]:
    """The names of a paper's recipes, those first that are named as their model; of its module, ``trainers.zhu``."""
    (module,) = (module for module in PAPERS if module.__name__ == paper)
    recipes = [recipe for recipe in vars(module).values() if isinstance(recipe, Recipe)]
    return tuple(recipe.name for recipe in sorted(recipes, key=lambda recipe: recipe.name != recipe.model))


def quick_version(name: str) -> Recipe:
    """What gives a look at a recipe in minutes: the recipe of that name and ``_quick``.

    Raises:
        ValueError: it has none; the message lists those that have.
    """
    if f"{name}_quick" not in RECIPES:
        quick = (known.removesuffix("_quick") for known in RECIPES if known.endswith("_quick"))
        raise ValueError(f"{name} has no quick version; there are some of {', '.join(quick)}")
    return RECIPES[f"{name}_quick"]
