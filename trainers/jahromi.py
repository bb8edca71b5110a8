"""Honari Jahromi & Fyshe, "Facial Emotion recognition with convolutional Neural Networks", sections 3.2 and 3.4."""

from dataclasses import replace

from trainers.augmentation import Flip, Shift
from trainers.recipe import Recipe

#: The paper's words: Adam from 0.01, halved after 25 epochs without gain, N and A (table 2: 63.1 %).
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

JAHROMI_MEDIUM = replace(
    JAHROMI_MEDIUM_PAPER, name="jahromi_medium", optimizer="adamw", learning_rate=2e-3, weight_decay=0.01,
    batch_size=64, epochs=14, schedule="one_cycle", stop_after=None,
)  # fmt: skip

JAHROMI_MEDIUM_QUICK = replace(JAHROMI_MEDIUM, name="jahromi_medium_quick", epochs=8)
