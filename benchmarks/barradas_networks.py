"""Do Barradas-Chacón's autoencoders hold what their paper says of them, on drawn people whom nobody was trained on?

    fer-probe train barradas_beta_vae --quick --checkpoint beta.safetensors        (likewise the others)
    python benchmarks/barradas_networks.py judges --beta-vae beta.safetensors \
        --siamese siamese.safetensors --alone alone.safetensors \
        --fader fader.safetensors --fader multiclass.safetensors --fader l2.safetensors

What the networks draw of 80 people is read by two classifiers, which are trained here, three minutes in all, and kept
in the folder ``judges``: one of expressions, on 200 other people than the networks learnt from; one of the 80 persons,
on other pictures of them. With a β-VAE a regressor of action units is trained too, on 3,000 people whose units are
switched by themselves. All faces are cut out by their landmarks, as the networks' are.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fer_probe as fp
from fer_probe.action_units import PROTOTYPES
from fer_probe.faces.face_crops import FaceBoxes
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.codings import Coding, coding_of
from fer_probe.latents.latent_functions import decoded
from trainers import RECIPES, train
from trainers.action_unit_regressor import ACTION_UNIT_REGRESSOR
from trainers.demonstration import drawn_demonstration
from trainers.interruptions import unfinished_path
from trainers.labelled_faces import labelled_by_person

#: Of the people that are read; the trainings' own people are of seed 0, the judge's of seed 1.
PEOPLE_SEED, PEOPLE, SIZE = 7, 80, 64
#: How the quick recipes cut faces out, and how large they take them.
CROP, SHOWN = RECIPES["barradas_fader_quick"].crop, RECIPES["barradas_fader_quick"].size
#: Its pictures are as large. A picture that is a whole face has no landmarks, and is taken whole.
JUDGE = dataclasses.replace(RECIPES["jahromi_medium_quick"], name="judge", crop=CROP)
#: Its pictures are cut out and shrunk as the networks', then enlarged.
REGRESSOR = dataclasses.replace(ACTION_UNIT_REGRESSOR, name="units", epochs=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judges", type=Path, help="folder")
    for name in ("siamese", "alone", "beta-vae"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--fader", type=Path, action="append", default=[])
    given = parser.parse_args()
    judge = _expression_judge(given.judges / "expressions.safetensors")
    faces = _as_shown(fp.draw_faces(PEOPLE, SIZE, PEOPLE_SEED))
    print(f"{len(faces)} faces of {PEOPLE} people; the judge reads {_accuracy(judge, faces, None):.1%} of them")
    persons = _person_judge(given.judges / "persons.safetensors")
    print(f"persons: {persons.metrics['validation_accuracy']:.1%} of pictures that it was not trained on")
    for path in filter(None, (given.alone, given.siamese)):
        reconstructed(path, judge, faces)
    if given.beta_vae:
        separated(given.beta_vae, faces)
        slid(given.beta_vae, judge, faces, persons)
        raised(given.beta_vae, _unit_judge(given.judges / "units.safetensors"), faces)
    for path in given.fader:
        faded(path, faces)
        slid(path, judge, faces, persons)


def reconstructed(path: Path, judge: fp.Checkpoint, faces: fp.FaceImages) -> None:
    """How many reconstructions show the judge the expression of the face."""
    coding = _coding(path)
    print(f"{path.stem}: the judge recognises {_accuracy(judge, faces, coding):.1%} of the reconstructions")


def separated(path: Path, faces: fp.FaceImages) -> None:
    """Figure 10: each expression's own variable, and where neutral lies."""
    checkpoint, coding = fp.load_checkpoint(path), _coding(path)
    latents = fp.find_latents(coding.encode, _pixels(faces), names=coding.names)
    found = fp.latent_distributions(latents, faces)
    own = {coding.names[k]: found.auroc[k, found.own(k)] for k in range(len(coding.names))}
    print(f"{path.stem}: a linear discriminant on {len(own)} variables reads {found.separation:.1%}, chance "
          f"{found.chance:.1%}; AUROC of each variable for its own expression: "
          + ", ".join(f"{name} {value:.3f}" for name, value in own.items()))  # fmt: skip
    emotions = [k for k, name in enumerate(coding.names) if name != "neutral"]
    length = np.linalg.norm(latents.values[:, emotions], axis=1)
    for name in checkpoint.class_names:
        shown = np.asarray(faces.expression) == faces.expression_names.index(name)
        mean = latents.values[shown].mean(0)
        axis = mean[coding.names.index(name)] / np.linalg.norm(mean)
        print(f"  {name}: {length[shown].mean():.2f} from the emotions' origin, cosine of the mean with "
              f"its own axis {axis:.2f}")  # fmt: skip


def faded(path: Path, faces: fp.FaceImages) -> None:
    """How well neutral is told from the latents: by the net's own adversary, and by a new probe."""
    checkpoint, coding = fp.load_checkpoint(path), _coding(path)
    people = _as_shown(drawn_demonstration(0, RECIPES["barradas_fader_quick"]).training)
    learnt, read = (fp.find_latents(coding.encode, _pixels(some)).values for some in (people, faces))
    emotion, truth = (_emotional(some) for some in (people, faces))
    probes = {
        "linear": LogisticRegression(class_weight="balanced", max_iter=2000),
        "forest": RandomForestClassifier(300, class_weight="balanced", min_samples_leaf=5, random_state=0),
    }
    told = {
        name: balanced_accuracy_score(truth, make_pipeline(StandardScaler(), probe).fit(learnt, emotion).predict(read))
        for name, probe in probes.items()
    }
    # A network takes no weights of classes: it is shown each neutral face six times.
    shown = np.concatenate([np.flatnonzero(~emotion).repeat(6), np.flatnonzero(emotion)])
    network = MLPClassifier((64, 64), max_iter=60, early_stopping=True, random_state=0)
    probe = make_pipeline(StandardScaler(), network).fit(learnt[shown], emotion[shown])
    told["network"] = balanced_accuracy_score(truth, probe.predict(read))
    if checkpoint.recipe["losses"]["adversarial"]:
        told["its own adversary"] = balanced_accuracy_score(truth, _adversary(checkpoint, read))
    print(f"{path.stem}: neutral or not, told from the latents, balanced, chance 50 %: "
          + ", ".join(f"{name} {value:.1%}" for name, value in told.items()))  # fmt: skip


def slid(path: Path, judge: fp.Checkpoint, faces: fp.FaceImages, persons: fp.Checkpoint) -> None:
    """Each variable from its smallest to its largest value: what does the judge read, and is it the same person?"""
    coding = _coding(path)
    latents = fp.find_latents(coding.encode, _pixels(faces), names=coding.names).values
    beside = {"emotion": np.ones(len(faces), np.float32)} if coding.attribute else {}
    moved = [number for number, name in enumerate(coding.names) if name in judge.class_names]
    settings = {"names": coding.names, "beside": beside, "steps": 6, "dimensions": moved}
    read, known = (
        fp.read_traversals(coding.decode, latents, fp.reading_by(one), one.class_names, **settings)
        for one in (judge, persons)
    )
    print(f"{path.stem}: {len(faces)} faces, each variable in 6 steps from its smallest to its largest value")
    print("  share read as its expression at both ends; Spearman of that probability's mean; read as the same person")
    for variable, name in enumerate(read.names):
        own = judge.class_names.index(name)
        print(f"  {name}: {read.share[variable, 0, own]:.0%} → {read.share[variable, -1, own]:.0%}, "
              f"Spearman {read.rank_correlation[variable, own]:.2f}, same person "
              f"{known.kept[variable, 0]:.0%} and {known.kept[variable, -1]:.0%}")  # fmt: skip
    _recognised(coding, latents, beside, moved, persons, faces)


def _recognised(
    coding: Coding, latents: np.ndarray, beside: dict[str, np.ndarray], moved: list[int], persons: fp.Checkpoint,
    faces: fp.FaceImages,
) -> None:  # fmt: skip
    """In how many pictures the person is recognised: of the unmoved latent, and with a variable at either end."""
    truth = [persons.class_names.index(str(subject)) for subject in faces.subject]

    def share(values: np.ndarray) -> float:
        drawn = decoded(coding.decode, values, beside=beside)
        return float((fp.reading_by(persons)(drawn).argmax(1) == truth).mean())

    ends = []
    for number in moved:
        for value in (latents[:, number].min(), latents[:, number].max()):
            there = latents.copy()
            there[:, number] = value
            ends.append(share(there))
    print(f"  the person himself, of {len(persons.class_names)}: {share(latents):.1%} of the unmoved, "
          f"{min(ends):.1%} to {max(ends):.1%} at the ends, {np.mean(ends):.1%} in the mean")  # fmt: skip


def raised(path: Path, units: fp.Checkpoint, faces: fp.FaceImages) -> None:
    """Which action units rise along an expression's variable, by a regressor: those of its prototype, and the rest.

    Of each of the expression's own units it is told as well how much higher the regressor reads it off the faces that
    show the expression than off all others: what it does not read there it cannot read off what is decoded.
    """
    coding, reading = _coding(path), fp.reading_by(units, probabilities=False)
    latents = fp.find_latents(coding.encode, _pixels(faces), names=coding.names).values
    read = fp.read_traversals(coding.decode, latents, reading, units.class_names, names=coding.names, steps=6)
    numbers, on_faces = [int(name.removeprefix("AU")) for name in units.class_names], reading(_pixels(faces).numpy())
    print(f"{path.stem}: units read off {len(faces)} decoded faces, from a variable's smallest to its largest value")
    for variable, name in enumerate(read.names):
        own = [numbers.index(number) for number in PROTOTYPES[name][0] if number in numbers]
        showing = np.asarray(faces.expression) == faces.expression_names.index(name)
        higher = on_faces[showing].mean(0) - on_faces[~showing].mean(0)
        risen = read.mean[variable, -1] - read.mean[variable, 0]
        rank = read.rank_correlation[variable]
        told = ", ".join(
            f"AU{numbers[k]} {risen[k]:+.2f} (Spearman {rank[k]:.2f}; faces {higher[k]:+.2f})" for k in own
        )
        rest = np.delete(risen, own)
        print(f"  {name}: {told or 'no unit'}; other units {rest.mean():+.2f} in the mean, {rest.max():+.2f} at most")
        if readable := [k for k in own if higher[k] >= 0.1]:
            mean = read.mean[variable][:, readable].mean(1)
            steady = spearmanr(np.arange(len(mean)), mean)[0]
            print(f"    the {len(readable)} that are higher by a tenth on its faces, in the mean: "
                  f"{mean[-1] - mean[0]:+.2f}, Spearman {steady:.2f}")  # fmt: skip


def _expression_judge(path: Path) -> fp.Checkpoint:
    """A classifier of expressions, trained on other people than the networks."""
    others = drawn_demonstration(1, JUDGE)
    return _judge(path, others.training, others.validation)


def _person_judge(path: Path) -> fp.Checkpoint:
    """A classifier of the people that are read, trained on six other pictures of each expression of them."""
    drawn = fp.draw_faces(PEOPLE, SIZE, PEOPLE_SEED, per_subject=7)
    people, number = labelled_by_person(drawn), np.arange(len(drawn)) // 7 % 7
    return _judge(path, people.select((number > 0) & (number < 6)), people.select(number == 6))


def _unit_judge(path: Path) -> fp.Checkpoint:
    """A regressor of action units, trained on people of whom each unit is switched by itself."""
    if path.exists() and not unfinished_path(path).exists():
        return fp.load_checkpoint(path)
    training, validation = (
        _cut_out(fp.draw_faces(people, SIZE, seed, pictures="action_units", per_subject=8))
        for people, seed in ((3000, 2), (60, 3))
    )
    return train(REGRESSOR, training, validation, checkpoint=path)


def _cut_out(faces: fp.FaceImages) -> fp.FaceImages:
    """As the networks take them, with the landmarks where they then lie."""
    assert CROP is not None and faces.landmarks is not None
    top, left, bottom, right = FaceBoxes(CROP, faces).all().T.astype(float)
    first, size = np.stack([left, top], 1)[:, None], np.stack([right - left, bottom - top], 1)[:, None]
    points = (np.asarray(faces.landmarks, float) + 0.5 - first) * SHOWN / size - 0.5
    return dataclasses.replace(_as_shown(faces), landmarks=points.astype(np.float32))


def _judge(path: Path, training: fp.FaceImages, validation: fp.FaceImages) -> fp.Checkpoint:
    if path.exists() and not unfinished_path(path).exists():
        return fp.load_checkpoint(path)
    return train(JUDGE, training, validation, checkpoint=path)


def _as_shown(faces: fp.FaceImages) -> fp.FaceImages:
    """Cut out and resized as the networks take them: pictures that are whole faces."""
    images = Preprocessing(SHOWN, crop=CROP)(faces)
    return dataclasses.replace(faces, pixels=images.all_resized(), landmarks=None)


def _coding(path: Path) -> Coding:
    coding = coding_of(fp.load_checkpoint(path))
    assert coding is not None and coding.decode is not None, f"{path} holds no autoencoder"
    return coding


def _accuracy(judge: fp.Checkpoint, faces: fp.FaceImages, coding: Coding | None) -> float:
    pixels = _pixels(faces).numpy()
    if coding is not None:
        every = range(len(faces))
        told = coding.beside(faces)
        pixels = fp.reconstruct(coding.encode, coding.decode, _pixels(faces), shown=every, beside=told).pixels
    expected = [judge.class_names.index(faces.expression_names[number]) for number in faces.expression]
    return float((fp.reading_by(judge)(pixels).argmax(1) == expected).mean())


def _adversary(checkpoint: fp.Checkpoint, latents: np.ndarray) -> np.ndarray:
    """What the adversary says, cut where it says emotion of as many as show one: it learnt on seven expressions."""
    with torch.no_grad():
        logits = checkpoint.model.eval().adversary(torch.from_numpy(latents)).numpy()
    return logits > np.quantile(logits, 1 / len(checkpoint.class_names))


def _emotional(faces: fp.FaceImages) -> np.ndarray:
    return np.asarray(faces.expression) != faces.expression_names.index("neutral")


def _pixels(faces: fp.FaceImages) -> torch.Tensor:
    return torch.from_numpy(np.asarray(faces.pixels[:], np.float32) / 255)


if __name__ == "__main__":
    main()
