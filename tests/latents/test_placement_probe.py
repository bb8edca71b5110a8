"""Placing faces on a study's maps: where they lie, what is kept of them, and what does not allow it."""

import dataclasses

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.face_crops import FixedCrop
from fer_probe.latents.embeddings import Embedding
from fer_probe.probe_settings import ProbeSettings

NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
QUICK = ProbeSettings(steps=1, maximized=1, permutations=20, people=0)
#: Not the file's own: a probe may be told another.
CROP = FixedCrop((0.1, 0.1, 0.9, 0.9))


@pytest.fixture(scope="module")
def new():
    return fp.draw_faces(1, 32, seed=9)


@pytest.fixture(scope="module", params=["jahromi_shallow", "barradas_fader"])
def study(request, tmp_path_factory):
    """Of a classifier, or of a network with a latent; on two sets of faces, shown another crop than the file's."""
    folder = tmp_path_factory.mktemp("placed")
    model = fp.build_model(request.param, 7, **({"size": 16} if request.param == "barradas_fader" else {}))
    size = 16 if request.param == "barradas_fader" else 48
    fp.save_checkpoint(folder / "m.safetensors", model, preprocessing=fp.Preprocessing(size), class_names=NAMES)
    told = fp.load_checkpoint(folder / "m.safetensors")
    told = dataclasses.replace(told, preprocessing=dataclasses.replace(told.preprocessing, crop=CROP))
    faces = {"one": fp.draw_faces(3, 32, seed=1), "other": fp.draw_faces(2, 32, seed=2)}
    return fp.probe_checkpoint(told, faces, folder / "study", QUICK)


def test_faces_lie_where_their_features_are_placed(study, new):
    """On every map, which stays as it was; features and readings by hand, in the preprocessing of the probe."""
    before = {name: study.load(Embedding, name, *study.layers(Embedding, name)) for name in study.face_sets}
    positions = {name: np.array(found.positions) for name, found in before.items()}
    found = fp.probe_placement(study, new, name="later")
    model = fp.load_checkpoint(study.checkpoint_path).model
    images = dataclasses.replace(fp.load_checkpoint(study.checkpoint_path).preprocessing, crop=CROP)(new)
    for name, embedding in before.items():
        if embedding.layer == "latent":
            features = model.encode(images[:]).detach().numpy()
        else:
            features = fp.layer_features(model, images, [embedding.layer])[embedding.layer]
        np.testing.assert_allclose(found[name].positions, embedding.place(features), atol=1e-3)
        np.testing.assert_array_equal(found[name].pixels, images.all_resized())
        (kept,) = study.of_layer(fp.PlacedFaces, name, embedding.layer)
        np.testing.assert_array_equal(kept.positions, found[name].positions)
        np.testing.assert_array_equal(study.load(Embedding, name, embedding.layer).positions, positions[name])
        assert [kept.given(i) for i in range(7)] == [new.expression_names[i] for i in new.expression]
    reader = fp.coding_of(fp.load_checkpoint(study.checkpoint_path))
    if reader is None:
        np.testing.assert_allclose(found["one"].probabilities, fp.predict(model, images), atol=1e-5)
    assert found["one"].probabilities.shape[0] == 7


def test_a_name_is_replaced_and_another_stands_beside_it(study, new):
    """Groups are kept apart by their names, in their order."""
    layer = study.layers(Embedding, "one")[0]
    for name, count in (("b", 7), ("a", 3), ("b", 2)):
        fp.probe_placement(study, new.select(slice(count)), name=name)
    held = {placed.name: len(placed) for placed in study.of_layer(fp.PlacedFaces, "one", layer)}
    assert held["a"] == 3 and held["b"] == 2 and list(held) == sorted(held)
    assert study.of_layer(fp.PlacedFaces, "one", "elsewhere") == []


def test_what_a_crop_missed_is_noted_once(tmp_path, new):
    """However often the faces are placed."""
    study = planted(tmp_path, fp.LandmarkCrop(fallback=FixedCrop()))
    bare, said = dataclasses.replace(new, landmarks=None), []
    for _ in range(2):
        fp.probe_placement(study, bare, say=said.append)
        study = fp.Study.open(study.folder)
    notes = [note for note in study.about["notes"] if "by its fallback" in note]
    assert len(notes) == 1 and notes[0].startswith("Placed faces 'new': in 7 of 7") and said.count(notes[0]) == 2


def planted(folder, crop=None):
    """A study of an untrained classifier with nothing but a map."""
    model = fp.build_model("jahromi_shallow", 7)
    preprocessing = fp.Preprocessing(48, crop=crop)
    fp.save_checkpoint(folder / "m.safetensors", model, preprocessing=preprocessing, class_names=NAMES)
    checkpoint, faces = fp.load_checkpoint(folder / "m.safetensors"), fp.draw_faces(2, 32)
    study = fp.Study.create(folder / "study", {**checkpoint.told(), "notes": []}, checkpoint.path)
    study = study.add_faces("some", faces, {})
    layer = list(dict(model.named_modules()))[-1]
    features = fp.layer_features(model, preprocessing(faces), [layer])[layer]
    study.add(fp.embed(features, "pca", layer=layer), "some", {})
    return study


def test_what_does_not_allow_it_is_one_sentence(tmp_path, new):
    """A study without a map or weights, an old map, no faces, a name that is none, faces that cannot be cut out."""
    bare = fp.Study.create(tmp_path / "bare", {}).add_faces("some", new, {})
    with pytest.raises(fp.StudyError, match="'bare' has no map to place faces on; make one with `fer-probe probe`"):
        fp.probe_placement(bare, new)
    study = planted(tmp_path)
    with pytest.raises(fp.FacesError, match="no faces to place"):
        fp.probe_placement(study, new.select(slice(0)))
    with pytest.raises(fp.StudyError, match="'a/b' cannot name"):
        fp.probe_placement(study, new, name="a/b")
    cut = dataclasses.replace(fp.load_checkpoint(study.checkpoint_path), preprocessing=fp.Preprocessing(48))
    crop = {"preprocessing": fp.Preprocessing(48, crop=fp.LandmarkCrop()).to_dict()}
    with pytest.raises(fp.FacesError, match="landmarks"):
        asked = dataclasses.replace(study, about={**study.about, **crop})
        fp.probe_placement(asked, dataclasses.replace(new, landmarks=None), checkpoint=cut)
    embedding = study.load(Embedding, "some", *study.layers(Embedding, "some"))
    study.add(dataclasses.replace(embedding, axes=None), "some", {})
    with pytest.raises(fp.StudyError, match="made before faces could be placed"):
        fp.probe_placement(study, new)
    study.checkpoint_path.unlink()
    with pytest.raises(fp.StudyError, match="keeps no copy of its weights"):
        fp.probe_placement(study, new)
