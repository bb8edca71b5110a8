"""Cubarrubia, Mishra & Kiss, "Categorizing Facial Expressions": all four networks of table 1.

AffectNet's eight expressions, table 1, accuracy in %:

    recipe, and its two others      | RGB 200×200 | _grey 200×200 | _cropped RGB 150×150 | section
    cubarrubia_dense_ae             |       12.26 |         12.53 |                11.84 | 4.2
    cubarrubia_conv_ae              |       10.98 |         12.17 |                17.77 | 4.2
    cubarrubia_semisupervised       |       34.31 |         43.58 |                41.50 | 4.3
    cubarrubia_supervised           |       56.15 |         57.51 |                57.89 | 4.4

The autoencoders learn from FEC's faces, of which nobody says what they show; K-means on their latents finds eight
clusters. ``cubarrubia_semisupervised_autoencoder`` is the stage before ``cubarrubia_semisupervised``, which learns from
a fifth of AffectNet. Each has a quick version for drawn faces, ``_quick``: in colour, of people it never saw, dense
11.2, convolutional 14.1, semi-supervised 32.8, supervised 85.3 % (docs/results.md), 25 minutes in all on one core of an
x86-64 processor with AVX-512 BF16.
"""

from dataclasses import replace

import numpy as np

from trainers.augmentation import Flip
from trainers.recipe import Recipe


def _grey_and_cropped(recipe: Recipe) -> tuple[Recipe, Recipe]:
    """Grey pictures; and in colour with an eighth less on every side, 25 pixels of 200."""
    name, quick, _ = recipe.name.partition("_quick")
    return (
        replace(recipe, name=f"{name}_grey{quick}", channels=1),
        replace(recipe, name=f"{name}_cropped{quick}", center_crop=int(np.min(recipe.size)) * 3 // 4),
    )


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
CUBARRUBIA_SUPERVISED_GREY, CUBARRUBIA_SUPERVISED_CROPPED = _grey_and_cropped(CUBARRUBIA_SUPERVISED)

#: Fully connected, 485 M weights: with gradients, moments and the best epoch so far 10 GB, and on disk 8 GB to go on
#: from if it is interrupted.
CUBARRUBIA_DENSE_AE = replace(
    CUBARRUBIA_SUPERVISED,
    name="cubarrubia_dense_ae",
    model="cubarrubia_dense_ae",
    learning="reconstruction",
    learning_rate=1e-4,
    epochs=10,
)
CUBARRUBIA_DENSE_AE_GREY, CUBARRUBIA_DENSE_AE_CROPPED = _grey_and_cropped(CUBARRUBIA_DENSE_AE)

#: Convolutional; the text tells what the dense one learns by, and names nothing else for this one.
CUBARRUBIA_CONV_AE = replace(CUBARRUBIA_DENSE_AE, name="cubarrubia_conv_ae", model="cubarrubia_conv_ae")
CUBARRUBIA_CONV_AE_GREY, CUBARRUBIA_CONV_AE_CROPPED = _grey_and_cropped(CUBARRUBIA_CONV_AE)

#: Stage one of the semi-supervised network: its autoencoder, on pictures without labels.
CUBARRUBIA_SEMISUPERVISED_AUTOENCODER = replace(
    CUBARRUBIA_CONV_AE,
    name="cubarrubia_semisupervised_autoencoder",
    options={"maps": (128, 256, 512)},
    optimizer="adamax",
    epochs=5,
)
CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_GREY, CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_CROPPED = _grey_and_cropped(
    CUBARRUBIA_SEMISUPERVISED_AUTOENCODER
)

#: Stage two: the dense layers alone learn the expressions. How many epochs is ours, for the text names none; the
#: decoder comes along, so that the checkpoint still draws what it sees.
CUBARRUBIA_SEMISUPERVISED = replace(
    CUBARRUBIA_SUPERVISED,
    name="cubarrubia_semisupervised",
    model="cubarrubia_semisupervised",
    takes_over={"encoder": "encoder", "decoder": "decoder"},
    fixed=("encoder", "decoder"),
)
CUBARRUBIA_SEMISUPERVISED_GREY, CUBARRUBIA_SEMISUPERVISED_CROPPED = _grey_and_cropped(CUBARRUBIA_SEMISUPERVISED)

#: For drawn faces on a few cores: a third of the side; each pixel's mean and deviation, without which so many layers
#: see but one face in all of a few thousand; more steps at four times the rate, which then falls to zero.
CUBARRUBIA_SUPERVISED_QUICK = replace(
    CUBARRUBIA_SUPERVISED,
    name="cubarrubia_supervised_quick",
    size=64,
    normalization="per_pixel",
    optimizer="adamw",
    learning_rate=2e-4,
    weight_decay=0.01,
    batch_size=16,
    epochs=8,
    schedule="one_cycle",
    augmentation=(Flip(),),
)
CUBARRUBIA_SUPERVISED_GREY_QUICK, CUBARRUBIA_SUPERVISED_CROPPED_QUICK = _grey_and_cropped(CUBARRUBIA_SUPERVISED_QUICK)

#: For drawn faces likewise: few faces make few steps, so that the rate is larger; it rises to that, for at the paper's
#: from the start the first step of Adam, which moves every weight alike, undoes what LeCun's weights are made for.
CUBARRUBIA_DENSE_AE_QUICK = replace(
    CUBARRUBIA_DENSE_AE, name="cubarrubia_dense_ae_quick", size=64, learning_rate=2e-4, schedule="one_cycle"
)
CUBARRUBIA_DENSE_AE_GREY_QUICK, CUBARRUBIA_DENSE_AE_CROPPED_QUICK = _grey_and_cropped(CUBARRUBIA_DENSE_AE_QUICK)

#: Half the paper's maps, a quarter of its time.
CUBARRUBIA_CONV_AE_QUICK = replace(
    CUBARRUBIA_CONV_AE,
    name="cubarrubia_conv_ae_quick",
    options={"maps": (16, 32, 64)},
    size=64,
    learning_rate=5e-4,
    schedule="one_cycle",
)
CUBARRUBIA_CONV_AE_GREY_QUICK, CUBARRUBIA_CONV_AE_CROPPED_QUICK = _grey_and_cropped(CUBARRUBIA_CONV_AE_QUICK)

#: A quarter of the paper's maps, which are still more than the convolutional autoencoder's.
CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_QUICK = replace(
    CUBARRUBIA_SEMISUPERVISED_AUTOENCODER,
    name="cubarrubia_semisupervised_autoencoder_quick",
    options={"maps": (32, 64, 128)},
    size=64,
    learning_rate=5e-4,
    schedule="one_cycle",
)
CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_GREY_QUICK, CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_CROPPED_QUICK = (
    _grey_and_cropped(CUBARRUBIA_SEMISUPERVISED_AUTOENCODER_QUICK)
)

#: A fifth of a few thousand faces is few: more epochs.
CUBARRUBIA_SEMISUPERVISED_QUICK = replace(
    CUBARRUBIA_SEMISUPERVISED,
    name="cubarrubia_semisupervised_quick",
    options={"maps": (32, 64, 128)},
    size=64,
    learning_rate=2e-4,
    epochs=20,
    schedule="one_cycle",
)
CUBARRUBIA_SEMISUPERVISED_GREY_QUICK, CUBARRUBIA_SEMISUPERVISED_CROPPED_QUICK = _grey_and_cropped(
    CUBARRUBIA_SEMISUPERVISED_QUICK
)
