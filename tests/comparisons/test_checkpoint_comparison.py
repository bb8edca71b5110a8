"""Two networks side by side: a permuted copy is found to be one, an untrained one shares nothing that was learnt."""

import copy
import dataclasses

import numpy as np
import pytest
import torch

from fer_probe.activations import LayerError
from fer_probe.comparisons.checkpoint_comparison import ComparedNetwork, compare_checkpoints, find_comparison
from fer_probe.comparisons.observed_layers import observable_layers, observe, untrained_network
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.study import Study
from tests.small_network import CLASSES, SmallNet

ORDER = [3, 0, 5, 1, 4, 2]


@pytest.fixture(scope="module")
def faces():
    return draw_faces(10, 24, 0)


def network(model, faces, name, layer=""):
    return ComparedNetwork(name, model, Preprocessing(size=24, mean=0.5, std=0.25)(faces), CLASSES, layer)


def permuted():
    """The same network with the maps of ``deep`` in another order."""
    model = copy.deepcopy(SmallNet())
    with torch.no_grad():
        model.deep.weight.copy_(model.deep.weight[ORDER])
        model.deep.bias.copy_(model.deep.bias[ORDER])
        weight = model.classify.weight.view(7, 6, 36)
        model.classify.weight.copy_(weight[:, ORDER].reshape(7, -1))
    return model


@pytest.fixture(scope="module")
def copied(faces):
    return compare_checkpoints(
        network(SmallNet(), faces, "one"), network(permuted(), faces, "copy"), faces, untrained=6
    )


def test_a_permuted_copy_is_matched_exactly(copied):
    """By the permutation, with r = 1, above chance and above untrained networks."""
    matches = copied.matches
    assert [ORDER[j] for j in matches.assigned] == list(range(6)) and np.allclose(matches.assigned_correlation, 1)
    assert matches.layer == "deep" and matches.above_chance.all() and matches.learnt.all()


def test_a_permuted_copy_has_a_similarity_of_one(copied):
    """Of every layer with itself; answers agree throughout, and no difference is tested for any."""
    similarity, answers = copied.similarity, copied.answers
    assert similarity.layers == ("features", "deep", "classify")
    assert np.allclose(np.diag(similarity.cka), 1) and (np.diag(similarity.untrained) < 1).all()
    assert answers.agreement == 1 and answers.kappa == 1 and answers.difference == 0 and answers.p_value == 1


def test_a_permuted_copy_sees_the_same_units(copied):
    """Each unit's best map is the copy of the other's, with the same AUROC; no difference has an interval of width."""
    units = copied.units
    assert [ORDER[j] for j in units.other_maps] == units.maps.tolist() and units.paired.all()
    assert np.allclose(units.difference, 0) and np.allclose(units.half_width, 0) and not units.differs.any()


def test_an_untrained_network_shares_nothing_learnt(faces):
    """Six shuffled networks against one: of 36 pairs at most one counts as learnt, though many share what is seen."""
    learnt = above = 0
    for seed in range(6):
        shuffled = untrained_network(SmallNet(), ["features", "deep", "classify"], (1, 24, 24), 100 + seed)
        sides = network(SmallNet(), faces, "one"), network(shuffled, faces, "shuffled")
        matches = compare_checkpoints(*sides, faces, untrained=8, shufflings=50, permutations=20).matches
        learnt, above = learnt + matches.learnt.sum(), above + matches.above_chance.sum()
    assert learnt <= 1 and above > 10


def test_nothing_is_changed_and_batches_do_not_matter(faces):
    """Both networks keep weights and modes; any batch size gives the same."""
    model, other = SmallNet().train(), permuted()
    before = copy.deepcopy(model.state_dict())
    found = [
        compare_checkpoints(
            network(model, faces, "a"), network(other, faces, "b"), faces, untrained=2, shufflings=5, permutations=20,
            batch_size=size,
        )
        for size in (7, 200)
    ]  # fmt: skip
    assert model.training and all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert np.allclose(found[0].matches.correlation, found[1].matches.correlation, atol=1e-5)
    assert np.allclose(found[0].similarity.cka, found[1].similarity.cka, atol=1e-5)


def test_other_sizes_and_layers(faces):
    """Each takes the faces as its own preprocessing makes them; any layer may be matched with any other."""
    other = ComparedNetwork("b", SmallNet(), Preprocessing(size=24, mean=0.4, std=0.3)(faces), (), "features")
    found = compare_checkpoints(network(SmallNet(), faces, "a"), other, faces, untrained=0, shufflings=5)
    assert found.matches.correlation.shape == (6, 4) and (found.matches.assigned < 0).sum() == 2
    assert found.answers is None and np.isnan(found.matches.q_value).all()


def test_faces_of_which_nothing_is_known(faces):
    """No labels, no units, nobody named: maps and layers are compared all the same."""
    bare = dataclasses.replace(
        faces, expression=np.full(len(faces), -1), action_units=np.empty((len(faces), 0), np.float32),
        action_unit_numbers=np.empty(0, int), action_unit_intensity=None, subject=None,
    )  # fmt: skip
    sides = network(SmallNet(), bare, "a"), network(permuted(), bare, "b")
    found = compare_checkpoints(*sides, bare, untrained=0, shufflings=5)
    assert found.units is None and found.answers.labelled == 0 and found.answers.agreement == 1
    assert found.matches.shuffled == "pictures within expressions" and found.matches.persons == 0


def test_records_come_back_from_a_study(copied, faces, tmp_path):
    """All four, under the other network's name."""
    study = Study.create(tmp_path / "study", {}).add_faces("drawn", faces, {})
    for record in copied.records:
        study.add(record, "drawn", {})
    back = find_comparison(study, "drawn", "copy")
    assert len(copied.records) == len(back.records) == 4 and find_comparison(study, "drawn", "nobody") is None
    for record, read in zip(copied.records, back.records, strict=True):
        for field in dataclasses.fields(record):
            assert np.array_equal(getattr(record, field.name), getattr(read, field.name)), field.name


def test_what_cannot_be_compared_is_refused(faces):
    """Two of one name, other pictures, a layer that is not there."""
    one, other = network(SmallNet(), faces, "a"), network(permuted(), faces, "b")
    with pytest.raises(ValueError, match="give them two names"):
        compare_checkpoints(one, dataclasses.replace(other, name="a"), faces)
    with pytest.raises(ValueError, match="expected 4 or more"):
        compare_checkpoints(one, other, faces.select(slice(3)))
    with pytest.raises(LayerError, match="no layer 'conv9'"):
        compare_checkpoints(one, dataclasses.replace(other, layer="conv9"), faces)


def test_layers_that_can_be_observed():
    """With weights, once a pass, as maps or units; a grid keeps little of each, the largest value of every map."""
    assert observable_layers(SmallNet(), (1, 24, 24)) == {
        "features": (4, 24, 24),
        "deep": (6, 12, 12),
        "classify": (7,),
    }
    images = torch.rand(5, 1, 24, 24, generator=torch.Generator().manual_seed(0))
    seen = observe(SmallNet(), images, ["deep", "classify"], batch_size=2)
    assert seen.features["deep"].shape == (5, 6 * 16) and seen.features["classify"].shape == (5, 7)
    maps = SmallNet().deep(torch.nn.functional.max_pool2d(torch.relu(SmallNet().features(images)), 2)).detach()
    assert np.allclose(seen.responses["deep"], maps.amax((2, 3)), atol=1e-6)
    assert np.allclose(seen.features["deep"].reshape(5, 6, 4, 4).mean((2, 3)), maps.mean((2, 3)), atol=1e-6)
