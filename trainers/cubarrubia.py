"""Cubarrubia, Mishra & Kiss, "Categorizing Facial Expressions", sections 3 and 4.4: the supervised network.

AffectNet's eight expressions, table 1, accuracy in %:

    recipe                          | pictures          | paper
    cubarrubia_supervised           | RGB, 200×200      | 56.15
    cubarrubia_supervised_grey      | grey, 200×200     | 57.51
    cubarrubia_supervised_cropped   | RGB, 150×150      | 57.89

Here drawn faces stand in for AffectNet, by the quick recipe. Ours, with minutes and machine, are in docs/results.md.
"""

from dataclasses import replace

from trainers.augmentation import Flip
from trainers.recipe import Recipe

#: The paper's hyperparameters; 32 pictures a step is Keras's own number, where it names none.
CUBARRUBIA_SUPERVISED = Recipe(
    name="cubarrubia_supervised",
    model="cubarrubia_supervised",
    size=200,
    channels=3,
    optimizer="adam",
    learning_rate=5e-5,
    batch_size=32,
    epochs=5,
    schedule="constant",
)

#: Grey pictures.
CUBARRUBIA_SUPERVISED_GREY = replace(CUBARRUBIA_SUPERVISED, name="cubarrubia_supervised_grey", channels=1)

#: 25 pixels less on every side.
CUBARRUBIA_SUPERVISED_CROPPED = replace(CUBARRUBIA_SUPERVISED, name="cubarrubia_supervised_cropped", center_crop=150)

#: For drawn faces on a few cores: grey, a sixth of the side, for seventeen convolutions at 200×200 take half a second
#: each face; each pixel's mean and deviation, without which so many layers see but one face in all of a few thousand;
#: more steps at four times the rate, which then falls to zero.
CUBARRUBIA_SUPERVISED_QUICK = replace(
    CUBARRUBIA_SUPERVISED,
    name="cubarrubia_supervised_quick",
    size=32,
    channels=1,
    normalization="per_pixel",
    optimizer="adamw",
    learning_rate=2e-4,
    weight_decay=0.01,
    batch_size=16,
    epochs=8,
    schedule="one_cycle",
    augmentation=(Flip(),),
)
