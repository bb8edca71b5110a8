"""Every way of learning: it lowers its loss, goes on after a kill to the same weights, and keeps to its formula."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import fer_probe as fp
from fer_probe.activations import evaluation_mode
from fer_probe.faces.face_images import FaceImages
from trainers import RECIPES, TrainingError, train
from trainers.labelled_faces import LabelledFaces
from trainers.learners import LEARNERS
from trainers.learners.pairs import mean_faces, partners
from trainers.learners.variational import class_entropy, divergence
from trainers.processes import Processes

CPU = torch.device("cpu")
ALONE = Processes(0, 1, CPU)
TRAINING, VALIDATION = fp.draw_faces(12, 32, 0), fp.draw_faces(4, 32, 1)


def tiny(name, **settings):
    return replace(
        RECIPES[name], size=32, crop=None, faces_a_class=None, augmentation=(), batch_size=16, epochs=3,
        optimizer="adam", learning_rate=1e-3, schedule="constant", **settings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def comparator(tmp_path_factory):
    path = tmp_path_factory.mktemp("comparator") / "c.safetensors"
    return train(tiny("barradas_comparator"), TRAINING, VALIDATION, checkpoint=path, epochs=1, progress=False)


def learner_of(recipe, start=None, seed=0):
    learning = LEARNERS[recipe.learning]
    names = learning.class_names_of(TRAINING)
    prepared = recipe.preprocessing(TRAINING)
    faces = LabelledFaces(TRAINING, names, prepared, CPU)
    torch.manual_seed(seed)
    return learning(recipe, prepared, names, faces, seed, ALONE, start), faces


BARRADAS = ["barradas_comparator", "barradas_siamese_vae", "barradas_siamese_vae_alone", "barradas_fader",
            "barradas_fader_l2", "barradas_fader_multiclass", "barradas_beta_vae"]  # fmt: skip


@pytest.mark.parametrize("name", BARRADAS)
def test_two_steps_lower_the_loss(comparator, name):
    """The loss of one batch, with the same noise, before, between and after two steps on it."""
    learner, faces = learner_of(tiny(name, options={}), comparator if "siamese" in name else None)
    shown, losses = torch.arange(16), []
    for _ in range(3):
        learner.draws.manual_seed(1)
        with evaluation_mode(learner.model), torch.no_grad():
            losses.append(float(learner.loss(learner.varied(faces.lesson(shown)[0]), faces, shown)))
        learner.draws.manual_seed(1)
        learner.step(faces, shown)
    assert losses[0] > losses[1] > losses[2]


@pytest.mark.parametrize("name", BARRADAS)
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path, comparator, name):
    """Stopped after each epoch and called again; its curves too."""
    start, recipe = comparator if "siamese" in name else None, tiny(name)
    whole = train(recipe, TRAINING, VALIDATION, checkpoint=tmp_path / "w.safetensors", start=start, progress=False)
    for minutes in (1e-9, 1e-9, None):
        parts = train(recipe, TRAINING, VALIDATION, checkpoint=tmp_path / "p.safetensors", start=start,
                      minutes=minutes, progress=False)  # fmt: skip
    for part, value in whole.model.state_dict().items():
        assert torch.equal(value, parts.model.state_dict()[part]), part
    assert parts.curves == whole.curves


def test_partners_are_other_people_as_asked():
    """Same expression where it was asked for, another one where not; never the same person."""
    _, faces = learner_of(tiny("barradas_comparator"))
    shown = torch.arange(len(faces)).repeat(20)
    same = torch.arange(len(shown)) % 2 == 0
    other, found = partners(faces, shown, same, torch.Generator().manual_seed(0))
    assert found.all()
    assert (faces.subjects[other] != faces.subjects[shown]).all()
    assert ((faces.labels[other] == faces.labels[shown]) == same).all()
    assert len(other.unique()) > 0.9 * len(faces)


def test_partners_that_do_not_exist_are_told():
    """One person alone shows anger: nobody else can be found for it."""
    names = ("anger", "fear")
    faces = FaceImages(
        pixels=np.zeros((4, 1, 8, 8), np.uint8), expression=np.array([0, 1, 1, 1]), expression_names=names,
        action_units=np.zeros((4, 0), np.float32), action_unit_numbers=np.zeros(0, int),
        subject=np.array(["a", "b", "c", "d"]),
    )  # fmt: skip
    prepared = fp.Preprocessing(8)
    held = LabelledFaces(faces, names, prepared, CPU)
    shown = torch.arange(4)
    _, found = partners(held, shown, torch.ones(4, dtype=torch.bool), torch.Generator().manual_seed(0))
    assert found.tolist() == [False, True, True, True]
    nobody = LabelledFaces(replace(faces, subject=None), names, prepared, CPU)
    with pytest.raises(TrainingError, match="no subjects"):
        partners(nobody, shown, torch.ones(4, dtype=torch.bool), torch.Generator())


def test_every_two_peoples_faces_are_compared():
    """Against the mean over pairs written out: never one person with itself, mean faces once, halves weigh the same."""
    learner, faces = learner_of(tiny("barradas_comparator"))
    shown = torch.tensor([0, 1, 2, 7, 8, 20, 30])
    images = learner.varied(faces.lesson(shown)[0])
    with evaluation_mode(learner.model), torch.no_grad():
        loss = learner.loss(images, faces, shown)
        means = learner.preprocessing.standardized(mean_faces(faces, 7))
        everybody = [*zip(images, faces.labels[shown].tolist(), faces.subjects[shown].tolist(), strict=True),
                     *zip(means, range(7), [-1] * 7, strict=True)]  # fmt: skip
        told = {True: [], False: []}
        for i, (face, label, person) in enumerate(everybody):
            for other_face, other_label, other in everybody[i + 1 :]:
                if person != other:
                    p = learner.model.compare(face[None], other_face[None]).sigmoid()[0]
                    told[label == other_label].append(-torch.log(p if label == other_label else 1 - p))
        by_hand = (torch.stack(told[True]).mean() + torch.stack(told[False]).mean()) / 2
    torch.testing.assert_close(loss, by_hand, rtol=1e-4, atol=1e-5)


def test_mean_faces_by_hand():
    """Each expression's mean over its faces, in 0–1."""
    _, faces = learner_of(tiny("barradas_comparator"))
    for number, mean in enumerate(mean_faces(faces, 7)):
        chosen = TRAINING.pixels[faces.labels.numpy() == number]
        np.testing.assert_allclose(mean.numpy(), chosen.mean(0) / 255, atol=1e-5)


def test_divergence_and_class_entropy_by_hand():
    """Against torch's own normal distributions, and the formula written out."""
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    ours = torch.distributions.Normal(mean, torch.exp(log_variance / 2))
    expected = torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
    torch.testing.assert_close(divergence(mean, log_variance), expected)
    labels = torch.tensor([0, 1, 2, 2, 1])
    s = mean.double().softmax(1)
    by_hand = [-(s[i, y].log() + sum((1 - s[i, k]).log() for k in range(3) if k != y)) for i, y in enumerate(labels)]
    torch.testing.assert_close(class_entropy(mean, labels).double(), torch.stack(by_hand).mean(), rtol=1e-5, atol=1e-5)


def beta_loss(alpha, beta, gamma, **more):
    recipe = tiny("barradas_beta_vae", **more)
    recipe = replace(recipe, losses={"alpha": alpha, "beta": beta, "gamma": gamma})
    learner, faces = learner_of(recipe)
    shown = torch.arange(8)
    images = learner.varied(faces.lesson(shown)[0])
    learner.draws.manual_seed(1)
    with evaluation_mode(learner.model):
        return learner, learner.loss(images, faces, shown), images


def test_beta_vae_is_the_sum_of_its_parts():
    """Linear in α, β and γ; β = γ = 0 leaves the reconstruction alone: no gradient but the autoencoder's."""
    parts = [beta_loss(*weights)[1] for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    torch.testing.assert_close(beta_loss(1, 2, 10)[1], parts[0] + 2 * parts[1] + 10 * parts[2])
    learner, loss, images = beta_loss(1, 0, 0)
    mean, log_variance = learner.model.distribution(images)
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(1))
    made = learner.model.decode(mean + torch.exp(log_variance / 2) * noise)
    torch.testing.assert_close(loss, nn.functional.binary_cross_entropy(made, images))
    # γ = 0: classes are of no account.
    learner, faces = learner_of(replace(tiny("barradas_beta_vae"), losses={"alpha": 1, "beta": 2, "gamma": 0}))
    told = []
    for labels in (faces.labels, faces.labels.flip(0)):
        faces.labels = labels
        learner.draws.manual_seed(1)
        told.append(learner.loss(images, faces, torch.arange(8)))
    assert torch.equal(told[0], told[1])


def test_the_fader_and_its_adversary_learn_by_turns():
    """Each changes its own weights alone; without the adversarial loss the adversary does not learn at all."""
    for name, learns in (("barradas_fader", True), ("barradas_fader_multiclass", False)):
        learner, faces = learner_of(tiny(name))
        watched = {"step": learner.descend, "changed": []}

        def descend(optimizer, loss, watched=watched, learner=learner):
            before = {part: value.clone() for part, value in learner.model.named_parameters()}
            watched["step"](optimizer, loss)
            changed = {part.split(".")[0] for part, value in learner.model.named_parameters()
                       if not torch.equal(before[part], value)}  # fmt: skip
            watched["changed"].append(changed)

        learner.descend = descend
        learner.step(faces, torch.arange(16))
        assert watched["changed"] == [{"adversary"}] * learns + [{"encoder", "decoder"}]


def test_the_faders_loss_by_hand():
    """Squared error, cross-entropy of the emotions' latents, −λ log(1 − p) of the adversary."""
    recipe = replace(tiny("barradas_fader"), losses={"reconstruction": 3.0, "multiclass": 2.0, "adversarial": 0.5})
    learner, faces = learner_of(recipe)
    shown = torch.arange(21)
    images = learner.varied(faces.lesson(shown)[0])
    names, model = learner.class_names, learner.model
    emotions = [name for name in names if name != "neutral"]
    with evaluation_mode(model), torch.no_grad():
        loss = learner.loss(images, faces, shown)
        latent = model.encode(images)
        labelled = [names[i] for i in faces.labels[shown]]
        shows = torch.tensor([float(name != "neutral") for name in labelled])
        squared = (model.decode(latent, shows) - images).square().mean()
        named = torch.stack([-latent[i].log_softmax(0)[emotions.index(name)]
                             for i, name in enumerate(labelled) if name != "neutral"]).mean()  # fmt: skip
        p = torch.where(shows == 1, model.adversary(latent).sigmoid(), 1 - model.adversary(latent).sigmoid())
        torch.testing.assert_close(loss, 3 * squared + 2 * named - 0.5 * torch.log(1 - p).mean())


def test_the_siamese_vae_moves_towards_what_the_comparator_agrees_with(comparator):
    """λ takes the comparator's mean probability off the loss; its weights stay, and are no part of the checkpoint."""
    losses = []
    for weight in (0.0, 0.5, 1.0):
        recipe = replace(tiny("barradas_siamese_vae"), losses={"beta": 0.0, "comparator": weight})
        learner, faces = learner_of(recipe, comparator)
        images = learner.varied(faces.lesson(torch.arange(8))[0])
        learner.draws.manual_seed(1)
        with evaluation_mode(learner.model):
            losses.append(learner.loss(images, faces, torch.arange(8)))
    assert losses[0] > losses[1] > losses[2]
    torch.testing.assert_close(losses[0] - losses[1], losses[1] - losses[2], atol=1e-5, rtol=1e-3)
    before = {name: value.clone() for name, value in learner.comparator.state_dict().items()}
    learner.step(faces, torch.arange(16))
    assert all(torch.equal(value, before[name]) for name, value in learner.comparator.state_dict().items())
    assert not any("fc2" in name for name in learner.model.state_dict())


def test_what_a_stage_begins_with_is_checked(tmp_path, comparator):
    """A stage that is missing, one that nobody wants, one that does not fit: each is said, nothing is written."""
    for recipe, start, told in (
        (tiny("barradas_siamese_vae"), None, "train barradas_comparator first"),
        (tiny("barradas_fader"), comparator, "begins with nothing trained before"),
        (tiny("barradas_classifier", takes_over={"encoder": "encoder.convolutions"}), None, "needs a checkpoint"),
        (tiny("barradas_classifier", takes_over={"fc3": "encoder.latent"}), comparator, "fit fc3"),
        (tiny("barradas_classifier", takes_over={"fc9": "encoder.latent"}), comparator, "fc9"),
    ):
        with pytest.raises(TrainingError, match=told):
            train(recipe, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", start=start, progress=False)
    assert not list(tmp_path.iterdir())


def test_fixed_parts_stay(tmp_path, comparator):
    """What was taken over and is fixed has the weights it came with; the rest learns."""
    recipe = tiny("barradas_classifier", takes_over={"encoder": "encoder.convolutions"}, fixed=("encoder",))
    trained = train(recipe, TRAINING, VALIDATION, checkpoint=tmp_path / "n.safetensors", start=comparator,
                    progress=False)  # fmt: skip
    theirs = comparator.model.encoder.convolutions.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in trained.model.encoder.state_dict().items())
    assert trained.data["start"]["sha256"] == comparator.sha256
    assert trained.curves["loss"][-1] < trained.curves["loss"][0]


def test_a_fader_without_neutral_faces_is_refused(tmp_path):
    """It says which classes there are."""
    few = TRAINING.select(TRAINING.expression < 2)
    with pytest.raises(TrainingError, match="needs neutral faces"):
        train(tiny("barradas_fader"), few, few, checkpoint=tmp_path / "n.safetensors", progress=False)
