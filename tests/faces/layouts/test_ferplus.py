"""FERPlus's folders: made by hand, and drawn faces in that layout."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.expressions import FERPLUS_ORDER
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.ferplus import EXPRESSIONS, read, recognises, write

#: Picture → its votes, and what most of them say.
VOTES = {
    "fer0000000.png": ("4,0,0,1,3,2,0,0,0,0", ""),  # neutral has 4 of the 9 that are no single vote
    "fer0000001.png": ("6,0,1,1,0,0,0,0,2,0", "neutral"),
    "fer0000002.png": ("0,10,0,0,0,0,0,0,0,0", "happiness"),
    "fer0000003.png": ("0,0,0,0,0,0,0,0,9,1", ""),  # unknown
    "fer0000004.png": ("0,0,0,0,0,0,0,0,0,10", ""),  # not a face
    "fer0000005.png": ("0,0,0,0,5,0,5,0,0,0", ""),  # as many for anger as for fear
    "fer0000006.png": ("1,1,1,1,0,0,0,4,1,1", "contempt"),  # single votes do not count
}


def written(folder, rows, value=10):
    """Pictures of 10, 20, … and the list of them."""
    folder.mkdir(parents=True)
    for number, line in enumerate(rows, start=1):
        cv2.imwrite(str(folder / line.partition(",")[0]), np.full((48, 48), value * number, np.uint8))
    (folder / "label.csv").write_text("".join(f"{row}\n" for row in rows))


@pytest.fixture
def by_hand(tmp_path):
    """The three folders below ``data``; all oddities in the first."""
    data = tmp_path / "FERPlus-master" / "data"
    written(data / "FER2013Train", [f'{name},"(0, 0, 48, 48)",{votes}' for name, (votes, _) in VOTES.items()])
    written(data / "FER2013Valid", ['fer0028638.png,"(0, 0, 48, 48)",0,0,0,0,0,10,0,0,0,0'], 100)
    written(data / "FER2013Test", ['fer0032220.png,"(8, 0, 48, 48)",0,0,8,0,2,0,0,0,0,0'], 200)
    (data / "FER2013Train" / ".DS_Store").write_text("")
    return tmp_path


def words(faces):
    return [faces.expression_names[number] if number >= 0 else "" for number in faces.expression]


def test_the_layout_by_hand(by_hand):
    """Majority by name, all votes as FERPlus's own table has them, splits, and what is unknown or no face."""
    assert recognises(by_hand) and recognises(by_hand / "FERPlus-master" / "data" / "FER2013Valid")
    faces = load_faces(by_hand)
    place = {path.rpartition("/")[2]: i for i, path in enumerate(faces.path.tolist())}
    assert {name: words(faces)[place[name]] for name in VOTES} == {name: word for name, (_, word) in VOTES.items()}
    assert words(faces)[place["fer0028638.png"]] == "disgust" and words(faces)[place["fer0032220.png"]] == "surprise"
    for number, (name, (votes, _)) in enumerate(VOTES.items(), start=1):
        assert faces.votes[place[name]].tolist() == [int(vote) for vote in votes.split(",")]
        assert faces.pixels[place[name], 0, 20, 20] == 10 * number
    assert faces.votes_names == FERPLUS_ORDER and faces.expression_names == EXPRESSIONS and faces.skipped == ()
    assert {part: len(load_faces(by_hand, split=part)) for part in ("train", "validation", "test")} == {
        "train": 7, "validation": 1, "test": 1,
    }  # fmt: skip


def test_the_rectangle_cuts_the_face_out(by_hand):
    """Left, top, right, bottom in pixels: the left eighth of the one picture is dropped."""
    folder = by_hand / "FERPlus-master" / "data" / "FER2013Test"
    picture = np.full((48, 48), 90, np.uint8)
    picture[:, :8] = 255
    cv2.imwrite(str(folder / "fer0032220.png"), picture)
    faces = load_faces(folder)
    assert faces.pixels.shape == (1, 1, 48, 40) and (np.asarray(faces.pixels[:]) == 90).all()


def test_bad_rows_in_the_middle(by_hand):
    """Named by folder, number and picture; the rest goes on, and strict stops at the first."""
    folder = by_hand / "FERPlus-master" / "data" / "FER2013Train"
    good = (folder / "label.csv").read_text().splitlines()
    bad = {
        'gone.png,"(0, 0, 48, 48)",0,10,0,0,0,0,0,0,0,0': "there is no such file",
        'fer0000001.png,"(0, 0, 48, 48)",0,10': "4 columns, expected 12",
        'fer0000001.png,"0 0 48 48",0,10,0,0,0,0,0,0,0,0': "the rectangle '0 0 48 48', expected one such as",
        'fer0000001.png,"(0, 0, 48, 48)",0,-1,0,0,0,0,0,0,0,0': "votes 0, -1, 0",
        'fer0000001.png,"(0, 0, 0, 48)",0,10,0,0,0,0,0,0,0,0': "a rectangle that holds nothing",
    }
    (folder / "label.csv").write_text("\n".join([*good[:3], *bad, *good[3:]]))
    (folder / "fer0000006.png").write_bytes((folder / "fer0000006.png").read_bytes()[:60])
    with pytest.warns(UserWarning, match="6 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == len(faces.votes) == 8
    for number, (said, why) in enumerate(zip(faces.skipped, bad.values(), strict=False), start=4):
        assert said.startswith(f"FERPlus-master/data/FER2013Train/label.csv row {number}: ") and why in said
    assert faces.skipped[5].endswith("label.csv row 12: fer0000006.png: is cut off: its end is missing")
    with pytest.raises(FacesError, match="row 4: gone.png: there is no such file.*strict"):
        load_faces(by_hand, strict=True)


def test_votes_of_another_table_are_refused(by_hand, tmp_path):
    """These folders have their own."""
    assert not recognises(tmp_path / "FERPlus-master" / "data" / "FER2013Train" / "label.csv")
    with pytest.raises(FacesError, match="has its own votes"):
        read(by_hand, votes=tmp_path / "fer2013new.csv")


def test_drawn_faces_are_read_back(tmp_path):
    """Pictures to the pixel, labels by name through ten votes each, splits; no expression is unknown."""
    drawn = fp.draw_faces(5, 24, seed=4, expressions=EXPRESSIONS)
    drawn.expression[9] = -1
    back = load_faces(write(drawn, tmp_path / "out"))
    pictures = {np.asarray(back.pixels[i]).tobytes(): i for i in range(len(back))}
    order = [pictures[drawn.pixels[i].tobytes()] for i in range(len(drawn))]
    assert sorted(order) == list(range(40))
    assert [words(back)[i] for i in order] == [drawn.expression_names[e] if e >= 0 else "" for e in drawn.expression]
    assert (back.votes.sum(1) == 10).all() and back.votes[order[9], FERPLUS_ORDER.index("unknown")] == 10
    people = sorted(set(drawn.subject))
    split = {people[4]: "FER2013Test", people[3]: "FER2013Valid"}
    assert back.split[order].tolist() == [split.get(subject, "FER2013Train") for subject in drawn.subject]


def test_votes_are_read_back(by_hand, tmp_path):
    """Written once more, they are what they were."""
    faces = load_faces(by_hand)
    again = load_faces(write(faces, tmp_path / "again"))
    assert np.array_equal(again.votes, faces.votes) and np.array_equal(again.split, faces.split)
    with pytest.raises(FacesError, match="FERPlus has no 'awe'"):
        write(replace(faces, votes=None, expression_names=("awe",) * 8), tmp_path / "other")
    with pytest.raises(FacesError, match="is not empty"):
        write(faces, tmp_path / "again")
