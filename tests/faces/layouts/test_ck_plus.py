"""CK+: a corpus made by hand with all its oddities; drawn recordings written and read back; bad files named."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.frames import first_as_neutral, peak_frames
from fer_probe.faces.layouts import ck_plus

POINTS = np.arange(136).reshape(68, 2) / 8 + 0.25


def picture(file, value, colour=False):
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.full((49, 64, 3) if colour else (49, 64), value, np.uint8))


def text(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def handmade(root, images="cohn-kanade-images", emotion="Emotion", facs="FACS", landmarks="Landmarks"):
    """Two subjects, four recordings: labelled, coded alone, without any label; one of labels alone."""
    for name, value in (("S010/002/S010_002_00000001", 10), ("S010/002/S010_002_00000002", 20),
                        ("S010/002/S010_002_00000003", 30), ("S010/004/S010_004_00000001", 40),
                        ("S010/004/S010_004_00000002", 50), ("S005/001/S005_001_00000010", 70),
                        ("S005/001/S005_001_00000009", 60)):  # fmt: skip
        picture(root / images / f"{name}.png", value, colour=value == 60)
    text(root / emotion / "S010/002/S010_002_00000003_emotion.txt", "   3.0000000e+00\n")
    (root / emotion / "S010/004").mkdir(parents=True)
    (root / emotion / "S005/001").mkdir(parents=True)
    text(root / emotion / "S999/001/S999_001_00000018_emotion.txt", "   1.0000000e+00\n")
    codes = "   9.0000000e+00   5.0000000e+00\n   1.7000000e+01   0.0000000e+00\n   3.0000000e+01   2.0000000e+00\n"
    text(root / facs / "S010/002/S010_002_00000003_facs.txt", codes)
    text(root / facs / "S010/004/S010_004_00000002_facs.txt", "   1.2000000e+01   1.0000000e+00")
    lines = "".join(f"   {x:.7e}   {y:.7e}\n" for x, y in POINTS)
    text(root / landmarks / "S010/002/S010_002_00000002_landmarks.txt", lines)
    for stranger in (images, f"{images}/S010", f"{images}/S010/002", f"{emotion}/S010/002", f"{facs}/S010"):
        text(root / stranger / ".DS_Store", "stranger")
    text(root / images / "S010/002/._S010_002_00000001.png", "left by a Mac")
    text(root / "ReadMeFirst.txt", "CK+")
    return root


#: How the folders were called by those whose loaders are public.
ROOTS = [
    {},
    {"emotion": "Emotion_labels", "facs": "FACS_labels/FACS", "landmarks": "Landmarks/Landmarks"},
    {"images": "extended-cohn-kanade-images/cohn-kanade-images", "emotion": "Emotion_labels/Emotion"},
]


@pytest.mark.parametrize("roots", ROOTS)
@pytest.mark.parametrize("above", [".", "archive"])
def test_made_by_hand(tmp_path, roots, above):
    """Whatever the folders are called: order, subjects, recordings, frames, and the labels at the peaks alone."""
    handmade(tmp_path / "ck" / above, **roots)
    faces = load_faces(tmp_path / "ck")
    assert faces.source == "CK+" and faces.skipped == () and faces.split is None
    assert faces.pixels.shape == (7, 1, 49, 64)
    assert faces.pixels[:, 0, 0, 0].tolist() == [60, 70, 10, 20, 30, 40, 50]
    assert faces.subject.tolist() == ["S005"] * 2 + ["S010"] * 5
    assert faces.sequence.tolist() == ["S005_001"] * 2 + ["S010_002"] * 3 + ["S010_004"] * 2
    assert faces.frame.tolist() == [0, 1, 0, 1, 2, 0, 1]
    words = [faces.expression_names[e] if e >= 0 else "" for e in faces.expression]
    assert words == ["", "", "", "", "disgust", "", ""]


def test_codes_made_by_hand(tmp_path):
    """Letters as numbers; 0 is present and not graded; a unit that no line names is absent; other frames not coded."""
    faces = load_faces(handmade(tmp_path))
    numbers = faces.action_unit_numbers.tolist()
    assert numbers == sorted({*ck_plus.CODED, 30}) and faces.action_unit_scale == "0-5"
    coded = ~np.isnan(faces.action_units).all(1)
    assert coded.tolist() == [False, False, False, False, True, False, True]
    shown = {(i, n): faces.action_unit_intensity[i, numbers.index(n)] for i in (4, 6) for n in numbers
             if faces.action_units[i, numbers.index(n)] == 1}  # fmt: skip
    assert list(shown) == [(4, 9), (4, 17), (4, 30), (6, 12)]
    np.testing.assert_array_equal(list(shown.values()), [5, np.nan, 2, 1])
    assert faces.action_units[4, numbers.index(12)] == 0 and faces.action_unit_intensity[4, numbers.index(12)] == 0
    assert np.isnan(faces.action_units[6, numbers.index(30)]), "a unit outside the table is not coded where not named"


def test_landmarks_made_by_hand(tmp_path):
    """Every frame has its own points; a frame without them has NaN."""
    faces = load_faces(handmade(tmp_path))
    np.testing.assert_allclose(faces.landmarks[3], POINTS, atol=1e-4)
    assert np.isnan(faces.landmarks[[0, 1, 2, 4, 5, 6]]).all()


def test_the_usual_protocol(tmp_path):
    """The protocol's functions find what they need: first frame neutral, last frames labelled."""
    faces = load_faces(handmade(tmp_path))
    chosen = peak_frames(first_as_neutral(faces.select(faces.sequence == "S010_002")), neutral_first=True)
    assert [chosen.expression_names[e] for e in chosen.expression] == ["neutral", "disgust", "disgust"]


def test_pictures_without_labels(tmp_path):
    """Only the pictures were downloaded: no expression, no action unit, no landmarks, and nothing to complain of."""
    picture(tmp_path / "S010/002/S010_002_00000001.png", 1)
    faces = load_faces(tmp_path)
    assert faces.expression.tolist() == [-1] and faces.action_units.shape == (1, 0)
    assert faces.landmarks is None and faces.action_unit_scale is None


def test_labels_without_pictures_are_no_corpus(tmp_path):
    """It is recognised by its pictures; asked for by name, what is missing is said."""
    text(tmp_path / "Emotion/S010/002/S010_002_00000003_emotion.txt", "3")
    assert not ck_plus.recognises(tmp_path)
    with pytest.raises(FacesError, match=r"no picture of CK\+ can be read; none is there"):
        load_faces(tmp_path, "ck_plus")


def test_what_is_wrong_is_named_and_the_rest_goes_on(tmp_path):
    """Torn pictures, names and labels that cannot be, a label whose picture is lost: one sentence each."""
    handmade(tmp_path)
    images, emotion, facs = (tmp_path / name for name in ("cohn-kanade-images", "Emotion", "FACS"))
    torn = images / "S010/002/S010_002_00000002.png"
    torn.write_bytes(torn.read_bytes()[:-20])
    picture(images / "S010/002/face.png", 9)
    text(emotion / "S010/002/S010_002_00000003_emotion.txt", "8\n")
    text(emotion / "S010/004/S010_004_00000002_emotion.txt", "1 2\n")
    text(emotion / "S005/001/S005_001_00000011_emotion.txt", "5\n")
    text(facs / "S010/002/S010_002_00000003_facs.txt", "12 6\n")
    text(facs / "S010/004/S010_004_00000002_facs.txt", "")
    text(facs / "S005/001/S005_001_00000010_facs.txt", "12 1\n12 3\n")
    text(tmp_path / "Landmarks/S010/002/S010_002_00000002_landmarks.txt", "1 2\n")
    with pytest.warns(UserWarning, match="9 could not be read"):
        faces = load_faces(tmp_path)
    assert sorted(faces.skipped) == [
        "Emotion/S005/001/S005_001_00000011_emotion.txt: the picture S005_001_00000011 that it labels is not there",
        "Emotion/S010/002/S010_002_00000003_emotion.txt: emotion 8, expected 0 to 7",
        "Emotion/S010/004/S010_004_00000002_emotion.txt: a line of 2 numbers, expected 1",
        "FACS/S005/001/S005_001_00000010_facs.txt: action unit 12 is there twice",
        "FACS/S010/002/S010_002_00000003_facs.txt: line 12 6, expected an action unit and an intensity from 0 to 5",
        "FACS/S010/004/S010_004_00000002_facs.txt: an empty file",
        "Landmarks/S010/002/S010_002_00000002_landmarks.txt: 1 lines, expected 68",
        "cohn-kanade-images/S010/002/S010_002_00000002.png: is cut off: its end is missing",
        "cohn-kanade-images/S010/002/face.png: not called after its folder, such as S010_002_00000001",
    ]
    assert faces.pixels[:, 0, 0, 0].tolist() == [60, 70, 10, 30, 40, 50]
    assert faces.frame.tolist() == [0, 1, 0, 2, 0, 1], "the frame after a torn one keeps its place"
    with pytest.raises(FacesError, match="strict"):
        load_faces(tmp_path, strict=True)


def test_the_same_recordings_twice(tmp_path):
    """A copy changes nothing; another set of the same names would double every recording, and is refused."""
    handmade(tmp_path)
    copy = tmp_path / "copy/S010/002/S010_002_00000001.png"
    picture(copy, 10)
    assert len(load_faces(tmp_path)) == 7
    picture(copy, 11)
    with pytest.raises(FacesError, match="tell differently of the same frame"):
        load_faces(tmp_path)


def test_votes_are_refused(tmp_path):
    """They belong to FER2013."""
    with pytest.raises(FacesError, match="votes belong to FER2013"):
        load_faces(handmade(tmp_path), votes=tmp_path / "fer2013new.csv")


@pytest.fixture(scope="module")
def drawn():
    return fp.draw_faces(subjects=2, size=24, pictures="sequences", expressions=("neutral", "happiness", "contempt"))


def peaks(faces):
    return np.array(
        [faces.frame[i] == faces.frame[faces.sequence == faces.sequence[i]].max() for i in range(len(faces))]
    )


def test_drawn_recordings_are_read_back_equal(tmp_path, drawn):
    """Pictures, landmarks, subjects, recordings, frames; expression and letters of the peaks."""
    ck_plus.write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    np.testing.assert_array_equal(back.pixels[:], drawn.pixels)
    np.testing.assert_allclose(back.landmarks, drawn.landmarks, atol=1e-4)
    np.testing.assert_array_equal(back.frame, drawn.frame)
    for name in ("subject", "sequence"):
        same = [np.unique(getattr(faces, name), return_inverse=True)[1] for faces in (back, drawn)]
        np.testing.assert_array_equal(*same, err_msg=name)
    last = peaks(drawn)
    assert last.sum() == 6 and (back.expression[~last] == -1).all() and np.isnan(back.action_units[~last]).all()
    words = [[faces.expression_names[e] for e in faces.expression[last]] for faces in (back, drawn)]
    assert words[0] == words[1]


def test_drawn_codes_are_read_back_equal(tmp_path, drawn):
    """By number: presence as drawn, intensity as the letter whose fifth it lies in, every other unit absent."""
    back = load_faces(ck_plus.write(drawn, tmp_path / "out"))
    coded = peaks(drawn) & (drawn.action_units == 1).any(1)
    assert coded.sum() == 4
    letters = np.ceil(np.round(drawn.action_unit_intensity[coded] * 5, 4))
    for number in ck_plus.CODED:
        column = back.action_unit_numbers.tolist().index(number)
        drawn_at = np.flatnonzero(drawn.action_unit_numbers == number)
        expected = drawn.action_units[coded][:, drawn_at].sum(1), letters[:, drawn_at].sum(1)
        np.testing.assert_array_equal(back.action_units[coded, column], expected[0])
        np.testing.assert_array_equal(back.action_unit_intensity[coded, column], expected[1])
    assert np.isnan(back.action_units[~coded]).all(), "a peak without any unit has no FACS file"


def test_a_drawn_corpus_lies_as_ck_plus_does(tmp_path, drawn):
    """File for file: an empty Emotion folder where nothing is labelled, one label file a recording."""
    happy = drawn.select((drawn.sequence == "D000_001") | (drawn.sequence == "D000_002"))
    unlabelled = np.where(happy.sequence == "D000_002", -1, happy.expression)
    ck_plus.write(replace(happy, expression=unlabelled), tmp_path / "out")
    files = [p.relative_to(tmp_path / "out").as_posix() for p in sorted((tmp_path / "out").rglob("*.*"))]
    assert files[:1] == ["Emotion/S000/001/S000_001_00000008_emotion.txt"]
    assert files[1:3] == [f"FACS/S000/00{n}/S000_00{n}_00000008_facs.txt" for n in (1, 2)]
    assert files[3] == "Landmarks/S000/001/S000_001_00000001_landmarks.txt"
    assert files[-1] == "cohn-kanade-images/S000/002/S000_002_00000008.png" and len(files) == 3 + 16 + 16
    assert (tmp_path / "out/Emotion/S000/002").is_dir()
    assert (tmp_path / "out" / files[0]).read_text() == "   5.0000000e+00\n"


def test_what_cannot_be_written_is_refused_before_anything_is(tmp_path, drawn):
    """No recordings, no subjects, no code, codes in part, a folder that holds something."""
    half = drawn.action_units.copy()
    half[-1, 0] = np.nan
    for faces, told in (
        (replace(drawn, sequence=None), "no recordings"),
        (replace(drawn, subject=None), "who is seen"),
        (replace(drawn, expression_names=("neutral", "happiness", "bored")), "no code for 'bored'"),
        (replace(drawn, action_units=half), "coded for some action units alone"),
    ):
        with pytest.raises(FacesError, match=told):
            ck_plus.write(faces, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FacesError, match="not empty"):
        ck_plus.write(drawn, tmp_path)
