"""Found faces: what a layout tells, gathered without reading pictures; nothing that is not known is made up."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.found_faces import Coding, FoundFace, gather
from fer_probe.faces.picture_files import PictureFiles

NAMES = ("neutral", "happiness")


def saved(path, value=0, height=8, width=6, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (height, width) if channels == 1 else (height, width, channels)
    assert cv2.imwrite(str(path), np.full(shape, value, np.uint8))
    return path


def gathered(root, found, **options):
    return gather(root, found, source="made by hand", expression_names=NAMES, **options)


@pytest.fixture
def files(tmp_path):
    """Four grey pictures of 10, 20, 30, 40."""
    return [saved(tmp_path / "deeper" / f"{i}.png", 10 * (i + 1)) for i in range(4)]


def damage_the_middle(file):
    """So that both ends of a PNG look well."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)


class TestLaziness:
    """Pictures are read when asked for, and only those."""

    def test_only_the_first_picture_is_decoded(self, tmp_path, files, monkeypatch):
        """It tells the size; the others are looked at from outside."""
        decoded = []
        read = cv2.imdecode
        monkeypatch.setattr(cv2, "imdecode", lambda *given: decoded.append(given) or read(*given))
        faces = gathered(tmp_path, map(FoundFace, files))
        assert isinstance(faces.pixels, PictureFiles) and 1 <= len(decoded) <= 2
        decoded.clear()
        assert faces.pixels[2, 0, 0, 0] == 30 and len(decoded) == 1

    def test_a_file_that_was_replaced_is_read_anew(self, tmp_path, files):
        """Also the first one, which was decoded for its size."""
        faces = gathered(tmp_path, map(FoundFace, files))
        for file in files:
            saved(file, 99)
        assert (faces.pixels[:] == 99).all()

    def test_selecting_stays_lazy(self, tmp_path, files):
        """By mask, twice; what was left out may be gone."""
        faces = gathered(tmp_path, [FoundFace(file, subject=f"S{i}") for i, file in enumerate(files)])
        chosen = faces.select(faces.subject != "S1").select(slice(1, None))
        files[0].unlink()
        files[1].unlink()
        assert isinstance(chosen.pixels, PictureFiles)
        assert chosen.subject.tolist() == ["S2", "S3"] and chosen.pixels[:, 0, 0, 0].tolist() == [30, 40]


class TestWhatIsTold:
    """Everything a corpus tells finds its place; what it does not tell stays unknown."""

    def test_all_of_it(self, tmp_path, files):
        """Words, numbers, paths from the corpus's folder, further facts."""
        found = [
            FoundFace(
                file, expression=NAMES[i % 2], subject=f"S{i // 2}", sequence="a", split="train", frame=i,
                attributes={"valence": i / 4, "light": "dark"},
            )
            for i, file in enumerate(files)
        ]  # fmt: skip
        faces = gathered(tmp_path, found)
        assert [faces.expression_names[e] for e in faces.expression] == ["neutral", "happiness"] * 2
        assert faces.subject.tolist() == ["S0", "S0", "S1", "S1"]
        assert faces.sequence.tolist() == ["a"] * 4 and faces.split.tolist() == ["train"] * 4
        assert faces.frame.tolist() == [0, 1, 2, 3]
        assert faces.path.tolist() == [f"deeper/{i}.png" for i in range(4)]
        assert faces.attributes["valence"].tolist() == [0, 0.25, 0.5, 0.75]
        assert faces.attributes["light"].tolist() == ["dark"] * 4
        assert faces.source == "made by hand" and faces.skipped == ()

    def test_nothing_of_it(self, tmp_path, files):
        """None where nobody is known, -1 where no expression is, no action units."""
        faces = gathered(tmp_path, map(FoundFace, files))
        assert faces.expression.tolist() == [-1] * 4 and faces.action_units.shape == (4, 0)
        known = (faces.subject, faces.sequence, faces.split, faces.frame, faces.landmarks, faces.action_unit_intensity)
        assert known == (None,) * 6 and faces.attributes == {}

    def test_one_who_is_known_among_strangers(self, tmp_path, files):
        """The others have empty words and frame -1."""
        faces = gathered(tmp_path, [FoundFace(files[0], subject="S0", frame=4), FoundFace(files[1])])
        assert faces.subject.tolist() == ["S0", ""] and faces.frame.tolist() == [4, -1]

    def test_votes(self, tmp_path, files):
        """One row a face, with what the columns stand for; a face that cannot be read takes its own along."""
        files[1].write_bytes(b"")
        found = [FoundFace(file, votes=[i, 10 - i]) for i, file in enumerate(files)]
        faces = gathered(tmp_path, found, votes_names=("neutral", "NF"))
        assert faces.votes.tolist() == [[0, 10], [2, 8], [3, 7]] and faces.votes_names == ("neutral", "NF")
        assert gathered(tmp_path, found).votes is None

    def test_not_coded_is_not_absent(self, tmp_path, files):
        """A coded picture's missing unit is 0; a unit told as NaN, and a picture without codes, are NaN."""
        presence = [{12: 1}, {}, None, {6: float("nan"), 12: 0}]
        found = [FoundFace(file, presence=one, intensity=one) for file, one in zip(files, presence, strict=True)]
        faces = gathered(tmp_path, found, coding=Coding((6, 12), "0-5"))
        expected = np.array([[0, 1], [0, 0], [np.nan, np.nan], [np.nan, 0]])
        assert np.array_equal(faces.action_units, expected, equal_nan=True)
        assert np.array_equal(faces.action_unit_intensity, expected, equal_nan=True)
        assert faces.action_unit_scale == "0-5" and faces.action_unit_numbers.tolist() == [6, 12]
        assert gathered(tmp_path, found, coding=Coding((6, 12))).action_unit_intensity is None


class TestOneShape:
    """Pictures of one corpus, of several sizes and colours."""

    def test_the_first_picture_decides(self, tmp_path, files):
        """A colour frame among grey becomes grey, a larger one smaller."""
        other = saved(tmp_path / "colour.png", (50, 100, 200), 16, 12, channels=3)
        faces = gathered(tmp_path, [FoundFace(files[0]), FoundFace(other)])
        assert faces.pixels.shape == (2, 1, 8, 6)
        assert abs(int(faces.pixels[1, 0, 4, 4]) - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) <= 0.5
        assert gathered(tmp_path, [FoundFace(other), FoundFace(files[0])]).pixels.shape == (2, 3, 16, 12)

    def test_a_shape_that_was_asked_for(self, tmp_path, files):
        """Instead of the first one's."""
        assert gathered(tmp_path, map(FoundFace, files), shape=(3, 5, 5)).pixels[:].shape == (4, 3, 5, 5)

    def test_boxes_cut_the_faces_out(self, tmp_path):
        """The first face's box decides the size; each is cut by its own, one without is whole."""
        file = tmp_path / "two faces.png"
        picture = np.zeros((10, 20), np.uint8)
        picture[:, 10:] = 200
        cv2.imwrite(str(file), picture)
        left, right = (0.0, 0.0, 1.0, 0.5), (0.0, 0.5, 1.0, 1.0)
        faces = gathered(tmp_path, [FoundFace(file, box=left), FoundFace(file, box=right), FoundFace(file)])
        assert faces.pixels.shape == (3, 1, 10, 10)
        assert faces.pixels[:].reshape(3, -1).mean(1).tolist() == [0, 200, 100]


class TestLandmarks:
    """A landmark stays on what it marks: the oracle is a bright spot in the picture."""

    @pytest.mark.parametrize("box", [None, (0.1, 0.3, 0.7, 0.9), (-0.5, 0.2, 0.75, 2.0)])
    @pytest.mark.parametrize("size", [(40, 60), (20, 30), (90, 50)])
    def test_they_move_with_box_and_size(self, tmp_path, box, size):
        """The middle of the spot, as it is found in the picture that is read, is where the landmark is."""
        picture = np.zeros((80, 100), np.uint8)
        row, column = 40, 60
        picture[row - 3 : row + 4, column - 3 : column + 4] = 255
        cv2.imwrite(str(tmp_path / "spot.png"), picture)
        landmarks = np.full((68, 2), (column, row), float)
        face = FoundFace(tmp_path / "spot.png", box=box, landmarks=landmarks)
        faces = gathered(tmp_path, [face], shape=(1, *size))
        seen = faces.pixels[0, 0].astype(float)
        rows, columns = np.indices(seen.shape)
        middle = np.array([(seen * columns).sum(), (seen * rows).sum()]) / seen.sum()
        assert np.abs(faces.landmarks[0, 0] - middle).max() < 0.25

    def test_they_stay_where_nothing_moves(self, tmp_path, files):
        """And are NaN for a face that has none."""
        points = np.arange(136.0).reshape(68, 2)
        faces = gathered(tmp_path, [FoundFace(files[0], landmarks=points), FoundFace(files[1])])
        assert np.array_equal(faces.landmarks[0], points) and np.isnan(faces.landmarks[1]).all()

    def test_a_damaged_header_stops_nobody(self, tmp_path, files):
        """Its landmarks are unknown and the picture is an error when asked for; the others are read."""
        content = bytearray(files[1].read_bytes())
        content[12:16] = b"XXXX"  # the name of the first chunk
        files[1].write_bytes(content)
        faces = gathered(tmp_path, [FoundFace(file, landmarks=np.ones((68, 2))) for file in files])
        assert np.isnan(faces.landmarks[1]).all() and (faces.landmarks[[0, 2, 3]] == 1).all()
        with pytest.raises(FacesError, match=r"1\.png"):
            faces.pixels[1]


class TestDamage:
    """Bad files are named and counted; the rest goes on."""

    def test_every_bad_file_is_named(self, tmp_path, files):
        """As its reader tells of it, or by its path; after what the reader itself could not use."""
        files[1].write_bytes(b"")
        found = [FoundFace(files[0]), FoundFace(files[1]), FoundFace(tmp_path / "gone.png", told="row 3: gone.png")]
        faces = gathered(tmp_path, found, skipped=["row 9: no path"])
        assert len(faces) == 1
        told = ("row 9: no path", "deeper/1.png: an empty file", "row 3: gone.png: there is no such file")
        assert faces.skipped == told

    def test_what_the_reader_skips_on_its_way_is_told(self, tmp_path, files):
        """A reader notes what it cannot use while it is asked for the next face."""
        skipped = []

        def found():
            yield FoundFace(files[0])
            skipped.append("row 2: no path")
            yield FoundFace(files[1])

        assert gathered(tmp_path, found(), skipped=skipped).skipped == ("row 2: no path",)

    def test_damage_in_the_middle_is_told_when_the_picture_is_asked_for(self, tmp_path, files):
        """By its whole path; check=True leaves it out and says so."""
        damage_the_middle(files[2])
        faces = gathered(tmp_path, map(FoundFace, files))
        assert len(faces) == 4 and faces.skipped == ()
        with pytest.raises(FacesError, match=f"^{files[2]}: cannot be decoded"):
            faces.pixels[:]
        checked = gathered(tmp_path, map(FoundFace, files), check=True)
        assert checked.pixels[:, 0, 0, 0].tolist() == [10, 20, 40]
        assert len(checked.skipped) == 1 and checked.skipped[0].startswith("deeper/2.png: cannot be decoded")

    def test_a_first_picture_that_is_damaged_inside(self, tmp_path, files):
        """The next whole one tells the size."""
        damage_the_middle(files[0])
        damage_the_middle(files[1])
        faces = gathered(tmp_path, map(FoundFace, files))
        assert faces.pixels[:, 0, 0, 0].tolist() == [30, 40]
        assert [line[:13] for line in faces.skipped] == ["deeper/0.png:", "deeper/1.png:"]

    def test_nothing_that_can_be_read(self, tmp_path, files):
        """An error with the first reasons, and one for an empty folder."""
        for file in files:
            file.write_bytes(b"nothing at all, and that for more than sixty-four bytes, so that both ends are read")
        with pytest.raises(FacesError, match=r"no picture of made by hand can be read; deeper/0\.png: no picture"):
            gathered(tmp_path, map(FoundFace, files))
        with pytest.raises(FacesError, match="can be read; none is there"):
            gathered(tmp_path, [])


class TestThroughTheDoor:
    """``load_faces`` on a table whose second picture is damaged inside."""

    @pytest.fixture
    def table(self, tmp_path, files):
        damage_the_middle(files[1])
        lines = ["path,subject", *(f"deeper/{file.name},S{i}" for i, file in enumerate(files)), ".DS_Store,S9"]
        (tmp_path / "faces.csv").write_text("\n".join(lines))
        (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" + bytes(100))
        return tmp_path

    def test_check_leaves_it_out(self, table):
        """Row and reason are told; without check the other bad row alone."""
        with pytest.warns(UserWarning, match="1 could not be read"):
            assert len(load_faces(table)) == 4
        with pytest.warns(UserWarning, match=r"2 could not be read: faces\.csv row 3: deeper/1\.png: cannot be dec"):
            assert load_faces(table, check=True).subject.tolist() == ["S0", "S2", "S3"]

    def test_strict_stops_at_it(self, table):
        """Together with check."""
        with pytest.raises(FacesError, match=r"row 3: deeper/1\.png: cannot be decoded.*strict"):
            load_faces(Path(table), strict=True, check=True)
