"""Drawn faces: sets, their labels, and that nothing leaks from one picture into another."""

import re

import numpy as np
import pytest

from fer_probe.action_units import EXCLUSIVE, FACS_PROTOTYPES
from fer_probe.expressions import FER2013_ORDER
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS, DrawnFaces, draw_faces
from fer_probe.faces.drawn_faces.drawn_face_images import _rendered
from fer_probe.faces.drawn_faces.scenes import action_unit_scene, picture_rng
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.records import load_record, save_record


@pytest.fixture(scope="module")
def expressions() -> DrawnFaces:
    return draw_faces(3, 48, seed=5)


@pytest.fixture(scope="module")
def switched() -> DrawnFaces:
    return draw_faces(2, 16, seed=2, pictures="action_units", per_subject=8)


def test_fields_are_filled(expressions: DrawnFaces) -> None:
    """Every subject shows every expression once, with all that is known of it."""
    assert isinstance(expressions, FaceImages)
    assert expressions.pixels.shape == (21, 1, 48, 48)
    assert expressions.pixels.dtype == np.uint8
    assert expressions.expression_names == FER2013_ORDER
    assert np.bincount(expressions.expression).tolist() == [3] * 7
    assert sorted(set(expressions.subject)) == ["D000", "D001", "D002"]
    assert expressions.landmarks.shape == (21, 68, 2)
    assert set(expressions.attributes) >= {"sex", "age", "skin", "yaw", "pitch", "roll", "light_azimuth"}
    assert expressions.action_unit_scale == "0-1"


def test_presence_is_intensity_above_zero(expressions: DrawnFaces) -> None:
    """Presence and intensity say the same, and intensity is that of the stronger side."""
    assert np.array_equal(expressions.action_units, expressions.action_unit_intensity > 0)
    strongest = np.maximum(expressions.action_unit_left, expressions.action_unit_right)
    assert np.array_equal(expressions.action_unit_intensity, strongest)
    assert strongest.min() >= 0 and strongest.max() <= 1


def test_expressions_show_their_prototypes(expressions: DrawnFaces) -> None:
    """Every face shows all units of one of its expression's prototypes, and neutral nothing at all."""
    assert len(expressions) == 21
    for units, label in zip(expressions.action_units, expressions.expression, strict=True):
        shown = {au for au, present in zip(DRAWN_ACTION_UNITS, units, strict=True) if present}
        name = FER2013_ORDER[label]
        assert any(set(prototype) <= shown for prototype in FACS_PROTOTYPES[name])
        assert shown or name == "neutral"
        assert not (shown and name == "neutral")


def test_more_subjects_change_no_earlier_picture(expressions: DrawnFaces) -> None:
    """A picture depends on seed, subject and number alone."""
    fewer = draw_faces(2, 48, seed=5)
    assert np.array_equal(fewer.pixels, expressions.pixels[:14])
    assert np.array_equal(fewer.landmarks, expressions.landmarks[:14])


def test_more_pictures_change_no_earlier_picture() -> None:
    """Drawing more variations of each expression leaves the first ones as they were."""
    one, two = (draw_faces(1, 32, seed=1, per_subject=count) for count in (1, 2))
    assert np.array_equal(two.pixels[:7], one.pixels)


def test_seeds_differ() -> None:
    """Another seed is other people."""
    a, b = (draw_faces(1, 32, seed=seed) for seed in (0, 1))
    assert not np.array_equal(a.pixels, b.pixels)


def test_sequences_run_from_neutral_to_the_peak() -> None:
    """Frame 0 shows no action unit and is labelled neutral; intensities grow; later frames carry one label."""
    faces = draw_faces(1, 32, seed=3, pictures="sequences")
    for name in np.unique(faces.sequence):
        run = faces.select(faces.sequence == name)
        assert run.frame.tolist() == list(range(len(run)))
        assert len(set(run.expression[1:].tolist())) == 1
        assert faces.expression_names[run.expression[0]] == "neutral"
        assert not run.action_units[0].any()
        assert (np.diff(run.action_unit_intensity, axis=0) >= 0).all()


def test_sequences_without_a_neutral_class() -> None:
    """A face at rest is no happiness: where neutral is no class, frame 0 has none."""
    faces = draw_faces(1, 16, pictures="sequences", expressions=["happy", "sad"])
    assert (faces.expression[faces.frame == 0] == -1).all()
    assert set(faces.expression[faces.frame > 0].tolist()) == {0, 1}


def test_drawn_faces_are_told_in_one_line(expressions: DrawnFaces) -> None:
    """Printing drawn faces names their kind and does not flood."""
    assert re.fullmatch(
        r"DrawnFaces\(\d+ of 48×48 grey, 7 expressions, \d+ action units, \d+ subjects\)", repr(expressions)
    )


def test_action_units_exclude_only_what_anatomy_excludes() -> None:
    """No exclusive pair occurs; all other units are uncorrelated; every unit comes and goes."""
    scenes = [action_unit_scene(picture_rng(0, 0, i), 0.3) for i in range(1500)]
    on = dict(zip(DRAWN_ACTION_UNITS, np.array([scene.left > 0 for scene in scenes]).T, strict=True))
    for pair in EXCLUSIVE:
        if pair <= on.keys():
            a, b = pair
            assert not (on[a] & on[b]).any()
    free = [au for au in DRAWN_ACTION_UNITS if not any(au in pair for pair in EXCLUSIVE)]
    correlation = np.corrcoef(np.array([on[au] for au in free]))
    assert np.abs(correlation - np.eye(len(free))).max() < 0.12
    assert all(0.08 < shown.mean() < 0.5 for shown in on.values())


def test_action_unit_faces_have_no_expression(switched: DrawnFaces) -> None:
    """Units switched at random are no expression."""
    assert (switched.expression == -1).all()
    assert 0.1 < switched.action_units.mean() < 0.6


def test_colour_and_grey_are_the_same_faces() -> None:
    """Three channels show the same people, poses and units as one."""
    grey, colour = (draw_faces(1, 32, seed=4, channels=channels) for channels in (1, 3))
    assert colour.pixels.shape == (7, 3, 32, 32)
    assert np.array_equal(grey.landmarks, colour.landmarks)
    assert np.array_equal(grey.action_unit_intensity, colour.action_unit_intensity)
    assert np.corrcoef(grey.pixels.mean(1).ravel(), colour.pixels.mean(1).ravel())[0, 1] > 0.95


def test_contempt_is_one_sided() -> None:
    """Contempt lifts one corner of the mouth."""
    faces = draw_faces(4, 24, seed=0, expressions=["contemptuous"])
    assert faces.expression_names == ("contempt",)
    assert ((faces.action_unit_left.max(1) > 0) != (faces.action_unit_right.max(1) > 0)).all()


def test_mask_is_what_the_unit_changed(expressions: DrawnFaces) -> None:
    """Smiles move pixels about the mouth; an absent unit moves none; masks survive a selection."""
    happy = expressions.select(lambda faces: faces.expression == FER2013_ORDER.index("happiness"))
    mask = happy.action_unit_mask(0, 12)
    assert mask.shape == (48, 48) and mask.dtype == bool and 20 < mask.sum() < 48 * 48 / 2
    rows = np.nonzero(mask)[0]
    mouth = happy.landmarks[0, 48:68, 1]
    assert abs(rows.mean() - mouth.mean()) < 10
    assert not happy.action_unit_mask(0, 27).any()


def test_redrawn_picture_is_the_picture(switched: DrawnFaces) -> None:
    """What is stored of a picture suffices to draw it again to the bit."""
    chosen = switched.select(np.array([3, 12]))
    for i in range(2):
        assert np.array_equal(_rendered(chosen.identity(i), chosen.scene(i), 16, 1), chosen.pixels[i])


def test_saved_faces_come_back(tmp_path, expressions: DrawnFaces) -> None:
    """Drawn faces are a record: to disk and back, masks and all."""
    save_record(expressions, tmp_path / "faces", {})
    back = load_record(tmp_path / "faces", DrawnFaces)
    assert np.array_equal(back.pixels, expressions.pixels)
    i = int(np.nonzero(expressions.expression == 3)[0][0])
    assert np.array_equal(back.action_unit_mask(i, 12), expressions.action_unit_mask(i, 12))


def test_mistakes_are_named() -> None:
    """A wrong kind of pictures, no subjects, and an unknown unit are errors in a sentence."""
    with pytest.raises(FacesError, match="'expressions', 'sequences' or 'action_units'"):
        draw_faces(1, 32, pictures="portraits")  # type: ignore[arg-type]
    with pytest.raises(FacesError, match="probability above 0"):
        draw_faces(1, 32, pictures="action_units", switched_on=0.7)
    with pytest.raises(FacesError, match="at least one"):
        draw_faces(0, 32)
    with pytest.raises(FacesError, match="AU38 is not drawn"):
        draw_faces(1, 16).action_unit_mask(0, 38)


def test_units_are_switched_on_as_often_as_asked_for() -> None:
    """A unit that nothing excludes is present in the share that was asked for; excluded ones less often."""
    for probability in (0.1, 0.4):
        faces = draw_faces(60, 16, seed=0, pictures="action_units", switched_on=probability)
        share = faces.action_units.mean(0)
        free = [i for i, au in enumerate(DRAWN_ACTION_UNITS) if not any(au in pair for pair in EXCLUSIVE)]
        assert share[free].mean() == pytest.approx(probability, abs=0.02)
        assert share[DRAWN_ACTION_UNITS.index(25)] < probability
