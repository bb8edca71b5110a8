"""A demonstration: its seed reaches the training, and its parts share no person."""

from dataclasses import replace

import numpy as np
import torch

import fer_probe as fp
from trainers.demonstration import demonstration_on
from trainers.recipe import Recipe

TINY = Recipe("tiny", "jahromi_medium", 16, optimizer="adam", epochs=1, batch_size=16)


def test_the_seed_reaches_the_training(tmp_path):
    """Two seeds on the same faces give other weights, and each checkpoint names its own."""
    shown = demonstration_on(fp.draw_faces(10, 24, seed=0), seed=1)
    trained = [
        replace(shown, seed=seed).train(tmp_path / f"{seed}.safetensors", recipe=TINY, epochs=1) for seed in (1, 2, 1)
    ]
    assert [one.recipe["seed"] for one in trained] == [1, 2, 1]
    weights = [one.model.conv1.weight for one in trained]
    assert torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[0], weights[1])


def test_a_corpus_is_split_by_its_people():
    """The seed chooses which people train; nobody is on two sides."""
    faces = fp.draw_faces(20, 24, seed=0)
    demonstrations = [demonstration_on(faces, seed) for seed in (1, 2)]
    assert [one.seed for one in demonstrations] == [1, 2]
    people = [
        [set(np.unique(part.subject)) for part in (one.training, one.validation, one.test)] for one in demonstrations
    ]
    for parts in people:
        assert sum(map(len, parts)) == len(set.union(*parts)) == 20
    assert people[0] != people[1]
