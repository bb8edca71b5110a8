"""Pictures on the disk: read when asked for, brought to one size and colour, and found where they are damaged."""

import cv2
import numpy as np
import pytest

from fer_probe.faces import picture_files
from fer_probe.faces.face_images import FacesError, PixelSource
from fer_probe.faces.picture_files import (
    PictureFiles,
    box_in_pixels,
    cut_out,
    decoded,
    fitted,
    is_picture_file,
    picture_size,
    reasons_unreadable,
    window,
)

RNG = np.random.default_rng(0)


def saved(path, picture):
    assert cv2.imwrite(str(path), picture)
    return path


def noise(height=8, width=6):
    return RNG.integers(0, 256, (height, width), np.uint8)


@pytest.fixture
def pictures(tmp_path):
    """Five grey PNGs and what they hold."""
    held = np.stack([noise() for _ in range(5)])
    return PictureFiles([saved(tmp_path / f"{i}.png", one) for i, one in enumerate(held)], (1, 8, 6)), held[:, None]


class TestReading:
    """Indexing as in numpy, along the pictures first."""

    def test_nothing_is_decoded_before_it_is_asked_for(self, tmp_path):
        """A source of files that are not there yet can be made, told the shape of, and picked from."""
        files = [tmp_path / "a.png", tmp_path / "b.png"]
        source = PictureFiles(files, (1, 8, 6))
        assert isinstance(source, PixelSource) and source.shape == (2, 1, 8, 6) and source.dtype == np.uint8
        last = source.pick(np.array([1]))
        one = noise()
        saved(files[1], one)
        assert np.array_equal(last[0, 0], one)

    def test_a_file_that_was_replaced_is_read_anew(self, pictures):
        """Nothing decoded is kept."""
        source, held = pictures
        assert np.array_equal(source[2], held[2])
        saved(source.files[2], 255 - held[2, 0])
        assert np.array_equal(source[2], 255 - held[2])

    @pytest.mark.parametrize("index", [
        3, -1, np.int64(2), slice(1, 4), slice(None, None, -2), [4, 0, 0], np.array([1, 3]), slice(0, 0),
        np.array([], int),
        np.array([True, False, True, False, True]), (2, 0), (2, 0, 3), (slice(1, 3), 0), (slice(None), 0, 0, 0),
        ([0, 4], slice(None), slice(2, 5)), (np.array([False, True, True, False, False]), 0, slice(None, None, 2)),
        (..., 0), (Ellipsis, slice(1, 3), 2), (1, ..., 0), Ellipsis,
    ])  # fmt: skip
    def test_indexing_is_numpys(self, pictures, index):
        """Every kind of index gives what the same index gives of the array."""
        source, held = pictures
        assert np.array_equal(source[index], held[index])

    def test_ends_like_a_sequence(self, pictures):
        """Beyond the last picture is an IndexError, so that a loop over the pictures ends."""
        source, held = pictures
        with pytest.raises(IndexError):
            source[5]
        assert np.array_equal(np.stack(list(source)), held)

    def test_picking_reads_nothing_and_keeps_the_boxes(self, pictures):
        """By mask and by index: only what is asked for of the picked is decoded, each by its own box."""
        source, held = pictures
        boxes = [(i / 8, 0, (i + 2) / 8, 1.0) for i in range(4)] + [None]
        source = PictureFiles(source.files, (1, 2, 6), boxes)
        picked = source.pick(np.arange(5) != 2).pick(np.array([2, 0]))
        for file in source.files[[1, 2, 4]]:
            picture_files.Path(file).unlink()
        assert np.array_equal(picked[:], np.stack([held[3, :, 3:5], held[0, :, 0:2]]))

    def test_an_undecodable_file_is_named(self, pictures):
        """With what to do; and the others are read."""
        source, held = pictures
        picture_files.Path(source.files[1]).write_bytes(b"nothing")
        with pytest.raises(FacesError, match=r"1\.png: cannot be decoded.*--check lists all.*check=True"):
            source[0:3]
        picture_files.Path(source.files[1]).unlink()
        with pytest.raises(FacesError, match=r"1\.png: cannot be opened \(No such file"):
            source[1]
        assert np.array_equal(source[2:], held[2:])


class TestOneShape:
    """Pictures of every kind brought to the first one's."""

    def test_colour_becomes_grey_by_601(self, tmp_path):
        """0.299 red + 0.587 green + 0.114 blue, whatever order the file has them in."""
        red_green_blue = np.array([200, 100, 50], np.uint8)
        file = saved(tmp_path / "c.png", np.full((4, 4, 3), red_green_blue[::-1], np.uint8))
        assert decoded(file)[:, 0, 0].tolist() == [200, 100, 50]
        assert abs(int(PictureFiles([file], (1, 4, 4))[0, 0, 0, 0]) - red_green_blue @ [0.299, 0.587, 0.114]) <= 0.5

    def test_grey_becomes_colour_three_times(self, tmp_path):
        """One grey file among colours."""
        one = noise()
        assert np.array_equal(PictureFiles([saved(tmp_path / "g.png", one)], (3, 8, 6))[0], np.stack([one] * 3))

    def test_opacity_is_left_out(self, tmp_path):
        """A PNG with four channels is its three colours."""
        picture = RNG.integers(0, 256, (4, 4, 4), np.uint8)
        assert np.array_equal(decoded(saved(tmp_path / "a.png", picture)), picture[..., 2::-1].transpose(2, 0, 1))

    def test_sizes_become_one(self, tmp_path):
        """Halves by means over squares, doubles between the pixels."""
        one = noise(8, 8)
        file = saved(tmp_path / "g.png", one)
        halved = one.reshape(4, 2, 4, 2).mean((1, 3))
        assert np.abs(PictureFiles([file], (1, 4, 4))[0, 0] - halved).max() <= 1
        flat = fitted(np.full((3, 5, 5), 77, np.uint8), (1, 10, 12))
        assert flat.shape == (1, 10, 12) and (flat == 77).all()

    def test_sixteen_bits_are_refused(self, tmp_path):
        """Which eight of them are meant would be a guess."""
        file = saved(tmp_path / "deep.png", np.zeros((4, 4), np.uint16))
        with pytest.raises(ValueError, match="16 bits a channel, expected 8"):
            decoded(file)


class TestBoxes:
    """A face within its picture, by shares of height and width."""

    def test_a_box_cuts(self):
        """Rows by the height, columns by the width."""
        picture = np.arange(200, dtype=np.uint8).reshape(1, 10, 20)
        assert np.array_equal(cut_out(picture, (0.2, 0.25, 0.5, 0.75)), picture[:, 2:5, 5:15])
        assert cut_out(picture, None) is not None and np.array_equal(cut_out(picture, None), picture)

    @pytest.mark.parametrize(("box", "expected"), [
        ((-0.5, -1, 2, 1.5), (0, 0, 10, 20)),
        ((0.5, 0.5, 0.5, 0.5), (5, 10, 6, 11)),
        ((1.2, 1.2, 1.4, 1.4), (9, 19, 10, 20)),
        ((0.6, 0.6, 0.2, 0.2), (6, 12, 7, 13)),
    ])  # fmt: skip
    def test_a_box_stays_within_and_is_never_empty(self, box, expected):
        """Beyond an edge, of no size, outside, upside down."""
        assert window(box, 10, 20) == expected


class TestDamage:
    """What a file's ends tell, and what only decoding does."""

    @pytest.fixture
    def content(self):
        """A JPEG and a PNG of the same picture, longer than what is looked at of them."""
        picture = cv2.GaussianBlur(noise(64, 64), (5, 5), 2)
        return {kind: cv2.imencode(kind, picture)[1].tobytes() for kind in (".jpg", ".png")}

    def reason(self, tmp_path, name, content, **options):
        (tmp_path / name).write_bytes(content)
        return reasons_unreadable([tmp_path / name], **options)[0]

    @pytest.mark.parametrize("kind", [".jpg", ".png"])
    @pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
    def test_a_truncated_file_is_found_by_its_end(self, tmp_path, content, kind, share):
        """Wherever it was cut off; decoding finds it too."""
        whole = content[kind]
        assert self.reason(tmp_path, f"whole{kind}", whole) is None
        cut = whole[: int(share * len(whole))]
        assert self.reason(tmp_path, f"cut{kind}", cut) == "is cut off: its end is missing"
        assert self.reason(tmp_path, f"cut{kind}", cut, decode=True)
        assert self.reason(tmp_path, f"whole{kind}", whole, decode=True) is None

    def test_what_a_decoder_fills_with_grey_is_cut_off_all_the_same(self, tmp_path, content, monkeypatch):
        """Some versions of OpenCV decode half a JPEG without a word."""
        monkeypatch.setattr(picture_files, "decoded", lambda file: np.zeros((1, 64, 64), np.uint8))
        assert "cut off" in self.reason(tmp_path, "cut.jpg", content[".jpg"][:300], decode=True)

    @pytest.mark.parametrize("decode", [False, True])
    @pytest.mark.parametrize("more", [b"\0" * 5, b"camera " * 500])
    @pytest.mark.parametrize("kind", [".jpg", ".png"])
    def test_bytes_behind_the_end_are_tolerated(self, tmp_path, content, kind, more, decode):
        """Few or many: some cameras and programs write their own there."""
        assert self.reason(tmp_path, f"more{kind}", content[kind] + more, decode=decode) is None

    def test_a_thumbnails_end_is_not_the_pictures(self, tmp_path, content):
        """A JPEG that carries another one in front, cut off in its own pixels."""
        whole = content[".jpg"]
        thumbnail = b"\xff\xe1" + (len(whole) + 2).to_bytes(2) + whole
        carrying = whole[:2] + thumbnail + whole[2:]
        assert self.reason(tmp_path, "whole.jpg", carrying, decode=True) is None
        assert self.reason(tmp_path, "cut.jpg", carrying[:-100]) == "is cut off: its end is missing"

    def test_damage_in_the_middle_shows_when_decoded(self, tmp_path, content):
        """A PNG's checksum does not fit: its ends look well, decoding says so."""
        png = bytearray(content[".png"])
        png[len(png) // 2] ^= 0x10
        assert self.reason(tmp_path, "middle.png", bytes(png)) is None
        assert "cannot be decoded" in self.reason(tmp_path, "middle.png", bytes(png), decode=True)

    @pytest.mark.parametrize("decode", [False, True])
    def test_what_is_no_picture(self, tmp_path, decode):
        """Empty, missing, of another kind, a folder: each by its own reason."""
        (tmp_path / "folder.png").mkdir()
        (tmp_path / "empty.jpg").write_bytes(b"")
        (tmp_path / "text.jpg").write_text("an error page instead of the picture" * 9)
        files = [tmp_path / name for name in ("folder.png", "empty.jpg", "text.jpg", "missing.jpg")]
        reasons = reasons_unreadable(files, decode=decode)
        expected = ["cannot be opened (is a directory)", "an empty file", "no picture", "no such file"]
        assert all(part in why.lower() for part, why in zip(expected, reasons, strict=True))

    @pytest.mark.parametrize("kind", [".bmp", ".tiff", ".webp", ".pgm"])
    def test_other_kinds_of_pictures(self, tmp_path, kind):
        """Whole ones are known by how they begin."""
        assert reasons_unreadable([saved(tmp_path / f"a{kind}", noise())]) == [None]

    def test_reasons_are_in_the_files_order(self, tmp_path):
        """More of them than one of the threads takes at a time."""
        good = saved(tmp_path / "good.png", noise())
        files = [good] * 1000
        for place in (0, 255, 256, 999):
            files[place] = tmp_path / f"{place}.png"
        bad = [i for i, why in enumerate(reasons_unreadable(files)) if why]
        assert bad == [0, 255, 256, 999]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a.png", True), ("A.JPG", True), (".DS_Store", False), ("._a.png", False), ("a.txt", False), ("png", False)],
)
def test_what_is_taken_for_a_picture(tmp_path, name, is_one):
    """By its name; what a Mac leaves behind is none."""
    assert is_picture_file(tmp_path / name) is is_one


class TestBoxesInPixels:
    """Rectangles as lists tell them, in pixels of the file's picture."""

    def test_the_box_cuts_out_the_rectangle(self, tmp_path):
        """To the pixel, for every rectangle of a picture with odd sides."""
        picture = np.arange(7 * 11, dtype=np.uint8).reshape(7, 11)
        cv2.imwrite(str(tmp_path / "a.png"), picture)
        for left, top, right, bottom in [(0, 0, 11, 7), (3, 1, 10, 6), (10, 6, 11, 7), (1, 2, 2, 5)]:
            box = box_in_pixels(tmp_path / "a.png", left, top, right, bottom)
            assert np.array_equal(cut_out(picture[None], box)[0], picture[top:bottom, left:right])

    @pytest.mark.parametrize("rectangle", [(0, 0, 0, 5), (5, 3, 4, 6), (11, 0, 20, 5), (-5, 0, 0, 5), (0, -9, 9, -1)])
    def test_a_rectangle_of_nothing_is_refused(self, tmp_path, rectangle):
        """Empty, upside down, or beside the picture, whose size is told."""
        cv2.imwrite(str(tmp_path / "a.png"), np.zeros((7, 11), np.uint8))
        with pytest.raises(ValueError, match="holds nothing of the picture: .*the picture is 11×7"):
            box_in_pixels(tmp_path / "a.png", *rectangle)

    def test_a_file_without_a_size(self, tmp_path):
        """Missing, empty, and with a damaged header."""
        (tmp_path / "empty.png").write_bytes(b"")
        cv2.imwrite(str(tmp_path / "torn.png"), np.zeros((7, 11), np.uint8))
        content = bytearray((tmp_path / "torn.png").read_bytes())
        content[12:16] = b"XXXX"  # the name of the first chunk
        (tmp_path / "torn.png").write_bytes(content)
        for name, told in [("gone", "no such file"), ("empty", "an empty file"), ("torn", "its header is damaged")]:
            with pytest.raises(ValueError, match=told):
                picture_size(tmp_path / f"{name}.png")
