"""One drawn face: units act where their muscles are, sides and poses as told, landmarks on the features."""

import cv2
import numpy as np
import pytest

from fer_probe.faces.drawn_faces import (
    DRAWN_ACTION_UNITS,
    Camera,
    Identity,
    Light,
    Pose,
    action_unit_sheet,
    contact_sheet,
    draw_faces,
    drawn_sheet,
    random_identity,
    render_face,
)
from fer_probe.faces.drawn_faces.landmarks import landmarks
from fer_probe.faces.drawn_faces.render import intensities, pose_face

SOMEONE = random_identity(3)
#: Where each unit may act: rows of a 96-pixel picture, from above the brows (0) to below the chin (96).
REGIONS = {
    1: (0, 46), 2: (0, 46), 4: (14, 50), 5: (24, 52), 6: (30, 64), 7: (30, 56), 9: (20, 78), 10: (40, 80),
    11: (44, 76), 12: (36, 86), 13: (44, 84), 14: (56, 86), 15: (56, 90), 16: (66, 92), 17: (60, 96), 18: (54, 90),
    20: (58, 92), 22: (56, 92), 23: (58, 88), 24: (56, 88), 25: (54, 96), 26: (54, 96), 27: (52, 96), 28: (56, 90),
    43: (30, 54),
}  # fmt: skip
#: The same for columns; the head of this person reaches from 14 to 83.
COLUMNS = {
    1: (26, 70), 2: (14, 82), 4: (18, 78), 5: (26, 70), 6: (16, 80), 7: (23, 72), 9: (23, 76), 10: (22, 73),
    11: (24, 73), 12: (17, 80), 13: (24, 74), 14: (23, 74), 15: (22, 72), 16: (27, 69), 17: (31, 64), 18: (21, 75),
    20: (20, 76), 22: (21, 74), 23: (21, 74), 24: (27, 67), 25: (31, 65), 26: (18, 78), 27: (17, 79), 28: (27, 68),
    43: (26, 70),
}  # fmt: skip


def changed(au: int, value: float | tuple[float, float] = 0.8) -> np.ndarray:
    """(96, 96) how much a unit changes a face, in grey levels."""
    still, moved = (render_face(SOMEONE, units).astype(int) for units in ({}, {au: value}))
    return np.abs(moved - still)[0]


@pytest.mark.parametrize("au", DRAWN_ACTION_UNITS)
def test_unit_acts_where_its_muscle_is(au: int) -> None:
    """Each unit changes the face visibly, and outside its own region nothing at all."""
    difference = changed(au)
    top, bottom = REGIONS[au]
    assert (difference > 8).sum() >= 15
    assert difference[:top].max(initial=0) == 0
    assert difference[bottom:].max(initial=0) == 0
    left, right = COLUMNS[au]
    assert difference[:, :left].max(initial=0) == 0
    assert difference[:, right:].max(initial=0) == 0


@pytest.mark.parametrize("au", DRAWN_ACTION_UNITS)
def test_unit_grows_with_intensity(au: int) -> None:
    """The stronger the unit, the more it changes."""
    amounts = [changed(au, value).sum() for value in (0.25, 0.5, 1.0)]
    assert amounts[0] < amounts[1] < amounts[2]


@pytest.mark.parametrize("au", (2, 6, 12, 14, 43))
def test_one_sided_unit_moves_one_side(au: int) -> None:
    """(left, right) is the person's own: their left is on the right of the picture."""
    left, right = changed(au, (0.9, 0.0)), changed(au, (0.0, 0.9))
    assert left[:, 54:].sum() > 20 * left[:, :42].sum()
    assert right[:, :42].sum() > 20 * right[:, 54:].sum()


def test_parted_lips_need_au25() -> None:
    """A dropped jaw alone keeps the lips together; with AU25, or stretched by AU27, the mouth opens dark."""
    camera = Camera(noise=0, blur=0)
    mouth = (slice(60, 84), slice(40, 56))
    closed, parted, stretched = (
        (render_face(Identity(), units, camera=camera)[0][mouth] < 45).sum()
        for units in ({26: 1.0}, {26: 1.0, 25: 0.8}, {27: 1.0})
    )
    assert parted > closed + 30
    assert stretched > closed + 30


def test_noise_is_the_seed_s_alone() -> None:
    """The same seed gives the same picture; another changes only noise and background."""
    same, again, other = (render_face(SOMEONE, {12: 0.5}, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(same, again)
    face = (slice(None), slice(35, 75), slice(38, 58))
    assert np.abs(same[face].astype(int) - other[face]).mean() < 6


def test_landmarks_lie_on_the_features() -> None:
    """Closing the lids brings theirs together; a smile lifts and widens the corners; a jaw drop lowers the chin."""

    def points(units: dict[int, float]) -> np.ndarray:
        return landmarks(pose_face(SOMEONE, *intensities(units), Pose(), 96, 1), 96)

    still = points({})
    assert np.ptp(points({43: 1.0})[[37, 41], 1]) < 1 < np.ptp(still[[37, 41], 1])
    smile = points({12: 1.0})
    assert smile[48, 1] < still[48, 1] - 2 and np.ptp(smile[[48, 54], 0]) > np.ptp(still[[48, 54], 0]) + 3
    assert points({26: 1.0})[8, 1] > still[8, 1] + 3
    assert np.array_equal(points({12: 1.0})[17:27], still[17:27])


def test_landmarks_follow_the_picture() -> None:
    """Pupils are dark where the landmarks of the eyes say they are, in every pose."""
    faces = draw_faces(3, 96, seed=8, expressions=["neutral"], per_subject=2)
    for picture, points in zip(faces.pixels[:, 0], faces.landmarks, strict=True):
        for eye in (points[36:42], points[42:48]):
            x, y = np.rint(eye.mean(0)).astype(int)
            around = picture[y - 12 : y + 13, x - 12 : x + 13]
            assert picture[y - 2 : y + 3, x - 3 : x + 4].min() < np.percentile(around, 12)


def test_roll_turns_the_face() -> None:
    """Roll is clockwise, yaw to the right, pitch upward."""
    rest = intensities({})
    plain, rolled, turned, raised = (
        landmarks(pose_face(SOMEONE, *rest, pose, 96, 1), 96)
        for pose in (Pose(), Pose(roll=8), Pose(yaw=10), Pose(pitch=8))
    )
    assert rolled[45, 1] > plain[45, 1] and rolled[36, 1] < plain[36, 1]
    nose = slice(30, 31)
    cheeks = [2, 14]
    assert (turned[nose, 0] - turned[cheeks, 0].mean()) > (plain[nose, 0] - plain[cheeks, 0].mean()) + 2
    assert (raised[nose, 1] - raised[8, 1]) < (plain[nose, 1] - plain[8, 1])


def test_light_falls_from_its_side() -> None:
    """The lit cheek is the brighter one."""
    for azimuth in (-50, 50):
        picture = render_face(Identity(), {}, light=Light(azimuth=azimuth))[0].astype(int)
        left, right = picture[45:60, 26:36].mean(), picture[45:60, 60:70].mean()
        assert (right - left) * azimuth > 0


def test_haar_finds_the_faces() -> None:
    """A detector that has only ever seen real faces finds at least 38 of 40 drawn ones, in their place."""
    detector = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    faces = draw_faces(6, 128, seed=11).select(slice(0, 40))
    found = sum(
        any(_overlap(box, points) >= 0.5 for box in detector.detectMultiScale(picture[0], 1.1, 5))
        for picture, points in zip(faces.pixels, faces.landmarks, strict=True)
    )
    assert found >= 38


def _overlap(box: np.ndarray, points: np.ndarray) -> float:
    (x0, y0), (x1, y1) = points.min(0), points.max(0)
    x, y, w, h = box
    shared = max(0, min(x + w, x1) - max(x, x0)) * max(0, min(y + h, y1) - max(y, y0))
    return shared / (w * h + (x1 - x0) * (y1 - y0) - shared)


@pytest.mark.parametrize("size", (16, 31, 48, 96, 130, 256))
def test_any_size(size: int) -> None:
    """Every size is drawn, and is the same face."""
    picture = render_face(SOMEONE, {12: 0.7, 25: 0.6}, size=size)
    assert picture.shape == (1, size, size)
    small = cv2.resize(picture[0], (16, 16), interpolation=cv2.INTER_AREA).astype(float)
    wanted = cv2.resize(render_face(SOMEONE, {12: 0.7, 25: 0.6})[0], (16, 16), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(small.ravel(), wanted.ravel().astype(float))[0, 1] > 0.97


def test_mistakes_are_named() -> None:
    """Units that are not drawn, intensities out of range, sides too many, sizes too small."""
    with pytest.raises(ValueError, match="AU99 cannot be drawn"):
        render_face(SOMEONE, {99: 1.0})
    with pytest.raises(ValueError, match="AU12 has intensity 1.5"):
        render_face(SOMEONE, {12: 1.5})
    with pytest.raises(ValueError, match="at least 16 pixels"):
        render_face(SOMEONE, {}, size=8)
    with pytest.raises(ValueError, match="hair_style"):
        Identity(hair_style="mohawk")


def test_contact_sheet_lays_out_in_rows() -> None:
    """Three pictures in two columns: two rows, the last cell empty."""
    pixels = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((1, 1, 4, 5), np.uint8)
    sheet = contact_sheet(pixels, columns=2, gap=1)
    assert sheet.shape == (9, 11)
    assert sheet[0, 0] == 0 and sheet[0, 6] == 1 and sheet[5, 0] == 2 and sheet[5, 6] == 255


def test_action_unit_sheet_grows_downward() -> None:
    """A row per intensity, a column per unit, and the lowest row differs most from rest; units wrap to a new block."""
    sheet = action_unit_sheet(SOMEONE, (4, 12, 9), (0.0, 0.3, 1.0), size=48, columns=2).astype(int)
    assert sheet.shape == (2 * (16 + 3 * 50 - 2), 2 * 48 + 2)
    rest, weak, strong = (sheet[top : top + 48, :48] for top in (16, 66, 116))
    assert 0 < np.abs(weak - rest).sum() < np.abs(strong - rest).sum()
    assert (sheet[164:, 50:] == 255).all()


def test_drawn_sheet_has_a_row_for_each_person_or_sequence() -> None:
    """Two people by seven expressions; of sequences each is a row of its frames."""
    faces = draw_faces(3, 24, seed=0)
    sheet = drawn_sheet(faces, rows=2)
    assert sheet.shape == (16 + 2 * 26 - 2, 7 * 26 - 2)
    assert np.array_equal(sheet[16 + 26 : 16 + 26 + 24, 26 : 26 + 24], faces.pixels[7 + 1, 0])
    frames = draw_faces(1, 24, seed=0, pictures="sequences", expressions=("fear", "anger"))
    assert drawn_sheet(frames).shape == (16 + 2 * 26 - 2, 8 * 26 - 2)
