"""Honari Jahromi & Fyshe, "Facial Emotion recognition with convolutional Neural Networks", sections 3.2 and 3.4.

FER2013's PrivateTest, in %, N each pixel's mean and deviation, A flips and shifts, HE histogram equalisation; ours the
mean and deviation over seeds, minutes a seed on one or two cores of an x86-64 processor with AVX-512 BF16:

    recipe               | what        | paper | ours         | minutes
    jahromi_shallow      | shallow N   | 48.06 | 51.7 ± 0.6   | 6 to 8
    jahromi_medium_n     | medium N    | 56.42 | 64.0 ± 0.5   | 5 to 10
    jahromi_medium       | medium N A  | 63.13 | 65.7 ± 0.5   | 9 to 15
    jahromi_medium_he    | N A HE      | 60.1  | 65.7, 1 seed | 15
    jahromi_deep_n       | deep N      | 58.98 | not trained: it wants an accelerator
    jahromi_deep         | deep N A    | 68.23 | not trained: it wants an accelerator

docs/results.md says more.
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

#: N, A and HE.
JAHROMI_MEDIUM_HE = replace(JAHROMI_MEDIUM, name="jahromi_medium_he", equalize=True)

#: N alone: without new pictures every epoch the net soon knows its faces by heart.
JAHROMI_MEDIUM_N = replace(JAHROMI_MEDIUM, name="jahromi_medium_n", epochs=10, augmentation=())

#: Two convolutions, N alone.
JAHROMI_SHALLOW = replace(JAHROMI_MEDIUM_N, name="jahromi_shallow", model="jahromi_shallow", learning_rate=1e-3)

#: Eight convolutions, N and A; the paper's L2 is on the fully connected layers.
JAHROMI_DEEP = replace(
    JAHROMI_MEDIUM, name="jahromi_deep", model="jahromi_deep", learning_rate=1e-3, weight_decay=0.05, epochs=60
)

#: Eight convolutions, N alone.
JAHROMI_DEEP_N = replace(JAHROMI_DEEP, name="jahromi_deep_n", epochs=20, augmentation=())

#: For some thousand drawn faces, which stand in the middle of their pictures: more steps, smaller shifts.
JAHROMI_MEDIUM_QUICK = replace(
    JAHROMI_MEDIUM,
    name="jahromi_medium_quick",
    batch_size=32,
    epochs=14,
    augmentation=(Flip(), Shift(0.05)),
)
JAHROMI_SHALLOW_QUICK = replace(
    JAHROMI_MEDIUM_QUICK, name="jahromi_shallow_quick", model="jahromi_shallow", learning_rate=1e-3
)
JAHROMI_DEEP_QUICK = replace(
    JAHROMI_MEDIUM_QUICK, name="jahromi_deep_quick", model="jahromi_deep", learning_rate=1e-3, weight_decay=0.05
)

if __name__ == "__main__":
    from trainers.command import main

    main("trainers.jahromi")
