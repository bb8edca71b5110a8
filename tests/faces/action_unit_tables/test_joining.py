"""Joining: whose row is whose, the user's threshold, and every face and row that has no partner."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables import ActionUnitTable
from fer_probe.faces.face_images import FaceImages, FacesError


def faces(**known):
    count = len(next(iter(known.values())))
    return FaceImages(
        pixels=np.zeros((count, 1, 4, 4), np.uint8),
        expression=np.arange(count) % 2,
        expression_names=("neutral", "happiness"),
        action_units=np.ones((count, 1), np.float32),
        action_unit_numbers=np.array([4]),
        source="ours",
        **{name: np.array(value) for name, value in known.items()},
    )


def table(image=(), sequence=(), frame=(), presence=None, intensity=None, scale="0-5", **more):
    count = len(image) or len(sequence)
    intensity = None if intensity is None else np.array(intensity, np.float32)
    presence = np.full_like(intensity, np.nan) if presence is None else np.array(presence, np.float32)
    return ActionUnitTable(
        image=np.array(image or [""] * count),
        sequence=np.array(sequence or [""] * count),
        frame=np.array(frame or [-1] * count),
        numbers=np.arange(1, 1 + presence.shape[1]),
        presence=presence,
        intensity=intensity,
        scale=scale,
        source="theirs",
        **more,
    )


def test_a_tables_units_take_the_place_of_the_faces_own():
    """Numbers, presence, intensity and scale are the table's; all else stays; the source says so."""
    joined = fp.join_action_units(
        faces(path=["a.png", "b.png"]), table(["b", "a"], presence=[[0], [1]], intensity=[[0.5], [4]])
    )
    assert joined.action_unit_numbers.tolist() == [1] and joined.action_units.tolist() == [[1], [0]]
    assert joined.action_unit_intensity.tolist() == [[4], [0.5]] and joined.action_unit_scale == "0-5"
    assert joined.expression.tolist() == [0, 1] and joined.skipped == ()
    assert joined.source == "ours; action units from theirs"


def test_who_has_no_row_is_not_coded_counted_and_named():
    """A face without a row, one of which several rows speak, a row without a face."""
    rows = table(
        ["a", "c", "c", "d"], presence=[[1], [0], [1], [1]], intensity=[[1]] * 4, skipped=("theirs row 9: torn",)
    )
    with pytest.warns(UserWarning, match="2 of 3 faces and 3 of 4 rows of theirs are not joined: b.png: not in theirs"):
        joined = fp.join_action_units(faces(path=["a.png", "b.png", "c.png"]), rows)
    assert np.array_equal(joined.action_units, np.array([[1], [np.nan], [np.nan]]), equal_nan=True)
    assert joined.skipped == (
        "theirs row 9: torn", "b.png: not in theirs", "c.png: several faces or rows of theirs may be meant",
        "c of theirs: no such face", "c of theirs: no such face", "d of theirs: no such face",
    )  # fmt: skip


def test_presence_by_the_users_threshold():
    """From the threshold on, wherever there is an intensity; elsewhere what the table tells."""
    rows = table(["a", "b"], presence=[[0, 1], [1, np.nan]], intensity=[[2, np.nan], [1.9, np.nan]])
    joined = fp.join_action_units(faces(path=["a", "b"]), rows, presence_threshold=2)
    assert np.array_equal(joined.action_units, np.array([[1, 1], [0, np.nan]]), equal_nan=True)
    assert joined.source.endswith("theirs, present from 2 of 0-5")


@pytest.mark.parametrize(("scale", "threshold"), [("0-1", 2), ("0-5", 0), ("0-5", 5.1), ("0-1", float("nan"))])
def test_a_threshold_outside_the_scale(scale, threshold):
    """Everything or nothing would be present."""
    with pytest.raises(FacesError, match=f"presence threshold .* theirs are {scale}, expected more than 0"):
        fp.join_action_units(
            faces(path=["a"]), table(["a"], intensity=[[1]], scale=scale), presence_threshold=threshold
        )


def test_a_threshold_without_intensities():
    """Presence that is told needs none."""
    with pytest.raises(FacesError, match="tells presence and no intensity"):
        fp.join_action_units(faces(path=["a"]), table(["a"], presence=[[1]], scale="presence"), presence_threshold=1)


def test_sequence_and_frame():
    """Positions from 0 meet numbers from 1; a picture's name goes before; a frame without a row is named."""
    own = faces(sequence=["S1/2", "S1/2", "S2/2"], frame=[0, 1, 0])
    rows = table(sequence=["S1_2", "S1_2", "S2_2"], frame=[2, 1, 1], intensity=[[2], [1], [3]], first_frame=1)
    assert fp.join_action_units(own, rows).action_unit_intensity.tolist() == [[1], [2], [3]]
    with pytest.warns(UserWarning, match=r"S2/2 frame 0: not in theirs; S1_2 frame 2 of theirs: no such face"):
        fp.join_action_units(own.select(np.array([0, 2])), table(
            sequence=["S1_2", "S1_2"], frame=[1, 2], intensity=[[1], [2]], first_frame=1))  # fmt: skip


def test_two_faces_in_one_frame():
    """Which of them is the picture's nobody can tell."""
    rows = table(sequence=["S", "S", "S"], frame=[0, 0, 1], intensity=[[1], [2], [3]], first_frame=0)
    with pytest.warns(UserWarning, match="several faces or rows"):
        joined = fp.join_action_units(faces(sequence=["S", "S"], frame=[0, 1]), rows)
    assert np.isnan(joined.action_unit_intensity[0, 0]) and joined.action_unit_intensity[1, 0] == 3


def test_frames_whose_positions_the_table_does_not_tell():
    """Numbers that are neither positions nor pictures' names join nothing by chance."""
    with pytest.raises(FacesError, match="no face of ours is in theirs: faces are named such as S frame 0, its rows"):
        fp.join_action_units(faces(sequence=["S"], frame=[0]), table(sequence=["S"], frame=[1], intensity=[[1]]))


def test_faces_without_names():
    """Nothing to join by."""
    with pytest.raises(FacesError, match="ours have neither paths nor frames"):
        fp.join_action_units(faces(subject=["A"]), table(["a"], intensity=[[1]]))


def test_drawn_faces_join_as_plain_ones():
    """What a drawn face was drawn from does not fit another's units; drawn faces go by sequence and frame."""
    drawn = fp.draw_faces(1, 24, pictures="sequences", expressions=("happiness",))
    rows = table(sequence=drawn.sequence.tolist(), frame=drawn.frame.tolist(),
                 intensity=[[i % 5] for i in range(len(drawn))], first_frame=0)  # fmt: skip
    joined = fp.join_action_units(drawn, rows)
    assert type(joined) is FaceImages and joined.action_unit_intensity[:, 0].tolist() == [i % 5 for i in range(8)]


@pytest.mark.parametrize(("scale", "intensity"), [("0-100", [[1]]), ("presence", [[1]]), ("0-1", None)])
def test_a_table_has_a_scale_that_fits(scale, intensity):
    """An unknown scale, intensities of presence, none of a scale."""
    with pytest.raises(FacesError, match=f"scale '{scale}' of theirs"):
        table(["a"], presence=[[1]], intensity=intensity, scale=scale)
