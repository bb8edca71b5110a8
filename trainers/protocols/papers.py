"""The papers' protocols: which faces of which corpus, how they are divided, and the numbers to set ours against.

Each fold's epoch is chosen by the next fold, where the papers name no faces that choose it.
"""

import numpy as np

from fer_probe.faces.face_crops import EyeCrop, FixedCrop, HaarCrop, LandmarkCrop
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.frames import (
    all_but_first,
    first_as_neutral,
    middle_frames,
    peak_frames,
    recordings,
    shown_expression,
)
from trainers.protocols.divisions import own_parts, pictures_at_random, random_pictures, subject_folds_of
from trainers.protocols.protocol import Protocol, Row

#: The detector's box where a paper aligns by landmarks that the corpus does not have; the whole picture, where faces
#: are cut out already, or none is found.
_DETECTED = HaarCrop(fallback=FixedCrop())
#: Where CK+'s landmarks tell the face.
_LANDMARKS = LandmarkCrop(0.1, _DETECTED)
#: By the eyes, which the faces of a pre-training that have no landmarks have as well; aligned but for the turn of the
#: head.
_EYES = EyeCrop(fallback=_DETECTED)


def labelled_recordings(faces: FaceImages, *but: str) -> FaceImages:
    """Every frame of the recordings that show an expression, 327 of CK+'s 593; neutral, and what is named, is none."""
    named = np.array([*faces.expression_names, ""])  # the last one is what -1 means
    left_out = ("", "neutral", *but)
    kept = [frames for frames in recordings(faces) if named[shown_expression(faces, frames)] not in left_out]
    return faces.select(np.sort(np.concatenate([np.zeros(0, np.int64), *kept])))


def all_moving(faces: FaceImages) -> FaceImages:
    """Every frame of every labelled recording but its neutral first one (Zhu et al., section 2.2)."""
    return all_but_first(labelled_recordings(faces))


def peaks(faces: FaceImages) -> FaceImages:
    """The last three frames of every labelled recording (Ali & Hughes, section 4.2)."""
    return peak_frames(labelled_recordings(faces))


def peaks_and_neutral(faces: FaceImages, *but: str) -> FaceImages:
    """The last three frames of every labelled recording, and its first one as neutral."""
    return peak_frames(first_as_neutral(labelled_recordings(faces, *but)), neutral_first=True)


def without_fear(faces: FaceImages) -> FaceImages:
    """Six expressions and neutral (Barradas-Chacón et al., section 1)."""
    return peaks_and_neutral(faces, "fear")


def frontal_middles(faces: FaceImages) -> FaceImages:
    """The three middle frames of every recording of MMI in one frontal view."""
    view = faces.attributes.get("view", np.full(len(faces), ""))
    return middle_frames(labelled_recordings(faces.select(np.isin(view, ("", "0")))))


def strong_visible(faces: FaceImages) -> FaceImages:
    """The last three frames of Oulu-CASIA's recordings in strong visible light."""
    light, strength = (faces.attributes.get(name, np.full(len(faces), "")) for name in ("light", "strength"))
    kept = faces.select((light == "VL") & (strength == "Strong"))
    if not len(kept):
        raise FacesError(f"{faces.source or 'these faces'}: none in strong visible light; expected a folder VL/Strong")
    return peaks(kept)


_JAHROMI = Protocol(
    name="jahromi",
    paper="Honari Jahromi & Fyshe, Facial Emotion recognition with convolutional Neural Networks, tables 1 and 2",
    corpora=("fer2013", "fer2013_folders"),
    rows=(
        Row("jahromi_shallow", "Shallow", 48.06),
        Row("jahromi_medium_n", "Medium, N", 56.42, 55.8),
        Row("jahromi_medium", "Medium, N + A", 63.13, 61.0),
        Row("jahromi_medium_he", "Medium, N + A + HE", 60.1, 58.1),
        Row("jahromi_deep_n", "Deep", 58.98, always=False),
        Row("jahromi_deep", "Deep, A", 68.23, always=False),
        Row("jahromi_medium_paper", "Medium, N + A, in the paper's words", 63.13, 61.0, always=False),
    ),
    division=own_parts,
    seeds=3,
)

_ZHU = Protocol(
    name="zhu",
    paper="Zhu, Fan & Yuan, Facial Expression Recognition Research Based on Deep Learning, section 2.2",
    corpora=("ck_plus",),
    rows=(Row("zhu_cnn", "CNN (the paper gives no accuracy)"),),
    division=subject_folds_of(10),
    faces=all_moving,
    shared=random_pictures(200, 200, "the paper: 200 of all pictures"),
    crop=LandmarkCrop(),
)

_BARRADAS = Protocol(
    name="barradas",
    paper="Barradas-Chacón, Rocha & Werner, Facial Emotion Representation and Reconstruction, section 2.1",
    corpora=("ck_plus",),
    rows=(Row("barradas_classifier", "Classifier (the paper gives neither accuracy nor split)"),),
    division=subject_folds_of(10),
    faces=without_fear,
)

_ALI = [
    Protocol(
        name=f"ali_{corpus}",
        paper="Ali & Hughes, Facial Expression Representation Learning by Synthesizing Expression Images, "
        f"table {table}",
        corpora=(corpus,),
        rows=(
            Row("ali_cnn_baseline", "CNN (baseline)", baseline),
            Row(
                "ali_degan_fer",
                "DE-GAN (Ours)",
                degan,
                stages=("ali_degan",),
                pretrained=("ali_degan", "ali_degan_pretrained"),
            ),
        ),
        division=subject_folds_of(10),
        faces=faces,
        crop=_EYES,
        pretraining=("bu_4dfe",),
    )
    for table, corpus, baseline, degan, faces in (
        (1, "ck_plus", 90.34, 97.36, peaks),
        (2, "mmi", 58.46, 72.98, frontal_middles),
        (3, "oulu_casia", 73.14, 89.24, strong_visible),
    )
]


def _clustered(recipe: str, label: str, paper: float, others: int | None = None) -> Row:
    """An autoencoder, which no label is shown to, and K-means on its latents."""
    return Row(recipe, label, paper, stages=(recipe,), pretrained=(recipe,), others=others, clustered=True)


def _semisupervised(recipe: str, label: str, paper: float) -> Row:
    """An autoencoder first, then dense layers behind its encoder by a fifth of the labels."""
    before = recipe.replace("semisupervised", "semisupervised_autoencoder")
    return Row(recipe, label, paper, stages=(before,), pretrained=(before,), share=0.2)


_CUBARRUBIA = Protocol(
    name="cubarrubia",
    paper="Cubarrubia, Mishra & Kiss, Categorizing Facial Expressions, table 1",
    corpora=("affectnet", "affectnet_npy", "affectnet_kaggle"),
    rows=(
        _clustered("cubarrubia_dense_ae", "Stacked autoencoder, RGB", 12.26),
        _clustered("cubarrubia_dense_ae_grey", "Stacked autoencoder, Grayscale", 12.53),
        _clustered("cubarrubia_dense_ae_cropped", "Stacked autoencoder, Cropped", 11.84),
        _clustered("cubarrubia_conv_ae", "Stacked convolutional autoencoder, RGB", 10.98),
        _clustered("cubarrubia_conv_ae_grey", "Stacked convolutional autoencoder, Grayscale", 12.17),
        _clustered("cubarrubia_conv_ae_cropped", "Stacked convolutional autoencoder, Cropped", 17.77, 10_000),
        _semisupervised("cubarrubia_semisupervised", "Semi-supervised, RGB", 34.31),
        _semisupervised("cubarrubia_semisupervised_grey", "Semi-supervised, Grayscale", 43.58),
        _semisupervised("cubarrubia_semisupervised_cropped", "Semi-supervised, Cropped", 41.50),
        Row("cubarrubia_supervised", "Supervised, RGB", 56.15),
        Row("cubarrubia_supervised_grey", "Supervised, Grayscale", 57.51),
        Row("cubarrubia_supervised_cropped", "Supervised, Cropped", 57.89),
    ),
    division=random_pictures(0.2, 0.1, "the paper divides AffectNet and does not say how"),
    seeds=3,
    pretraining=("fec",),
    others=pictures_at_random(25_000),
)

_KHORRAMI = Protocol(
    name="khorrami",
    paper="Khorrami, Paine & Huang 2015, Do Deep Neural Networks Learn Facial Action Units When Doing Expression "
    "Recognition?",
    corpora=("ck_plus",),
    rows=(Row("khorrami_zero_bias", "Zero-bias CNN, eight classes"),),
    division=subject_folds_of(10),
    faces=peaks_and_neutral,
    crop=_LANDMARKS,
)

#: Every protocol by its name.
PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol for protocol in (_JAHROMI, _ZHU, _BARRADAS, *_ALI, _CUBARRUBIA, _KHORRAMI)
}


def protocol_for(name: str, corpus: str) -> tuple[Protocol, tuple[str, ...] | None]:
    """The protocol that a paper or a recipe has for a corpus, and the one row that a recipe means.

    Args:
        name: a key of :data:`PROTOCOLS`, the paper's first word (``"ali"``), or a recipe in one of its rows.
        corpus: a key of :data:`fer_probe.faces.corpora.READERS`.

    Raises:
        FacesError: no such name, or none of its protocols is for this corpus.
    """
    of_paper = [protocol for protocol in PROTOCOLS.values() if name in (protocol.name, protocol.name.split("_")[0])]
    of_recipe = [protocol for protocol in PROTOCOLS.values() if name in {row.recipe for row in protocol.rows}]
    if not (known := of_paper or of_recipe):
        recipes = dict.fromkeys(row.recipe for protocol in PROTOCOLS.values() for row in protocol.rows)
        raise FacesError(
            f"no protocol {name!r}; there are {', '.join(PROTOCOLS)}, and for one row {', '.join(recipes)}"
        )
    fitting = [protocol for protocol in known if corpus in protocol.corpora]
    if not fitting:
        wanted = " or ".join(word for protocol in known for word in protocol.corpora)
        raise FacesError(f"the protocol of {name} is for {wanted}; these faces are {corpus}")
    return fitting[0], None if of_paper else (name,)


def check_pretraining(protocol: Protocol, corpus: str) -> None:
    """Whether a protocol trains on this corpus first.

    Raises:
        FacesError: it does not, or on another.
    """
    if corpus not in protocol.pretraining:
        wanted = (
            f"trains on {' or '.join(protocol.pretraining)} first" if protocol.pretraining else "has no pre-training"
        )
        raise FacesError(f"the protocol {protocol.name} {wanted}; --pretraining is {corpus}")
