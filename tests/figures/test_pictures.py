import dataclasses

import cv2
import numpy as np
import pytest

from fer_probe.evidence.response_places import ResponsePlaces
from fer_probe.faces.face_crops import with_shown_boxes
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures import pictures


def _faces(pixels: np.ndarray) -> FaceImages:
    count = len(pixels)
    return FaceImages(pixels, np.full(count, -1), ("neutral",), np.empty((count, 0)), np.empty(0, int))


def _decoded(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def test_a_png_gives_its_pixels_back():
    """Grey, colour and opacity survive; red stays red."""
    rng = np.random.default_rng(0)
    grey, colour = rng.integers(0, 256, (5, 7), dtype=np.uint8), rng.integers(0, 256, (5, 7, 4), dtype=np.uint8)
    assert np.array_equal(_decoded(pictures.png(grey)), grey)
    assert np.array_equal(cv2.cvtColor(_decoded(pictures.png(colour)), cv2.COLOR_BGRA2RGBA), colour)


def test_webp_is_a_picture_too():
    """The same size comes back, as WebP."""
    data = pictures.webp(np.full((6, 8, 3), 90, np.uint8))
    assert data[8:12] == b"WEBP"
    assert _decoded(data).shape == (6, 8, 3)


@pytest.mark.parametrize("wrong", [np.zeros((3, 4)), np.zeros((1, 5, 5), np.uint8), np.zeros((4, 4, 2), np.uint8)])
def test_what_is_no_picture_is_refused(wrong):
    """Floats, channels first and two channels are named."""
    with pytest.raises(ValueError, match="a picture is uint8"):
        pictures.png(wrong)


def test_enlarging_is_by_whole_factors_and_never_shrinks():
    """20 × 30 to at least 96 is ×5; a large picture stays as it is."""
    assert pictures.enlarged(np.zeros((20, 30), np.uint8), 96).shape == (100, 150)
    assert pictures.enlarged(np.zeros((200, 300), np.uint8), 96).shape == (200, 300)


def test_a_field_inside_the_picture_is_that_piece_of_it():
    """Without scaling, a field is a slice."""
    pixels = np.random.default_rng(0).integers(0, 256, (2, 1, 10, 12), dtype=np.uint8)
    field = pictures.original_fields(_faces(pixels), np.array([[2, 3, 6, 9]]), np.array([1]), (10, 12))
    assert np.array_equal(field[0], pixels[1, 0, 2:6, 3:9])


def test_a_field_lies_where_the_model_was_shown_the_face():
    """Boxes of fields are within the part that was cut out and resized; the thumbnail stays the whole picture."""
    pixels = np.random.default_rng(0).integers(0, 256, (1, 1, 10, 12), dtype=np.uint8)
    faces = with_shown_boxes(_faces(pixels), np.array([[2, 4, 8, 10]]))
    field = pictures.original_fields(faces, np.array([[1, 0, 4, 2]]), np.array([0]), (6, 6))
    assert np.array_equal(field[0], pixels[0, 0, 3:6, 4:6])
    assert pictures.face_picture(faces, 0).shape == (10, 12)
    assert pictures.mean_picture(faces, (6, 6)).argmax() == pixels[0, 0, 2:8, 4:10].argmax()


def test_a_field_that_leaves_the_picture_is_grey_there():
    """Over the top left and the bottom right corner, and wholly outside."""
    faces = _faces(np.full((1, 1, 4, 4), 7, np.uint8))
    boxes = np.array([[-2, -1, 2, 3], [2, 3, 6, 7], [-9, -9, -5, -5], [8, 8, 12, 12]])
    fields = pictures.original_fields(faces, boxes, np.zeros(4, int), (4, 4))
    assert (fields[0] == pictures.MID_GREY).sum() == 16 - 2 * 3
    assert (fields[0][2:, 1:] == 7).all()
    assert (fields[1][:2, :1] == 7).all()
    assert (fields[1] == 7).sum() == 2
    assert (fields[2:] == pictures.MID_GREY).all()


def test_fields_are_cut_in_the_coordinates_of_the_prepared_picture():
    """Faces of twice the size are brought to the model's size first."""
    pixels = np.zeros((1, 3, 8, 8), np.uint8)
    pixels[:, 0, 4:, 4:] = 200
    field = pictures.original_fields(_faces(pixels), np.array([[[2, 2, 4, 4]]]), np.array([[0]]), (4, 4))
    assert field.shape == (1, 1, 2, 2, 3)
    assert (field[..., 0] == 200).all()
    assert (field[..., 1:] == 0).all()


def test_zero_is_mid_grey_and_signs_are_symmetric():
    """+x and −x lie equally far from mid grey, and all projections of a map share one scale."""
    pixels = np.zeros((2, 1, 2, 2), np.float32)
    pixels[0, 0, 0], pixels[1, 0, 0, 0] = (2, -2), 1
    drawn = pictures.projection_pictures(pixels)
    assert drawn[0, 1, 0] == pictures.MID_GREY
    assert drawn[0, 0, 0] - pictures.MID_GREY == 127
    assert pictures.MID_GREY - int(drawn[0, 0, 1]) == 127
    assert abs(int(drawn[1, 0, 0]) - pictures.MID_GREY - 63.5) <= 1


def test_a_dead_maps_projections_are_plain_grey():
    """All zeros: nothing is divided by zero."""
    assert (pictures.projection_pictures(np.zeros((3, 3, 4, 4))) == pictures.MID_GREY).all()
    assert pictures.projection_pictures(np.zeros((3, 3, 4, 4))).shape == (3, 4, 4, 3)


def test_a_maximised_picture_uses_the_whole_range():
    """Stretched from dark to bright; a constant one is grey."""
    ramp = np.linspace(-3, 9, 400, dtype=np.float32).reshape(1, 20, 20)
    drawn = pictures.maximized_picture(ramp)
    assert (drawn.min(), drawn.max()) == (0, 255)
    assert (pictures.maximized_picture(np.ones((3, 4, 4))) == pictures.MID_GREY).all()


def _places(response: np.ndarray, centres: list[float], size: int) -> ResponsePlaces:
    grid = np.stack(np.meshgrid(centres, centres, indexing="ij"), axis=-1).astype(np.float32)
    return ResponsePlaces("0", response[None].astype(np.float32), np.zeros((1, *response.shape)), grid, (size, size), 1)


def test_the_overlay_is_brightest_where_the_map_answers():
    """One response, at the middle of its receptive field, is where the face changes most."""
    response = np.zeros((4, 4))
    response[2, 1] = 3
    face = np.full((17, 17), 60, np.uint8)
    drawn = pictures.places_overlay(face, _places(response, [2, 6, 10, 14], 17), 0).astype(int)
    change = np.abs(drawn - 60).sum(axis=-1)
    assert np.unravel_index(change.argmax(), change.shape) == (10, 6)
    assert change[0, 16] == 0


def test_the_strongest_places_are_another_heat():
    """Where most faces have their largest response, not where the mean response is largest."""
    face = np.zeros((17, 17), np.uint8)
    counts = np.zeros((1, 4, 4), int)
    counts[0, 3, 0] = 5
    places = dataclasses.replace(_places(np.eye(4)[::-1] * [0, 0, 0, 1.0], [2, 6, 10, 14], 17), strongest=counts)
    mean, strongest = (pictures.places_overlay(face, places, 0, of).sum(2) for of in ("mean_response", "strongest"))
    assert np.unravel_index(strongest.argmax(), face.shape)[0] >= 14 and strongest[:10].max() < 10
    assert np.unravel_index(mean.argmax(), face.shape)[0] <= 2


def test_the_overlay_is_linear_between_places():
    """Halfway between two middles the response is their mean: against a hand-made reference."""
    places = _places(np.array([[0.0, 1.0], [0.0, 1.0]]), [1, 5], 7)
    drawn = pictures._at_every_pixel(places.mean_response[0], places)
    assert drawn[3] == pytest.approx(np.clip((np.arange(7) - 1) / 4, 0, 1), abs=0.02)


def test_a_silent_map_leaves_the_face_as_it_is():
    """No response, no colour; also where the layer has one place only."""
    face = np.arange(49, dtype=np.uint8).reshape(7, 7)
    assert np.array_equal(pictures.places_overlay(face, _places(np.zeros((1, 1)), [3], 7), 0)[..., 0], face)


def test_the_mean_face_is_the_mean_of_the_faces():
    """The order of brightness is the mean's, stretched to full contrast."""
    pixels = np.zeros((2, 1, 2, 2), np.uint8)
    pixels[0, 0, 0], pixels[1, 0, 0] = (100, 0), (100, 100)
    drawn = pictures.mean_picture(_faces(pixels), (2, 2))
    assert drawn.tolist() == [[255, 128], [0, 0]]


def test_records_of_real_analyses_can_be_drawn(records):
    """Fields and projections of one map have the same shape, tile for tile."""
    boxes, index = records.projections.boxes[2], records.projections.image_index[2]
    fields = pictures.original_fields(records.faces, boxes, index, (16, 16))
    assert fields.shape == pictures.projection_pictures(records.projections.pixels[2]).shape == (4, 5, 5)
    assert pictures.places_overlay(np.zeros((16, 16), np.uint8), records.places, 2).shape == (16, 16, 3)


def test_colour_faces_give_colour_thumbnails(records):
    """Channels move last; small faces are enlarged."""
    colour = dataclasses.replace(records.faces, pixels=np.repeat(records.faces.pixels, 3, axis=1))
    assert pictures.face_thumbnail(colour, 0).shape == (100, 100, 3)
    assert pictures.face_thumbnail(records.faces, 0).shape == (100, 100)
