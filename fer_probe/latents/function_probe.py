"""Function probe: a study of an autoencoder that is given as two functions, whoever wrote it and in what."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fer_probe.checkpoints import Checkpoint
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.codings import coding
from fer_probe.latents.judges import judges_of
from fer_probe.latents.latent_functions import Decode, Encode
from fer_probe.latents.latent_probe import LATENT, LatentProbe
from fer_probe.records import Record, arrays_sha256
from fer_probe.study import Study


def probe_functions(
    encode: Encode,
    decode: Decode | None,
    faces: Mapping[str, FaceImages],
    folder: Path | str,
    *,
    preprocessing: Preprocessing,
    names: Sequence[str] = (),
    attribute: str = "",
    people: Sequence[str] = (),
    judges: Sequence[Checkpoint] = (),
    name: str = "",
    seed: int = 0,
    batch_size: int = 64,
    say: Callable[[str], None] = lambda sentence: None,
) -> Study:
    """Everything that is told of a latent, of two functions, into a study for report and dashboard.

        fp.probe_functions(net.encode, net.decode, {"drawn": fp.draw_faces()}, "studies/theirs",
                           preprocessing=fp.Preprocessing(64))

    Args:
        encode: (n, C, H, W) as the preprocessing gives it → (n, …).
        decode: (n, L) → (n, C, H, W) in the same scale; what it wants beside the latent is fixed by a closure, or
            told by ``attribute``. None where nothing decodes.
        faces: name → faces.
        folder: the study's; a study that stands there is begun again.
        preprocessing: what the functions are given.
        names: of the latent variables, such as the expressions they stand for.
        attribute: ``"identity"`` or ``"emotion"``, the keyword under which the decoder takes it.
        people: whom an identity can be, in the order of their numbers.
        judges: networks of their own that read what is decoded while latent variables are moved.
        name: what the study is called; its folder's name where empty.
        seed: of everything random.
        batch_size: changes speed only.
        say: is told each step in a sentence.

    Raises:
        FacesError: no faces, or one that the preprocessing's crop cannot be found in.
        CheckpointError: a judge that cannot be one, or that has nothing to read.
        LayerError: functions that give no latents, or no pictures.
        StudyError: the folder holds something else.
    """
    if not faces or not all(len(some) for some in faces.values()):
        raise FacesError(f"no faces to probe with in {', '.join(faces) or 'nothing'}")
    codes = coding(encode, decode, preprocessing, names=names, attribute=attribute, people=people)
    asked = judges_of(judges, codes)
    study = Study.create(folder, _about(preprocessing, name, seed))
    for set_name, some in faces.items():
        images = preprocessing(some)
        provenance = {"faces_sha256": arrays_sha256(images.pixels, some.expression, some.action_units), "seed": seed}
        study = study.add_faces(set_name, images.shown_faces(), {**provenance, "source": some.source})
        kept: list[str] = []

        def keep(record: Record, into: Study = study, on: str = set_name, told: Any = provenance, **how: Any) -> None:
            into.add(record, on, {**told, "parameters": how})

        say(f"{set_name}: {len(some)} faces in the latent space, and what is decoded from it")
        LatentProbe(some, keep, kept.append, seed, batch_size, asked).on_coding(codes, images)
        for sentence in dict.fromkeys(kept):
            say(sentence)
            study = study.with_note(sentence)
    return study


def _about(preprocessing: Preprocessing, name: str, seed: int) -> dict[str, Any]:
    told = {
        key: "per pixel" if isinstance(value, np.ndarray) else value for key, value in preprocessing.to_dict().items()
    }
    return {
        "name": name, "model": {"class": "two functions"}, "class_names": [], "preprocessing": told,
        "layers": [LATENT], "main_layer": "", "seed": seed, "notes": [],
    }  # fmt: skip
