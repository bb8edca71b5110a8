"""Is an expression that DE-GAN puts on another face recognised there, and the person too?

    fer-probe train ali_degan --quick --checkpoint degan.safetensors
    python benchmarks/expression_transfer.py degan.safetensors judges

The expressions of 40 people whom no network has seen are put on the 200 people whom DE-GAN knows, three times each. Two
classifiers read what comes of it. They are trained apart, here, in some four minutes, and kept in the folder
``judges``: one of expressions, on 200 other people; one of DE-GAN's 200 people, on five pictures of each expression of
them, a sixth choosing the epoch. All faces are cut out and resized as DE-GAN's are.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np

import fer_probe as fp
from trainers import RECIPES, train
from trainers.demonstration import drawn_demonstration
from trainers.interruptions import unfinished_path
from trainers.labelled_faces import labelled_by_person
from trainers.recipe import Recipe

DEGAN = RECIPES["ali_degan_quick"]
#: Shown what DE-GAN makes; its own standardisation comes after.
JUDGE = dataclasses.replace(RECIPES["jahromi_medium_quick"], name="judge", size=DEGAN.size, crop=DEGAN.crop)
PICTURES, TIMES = 6, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("degan", type=Path)
    parser.add_argument("judges", type=Path, help="folder")
    given = parser.parse_args()
    degan = fp.load_checkpoint(given.degan)
    others, shown = drawn_demonstration(1, JUDGE), drawn_demonstration(0, DEGAN)
    expression = _judge(JUDGE, given.judges / "expressions.safetensors", others.training, others.validation)
    identity = _judge(JUDGE, given.judges / "people.safetensors", *_pictures_of(degan.metrics["people"]))
    _print(expression, identity, shown.test)
    found = fp.evaluate_transfer(degan, shown.test, expression, identity, times=TIMES)
    print(f"{len(found.expression_asked)} transfers: {found.expression:.1%} recognised as the expression, "
          f"{found.identity:.1%} as the person, {found.both:.1%} as both")  # fmt: skip
    for number, name in enumerate(found.class_names):
        asked = found.expression_asked == number
        right = found.expression_read[asked] == number
        print(f"  {name}: {right.mean():.1%} of {asked.sum()}")


def _pictures_of(people: list[str]) -> tuple[fp.FaceImages, fp.FaceImages]:
    """Six pictures of each expression of the people that the trainings draw from seed 0: five, and the sixth."""
    drawn = labelled_by_person(fp.draw_faces(len(people), 64, 0, per_subject=PICTURES))
    assert list(drawn.expression_names) == list(people), "DE-GAN was trained on other people than the quick recipe's"
    number = np.arange(len(drawn)) // 7 % PICTURES
    return drawn.select(number < PICTURES - 1), drawn.select(number == PICTURES - 1)


def _judge(recipe: Recipe, path: Path, training: fp.FaceImages, validation: fp.FaceImages) -> fp.Checkpoint:
    if path.exists() and not unfinished_path(path).exists():
        return fp.load_checkpoint(path)
    return train(recipe, training, validation, checkpoint=path)


def _print(expression: fp.Checkpoint, identity: fp.Checkpoint, faces: fp.FaceImages) -> None:
    images = expression.preprocessing(faces)
    read = fp.evaluate(expression.model, images, faces, expression.class_names).accuracy
    known = identity.metrics["validation_accuracy"]
    print(f"the judges read {read:.1%} of the unseen people's expressions, and know {known:.1%} of DE-GAN's people "
          "on pictures that they did not learn from")  # fmt: skip


if __name__ == "__main__":
    main()
