"""Names matched: the same path, then the longest end that is unique on both sides, and nothing by guessing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_probe.faces.action_unit_tables.name_matching import (
    NO_ROW,
    SEVERAL,
    matched_pictures,
    matched_sequences,
    picture_parts,
)


@pytest.mark.parametrize(
    ("faces", "rows", "expected"),
    [
        (["S1/a.png", "S2/a.png"], ["S2/a.png", "S1/a.png"], [1, 0]),  # the same paths
        (["S1/a.png", "S2/a.png"], ["/data/S2/a", "/data/S1/a"], [1, 0]),  # below a root, without endings
        (["ck/S1/a.png"], ["S1/a.png"], [0]),  # the face's path has a root
        (["Image/aligned/t_1.jpg"], ["processed/t_1"], [0]),  # a file's name alone, other folders
        (["a.png", "a.jpg"], ["a.jpg", "a.png"], [1, 0]),  # the ending tells them apart
        (["S1/a.png", "S2/a.png"], ["a"], [SEVERAL, SEVERAL]),  # one row for two faces
        (["a.png"], ["a.png", "a.png"], [SEVERAL]),  # two faces in one picture
        (["S1/a.png", "S1/b.png"], ["S1/a", "S2/b", "S3/b"], [0, SEVERAL]),
        (["A/1.png", "B/1.png"], ["A/1", "C/1"], [0, NO_ROW]),  # the leftovers are no pair
        (["A/x.png", "B/x.png"], ["A/x", "C/x"], [0, SEVERAL]),
        (["A/1.png"], ["B/1"], [NO_ROW]),  # every folder has a 1.png
        (["train/1.png"], ["1"], [0]),  # without a folder nothing disagrees
        (["KA.AN1.39.tiff", "KA.AN2.40.tiff"], ["KA.AN1.39", "KA.AN2.40"], [0, 1]),
        (["S1\\a.png"], ["S1/a.png"], [0]),
        (["a.png"], ["b.png"], [NO_ROW]),
        (["a.png"], [], [NO_ROW]),
    ],
)
def test_pictures(faces, rows, expected):
    """Each rule by an example."""
    assert matched_pictures(faces, rows).tolist() == expected


def test_sequences():
    """Underscores are slashes; one name ends with the other; a part in common is not enough."""
    faces = ["S010/002", "D000/3", "P001/Anger", "."]
    assert matched_sequences(faces, ["S010_002", "/videos/D000_3", "P002/Anger"]).tolist() == [0, 1, NO_ROW, NO_ROW]


NAMES = st.lists(
    st.lists(st.sampled_from(["a", "b", "1", "2"]), min_size=1, max_size=3).map("/".join), unique=True, max_size=8
)


@given(faces=NAMES, rows=NAMES)
def test_no_row_is_given_twice_and_the_same_path_always_wins(faces, rows):
    """Whatever the names: a row has one face at most, and a pair agrees in the file's name."""
    found = matched_pictures(faces, rows)
    taken = found[found >= 0].tolist()
    assert len(taken) == len(set(taken))
    for face, row in zip(faces, found, strict=True):
        assert row < 0 or picture_parts(face)[-1] == picture_parts(rows[row])[-1]
        assert face not in rows or rows[row] == face
