"""Make the papers' figures of latents from checkpoints, on drawn people whom no network was trained on.

python docs/make_latent_figures.py classifier.safetensors fader.safetensors fader-l2.safetensors beta-vae.safetensors

Any of them, autoencoders and DE-GAN, in any order; what each is stands in the file. Pictures
go to docs/pictures (--out), their numbers are printed.

    barradas-figure-6      t-SNE of the classifier's F100
    barradas-figure-7      the fader's latents for each expression fed in
    barradas-figure-8      one latent of each fader moved in six steps, a row a loss; -all each emotion's of the last
    barradas-figure-9      the β-VAE's reconstructions; 10 its latents' distributions; 11 faces along sadness
    cubarrubia-figure-5    t-SNE of the dense autoencoder's latent, 6 its reconstructions; 7, 8 the convolutional one's
    ali-transfer           expressions of unseen people on DE-GAN's people
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go

import fer_probe as fp
from fer_probe import figures
from fer_probe.checkpoints import Checkpoint
from fer_probe.latents.codings import Coding, PixelImages, coding_of
from fer_probe.latents.latent_probe import one_of_each
from fer_probe.latents.latent_variables import LatentDistributions, Latents, latent_distributions

PICTURES = Path(__file__).parent / "pictures"
WIDTH, SCALE = 820, 1.5
#: Of the loss of a fader, by what else than reconstruction it lowers.
LOSSES = {(False, False): "L2", (True, False): "L2 + multiclass", (True, True): "L2 + multiclass + adversarial"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--subjects", type=int, default=60)
    parser.add_argument("--seed", type=int, default=101, help="of the people; none of the recipes' own")
    parser.add_argument("--expression", default="happiness", help="whose latent figure 8 moves")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    grey = fp.draw_faces(chosen.subjects, 96, chosen.seed)
    colour = fp.draw_faces(chosen.subjects, 96, chosen.seed, channels=3)
    faders = {}
    for path in chosen.checkpoints:
        checkpoint = fp.load_checkpoint(path)
        name = str(checkpoint.architecture.get("name"))
        faces = colour if checkpoint.preprocessing.channels == 3 else grey
        if name == "barradas_fader":
            faders[_loss(checkpoint)] = checkpoint
        elif name in MADE:
            MADE[name](checkpoint, faces, chosen.out)
        else:
            print(f"{path}: no figure of {name}; there are of {', '.join([*MADE, 'barradas_fader'])}")
    if faders:
        _faders(faders, grey, chosen.out, chosen.expression)


def _classifier(checkpoint: Checkpoint, faces: fp.FaceImages, out: Path) -> None:
    """Figure 6."""
    layer = "latent"
    features = fp.layer_features(checkpoint.model, checkpoint.preprocessing(faces), [layer])[layer]
    _map(features, layer, faces, out / "barradas-figure-6.webp")


def _beta_vae(checkpoint: Checkpoint, faces: fp.FaceImages, out: Path) -> None:
    """Figures 9, 10 and 11."""
    coding, pixels, latents = _coded(checkpoint, faces)
    _reconstructions(coding, pixels, faces, out / "barradas-figure-9.webp")
    found = latent_distributions(latents, faces)
    _written(figures.latent_distributions_figure(found, panels="variable"), out / "barradas-figure-10.webp")
    _told("barradas-figure-10", found)
    moved = fp.traverse_variables(
        _decode(coding), latents.values, range(len(latents.names)), steps=9, names=latents.names
    )
    _written(figures.traversals_figure(moved), out / "barradas-figure-11-all.webp")
    row = latents.names.index("sadness")
    figure = figures.traversals_figure(moved, rows=[row])
    _written(figure.update_layout(title_text="Along the axis of sadness"), out / "barradas-figure-11.webp")


def _faders(faders: dict[str, Checkpoint], faces: fp.FaceImages, out: Path, expression: str) -> None:
    """Figures 7 and 8; the last row is the whole loss where there is such a fader."""
    rows: dict[str, tuple[fp.Traversals, int]] = {}
    for loss in (loss for loss in LOSSES.values() if loss in faders):
        coding, _, latents = _coded(faders[loss], faces)
        found = latent_distributions(latents, faces)
        _told(f"fader, {loss}", found)
        moved = fp.traverse_variables(
            _decode(coding), latents.values, range(latents.values.shape[1]), names=latents.names
        )
        rows[loss] = (moved, _variable(latents, found, expression))
    whole = list(rows)[-1]
    coding, pixels, latents = _coded(faders[whole], faces)
    emotions = [number for number, name in enumerate(latents.names) if name in faces.expression_names] or None
    figure = figures.latent_distributions_figure(
        latent_distributions(latents, faces, variables=emotions), panels="expression" if latents.names else None
    )
    _written(figure, out / "barradas-figure-7.webp")
    title = f"The latent of {expression}, from its smallest to its largest value"
    _written(figures.compared_traversals_figure(rows, title), out / "barradas-figure-8.webp")
    _written(figures.traversals_figure(rows[whole][0], rows=emotions), out / "barradas-figure-8-all.webp")
    shown = one_of_each(faces)
    slid = fp.transfer(
        _decode(coding), latents.values, shown.tolist(), "emotion", np.linspace(0, 1, 6, dtype=np.float32)
    )
    originals = pixels[0 : len(pixels)][shown].numpy()
    _written(figures.transfers_figure(slid, originals, faces), out / "barradas-fader-emotion.webp")
    _reconstructions(coding, pixels, faces, out / "barradas-fader-reconstructions.webp")


def _autoencoder(first: int) -> Callable[[Checkpoint, fp.FaceImages, Path], None]:
    """Cubarrubia et al.: a map of the latent, and the figure after it reconstructions."""

    def make(checkpoint: Checkpoint, faces: fp.FaceImages, out: Path) -> None:
        coding, pixels, latents = _coded(checkpoint, faces)
        _map(latents.values, "latent", faces, out / f"cubarrubia-figure-{first}.webp")
        _reconstructions(coding, pixels, faces, out / f"cubarrubia-figure-{first + 1}.webp")

    return make


def _degan(checkpoint: Checkpoint, faces: fp.FaceImages, out: Path) -> None:
    """Expressions of unseen people on six of the people that it knows."""
    coding, pixels, latents = _coded(checkpoint, faces)
    count = int(checkpoint.architecture["options"]["identities"])
    numbers, shown = np.linspace(0, count - 1, 6).astype(np.int64), one_of_each(faces)
    names = [coding.people[number] if coding.people else f"person {number}" for number in numbers]
    found = fp.transfer(_decode(coding), latents.values, shown.tolist(), "identity", numbers, names=names)
    originals = pixels[0 : len(pixels)][shown].numpy()
    figure = figures.transfers_figure(found, originals, faces, people=_people(checkpoint, names))
    _written(figure, out / "ali-transfer.webp")


def _people(checkpoint: Checkpoint, names: list[str]) -> np.ndarray | None:
    """Drawn people as they are at rest, (T, C, H, W) in 0–1; None for others, whose pictures are not shown."""
    source = re.fullmatch(r"drawn faces \(.*, seed (\d+)\)", checkpoint.data.get("training", {}).get("source", ""))
    if source is None or not all(re.fullmatch(r"D\d+", name) for name in names):
        return None
    prep = checkpoint.preprocessing
    people = [fp.random_identity([int(source[1]), int(name[1:])]) for name in names]
    return prep.resized(
        np.stack([fp.render_face(one, {}, size=96, channels=prep.channels) for one in people])
    ) / np.float32(255)


def _coded(checkpoint: Checkpoint, faces: fp.FaceImages) -> tuple[Coding, PixelImages, Latents]:
    coding = coding_of(checkpoint)
    assert coding is not None
    pixels = PixelImages(checkpoint.preprocessing(faces))
    return coding, pixels, fp.find_latents(coding.encode, pixels, names=coding.names)


def _decode(coding: Coding) -> Any:
    assert coding.decode is not None
    return coding.decode


def _variable(latents: Latents, found: LatentDistributions, expression: str) -> int:
    """The variable that is named after an expression, or the one that its faces have the largest values of."""
    if latents.names:
        return latents.names.index(expression)
    return int(found.auroc[:, found.expression_names.index(expression)].argmax())


def _reconstructions(coding: Coding, pixels: PixelImages, faces: fp.FaceImages, path: Path) -> None:
    shown = one_of_each(faces).tolist()
    found = fp.reconstruct(coding.encode, _decode(coding), pixels, shown=shown, beside=coding.beside(faces))
    _written(figures.reconstructions_figure(found, faces), path)
    print(f"{path.name}: mean squared error {found.error.mean():.4f}, R² {found.explained:.3f}")


def _map(features: np.ndarray, layer: str, faces: fp.FaceImages, path: Path) -> None:
    found = fp.embed(features, layer=layer)
    _written(figures.embedding_figure(found, faces), path)
    print(f"{path.name}: {len(faces)} faces, trustworthiness {found.trustworthiness:.3f}")


def _told(name: str, found: LatentDistributions) -> None:
    own = ", ".join(f"{found.name(v)} {found.auroc[v, found.own(v)]:.2f}" for v in found.variables)
    print(f"{name}: discriminant {found.separation:.1%} (chance {found.chance:.1%}), silhouette {found.silhouette:.2f}")
    print(f"    AUROC {own}")


def _loss(checkpoint: Checkpoint) -> str:
    losses = checkpoint.recipe.get("losses", {})
    return LOSSES.get((bool(losses.get("multiclass")), bool(losses.get("adversarial"))), "other losses")


def _written(figure: go.Figure, path: Path) -> None:
    figure.update_layout(paper_bgcolor="white")
    figure.write_image(path, width=WIDTH, height=figure.layout.height, scale=SCALE)
    print(path)


MADE: dict[str, Callable[[Checkpoint, fp.FaceImages, Path], None]] = {
    "barradas_classifier": _classifier,
    "barradas_beta_vae": _beta_vae,
    "cubarrubia_dense_ae": _autoencoder(5),
    "cubarrubia_conv_ae": _autoencoder(7),
    "ali_degan": _degan,
}

if __name__ == "__main__":
    main()
