"""Barradas-Chacón, Rocha & Werner, "Facial Emotion Representation and Reconstruction", sections 1.1 and 2.1.

The paper: CK+, the last three frames of each sequence, its neutral frames as a seventh class; it gives no accuracy, but
figure 6, the t-SNE of ``latent``, in which the expressions lie apart and neutral in their middle. Here drawn faces
stand in for CK+, by the quick recipe. Ours: the classifier's quick recipe reads 94.6 % of
people it never saw after 0.8 minutes on one core of an x86-64 processor with AVX-512 BF16; the quick comparator tells
95 % of pairs of them, and what the others draw is measured in docs/results.md.
"""

from dataclasses import replace

from fer_probe.faces.face_crops import FixedCrop, HaarCrop, LandmarkCrop
from trainers.augmentation import BrightnessContrast, Flip, OneOf, Perspective, Rotate
from trainers.recipe import Recipe

#: The paper's crop, size, balance and augmentation. It names no numbers to learn by (those are Keras's own: Adam at
#: 0.001, 32 pictures a step), none for N (300: more than any expression has), and no strength of the three changes.
#: It augments what it repeats, once; here every picture is augmented anew whenever it is shown.
BARRADAS_CLASSIFIER = Recipe(
    name="barradas_classifier",
    model="barradas_classifier",
    size=128,
    crop=HaarCrop(fallback=FixedCrop()),
    faces_a_class=300,
    optimizer="adam",
    learning_rate=1e-3,
    batch_size=32,
    epochs=50,
    augmentation=(Flip(0.5), OneOf((BrightnessContrast(), Perspective(), Rotate()))),
)

#: For drawn faces on a few cores, which are cut out and balanced already: half the size, one cycle that ends at zero.
BARRADAS_CLASSIFIER_QUICK = replace(
    BARRADAS_CLASSIFIER,
    name="barradas_classifier_quick",
    size=64,
    crop=None,
    faces_a_class=None,
    optimizer="adamw",
    learning_rate=2e-3,
    weight_decay=0.01,
    epochs=25,
    schedule="one_cycle",
)

#: The comparator: every two people's faces of a batch, and the mean face of each expression.
BARRADAS_COMPARATOR = replace(
    BARRADAS_CLASSIFIER,
    name="barradas_comparator",
    model="barradas_comparator",
    normalization="per_pixel",
    learning="comparing",
)

#: The variational autoencoder that the comparator supports; it begins with a trained comparator. The text names neither
#: β nor λ. RL is the mean over pixels, so that β is a sixth of what it is in a VAE's own bound at 128×128; λ is about
#: what the last epochs gain in RL, chosen on validation faces (docs/results.md).
BARRADAS_SIAMESE_VAE = replace(
    BARRADAS_CLASSIFIER,
    name="barradas_siamese_vae",
    model="barradas_siamese_vae",
    learning="siamese_vae",
    losses={"beta": 1e-5, "comparator": 0.003},
)

#: The same without the comparator, to hold it against.
BARRADAS_SIAMESE_VAE_ALONE = replace(
    BARRADAS_SIAMESE_VAE, name="barradas_siamese_vae_alone", losses={"beta": 1e-5, "comparator": 0.0}
)

#: The fader network with all three losses; figure 8's last row. λ is the paper's.
BARRADAS_FADER = replace(
    BARRADAS_CLASSIFIER,
    name="barradas_fader",
    model="barradas_fader",
    learning="fading",
    losses={"reconstruction": 1.0, "multiclass": 1.0, "adversarial": 0.1},
)

#: Figure 8's first row: L2 alone.
BARRADAS_FADER_L2 = replace(
    BARRADAS_FADER,
    name="barradas_fader_l2",
    losses={"reconstruction": 1.0, "multiclass": 0.0, "adversarial": 0.0},
)

#: Figure 8's second row: L2 and the multiclass loss.
BARRADAS_FADER_MULTICLASS = replace(
    BARRADAS_FADER,
    name="barradas_fader_multiclass",
    losses={"reconstruction": 1.0, "multiclass": 1.0, "adversarial": 0.0},
)

#: α 1, β 2, γ 10.
BARRADAS_BETA_VAE = replace(
    BARRADAS_CLASSIFIER,
    name="barradas_beta_vae",
    model="barradas_beta_vae",
    learning="beta_vae",
    losses={"alpha": 1.0, "beta": 2.0, "gamma": 10.0},
)

#: For drawn faces on a few cores: as the classifier's quick recipe, but cut out by the landmarks, and smaller. A few
#: latent variables draw little more than mean faces, which show an expression only where eyes and mouths lie upon each
#: other. CK+ shows faces from the front; drawn ones turn. The β-VAE's decoder, which sees noise as large as its
#: latents, goes on learning three times as long.
(
    BARRADAS_COMPARATOR_QUICK,
    BARRADAS_SIAMESE_VAE_QUICK,
    BARRADAS_SIAMESE_VAE_ALONE_QUICK,
    BARRADAS_BETA_VAE_QUICK,
) = (
    replace(
        BARRADAS_CLASSIFIER_QUICK,
        name=f"{paper.name}_quick",
        model=paper.model,
        size=48,
        crop=LandmarkCrop(fallback=FixedCrop()),
        augmentation=(Flip(),),
        epochs=120 if paper is BARRADAS_BETA_VAE else 40,
        normalization=paper.normalization,
        learning=paper.learning,
        losses=paper.losses,
    )
    for paper in (
        BARRADAS_COMPARATOR,
        BARRADAS_SIAMESE_VAE,
        BARRADAS_SIAMESE_VAE_ALONE,
        BARRADAS_BETA_VAE,
    )
)

#: The faders with 58 latents beside the emotions' six, so that there is room for a person, and expressions erased from
#: these (docs/results.md). The squared error is a mean over pixels: with 500 it weighs a fifth of their sum at 48×48.
BARRADAS_FADER_QUICK, BARRADAS_FADER_MULTICLASS_QUICK, BARRADAS_FADER_L2_QUICK = (
    replace(
        BARRADAS_BETA_VAE_QUICK,
        name=f"{name}_quick",
        model="barradas_fader",
        learning=learning,
        options={"rest": 58, "noise": 0.15},
        batch_size=16,
        epochs=72,
        learning_rate=4e-3,
        losses={"reconstruction": 500.0, **losses},
    )
    for name, learning, losses in (
        (
            "barradas_fader",
            "erased_fading",
            {"multiclass": 5.0, "adversarial": 12.0, "erased": 0.33, "adversary_steps": 4},
        ),
        ("barradas_fader_multiclass", "fading", {"multiclass": 5.0, "adversarial": 0.0}),
        ("barradas_fader_l2", "fading", {"multiclass": 0.0, "adversarial": 0.0}),
    )
)

if __name__ == "__main__":
    from trainers.command import main

    main("trainers.barradas")
