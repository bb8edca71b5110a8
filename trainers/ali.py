"""Ali & Hughes, "Facial Expression Representation Learning by Synthesizing Expression Images": the baseline CNN.

Ten folds without a common subject, tables 1–3, row "CNN (baseline)", accuracy in %:

    corpus      | expressions | paper
    CK+         | 7           | 90.34
    MMI         | 6           | 58.46
    Oulu-CASIA  | 6           | 73.14

Here drawn faces stand in for them, by the quick recipe. Ours, with minutes and machine, are in docs/results.md.
"""

from dataclasses import replace

from trainers.augmentation import EnlargeAndCrop, Flip, Rotate
from trainers.expansion import Expansion
from trainers.recipe import Recipe

#: The paper's hyperparameters (section 4.1); 50 epochs are those of its other classifiers. It does not say how large
#: the pictures are of which windows of 96 are cut out: 108 is ours.
ALI_CNN_BASELINE = Recipe(
    name="ali_cnn_baseline",
    model="ali_cnn_baseline",
    size=108,
    center_crop=96,
    optimizer="adam",
    learning_rate=1e-4,
    betas=(0.5, 0.999),
    batch_size=150,
    epochs=50,
    schedule="constant",
    expansion=Expansion(96),
)

#: For drawn faces on a few cores: half the size, turned, mirrored and cropped anew each time instead of 110-fold;
#: smaller steps, more of them, at ten times the rate, which then falls to zero.
ALI_CNN_BASELINE_QUICK = replace(
    ALI_CNN_BASELINE,
    name="ali_cnn_baseline_quick",
    size=48,
    center_crop=None,
    expansion=None,
    optimizer="adamw",
    learning_rate=1e-3,
    betas=(0.9, 0.999),
    weight_decay=0.01,
    batch_size=32,
    epochs=12,
    schedule="one_cycle",
    augmentation=(Rotate(10), Flip(), EnlargeAndCrop(52)),
)

if __name__ == "__main__":
    from trainers.command import main

    main("trainers.ali")
