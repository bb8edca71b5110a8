"""Ali & Hughes, "Facial Expression Representation Learning by Synthesizing Expression Images": DE-GAN and baseline.

Ten folds without a common subject, tables 1–3, rows "CNN (baseline)" and "DE-GAN (Ours)", accuracy in %:

    corpus      | expressions | baseline | DE-GAN
    CK+         | 7           | 90.34    | 97.36
    MMI         | 6           | 58.46    | 72.98
    Oulu-CASIA  | 6           | 73.14    | 89.24

DE-GAN learns in stages, each of which begins with what the one before has learnt:

    ali_degan on BU-4DFE  →  ali_degan_pretrained  →  ali_degan_fer        the paper's way
                             ali_degan             →  ali_degan_fer        without BU-4DFE

Here drawn faces stand in for them, by the quick recipes. Ours: the baseline's reads 93.4 % of people it never saw after
2.2 minutes on one core of an x86-64 processor with AVX-512 BF16; what DE-GAN puts on its people is recognised
(docs/results.md). Over ten folds with pre-training its second stage reads 91.3 %, the baseline 82.4 %.
"""

from dataclasses import replace

from fer_probe.faces.face_crops import FixedCrop, LandmarkCrop
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

#: DE-GAN by equations 1 and 2. "In later iterations" the generator is updated more often: four times for once is what
#: DR-GAN has, on which it builds (Tran et al. 2017); the second half, and the weight of f(x)'s divergence, are ours.
ALI_DEGAN = replace(
    ALI_CNN_BASELINE,
    name="ali_degan",
    model="ali_degan",
    epochs=300,
    learning="expression_transfer",
    losses={"divergence": 1e-3, "late": 0.5, "generator_steps": 4},
)

#: The same after training on other people: all is taken over but the layers that name people and expressions.
ALI_DEGAN_PRETRAINED = replace(
    ALI_DEGAN,
    name="ali_degan_pretrained",
    takes_over={
        part: part
        for part in (
            "generator.encoder",
            "generator.decoder.fc",
            "generator.decoder.norm",
            "generator.decoder.convolutions",
            "discriminator.convolutions",
        )
    },
)

#: The second stage, by equation 3, on the encoder of either.
ALI_DEGAN_FER = replace(
    ALI_CNN_BASELINE,
    name="ali_degan_fer",
    model="ali_degan_fer",
    learning="residue_classification",
    losses={"local1": 0.7, "local2": 0.6, "local3": 0.4, "local4": 0.3, "joined": 1.0},
    takes_over={"encoder": "generator.encoder"},
    fixed=("encoder",),
)

#: For drawn faces on a few cores: cut out by their landmarks, half the size and half the maps; turned, mirrored and
#: cropped anew each time instead of 110-fold; smaller steps, more of them, at ten times the rate, which then falls to
#: zero.
ALI_CNN_BASELINE_QUICK = replace(
    ALI_CNN_BASELINE,
    name="ali_cnn_baseline_quick",
    options={"maps": 32},
    size=48,
    crop=LandmarkCrop(0.1, FixedCrop()),
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

#: As large, mirrored and cropped anew; not turned, so that there is less to be made.
ALI_DEGAN_QUICK = replace(
    ALI_DEGAN,
    name="ali_degan_quick",
    options={"maps": 32},
    size=48,
    crop=LandmarkCrop(0.1, FixedCrop()),
    center_crop=None,
    expansion=None,
    learning_rate=1e-3,
    batch_size=32,
    epochs=50,
    schedule="one_cycle",
    augmentation=(Flip(), EnlargeAndCrop(52)),
    losses={"divergence": 1e-3, "late": 0.5, "generator_steps": 2},
)

ALI_DEGAN_PRETRAINED_QUICK = replace(
    ALI_DEGAN_QUICK, name="ali_degan_pretrained_quick", takes_over=ALI_DEGAN_PRETRAINED.takes_over
)

#: As the baseline's, for as long.
ALI_DEGAN_FER_QUICK = replace(
    ALI_CNN_BASELINE_QUICK,
    name="ali_degan_fer_quick",
    model="ali_degan_fer",
    learning="residue_classification",
    losses=ALI_DEGAN_FER.losses,
    takes_over=ALI_DEGAN_FER.takes_over,
    fixed=ALI_DEGAN_FER.fixed,
)

if __name__ == "__main__":
    from trainers.command import main

    main("trainers.ali")
