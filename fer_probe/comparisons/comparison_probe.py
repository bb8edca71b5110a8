"""Comparisons into a study: of the checkpoint that the study is about with another one, on the study's faces."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fer_probe.architecture import describe_architecture
from fer_probe.checkpoints import Checkpoint, load_checkpoint
from fer_probe.comparisons.checkpoint_comparison import (
    UNTRAINED,
    CheckpointComparison,
    ComparedNetwork,
    compare_checkpoints,
)
from fer_probe.evaluation import evaluate
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.harvesting import Harvest, harvest
from fer_probe.study import STUDY_FILE, Study, StudyError


def is_study(path: Path) -> bool:
    """Whether a path is a study's folder."""
    return (path / STUDY_FILE).exists()


def checkpoint_at(path: Path) -> Checkpoint:
    """The checkpoint of a study, or the one in a file.

    Raises:
        StudyError: a folder without a study, or a study of a stranger's weights, which holds no copy of them.
        CheckpointError: a file that holds none of ours.
    """
    if not path.is_dir():
        return load_checkpoint(path)
    study = Study.open(path)
    if not study.checkpoint_path.exists():
        raise StudyError(
            f"study {study.name!r} keeps no copy of its weights, for they were a stranger's: "
            "compare them in Python, by fp.compare_checkpoints"
        )
    return load_checkpoint(study.checkpoint_path)


def names_of(one: Path, other: Path) -> tuple[str, str]:
    """What two checkpoints are called: their files' or studies' names, with their folders' where those are the same."""
    names = one.resolve().stem, other.resolve().stem
    if names[0] != names[1]:
        return names
    longer = tuple(f"{path.resolve().parent.name}-{name}" for path, name in zip((one, other), names, strict=True))
    return (longer[0], longer[1]) if longer[0] != longer[1] else (f"{names[0]}-1", f"{names[0]}-2")


def begin_study(checkpoint: Checkpoint, name: str, faces: Mapping[str, FaceImages], folder: Path, seed: int) -> Study:
    """A study of a checkpoint with its faces, that comparisons go to; the rest of it is what ``probe`` makes.

    Raises:
        FacesError: no faces.
        StudyError: the folder holds something else.
    """
    if not faces or not all(len(some) for some in faces.values()):
        raise FacesError(f"no faces to compare on in {', '.join(faces) or 'nothing'}")
    architecture = describe_architecture(checkpoint.model, checkpoint.preprocessing.shape)
    about = {**checkpoint.told(), "layers": list(architecture.layers), "seed": seed, "name": name, "notes": []}
    study = Study.create(folder, about, checkpoint.path if checkpoint.path.suffix == ".safetensors" else None)
    for set_name, some in faces.items():
        provenance = {"checkpoint_sha256": checkpoint.sha256, "source": some.source}
        study = study.add_faces(set_name, checkpoint.preprocessing(some).shown_faces(), provenance)
        study.add(architecture, set_name, provenance)
        if checkpoint.class_names and (some.expression >= 0).any():
            images = checkpoint.preprocessing(some)
            study.add(evaluate(checkpoint.model, images, some, checkpoint.class_names), set_name, provenance)
    return study


def probe_comparison(
    study: Study,
    one: Checkpoint,
    other: Checkpoint,
    names: tuple[str, str],
    *,
    layers: tuple[str, str] = ("", ""),
    untrained: int = UNTRAINED,
    seed: int = 0,
    say: Callable[[str], None] = lambda sentence: None,
) -> dict[str, CheckpointComparison]:
    """Compare two checkpoints on every set of a study's faces, and keep what is found.

    Args:
        study: of the first one.
        one, other: each prepares the same faces in its own way.
        names: what they are called; a comparison with another of the same name is replaced.
        layers: whose maps are matched; empty for the deepest convolution, or the study's main layer.
        untrained: networks like either, their weights shuffled.
        seed: of everything random.
        say: is told each step in a sentence.

    Returns:
        Set of faces → what was found on it.
    """
    found = {}
    main = layers[0] or str(study.about.get("main_layer", ""))
    for set_name in study.face_sets:
        faces = study.faces(set_name)
        say(f"{set_name}: showing {len(faces)} faces to {names[0]}, {names[1]} and {2 * untrained} untrained networks")
        sides = [
            ComparedNetwork.of(checkpoint, faces, name, layer)
            for checkpoint, name, layer in zip((one, other), names, (main, layers[1]), strict=True)
        ]
        found[set_name] = compare_checkpoints(sides[0], sides[1], faces, untrained=untrained, seed=seed)
        matches = found[set_name].matches
        hashes = {"checkpoint_sha256": one.sha256, "other_sha256": other.sha256, "seed": seed}
        for record in found[set_name].records:
            study.add(record, set_name, {**hashes, "parameters": {"untrained": untrained}})
        if study.find(Harvest, set_name, matches.layer) is None:  # a map's own page shows its strongest faces
            study.add(harvest(one.model, sides[0].images, [matches.layer])[matches.layer], set_name, hashes)
    return found
