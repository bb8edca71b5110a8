"""The regressor of action units: landmarks follow their pictures, it learns, and its checkpoint measures alone."""

import dataclasses

import numpy as np
import pytest
import torch

import fer_probe as fp
from fer_probe.faces.drawn_faces.landmarks import landmarks
from fer_probe.faces.drawn_faces.render import intensities, pose_face
from fer_probe.faces.drawn_faces.scene import Pose
from trainers import TrainingError, train
from trainers.action_unit_regressor import ACTION_UNIT_REGRESSOR
from trainers.learners.intensities import _mirrored, _moved

TINY = dataclasses.replace(ACTION_UNIT_REGRESSOR, size=32, epochs=10, learning_rate=4e-3, batch_size=32)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    training, unseen = (fp.draw_faces(n, 32, s, pictures="action_units") for n, s in ((110, 0), (30, 1)))
    path = tmp_path_factory.mktemp("regressor") / "net.safetensors"
    return train(TINY, training, unseen, checkpoint=path, progress=False), unseen


def test_a_mirrored_face_has_mirrored_landmarks():
    """The face that moves its other half and turns the other way, drawn, has the landmarks that a mirror gives."""
    rows = intensities({12: (1.0, 0.0), 2: (0.0, 0.8)})
    seen, mirrored = (
        landmarks(pose_face(fp.Identity(), left, right, Pose(yaw=yaw, roll=roll), 64, 1), 64)
        for left, right, yaw, roll in ((*rows, 8, 3), (*rows[::-1], -8, -3))
    )
    found = _mirrored(torch.from_numpy(seen)[None], 64)[0].numpy()
    np.testing.assert_allclose(found, mirrored, atol=2e-2)
    assert np.abs(seen - mirrored).max() > 2


def test_landmarks_move_with_their_picture():
    """A bright pixel is found where the shift says it went."""
    images = torch.zeros(8, 1, 20, 20)
    images[:, 0, 9, 12] = 1
    moved, by = _moved(images, 3, torch.Generator().manual_seed(0))
    assert len(by.unique(dim=0)) > 4
    for picture, (right, down) in zip(moved[:, 0], by.int(), strict=True):
        assert picture[9 + down, 12 + right] == 1


def test_it_learns_people_it_never_saw(learnt):
    """A stretched mouth is read off other people after few steps; the loss falls."""
    trained, _ = learnt
    assert trained.curves["loss"][-1] < 0.6 * trained.curves["loss"][0]
    assert trained.metrics["correlation"]["AU27"] > 0.5


def test_the_checkpoint_measures_alone(learnt):
    """Loaded from its file it gives the correlations that were noted; its outputs are named by unit."""
    trained, unseen = learnt
    loaded = fp.load_checkpoint(trained.path)
    found = fp.evaluate_intensities(loaded.model, loaded.preprocessing(unseen), unseen, loaded.class_names)
    assert loaded.class_names[:2] == ("AU1", "AU2")
    noted = list(loaded.metrics["correlation"].values())
    np.testing.assert_allclose(found.correlation, noted, atol=1e-3)


def test_faces_without_landmarks_are_refused(tmp_path):
    """It says what is missing; nothing is written."""
    faces = dataclasses.replace(fp.draw_faces(2, 32, 0, pictures="action_units"), landmarks=None)
    with pytest.raises(TrainingError, match="landmarks"):
        train(TINY, faces, faces, checkpoint=tmp_path / "n.safetensors", progress=False)
    assert not list(tmp_path.iterdir())


def test_a_killed_regressor_goes_on_to_the_same_weights(tmp_path):
    """Stopped after an epoch and called again: the layer that only training has goes on too."""
    training, unseen = (fp.draw_faces(n, 32, s, pictures="action_units") for n, s in ((12, 0), (6, 1)))
    recipe, whole, parts = dataclasses.replace(TINY, epochs=2), tmp_path / "w.safetensors", tmp_path / "p.safetensors"
    at_once = train(recipe, training, unseen, checkpoint=whole, progress=False)
    train(recipe, training, unseen, checkpoint=parts, minutes=1e-9, progress=False)
    in_parts = train(recipe, training, unseen, checkpoint=parts, progress=False)
    for name, value in at_once.model.state_dict().items():
        assert torch.equal(value, in_parts.model.state_dict()[name])
