"""The summary of a set of faces: every count by hand, and words where there is nothing to count."""

import dataclasses

import numpy as np

from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.summary import summary


class Unreadable:
    """Pixels that nobody may ask for."""

    shape = (5, 3, 30, 20)


FACES = FaceImages(
    pixels=Unreadable(),
    expression=np.array([0, 2, 2, -1, 0]),
    expression_names=("neutral", "fear", "happiness"),
    action_units=np.array([[0, 1], [1, 1], [np.nan, 0], [np.nan] * 2, [1, np.nan]], np.float32),
    action_unit_numbers=np.array([6, 12]),
    action_unit_intensity=np.zeros((5, 2), np.float32),
    action_unit_scale="0-5",
    subject=np.array(["S1", "S1", "S2", "", "S2"]),
    sequence=np.array(["001", "001", "001", "", "001"]),
    split=np.array(["train", "train", "test", "", "test"]),
    landmarks=np.zeros((5, 68, 2), np.float32),
    votes=np.zeros((5, 10)),
    votes_names=tuple("abcdefghij"),
    attributes={"valence": np.zeros(5)},
    source="five faces",
    skipped=("a.png: an empty file", "row 7: b.png: an empty file", "row 9: no path"),
)


def lines(faces, **options):
    """Title → words."""
    return {
        line[2:14].strip(): line[15:] for line in summary(faces, **options).splitlines() if line[:3].count(" ") == 2
    }


def test_everything_is_counted():
    """Pictures, labelled, subjects, sequences, splits, action units, further facts; no picture is read."""
    assert lines(FACES) == {
        "pictures": "5 of 30×20, colour",
        "labelled": "4: neutral 2, happiness 2",
        "subjects": "2; unknown on 1",
        "sequences": "2 of 2 frames",
        "splits": "none 1, test 2, train 2",
        "action units": "2 coded, intensities 0-5: AU6 cheek raiser 2 of 3, AU12 lip corner puller 2 of 3",
        "also known": "landmarks, votes (10 columns), valence",
        "dropped": "3: an empty file (2), no path (1)",
    }
    assert summary(FACES).splitlines()[0] == "five faces"


def test_what_is_not_known_is_said():
    """Without subjects a split by subject is impossible; nothing is coded, nothing was dropped."""
    unknown = ("subject", "sequence", "split", "landmarks", "votes", "action_unit_intensity", "action_unit_scale")
    plain = dataclasses.replace(
        FACES, **dict.fromkeys(unknown), action_units=np.zeros((5, 0)), action_unit_numbers=np.zeros(0, int),
        expression=np.full(5, -1), votes_names=(), attributes={}, skipped=(),
    )  # fmt: skip
    assert lines(plain) == {
        "pictures": "5 of 30×20, colour",
        "labelled": "0 with an expression",
        "subjects": "not known: a split by subject is impossible",
        "sequences": "single pictures",
        "splits": "none of its own",
        "action units": "not coded",
        "dropped": "nothing",
    }


def test_what_was_dropped_is_listed_as_far_as_is_asked():
    """The first ones and how many more; or every one."""
    many = dataclasses.replace(FACES, skipped=tuple(f"{i}.png: an empty file" for i in range(30)))
    told = summary(many).splitlines()
    assert told[-21:-1] == [f"    {i}.png: an empty file" for i in range(20)]
    assert told[-1] == "    … and 10 more: fer-probe faces --check lists all"
    assert summary(many, listed=None).splitlines()[-30:] == [f"    {i}.png: an empty file" for i in range(30)]


def test_reasons_go_by_how_often_they_occur():
    """Three of them, and a sign that there are more."""
    skipped = tuple(f"x: {reason}" for reason in ["a", "b", "b", "c", "c", "c", "d"])
    assert lines(dataclasses.replace(FACES, skipped=skipped))["dropped"] == "7: c (3), b (2), a (1), …"


def test_intensities_alone_are_no_presence():
    """Another program's intensities: how many are graded, and what would tell which are present."""
    graded = dataclasses.replace(FACES, action_units=np.column_stack([FACES.action_units[:, 0], np.full(5, np.nan)]))
    assert lines(graded)["action units"] == (
        "2 coded, intensities 0-5 (presence of 1 is not told: give a presence threshold): "
        "AU6 cheek raiser 2 of 3, AU12 lip corner puller 5 graded"
    )
