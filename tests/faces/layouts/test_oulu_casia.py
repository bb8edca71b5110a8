"""Oulu-CASIA: every spelling of its folders, light and strength, one place a recording, and drawn recordings in it."""

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.oulu_casia import EXPRESSIONS, read, recognises, write


def picture(path, value, shape=(8, 6)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full(shape, value, np.uint8))


def told(faces):
    """Grey value → what is known of the face with it."""
    values = np.asarray(faces.pixels[:])[:, 0, 0, 0].tolist()
    words = [faces.expression_names[e] for e in faces.expression]
    known = zip(words, faces.subject, faces.frame.tolist(), faces.attributes["light"], faces.attributes["strength"],
                strict=True)  # fmt: skip
    return dict(zip(values, known, strict=True))


@pytest.fixture
def by_hand(tmp_path):
    """Two lights, two strengths, folders nested as archives unpack, and the strangers that folders gather."""
    root = tmp_path / "Oulu_CASIA_NIR_VIS" / "OriginalImg"
    picture(root / "VL" / "Strong" / "P001" / "Anger" / "000.jpeg", 10)
    picture(root / "VL" / "Strong" / "P001" / "Anger" / "001.jpeg", 20)
    picture(root / "VL" / "Strong" / "P001" / "Anger" / "010.jpeg", 30)
    picture(root / "VL" / "Dark" / "P080" / "Happiness" / "000.jpeg", 40)
    picture(root / "NI" / "Weak" / "P080" / "Sadness" / "000.jpeg", 50)
    (root / "VL" / "Strong" / "P001" / "Anger" / ".DS_Store").write_text("")
    (root / "VL" / "Strong" / "P001" / "Anger" / "Thumbs.db").write_text("")
    (root / "VL" / "Strong" / "P001" / "Fear").mkdir()
    return root


@pytest.mark.parametrize("above", [0, 1, 2])
def test_the_layout_by_hand(by_hand, above):
    """Expression, subject, frame, light and strength from the folders, from whichever of them is given."""
    path = [by_hand, *by_hand.parents][above]
    assert recognises(path)
    faces = load_faces(path)
    assert told(faces) == {
        10: ("anger", "P001", 0, "VL", "Strong"),
        20: ("anger", "P001", 1, "VL", "Strong"),
        30: ("anger", "P001", 10, "VL", "Strong"),
        40: ("happiness", "P080", 0, "VL", "Dark"),
        50: ("sadness", "P080", 0, "NI", "Weak"),
    }
    assert set(faces.sequence) == {"VL/Strong/P001/Anger", "VL/Dark/P080/Happiness", "NI/Weak/P080/Sadness"}
    assert faces.skipped == () and faces.action_units.shape == (5, 0)


@pytest.mark.parametrize("root", ["PreProcess_Img", "PreProcess", "PreProcessImg", "OriginalImg", "Oulu"])
@pytest.mark.parametrize("light", ["VL", "NI", "VL_Acropped", "NI_Acropped"])
@pytest.mark.parametrize("strength", ["Strong", "Weak", "Dark"])
def test_every_spelling(tmp_path, root, light, strength):
    """Faces cut out or not, the condition is the same."""
    folder = tmp_path / root / light / strength
    picture(folder / "P003" / "Surprise" / "000.jpeg", 10)
    for path in (tmp_path, folder, folder / "P003"):
        assert recognises(path)
        assert told(read(path)) == {10: ("surprise", "P003", 0, light[:2], strength)}


def test_a_subjects_folder_without_those_above(tmp_path):
    """Somebody's own copy tells no light: nothing is guessed."""
    picture(tmp_path / "mine" / "P003" / "Surprise" / "000.jpeg", 10)
    assert told(read(tmp_path)) == {10: ("surprise", "P003", 0, "", "")}


def test_faces_cut_out_are_read_where_both_are_there(by_hand):
    """The same recording twice would be counted twice: the originals are left out, and that is said."""
    cropped = by_hand.parent / "PreProcess_Img" / "VL_Acropped" / "Strong" / "P001" / "Anger"
    picture(cropped / "000.jpeg", 90)
    faces = read(by_hand.parent)
    assert set(told(faces)) == {90} and faces.source.endswith("OriginalImg, the same ones, left out")
    assert 10 in told(read(by_hand)) and "left out" not in read(by_hand).source


def test_a_recording_in_two_places_is_refused(by_hand):
    """A second copy would stand in training and in test."""
    picture(by_hand.parent / "copy" / "VL" / "Strong" / "P001" / "Anger" / "000.jpeg", 10)
    with pytest.raises(FacesError, match="OriginalImg.*copy.* are both VL/Strong/P001/Anger: give the path"):
        read(by_hand.parent)


def test_grey_infrared_takes_no_colours(by_hand):
    """Visible light comes first, so that a grey infrared picture does not make the whole corpus grey."""
    picture(by_hand / "VL" / "Dark" / "P080" / "Happiness" / "000.jpeg", (10, 20, 30), (8, 6, 3))
    assert read(by_hand).pixels.shape == (5, 3, 8, 6)


def test_bad_files_are_named_and_the_rest_goes_on(by_hand):
    """Torn, empty, without a number, a number twice, a folder of no expression: five names; strict stops."""
    folder = by_hand / "VL" / "Strong" / "P001" / "Anger"
    (folder / "002.jpeg").write_bytes((folder / "001.jpeg").read_bytes()[:40])
    (folder / "003.jpeg").write_bytes(b"")
    picture(folder / "mean.jpeg", 70)
    picture(folder / "001.png", 80)
    picture(by_hand / "VL" / "Strong" / "P001" / "Boredom" / "000.jpeg", 90)
    with pytest.warns(UserWarning, match="5 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 5
    said = "\n".join(faces.skipped)
    for part in ("Anger/002.jpeg: is cut off", "Anger/003.jpeg: an empty file", "Anger/mean.jpeg: a name without",
                 "a second frame 1, beside", "P001/Boredom: a folder that is called as none of anger"):  # fmt: skip
        assert part in said
    with pytest.raises(FacesError, match="strict"):
        load_faces(by_hand, strict=True)


def test_votes_and_other_folders():
    """Votes belong to another corpus."""
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        read("anywhere", votes="fer2013new.csv")


def test_other_corpora_are_not_taken_for_it(tmp_path):
    """BU-4DFE's subjects, a plain folder of expressions, and nothing at all."""
    picture(tmp_path / "bu" / "F001" / "Angry" / "000.jpg", 1)
    picture(tmp_path / "plain" / "Anger" / "000.jpg", 1)
    picture(tmp_path / "people" / "P001" / "Holidays" / "000.jpg", 1)
    assert not any(recognises(tmp_path / name) for name in ("bu", "plain", "people", "none"))


@pytest.mark.parametrize("channels", [1, 3])
def test_drawn_recordings_are_read_back(tmp_path, channels):
    """Pictures, labels by name, subjects, recordings and frames survive; the neutral beginning takes the folder's."""
    drawn = fp.draw_faces(2, 24, pictures="sequences", channels=channels, expressions=EXPRESSIONS)
    write(drawn, tmp_path / "out")
    assert recognises(tmp_path / "out")
    back = load_faces(tmp_path / "out")
    assert (tmp_path / "out" / "OriginalImg" / "VL" / "Strong" / "P001" / "Anger" / "000.jpeg").is_file()
    order = np.lexsort((back.frame, back.expression, back.subject))  # as they were drawn: person, expression, frame
    assert np.abs(np.asarray(back.pixels[order]).astype(int) - drawn.pixels).max() <= (1 if channels == 1 else 4)
    names = np.array(EXPRESSIONS)
    peaks = np.repeat(drawn.expression[drawn.frame == 7], 8)
    assert np.array_equal(names[back.expression[order]], np.array(drawn.expression_names)[peaks])
    assert np.array_equal(back.subject[order], np.where(drawn.subject == "D000", "P001", "P002"))
    assert np.array_equal(back.frame[order], drawn.frame)
    assert len(np.unique(back.sequence)) == len(np.unique(drawn.sequence)) == 12
    peak = fp.peak_frames(back)
    assert len(peak) == 36 and peak.frame.min() == 5


def test_conditions_are_written_where_they_are_known(tmp_path):
    """A corpus read and written again keeps its light."""
    picture(tmp_path / "in" / "NI" / "Dark" / "P001" / "Fear" / "000.jpeg", 10)
    write(read(tmp_path / "in"), tmp_path / "out")
    assert told(read(tmp_path / "out")) == {10: ("fear", "P001", 0, "NI", "Dark")}


def test_what_the_layout_cannot_hold(tmp_path):
    """Neutral recordings are left out and said; two of one expression have no room; single pictures are none."""
    drawn = fp.draw_faces(1, 24, pictures="sequences")
    with pytest.warns(UserWarning, match="Oulu-CASIA has no neutral: 8 of 56 faces are left out"):
        write(drawn, tmp_path / "neutral")
    assert len(read(tmp_path / "neutral")) == 48
    twice = fp.draw_faces(1, 24, pictures="sequences", per_subject=2, expressions=("fear",))
    with pytest.raises(FacesError, match="2 faces would be OriginalImg/VL/Strong/P001/Fear/000.jpeg"):
        write(twice, tmp_path / "twice")
    assert not (tmp_path / "twice").exists()
    with pytest.raises(FacesError, match="not empty"):
        write(drawn.select(drawn.expression == 0), tmp_path / "neutral")
