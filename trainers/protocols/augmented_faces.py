"""Augmented faces: each picture changed once, to validate and test on what is as hard as what was trained on."""

import dataclasses

import torch

from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.records import stretches
from trainers.recipe import Recipe


def augmented_faces(faces: FaceImages, recipe: Recipe, seed: int) -> FaceImages:
    """The faces at the recipe's size, each augmented once by its own draw (Honari Jahromi & Fyshe, section 3.2).

    Args:
        faces: any.
        recipe: whose augmentation it is; one without leaves the pictures as they are.
        seed: same faces, recipe and seed, same pictures.

    Returns:
        The same labels. Landmarks are left out: the pictures moved under them.

    Raises:
        FacesError: the recipe cuts faces out, which it would do a second time.
    """
    if not recipe.augmentation and recipe.expansion is None:
        return faces
    if recipe.crop is not None or recipe.center_crop is not None:
        raise FacesError(
            f"{recipe.name} cuts out a part of each picture, and would cut an augmented one a second time: evaluate it "
            "on faces as they are"
        )
    images = Preprocessing(recipe.size, recipe.channels)(faces)
    pixels = images.all_resized()
    draws = torch.Generator().manual_seed(seed)
    for stretch in stretches(pixels):
        changed = torch.from_numpy(pixels[stretch]).float() / 255
        for step in recipe.augmentation:
            changed = step(changed, draws)
        pixels[stretch] = (changed * 255).round().clamp(0, 255).byte().numpy()
    told = f"{faces.source}; each picture augmented once, seed {seed}"
    kept = {field.name: getattr(faces, field.name) for field in dataclasses.fields(FaceImages)}
    return FaceImages(**{**kept, "pixels": pixels, "landmarks": None, "source": told})
