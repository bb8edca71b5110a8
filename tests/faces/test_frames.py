"""Frames stand for a recording's expression as the papers choose them; labels are carried by these functions alone."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.frames import all_but_first, first_as_neutral, middle_frames, peak_frames

NAMES = ("anger", "happiness", "surprise")


def like_ck_plus(lengths=(6, 5, 4), labels=(1, 2, -1), seed=0):
    """Recordings that are labelled and coded on their last frame only, in an order that is not theirs.

    Every pixel tells its recording and frame: 10 · recording + frame.
    """
    recording = np.repeat(np.arange(len(lengths)), lengths)
    frame = np.concatenate([np.arange(length) for length in lengths])
    peak = frame == np.array(lengths)[recording] - 1
    units = np.where(peak[:, None], np.array([[1, 0], [0, 1], [1, 1]])[recording], np.nan).astype(np.float32)
    faces = FaceImages(
        pixels=(10 * recording + frame).astype(np.uint8).reshape(-1, 1, 1, 1),
        expression=np.where(peak, np.array(labels)[recording], -1),
        expression_names=NAMES,
        action_units=units,
        action_unit_numbers=np.array([6, 12]),
        action_unit_intensity=units * 3,
        action_unit_scale="0-5",
        subject=np.array([f"S{n:03d}" for n in recording]),
        sequence=np.full(len(frame), "001"),  # every subject's first one, as CK+ numbers them
        frame=frame,
        source="made by hand",
    )
    return faces.select(np.random.default_rng(seed).permutation(len(frame)))


def told(faces):
    """Recording and frame → the expression's name, or None."""
    names = [*faces.expression_names, None]
    return {int(p): names[e] for p, e in zip(faces.pixels.ravel(), faces.expression, strict=True)}


def test_the_last_three_frames_carry_the_label():
    """Each subject's 001 is a recording of its own; one without a label stays without."""
    found = peak_frames(like_ck_plus())
    assert told(found) == {
        3: "happiness", 4: "happiness", 5: "happiness", 12: "surprise", 13: "surprise", 14: "surprise",
        21: None, 22: None, 23: None,
    }  # fmt: skip
    assert found.source == "made by hand; the last 3 frames of every recording, carrying its expression"


def test_the_order_of_the_faces_stays():
    """Picking frames does not sort anything."""
    faces = like_ck_plus()
    kept = peak_frames(faces).pixels.ravel().tolist()
    assert kept == [value for value in faces.pixels.ravel().tolist() if value in kept] != sorted(kept)


def test_the_first_frame_is_no_peak():
    """Of three frames the last two are the peak; a recording of one picture is that picture."""
    found = peak_frames(like_ck_plus((3, 1), (0, 1)))
    assert told(found) == {1: "anger", 2: "anger", 10: "happiness"}
    assert "(fewer in 2 that are too short)" in found.source


def test_first_frame_neutral_last_three_labelled():
    """The usual protocol on CK+: neutral is a name more, and never what a recording without a label shows."""
    labelled = first_as_neutral(like_ck_plus())
    assert labelled.expression_names == (*NAMES, "neutral")
    found = told(peak_frames(labelled, neutral_first=True))
    assert {key for key, name in found.items() if name == "neutral"} == {0, 10, 20}
    assert {key for key, name in found.items() if name is None} == {21, 22, 23}
    assert told(peak_frames(labelled)) == told(peak_frames(like_ck_plus()))
    assert told(peak_frames(like_ck_plus(), neutral_first=True)) == told(peak_frames(like_ck_plus()))


def test_a_first_frame_that_is_none_is_not_neutral():
    """Once frames were picked, no recording begins with frame 0; where one of several lacks it, it is said."""
    with pytest.raises(FacesError, match="no frame 0.*before frames are picked"):
        first_as_neutral(peak_frames(like_ck_plus()))
    faces = like_ck_plus()
    torn = first_as_neutral(faces.select(faces.pixels.ravel() != 10))
    assert told(torn)[0] == "neutral" and told(torn)[11] is None
    assert torn.source.endswith("(but 1 that lack it)")


def test_three_frames_in_the_middle():
    """MMI runs from neutral over the peak and back."""
    assert set(told(middle_frames(like_ck_plus()))) == {1, 2, 3, 11, 12, 13, 20, 21, 22}
    assert told(middle_frames(like_ck_plus(), 1)) == {2: "happiness", 12: "surprise", 21: None}
    assert len(middle_frames(like_ck_plus(), 99)) == 15


def test_every_frame_but_the_first():
    """Zhu et al. leave the neutral frame out and train on all the others."""
    found = told(all_but_first(like_ck_plus()))
    assert set(found) == {1, 2, 3, 4, 5, 11, 12, 13, 14, 21, 22, 23}
    assert {found[key] for key in (1, 2, 3, 4, 5)} == {"happiness"}


def test_codes_are_inherited_where_asked():
    """Nobody coded the frames before the peak: not coded, or the peak's and flagged."""
    coded = peak_frames(like_ck_plus(), 2)
    by_face = dict(zip(coded.pixels.ravel().tolist(), coded.action_units.tolist(), strict=True))
    assert np.isnan(by_face[4]).all() and by_face[5] == [1, 0]
    found = peak_frames(like_ck_plus(), 2, action_units="inherit")
    by_face = dict(zip(found.pixels.ravel().tolist(), found.action_units.tolist(), strict=True))
    assert by_face == {4: [1, 0], 5: [1, 0], 13: [0, 1], 14: [0, 1], 22: [1, 1], 23: [1, 1]}
    assert np.array_equal(found.action_unit_intensity, found.action_units * 3)
    heirs = found.pixels.ravel()[found.attributes["action_units_inherited"]]
    assert set(heirs.tolist()) == {4, 13, 22}
    assert found.source.endswith("its peak's action units")


def test_own_codes_are_never_replaced():
    """Drawn faces know every frame's action units and label: nothing changes but the choice."""
    faces = fp.draw_faces(2, 16, pictures="sequences", expressions=("happiness", "anger"))
    found = all_but_first(faces, action_units="inherit")
    later = faces.select(faces.frame > 0)
    assert np.array_equal(found.action_units, later.action_units)
    assert np.array_equal(found.expression, later.expression)
    assert not found.attributes["action_units_inherited"].any()


def test_a_recording_with_several_labels():
    """Which of them an unlabelled frame shows cannot be told; where all chosen are labelled nothing needs to."""
    faces = like_ck_plus((4,), (0,))
    faces.expression[faces.frame == 2] = 2
    with pytest.raises(FacesError, match=r"several expressions \(anger, surprise\)"):
        peak_frames(faces)
    assert told(peak_frames(faces, 2)) == {2: "surprise", 3: "anger"}


def test_what_has_no_recordings_says_so():
    """No sequences at all, a face without one, the same frame twice, no frame asked for, an unknown word."""
    faces = like_ck_plus()
    with pytest.raises(FacesError, match="these faces are no recordings"):
        peak_frames(FaceImages(faces.pixels, faces.expression, NAMES, faces.action_units, faces.action_unit_numbers))
    faces.sequence[3] = ""
    with pytest.raises(FacesError, match="face 3 has no sequence"):
        middle_frames(faces)
    twins = like_ck_plus((3,), (0,), seed=1)
    twins.frame[:] = [1, 0, 1]
    with pytest.raises(FacesError, match="face 0 and face 2 are both frame 1"):
        all_but_first(twins)
    with pytest.raises(FacesError, match="0 frames"):
        peak_frames(like_ck_plus(), 0)
    with pytest.raises(FacesError, match="'peak': expected"):
        peak_frames(like_ck_plus(), action_units="peak")
