"""LibreFace's tables: a scale that is told or seen, and never guessed."""

import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.action_unit_tables.libreface import recognises
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.face_table import write_face_table
from tests.faces.action_unit_tables.written_tables import write_libreface

HEADER = ",input_image_path,aligned_image_path,facial_expression,au_1,au_12,au_12_intensity,au_25_intensity\n"


def write(folder, *intensities):
    file = folder / "image_results.csv"
    rows = [
        f"{i},faces/{i}.png,tmp/{i}.png,Happiness,0,1,{value},0.2\n" for i, value in enumerate(intensities)
    ]  # fmt: skip
    file.write_text(HEADER + "".join(rows))
    return file


def test_a_value_above_one_shows_the_scale(tmp_path):
    """0–5 then; presence and intensity are of other units, and what one lacks is not coded."""
    file = write(tmp_path, 0.4, 2.5)
    assert recognises(file)
    table = fp.load_action_units(file)
    assert table.scale == "0-5" and table.image.tolist() == ["faces/0.png", "faces/1.png"]
    assert table.numbers.tolist() == [1, 12, 25]
    assert table.presence[0, :2].tolist() == [0, 1] and np.isnan(table.presence[:, 2]).all()
    assert np.isnan(table.intensity[:, 0]).all() and table.intensity[1, 1] == 2.5


def test_a_scale_that_cannot_be_seen_is_refused(tmp_path):
    """All values up to 1 may be weak ones of five or strong ones of one: the user is asked."""
    file = write(tmp_path, 0.4, 0.9)
    with pytest.raises(FacesError, match="the largest is 0.9.*tell it: scale='0-1' or '0-5'"):
        fp.load_action_units(file)


@pytest.mark.parametrize("scale", ["0-1", "0-5"])
def test_a_scale_that_is_told_is_recorded(tmp_path, scale):
    """The same numbers under either name; they are not converted."""
    table = fp.load_action_units(write(tmp_path, 0.4, 0.9), scale=scale)
    assert table.scale == scale and table.intensity[:, 1] == pytest.approx([0.4, 0.9])


def test_a_scale_that_the_values_contradict(tmp_path):
    """2.5 of 1 is no intensity: its row is named; a scale that nothing has is refused."""
    file = write(tmp_path, 0.4, 2.5)
    with pytest.warns(UserWarning, match=r"image_results\.csv row 3: au_12_intensity is '2\.5', expected 0 to 1"):
        assert len(fp.load_action_units(file, scale="0-1")) == 1
    with pytest.raises(FacesError, match="'0-1' or '0-5'"):
        fp.load_action_units(file, scale="0-100")


def test_presence_alone_needs_no_scale(tmp_path):
    """Without intensities there is nothing to ask."""
    (tmp_path / "a.csv").write_text("input_image_path,au_1\na.png,1\n")
    table = fp.load_action_units(tmp_path / "a.csv")
    assert table.scale == "presence" and table.intensity is None and table.presence.tolist() == [[1]]


def test_a_videos_frames(tmp_path):
    """A video's frames have a picture, and a number in the video's folder; a row with neither is named."""
    (tmp_path / "v.csv").write_text(
        "frame_idx,path_to_frame,au_1\n0,tmp/walk/0000000000.png,1\n1,tmp/walk/0000000001.png,0\n2,,0\n"
    )
    with pytest.warns(UserWarning, match=r"v\.csv row 4: no picture in input_image_path or path_to_frame"):
        table = fp.load_action_units(tmp_path / "v.csv")
    assert table.sequence.tolist() == ["walk", "walk"] and table.frame.tolist() == [0, 1]


def test_drawn_faces_are_found_again(tmp_path):
    """Presence of some units and intensities of others, by picture."""
    drawn = fp.draw_faces(2, 24, expressions=("neutral", "fear", "happiness"))
    write_face_table(drawn, tmp_path / "faces")
    faces = fp.load_faces(tmp_path / "faces")
    write_libreface(faces, tmp_path / "libre.csv", scale=5)
    joined = fp.load_faces(tmp_path / "faces", action_units=tmp_path / "libre.csv")
    assert joined.action_unit_numbers.tolist() == [1, 12, 25] and joined.action_unit_scale == "0-5"
    at = {number: np.flatnonzero(faces.action_unit_numbers == number)[0] for number in (1, 12, 25)}
    assert np.array_equal(joined.action_units[:, :2], faces.action_units[:, [at[1], at[12]]])
    assert joined.action_unit_intensity[:, 2] == pytest.approx(5 * faces.action_unit_intensity[:, at[25]], abs=1e-3)
    assert np.isnan(joined.action_units[:, 2]).all() and np.isnan(joined.action_unit_intensity[:, 1]).all()
