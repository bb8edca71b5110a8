"""MMI: sessions with their emotion and their action units in time, films named, and drawn recordings in that layout."""

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.mmi import EXPRESSIONS, read, recognises, write


def picture(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((8, 6), value, np.uint8))


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0"?>\n{content}')


def session(folder, name, emotion, view=0, units=None):
    """``units``: action unit → [(frame, type), …]."""
    text(folder / "session.xml", f'<session><track filename="x" view="{view}"/></session>')
    tags = f'<Metatag Name="Age" Value="30"/><Metatag Name="Emotion" Value="{emotion}"/>'
    text(folder / f"{name}.xml", f"<Metadata>{tags}</Metadata>")
    if units is not None:
        marked = ""
        for unit, markers in units.items():
            marks = "".join(f'<Marker Frame="{frame}" Type="{phase}"/>' for frame, phase in markers)
            marked += f'<ActionUnit Number="{unit}">{marks}</ActionUnit>'
        text(folder / f"{name}-oao_aucs.xml", f"<Annotation>{marked}</Annotation>")


@pytest.fixture
def by_hand(tmp_path):
    """A recording there and back, one of dual view without codes, a still picture that shows no basic emotion."""
    root = tmp_path / "mmi" / "Sessions"
    markers = {
        "12": [(1, 0), (3, 1), (4, 2), (5, 3), (6, 0)],
        "15": [(2, 3), (2, 0)],
        "25": [(2, 1), (3, 2)],
        "4": [(1, 2), (2, 3), (3, 0), (5, 1), (6, 2)],
    }
    session(root / "17", "S002-004", 4, 0, markers)
    for frame in range(1, 8):
        picture(root / "17" / f"S002-004_{frame:04d}.jpg", 10 * frame)
    session(root / "101", "S015-001", 6, 2)
    for frame in (0, 1, 10, 2):
        picture(root / "101" / f"S015-001-{frame}.jpg", 100 + 10 * frame // 5)
    session(root / "1999", "S050-002", 11, 0)
    picture(root / "1999" / "S050-002.jpg", 250)
    (root / "17" / ".DS_Store").write_text("")
    (root / "17" / "S002-004.avi").write_text("its frames were taken out")
    return tmp_path


@pytest.mark.parametrize("below", ["", "mmi", "mmi/Sessions"])
def test_the_layout_by_hand(by_hand, below):
    """Emotions 1 to 6 are expressions; 11 is none. Subjects, frames in the order of their numbers, views."""
    assert recognises(by_hand / below)
    faces = load_faces(by_hand / below)
    names = np.array([*faces.expression_names, ""])[faces.expression]
    known = dict(zip(faces.sequence, zip(faces.subject, names, faces.attributes["view"], strict=True), strict=True))
    assert known == {
        "17/S002-004": ("S002", "happiness", "0"),
        "101/S015-001": ("S015", "surprise", "2"),
        "1999/S050-002": ("S050", "", "0"),
    }
    values = np.asarray(faces.pixels[:])[:, 0, 0, 0]
    assert values[faces.subject == "S015"].tolist() == [100, 102, 104, 120]
    assert faces.frame[faces.subject == "S015"].tolist() == [0, 1, 2, 10]
    assert faces.frame[faces.subject == "S002"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert faces.frame[faces.subject == "S050"].tolist() == [0]
    assert faces.skipped == ()


def test_action_units_in_time(by_hand):
    """Present from the onset's marker to the neutral one, twice too, to the end where none follows; else not coded."""
    faces = read(by_hand)
    assert faces.action_unit_numbers.tolist() == [4, 12, 15, 25] and faces.action_unit_intensity is None
    coded = faces.action_units[faces.subject == "S002"]
    assert coded[:, 0].tolist() == [1, 1, 0, 0, 1, 1, 1]
    assert coded[:, 1].tolist() == [0, 0, 1, 1, 1, 0, 0]
    assert coded[:, 2].tolist() == [0, 0, 0, 0, 0, 0, 0]
    assert coded[:, 3].tolist() == [0, 1, 1, 1, 1, 1, 1]
    assert np.isnan(faces.action_units[faces.subject != "S002"]).all()


def test_frames_counted_from_0_meet_the_same_markers(tmp_path):
    """Markers count from 1: the frame called 0 is the first."""
    session(tmp_path / "1", "S001-001", 1, 0, {"12": [(2, 1)]})
    for frame in range(3):
        picture(tmp_path / "1" / f"S001-001_{frame:03d}.jpg", 10 * frame)
    faces = read(tmp_path)
    assert faces.frame.tolist() == [0, 1, 2] and faces.action_units.ravel().tolist() == [0, 1, 1]


def test_three_frames_in_the_middle_are_at_the_peak(by_hand):
    """As Ali & Hughes take them, frontal recordings alone."""
    frontal = load_faces(by_hand).select(lambda faces: faces.attributes["view"] == "0")
    middle = fp.middle_frames(frontal.select(frontal.subject == "S002"))
    assert middle.frame.tolist() == [2, 3, 4] and middle.action_units[:, 1].tolist() == [1, 1, 1]


def test_films_are_named_with_what_to_do(by_hand):
    """One among others is named; where there are only films, the error says so."""
    root = by_hand / "mmi" / "Sessions"
    session(root / "2", "S001-007", 2)
    (root / "2" / "S001-007.avi").write_bytes(b"RIFF")
    told = "Sessions/2/S001-007.avi: a film, which is not read; take its frames out beside it, such as with ffmpeg -i"
    with pytest.warns(UserWarning, match="1 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 12 and told in faces.skipped[0]
    with pytest.raises(FacesError, match="S001-007_%04d.jpg"):
        load_faces(root / "2")


def test_bad_files_are_named_and_the_rest_goes_on(by_hand):
    """Pictures, tags and codes that cannot be read: each by its name, and strict stops at one."""
    root = by_hand / "mmi" / "Sessions"
    (root / "17" / "S002-004_0008.jpg").write_bytes((root / "17" / "S002-004_0001.jpg").read_bytes()[:40])
    picture(root / "17" / "holiday.jpg", 9)
    picture(root / "17" / "S002-004-1.png", 9)
    session(root / "3", "S003-001", "happy", 0, {"12L": [(1, 1)], "6": [(1, 9)], "7": [(1, 1)]})
    picture(root / "3" / "S003-001.jpg", 9)
    session(root / "4", "S004-001", 3)
    text(root / "4" / "S004-001-oao_aucs.xml", "<Annotation>")
    text(root / "4" / "session.xml", "<session>")
    picture(root / "4" / "S004-001.jpg", 9)
    with pytest.warns(UserWarning, match="8 could not be read"):
        faces = load_faces(by_hand)
    assert len(faces) == 14
    said = "\n".join(faces.skipped)
    for part in (
        "17/S002-004_0008.jpg: is cut off", "17/holiday.jpg: called as no picture of MMI",
        "17/S002-004_0001.jpg: a second frame 1, beside S002-004-1.png",
        "S003-001.xml: Emotion 'happy', expected 1 to 6",
        "ActionUnit '12L'", "ActionUnit '6'", "4/session.xml: no XML", "S004-001-oao_aucs.xml: no XML",
    ):  # fmt: skip
        assert part in said
    third, fourth = (faces.select(faces.subject == name) for name in ("S003", "S004"))
    assert third.expression.tolist() == [-1] and EXPRESSIONS[fourth.expression[0]] == "fear"
    assert dict(zip(faces.action_unit_numbers.tolist(), third.action_units[0], strict=True))[7] == 1
    assert np.isnan(third.action_units[0, faces.action_unit_numbers == 6]).all() and np.isnan(fourth.action_units).all()
    with pytest.raises(FacesError, match="strict"):
        load_faces(by_hand, strict=True)


def test_an_emotion_in_the_sessions_own_file(tmp_path):
    """Where a recording has no file of its own, the session's tags are its tags; a namespace does not matter."""
    text(tmp_path / "1" / "session.xml", '<session xmlns="urn:x"><track view="0"/><Metatag Name="Emotion" Value="1"/>'
         "</session>")  # fmt: skip
    picture(tmp_path / "1" / "S001-001.jpg", 5)
    assert EXPRESSIONS[read(tmp_path).expression[0]] == "anger"


def test_other_sessions_are_not_taken_for_it(tmp_path):
    """Another corpus has session.xml too; votes belong to FER2013."""
    text(tmp_path / "Sessions" / "1" / "session.xml", "<session/>")
    picture(tmp_path / "Sessions" / "1" / "P1.jpg", 5)
    assert not recognises(tmp_path)
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)


@pytest.mark.parametrize("channels", [1, 3])
def test_drawn_recordings_are_read_back(tmp_path, channels):
    """Pictures, labels by name, subjects, recordings, frames and every frame's action units survive."""
    drawn = fp.draw_faces(2, 24, pictures="sequences", channels=channels, expressions=EXPRESSIONS)
    there_and_back = np.concatenate([frames[[*range(8), *range(6, -1, -1)]] for frames in np.arange(96).reshape(12, 8)])
    drawn = drawn.select(there_and_back)
    drawn.frame[:] = np.tile(np.arange(15), 12)
    write(drawn, tmp_path / "out")
    back = load_faces(tmp_path / "out")
    order = np.lexsort((back.frame, np.char.zfill(back.sequence, 20)))  # sessions are numbered as they were drawn
    assert np.abs(np.asarray(back.pixels[order]).astype(int) - drawn.pixels).max() <= (1 if channels == 1 else 4)
    assert np.array_equal(back.action_unit_numbers, drawn.action_unit_numbers)
    assert np.array_equal(back.action_units[order], drawn.action_units) and drawn.action_units.any()
    assert np.array_equal(back.frame[order], drawn.frame)
    assert np.array_equal(back.subject[order], np.where(drawn.subject == "D000", "S001", "S002"))
    peaks = np.repeat(drawn.expression[drawn.frame == 7], 15)
    assert np.array_equal(np.array(EXPRESSIONS)[back.expression[order]], np.array(drawn.expression_names)[peaks])
    assert len(np.unique(back.sequence)) == 12


def test_recordings_of_no_expression_and_without_codes(tmp_path):
    """Pictures of action units alone have no Emotion tag; what nobody coded has no file of codes."""
    drawn = fp.draw_faces(2, 24, pictures="action_units", per_subject=3)
    drawn.action_units[0] = np.nan
    write(drawn, tmp_path / "out")
    back = read(tmp_path / "out")
    assert (back.expression == -1).all()
    order = np.lexsort((back.sequence,))
    assert np.array_equal(back.action_units[order], drawn.action_units, equal_nan=True)


def test_what_the_layout_cannot_hold(tmp_path):
    """Neutral recordings are left out and said; a recording that is coded in part is refused, and nothing written."""
    drawn = fp.draw_faces(1, 24, pictures="sequences", expressions=("neutral", "contempt", "fear"))
    with pytest.warns(UserWarning, match="MMI has no contempt, neutral: 16 of 24"):
        write(drawn, tmp_path / "out")
    assert len(read(tmp_path / "out")) == 8
    fear = drawn.select(drawn.expression_names.index("fear") == np.repeat(np.arange(3), 8))
    fear.action_units[2, 0] = np.nan
    with pytest.raises(FacesError, match="face 0 is coded in part"):
        write(fear, tmp_path / "other")
    assert not (tmp_path / "other").exists()
