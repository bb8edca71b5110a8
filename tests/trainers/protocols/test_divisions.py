"""Divisions: who trains, who chooses and who is read; nobody on two sides unless it is said."""

from dataclasses import replace

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.face_images import FacesError
from trainers.protocols.divisions import (
    every_tenth_person,
    own_parts,
    part_of_each,
    pictures_at_random,
    random_pictures,
    shared_people,
    subject_folds_of,
)


@pytest.fixture(scope="module")
def faces():
    return fp.draw_faces(12, 24, seed=0)


def test_folds_read_every_face_once_and_share_nobody(faces):
    """Ten test parts make the whole; each division uses every face, and no subject of a side is on another."""
    divided = subject_folds_of(10)(faces, 0)
    assert [parts.name for parts in divided] == [f"fold-{i}" for i in range(10)]
    assert sorted(np.concatenate([parts.test for parts in divided])) == list(range(len(faces)))
    for parts in divided:
        people = [set(faces.subject[side]) for side in parts.sides]
        assert sum(map(len, people)) == len(set.union(*people)) == 12
        assert sum(map(len, parts.sides)) == len(faces)
        assert shared_people(faces, parts) == (0, "no subjects on more than one side")


def test_a_corpuss_own_parts(faces):
    """By the names that corpora give them; whoever lacks one is told."""
    split = np.array(["Training", "PublicTest", "PrivateTest"])[np.arange(len(faces)) % 3]
    (parts,) = own_parts(replace(faces, split=split), 0)
    assert [set(split[side]) for side in parts.sides] == [{"Training"}, {"PublicTest"}, {"PrivateTest"}]
    assert "PublicTest" in parts.told
    with pytest.raises(FacesError, match="no validation"):
        own_parts(faces.select(split != "PublicTest"), 0)
    with pytest.raises(FacesError, match="have no validation and no test part"):
        own_parts(replace(faces, split=np.full(len(faces), "Training")), 0)


def test_random_pictures_are_as_many_as_the_paper_says(faces):
    """A number of pictures, a fifth where those are few; another draw for another seed, and its people are counted."""
    first, again, other = (random_pictures(9, 0.25, "so")(faces, seed)[0] for seed in (0, 0, 1))
    assert len(first.test) == 9 and len(first.validation) == round(0.25 * len(faces))
    assert sorted(np.concatenate(first.sides)) == list(range(len(faces)))
    assert np.array_equal(first.test, again.test) and not np.array_equal(first.test, other.test)
    assert "9 pictures" in first.told and first.told.endswith("so")
    few = random_pictures(200, 200, "so")(faces, 0)[0]
    assert len(few.test) == len(few.validation) == round(0.2 * len(faces))
    on_two_sides = {
        name for name in faces.subject if sum(name in faces.subject[side] for side in first.sides) > 1
    }  # fmt: skip
    assert shared_people(faces, first) == (len(on_two_sides), f"{len(on_two_sides)} subjects on more than one side")
    assert shared_people(replace(faces, subject=None), first) == (None, "who is seen is not known")


def test_every_tenth_person_validates(faces):
    """The first and the eleventh of twelve; the ten others train, nobody is tested, every face has its place."""
    parts = every_tenth_person(faces)
    names = np.unique(faces.subject)
    assert set(faces.subject[parts.validation]) == {names[0], names[10]}
    assert set(faces.subject[parts.training]) == set(names) - {names[0], names[10]}
    assert len(parts.test) == 0 and len(parts.training) + len(parts.validation) == len(faces)


@pytest.mark.parametrize(("most", "training", "choosing"), [(20, 20, 2), (1000, 77, 7)])
def test_pictures_at_random_are_a_sample(faces, most, training, choosing):
    """So many at most, and a tenth as many others; in random order, the same every time."""
    parts = pictures_at_random(most)(faces)
    assert len(faces) == 84 and [len(side) for side in parts.sides] == [training, choosing, 0]
    assert not set(parts.training) & set(parts.validation)
    assert (np.diff(parts.training) < 0).any()
    assert np.array_equal(parts.training, pictures_at_random(most)(faces).training)
    assert parts.told == f"{training} pictures at random learn, {choosing} others choose the epoch"


def test_a_part_of_each_expression(faces):
    """A fifth of all 12 of each are 2, taken of those that may be; where that is none, one is taken."""
    among = np.flatnonzero(np.arange(len(faces)) % 2)
    some = part_of_each(faces, among, 0.2, 0)
    assert np.bincount(faces.expression[some]).tolist() == np.where(np.bincount(faces.expression), 2, 0).tolist()
    assert set(some) <= set(among) and (np.diff(some) > 0).all()
    assert not np.array_equal(some, part_of_each(faces, among, 0.2, 1))
    assert (np.bincount(faces.expression[part_of_each(faces, among, 0.01, 0)]) <= 1).all()
