"""Honari Jahromi & Fyshe, "Facial Emotion recognition with convolutional Neural Networks", sections 3.2 and 3.4.

The paper on FER2013's PrivateTest: the medium net 56.42 % with N (each pixel's mean and deviation), 63.1 % with
N and A (flips and shifts).
"""

from dataclasses import replace

from trainers.augmentation import Flip, Shift
from trainers.recipe import Recipe

#: The paper's words: Adam from 0.01, halved after 25 epochs without gain, at least 60 epochs, N and A.
JAHROMI_MEDIUM_PAPER = Recipe(
    name="jahromi_medium_paper",
    model="jahromi_medium",
    size=48,
    normalization="per_pixel",
    optimizer="adam",
    learning_rate=1e-2,
    batch_size=64,
    epochs=120,
    schedule="plateau",
    patience=25,
    stop_after=60,
    augmentation=(Flip(), Shift(0.1)),
)

#: The same net, N and A in a sixth of the epochs: one cycle of a smaller rate that ends at zero.
JAHROMI_MEDIUM = replace(
    JAHROMI_MEDIUM_PAPER,
    name="jahromi_medium",
    optimizer="adamw",
    learning_rate=2e-3,
    weight_decay=0.01,
    epochs=20,
    schedule="one_cycle",
    stop_after=None,
)

#: For some thousand drawn faces, which stand in the middle of their pictures: more steps, smaller shifts.
JAHROMI_MEDIUM_QUICK = replace(
    JAHROMI_MEDIUM,
    name="jahromi_medium_quick",
    batch_size=32,
    epochs=14,
    augmentation=(Flip(), Shift(0.05)),
)
