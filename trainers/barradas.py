"""Barradas-Chacón, Rocha & Werner, "Facial Emotion Representation and Reconstruction", sections 1.1 and 2.1.

The paper: CK+, the last three frames of each sequence, its neutral frames as a seventh class; it gives no accuracy, but
figure 6, the t-SNE of ``latent``, in which the expressions lie apart and neutral in their middle. Here drawn faces
stand in for CK+, by the quick recipe. Ours, with minutes and machine, are in docs/results.md.
"""

from dataclasses import replace

from fer_probe.faces.face_crops import FixedCrop, HaarCrop
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

if __name__ == "__main__":
    from trainers.command import main

    main("trainers.barradas")
