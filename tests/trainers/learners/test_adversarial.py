"""DE-GAN's two stages: equations 1 to 3 by hand, who learns when, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from fer_probe.activations import evaluation_mode
from fer_probe.faces.face_images import FaceImages
from fer_probe.transfer_evaluation import evaluate_transfer
from tests.trainers.test_interruptions import CutAfter, PowerCut, weights_of
from trainers import TrainingError, train
from trainers.augmentation import Flip
from trainers.interruptions import unfinished_path
from trainers.labelled_faces import LabelledFaces, labelled_by_person
from trainers.learners.adversarial import ExpressionTransfer, ResidueClassification
from trainers.processes import Processes
from trainers.recipe import Recipe

NAMES = ("anger", "fear", "sadness")
TRANSFER = Recipe(
    "transfer", "ali_degan", 16, optimizer="adam", learning_rate=1e-3, betas=(0.5, 0.999), batch_size=12, epochs=2,
    learning="expression_transfer", losses={"divergence": 0.01, "late": 0.5, "generator_steps": 3},
)  # fmt: skip
RESIDUE = Recipe(
    "residue", "ali_degan_fer", 16, options={"dropout": 0.0}, optimizer="adam", learning_rate=1e-3, batch_size=12,
    epochs=2, learning="residue_classification",
    losses={"local1": 0.7, "local2": 0.6, "local3": 0.4, "local4": 0.3, "joined": 1.0},
    takes_over={"encoder": "generator.encoder"}, fixed=("encoder",),
)  # fmt: skip


def people(count=4, seed=0):
    """Two faces of each expression of each person: a stripe, as high as the expression, as bright as the person."""
    rng = np.random.default_rng(seed)
    expression, person = (values.ravel() for values in np.indices((3, count, 2))[:2])
    pixels = rng.integers(0, 60, (len(expression), 1, 16, 16))
    for picture, label, who in zip(pixels, expression, person, strict=True):
        picture[0, 2 + 5 * label : 6 + 5 * label] += 60 + 30 * who
    return FaceImages(
        pixels=pixels.astype(np.uint8),
        expression=expression,
        expression_names=NAMES,
        action_units=np.zeros((len(expression), 0), np.float32),
        action_unit_numbers=np.zeros(0, int),
        subject=np.array([f"S{who:03d}" for who in person]),
        source="stripes",
    )


FACES, OTHERS = people(), people(2, seed=1)


def learner_of(kind, recipe, faces=FACES, start=None):
    preprocessing = recipe.preprocessing(faces)
    device = torch.device("cpu")
    shown = LabelledFaces(faces, NAMES, preprocessing, device)
    return kind(recipe, preprocessing, NAMES, shown, 0, Processes(0, 1, device), start), shown


@pytest.fixture
def transfer():
    """A learner of DE-GAN, its faces, a batch of them and which they are."""
    learner, faces = learner_of(ExpressionTransfer, TRANSFER)
    learner.model.train()
    shown = torch.arange(0, 24, 2)
    return learner, faces, learner.varied(faces.lesson(shown)[0]), shown


@pytest.fixture(scope="module")
def first_stage(tmp_path_factory):
    path = tmp_path_factory.mktemp("stage") / "degan.safetensors"
    return train(TRANSFER, FACES, OTHERS, checkpoint=path, progress=False)


def noting(monkeypatch, learner, name):
    """What a method of the learner gave, call by call."""
    given, method = [], getattr(learner, name)
    monkeypatch.setattr(learner, name, lambda *arguments: given.append(method(*arguments)) or given[-1])
    return given


def log_softmax(logits, column):
    """log of the share that exp(logit) of a column has, by its definition."""
    shares = logits.exp() / logits.exp().sum(1, keepdim=True)
    return shares[torch.arange(len(logits)), column].log()


def test_the_discriminators_loss_is_equation_1(transfer, monkeypatch):
    """log Dᵉ + log Dⁱ of what is real, log of the last output of what is made, to be raised."""
    learner, faces, images, shown = transfer
    made = noting(monkeypatch, learner, "_made")
    loss = learner._against(images, faces, shown)
    expressions, identities = learner.model.discriminator(images)
    fooled, _ = learner.model.discriminator(made[0][0])
    value = log_softmax(expressions, faces.labels[shown]) + log_softmax(identities, faces.subjects[shown])
    value = value.mean() + log_softmax(fooled, torch.full((12,), 3)).mean()
    torch.testing.assert_close(loss, -value)
    assert not made[0][0].requires_grad


def test_the_generators_loss_is_equation_2_and_a_divergence(transfer, monkeypatch):
    """log Dᵉ of the expression shown and log Dⁱ of the identity told, to be raised; f(x) near N(0, 1) by its weight."""
    learner, faces, images, shown = transfer
    made = noting(monkeypatch, learner, "_made")
    losses = []
    for weight in (0.0, 0.5):
        learner.recipe = replace(TRANSFER, losses={**TRANSFER.losses, "divergence": weight})
        losses.append(learner.loss(images, faces, shown))
    for loss, weight, (pixels, told, mean, log_variance) in zip(losses, (0.0, 0.5), made, strict=True):
        expressions, identities = learner.model.discriminator(pixels)
        value = (log_softmax(expressions, faces.labels[shown]) + log_softmax(identities, told)).mean()
        apart = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1).mean()
        assert apart > 1
        torch.testing.assert_close(loss, weight * apart - value)


def test_what_is_made_has_a_drawn_latent_noise_and_any_identity(transfer, monkeypatch):
    """The codes told are those decoded and no face's own; f(x) is drawn by its variance, noise from N(0, 1)."""
    learner, faces, images, shown = transfer
    asked = []
    monkeypatch.setattr(learner.model, "decode", lambda *told: asked.append(told) or images)
    told = [learner._made(images) for _ in range(100)]
    identities = torch.cat([one[1] for one in told])
    assert torch.bincount(identities).float() / len(identities) == pytest.approx(0.25, abs=0.05)
    own = faces.subjects[shown].repeat(100)
    assert (identities == own).float().mean() == pytest.approx(0.25, abs=0.05)
    for (_, identity, mean, log_variance), (latent, code, noise) in zip(told, asked, strict=True):
        assert torch.equal(identity, code)
        drawn = ((latent - mean) / (log_variance / 2).exp()).detach()
        for values in (drawn, noise):
            assert values.mean() == pytest.approx(0, abs=0.25)
            assert values.std() == pytest.approx(1, abs=0.15)


def test_each_step_changes_its_own_weights(transfer, monkeypatch):
    """The discriminator's step none of the generator's, and the other way round; neither step is empty."""
    learner, faces, _, shown = transfer
    parts = {"generator": learner.model.generator, "discriminator": learner.model.discriminator}
    descend, changed = learner.descend, []

    def weights():
        return {name: [values.detach().clone() for values in part.parameters()] for name, part in parts.items()}

    def watched(optimizer, loss):
        before = weights()
        descend(optimizer, loss)
        changed.append([
            name for name, now in weights().items()
            if not all(torch.equal(*pair) for pair in zip(before[name], now, strict=True))
        ])  # fmt: skip

    monkeypatch.setattr(learner, "descend", watched)
    learner.step(faces, shown)
    learner.step(faces, shown)
    assert changed == [["discriminator"], ["generator"]] * 2
    every = [p for group in learner.optimizers for settings in group.param_groups for p in settings["params"]]
    assert len(every) == len(list(learner.model.parameters()))


def test_the_generator_is_updated_more_often_late(transfer, monkeypatch):
    """Of four steps the last two are late: one of the discriminator, three of the generator."""
    learner, faces, _, _ = transfer
    losses, against = noting(monkeypatch, learner, "loss"), noting(monkeypatch, learner, "_against")
    counts = []
    for _ in range(TRANSFER.epochs):
        learner.epoch(faces, lambda: counts.append((len(against), len(losses))))
    assert counts == [(1, 1), (2, 2), (3, 5), (4, 8)]


def test_two_steps_lower_what_each_of_the_two_lowers(transfer):
    """The same faces, identities and noise: the discriminator alone, then the generator alone."""
    learner, faces, images, shown = transfer

    def value(loss):
        learner.draws.manual_seed(1)
        return loss(images, faces, shown)

    for optimizer, loss in ((learner.optimizers[1], learner._against), (learner.optimizers[0], learner.loss)):
        before = value(loss).item()
        for _ in range(2):
            learner.descend(optimizer, value(loss))
        assert value(loss).item() < before


def test_the_score_is_by_identities_that_stay(transfer):
    """How often a discriminator that knows both by heart names them, whatever it takes for real."""
    learner, _, _, _ = transfer
    held_out = LabelledFaces(OTHERS, NAMES, learner.preprocessing, learner.device)
    asked = []

    def transferred(images, identity):
        asked.append(identity)
        return images

    def told(images):
        """Always "no real face" first; the expression right but for sadness, the identity right for two of four."""
        expressions = torch.nn.functional.one_hot(held_out.labels, 4).float()
        expressions[held_out.labels == 2] = torch.tensor([1.0, 0, 0, 0])
        expressions[:, 3] = 9
        return expressions, torch.nn.functional.one_hot(asked[-1].clamp_max(1), 4).float()

    learner.model.transfer, learner.model.discriminator.forward = transferred, told
    one, two = learner.scores(held_out), learner.scores(held_out)
    assert one == two and torch.equal(*asked)
    shown, known = held_out.labels < 2, asked[0] < 2
    assert 0 < known.float().mean() < 1
    assert one.told == pytest.approx({
        "validation_accuracy": (shown & known).float().mean().item(),
        "validation_expression": 2 / 3,
        "validation_identity": known.float().mean().item(),
    })  # fmt: skip


def test_the_last_epoch_is_kept(first_stage):
    """Whatever the discriminator says of the others."""
    assert first_stage.metrics["best_epoch"] == TRANSFER.epochs
    learner, _ = learner_of(ExpressionTransfer, TRANSFER)
    held_out = LabelledFaces(OTHERS, NAMES, learner.preprocessing, learner.device)
    ranks = []
    for learner.taken in (2, 4):
        ranks.append(learner.scores(held_out).rank)
    assert ranks[0] < ranks[1]


def test_the_checkpoint_says_who_the_codes_are(first_stage):
    """As many identities as people, by name and in the codes' order; validation people are none of them."""
    assert first_stage.metrics["people"] == ["S000", "S001", "S002", "S003"]
    assert first_stage.architecture["options"]["identities"] == 4
    assert {"validation_accuracy", "validation_expression", "validation_identity"} <= set(first_stage.curves)


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path):
    """Cut off in the third epoch, when the generator takes three steps for one: it does not forget how late it is.

    Of the two steps of each epoch before, each augments three times: what is shown, and twice what was made.
    """
    recipe = replace(TRANSFER, epochs=3, losses={**TRANSFER.losses, "late": 0.6})
    through, cut = (replace(recipe, augmentation=(CutAfter(count), Flip())) for count in (10**6, 14))
    whole = train(through, FACES, OTHERS, checkpoint=tmp_path / "whole.safetensors", progress=False)
    path = tmp_path / "cut.safetensors"
    with pytest.raises(PowerCut):
        train(cut, FACES, OTHERS, checkpoint=path, progress=False)
    assert unfinished_path(path).exists()
    finished = train(through, FACES, OTHERS, checkpoint=path, progress=False)
    assert torch.equal(weights_of(finished), weights_of(whole))
    assert finished.curves == whole.curves


@pytest.mark.parametrize(
    ("subject", "told"),
    [(None, "24 of stripes have no subject"), (np.array(["", *FACES.subject[1:]]), "1 of stripes have no subject")],
)
def test_faces_that_are_nobodys_are_refused(tmp_path, subject, told):
    """Without subjects, or one without: named and counted, and nothing is written."""
    with pytest.raises(TrainingError, match=told):
        train(TRANSFER, replace(FACES, subject=subject), OTHERS, checkpoint=tmp_path / "a.safetensors", progress=False)
    assert not list(tmp_path.iterdir())


def test_pixels_in_0_to_1_are_asked_for():
    """Real faces that are standardised and made ones that are not would be told apart by that."""
    with pytest.raises(TrainingError, match="its normalization is to be 'none', not 'per_picture'"):
        learner_of(ExpressionTransfer, replace(TRANSFER, normalization="per_picture"))


def test_classifiers_trained_apart_read_what_it_makes(first_stage, tmp_path):
    """From checkpoints that the loop writes: of expressions, and of the same people by name."""
    plain = replace(TRANSFER, name="plain", model="jahromi_medium", learning="classification", losses={})
    expression, identity = (
        train(plain, faces, faces, checkpoint=tmp_path / f"{number}.safetensors", progress=False)
        for number, faces in enumerate((FACES, labelled_by_person(FACES)))
    )
    found = evaluate_transfer(first_stage, OTHERS, expression, identity, times=2)
    assert found.people == tuple(first_stage.metrics["people"])
    own = OTHERS.subject[np.arange(24) % 12]
    assert len(found.identity_read) == 24 and not (np.array(found.people)[found.identity_asked] == own).any()
    with pytest.raises(TrainingError, match="24 of stripes have no subject"):
        labelled_by_person(replace(FACES, subject=None))


def test_the_second_stages_loss_is_equation_3(first_stage):
    """λ times each of five cross-entropies, each λ by itself too."""
    learner, faces = learner_of(ResidueClassification, RESIDUE, start=first_stage)
    shown = torch.arange(0, 24, 2)
    images = faces[shown]
    torch.manual_seed(0)
    for name, layer in learner.model.named_modules():
        if name.endswith("fc2") or name == "joined":
            torch.nn.init.normal_(layer.weight, std=10)  # at first all five say next to nothing
    with evaluation_mode(learner.model), torch.no_grad():
        logits = learner.model.all_logits(images)
        each = [-log_softmax(part, faces.labels[shown]).mean() for part in logits]
        assert len({float(loss) for loss in each}) == 5
        for weights in ((0.7, 0.6, 0.4, 0.3, 1.0), *np.eye(5).tolist()):
            learner.recipe = replace(RESIDUE, losses=dict(zip(RESIDUE.losses, weights, strict=True)))
            expected = sum(weight * loss for weight, loss in zip(weights, each, strict=True))
            torch.testing.assert_close(learner.loss(images, faces, shown), torch.as_tensor(expected), rtol=1e-4, atol=0)


def test_the_second_stage_learns_on_a_fixed_encoder(first_stage, tmp_path):
    """Two steps lower the loss; the encoder is DE-GAN's, to the last statistic, before and after."""
    learner, faces = learner_of(ResidueClassification, RESIDUE, start=first_stage)
    shown = torch.arange(0, 24, 2)
    learner.model.train()
    losses = [float(learner.step(faces, shown)) for _ in range(3)]
    assert losses[2] < losses[0]
    trained = train(RESIDUE, FACES, OTHERS, checkpoint=tmp_path / "fer.safetensors", start=first_stage, progress=False)
    theirs = first_stage.model.generator.encoder.state_dict()
    for model in (learner.model, trained.model):
        assert all(torch.equal(value, theirs[name]) for name, value in model.encoder.state_dict().items())
    assert trained.data["start"]["sha256"] == first_stage.sha256


def test_a_killed_second_stage_goes_on_to_the_same_weights(first_stage, tmp_path):
    """Its dropout goes on too; another first stage is not gone on with."""
    recipe = replace(RESIDUE, epochs=3, options={"dropout": 0.5})
    through, cut = (replace(recipe, augmentation=(CutAfter(count),)) for count in (10**6, 3))
    path, told = tmp_path / "cut.safetensors", {"start": first_stage, "progress": False}
    whole = train(through, FACES, OTHERS, checkpoint=tmp_path / "whole.safetensors", **told)
    with pytest.raises(PowerCut):
        train(cut, FACES, OTHERS, checkpoint=path, **told)
    with pytest.raises(TrainingError, match="data.start"):
        train(through, FACES, OTHERS, checkpoint=path, start=replace(first_stage, sha256="0"), progress=False)
    assert torch.equal(weights_of(train(through, FACES, OTHERS, checkpoint=path, **told)), weights_of(whole))


def test_a_second_stage_without_a_first_is_refused(tmp_path):
    """Its encoder would be noise."""
    with pytest.raises(TrainingError, match="needs a checkpoint to start from"):
        train(RESIDUE, FACES, OTHERS, checkpoint=tmp_path / "a.safetensors", progress=False)
