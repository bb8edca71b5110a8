"""Groups of people: thirds of people at told borders, words as they stand, and what cannot part people is said."""

import dataclasses

import numpy as np
import pytest

from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.groups import person_groups


def faces_of(subject, **attributes):
    count = len(subject)
    return FaceImages(
        np.zeros((count, 1, 2, 2), np.uint8), np.full(count, -1), (), np.empty((count, 0), np.float32),
        np.empty(0, int), subject=np.array(subject), attributes={k: np.array(v) for k, v in attributes.items()},
    )  # fmt: skip


def test_thirds_are_of_people_not_of_pictures():
    """One person with a hundred pictures weighs like any other, and each name tells where it was cut."""
    subject = [f"S{i}" for i in range(9)] + ["S0"] * 100
    age = [20 + i for i in range(9)] + [20] * 100
    (grouping,) = person_groups(faces_of(subject, age=age)).groupings
    assert np.bincount(grouping.member).tolist() == [3, 3, 3]
    assert grouping.groups == ("younger, < 23", "middle, 23–26", "older, ≥ 26")


def test_equal_numbers_stand_on_one_side():
    """A border never parts people of one and the same number; where thirds cannot be had there are two groups."""
    (grouping,) = person_groups(faces_of([f"S{i}" for i in range(8)], skin=[0, 0, 0, 0, 0, 1, 2, 3])).groupings
    assert grouping.member.tolist() == [0] * 6 + [1] * 2 and grouping.groups == ("lighter, < 2", "darker, ≥ 2")


def test_words_are_groups_and_unknown_ones_none():
    """What nobody told of is in no group; an attribute that all share parts nobody."""
    people = person_groups(faces_of(["a", "b", "c", "a"], sex=["f", "m", "", "f"], race=["x"] * 4))
    (grouping,) = people.groupings
    assert grouping.groups == ("f", "m") and grouping.member.tolist() == [0, 1, -1]
    assert people.persons[people.person].tolist() == ["a", "b", "c", "a"]


def test_what_changes_within_a_person_is_said():
    """It parts pictures, not people; an age that is not known twice does not change."""
    people = person_groups(faces_of(["a", "a", "b", "b"], sex=["f", "m", "f", "f"], age=[np.nan, np.nan, 3, 3]))
    assert not people.groupings and people.left_out == ("sex is not the same on all pictures of a",)


def test_drawn_people_are_parted_by_sex_age_and_skin():
    """Every person of every grouping is in a group, and the parts of one person's pictures are the same."""
    faces = draw_faces(12, 24, 0)
    people = person_groups(faces)
    assert [one.name for one in people.groupings] == ["sex", "age", "skin"]
    assert all((one.member >= 0).all() for one in people.groupings)
    sex = np.array(people.groupings[0].groups)[people.groupings[0].member[people.person]]
    assert (sex == faces.attributes["sex"]).all()


@pytest.mark.parametrize("subject", [None, np.array(["a", ""])])
def test_without_people_there_are_no_groups(subject):
    """Whoever is not named may be the same person: that is refused, with what to do."""
    with pytest.raises(FacesError, match="give each picture its subject"):
        person_groups(dataclasses.replace(faces_of(["a", "b"], sex=["f", "m"]), subject=subject))
