"""Google's facial expression comparison: made by hand with dead links and shared pictures, and drawn triplets."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import fer_probe as fp
from fer_probe.faces.corpora import load_faces
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.layouts.fec import TYPES, read, read_triplets, recognises, write

LEFT, RIGHT, LOW = "0.0,0.5,0.0,0.5", "0.5,1.0,0.0,0.5", "0.25,0.75,0.5,1.0"
A, B, C, DEAD = (f"http://farm1.example/{name}.jpg" for name in ("a", "b", "c", "dead"))
#: Ragged: six annotators, five, and cells that a spreadsheet filled up.
TRAIN = [
    f"{A},{LEFT},{A},{RIGHT},{B},{LOW},TWO_CLASS_TRIPLET,u1,3,u2,3,u3,1,u4,3,u5,3,u6,2",
    f"{A},{LEFT},{DEAD},{LEFT},{B},{LOW},ONE_CLASS_TRIPLET,u1,2,u2,2,u3,1,u4,3,u5,3",
    f"{B},{LOW},{B},{LEFT},{A},{RIGHT},THREE_CLASS_TRIPLET,u1,2,u2,2,u3,2,u4,2,u5,2,,",
]
TEST = [
    f"{DEAD},{RIGHT},{C},{LEFT},{C},{RIGHT},ONE_CLASS_TRIPLET,u7,1,u2,1,u3,1,u4,1,u5,1",
    f"{C},{LEFT},{C},{RIGHT},{C},{LOW},ONE_CLASS_TRIPLET,u7,1,u2,2,u3,3,u4,1,u5,1,u6,1",
]


def picture(path, left, right, low):
    """Three faces of one grey each where the rectangles are; 16 wide, 8 high."""
    image = np.zeros((8, 16), np.uint8)
    image[:4, :8], image[:4, 8:], image[4:, 4:12] = left, right, low
    cv2.imwrite(str(path), image)


@pytest.fixture
def by_hand(tmp_path):
    """Two lists without a header, three of four links fetched."""
    pictures = tmp_path / "fetched"
    (pictures / "deep").mkdir(parents=True)
    picture(pictures / "1.png", 10, 20, 30)
    picture(pictures / "deep" / "2.png", 40, 50, 60)
    picture(pictures / "3.png", 70, 80, 90)
    (pictures / "manifest.csv").write_text(f"url,path\n{A},1.png\n{B},deep/2.png\n{C},3.png\n{DEAD},\n")
    (tmp_path / "faceexp-comparison-data-train-public.csv").write_text("\r\n".join(TRAIN) + "\r\n")
    (tmp_path / "faceexp-comparison-data-test-public.csv").write_text("\n".join(TEST))
    return tmp_path


def greys(faces):
    return np.asarray(faces.pixels[:]).mean((1, 2, 3)).tolist()


def test_every_face_once(by_hand):
    """Cut out by its rectangle, several of one link, in the order of the lists, training first; dead links counted."""
    faces = load_faces(by_hand)
    assert faces.pixels.shape == (7, 1, 4, 8)
    assert greys(faces) == [10, 20, 60, 40, 70, 80, 90]
    assert faces.split.tolist() == ["train"] * 4 + ["test"] * 3
    assert faces.attributes["url"].tolist() == [A, A, B, B, C, C, C]
    assert faces.attributes["rectangle"][2] == "0.25 0.75 0.5 1.0"
    assert faces.source == "FEC; dead links: 1, with 2 faces" and faces.skipped == ()
    assert (faces.expression == -1).all() and faces.subject is None


def test_the_triplets(by_hand):
    """Which three, of how many classes, who was voted out; those that lack a face are left out and counted."""
    triplets, faces = read_triplets(by_hand), load_faces(by_hand)
    assert len(triplets) == 3 and triplets.incomplete == 2
    compared = [[greys(faces)[i] for i in three] for three in triplets.faces]
    assert compared == [[10, 20, 60], [60, 40, 20], [70, 80, 90]]
    assert triplets.type.tolist() == ["TWO_CLASS_TRIPLET", "THREE_CLASS_TRIPLET", "ONE_CLASS_TRIPLET"]
    assert triplets.votes.tolist() == [[1, 1, 4], [0, 5, 0], [4, 1, 1]]
    assert triplets.split.tolist() == ["train", "train", "test"]


def test_triplets_of_some_faces(by_hand):
    """They point into the faces that are given, in whatever order these are; faces of another corpus are refused."""
    faces = load_faces(by_hand)
    some = faces.select(np.array([6, 4, 5, 0]))
    triplets = read_triplets(by_hand, some)
    assert triplets.faces.tolist() == [[1, 2, 0]] and triplets.incomplete == 4
    none = read_triplets(by_hand, faces.select(np.array([0])))
    assert none.faces.shape == none.votes.shape == (0, 3) and none.incomplete == 5
    with pytest.raises(FacesError, match="no faces of FEC"):
        read_triplets(by_hand, fp.draw_faces(1, 24))


def test_bad_rows_in_the_middle(by_hand):
    """Named by list and number, the rest goes on; a file of the manifest that is not there or torn is named as well."""
    bad = {
        f"{A},{LEFT},{A},{RIGHT}": "10 columns, expected three faces",
        TRAIN[0].replace("TWO_CLASS", "FOUR_CLASS"): "type 'FOUR_CLASS_TRIPLET', expected ONE_CLASS_TRIPLET",
        TRAIN[0].replace("u4,3", "u4,4"): "label '4', expected 1 to 3",
        TRAIN[0] + ",u7": "29 columns",
        TRAIN[0].replace(LOW, "0.5,0.25,0,1"): "the rectangle 0.5, 0.25, 0, 1, expected left, right, top and bottom",
        TRAIN[0].replace(LOW, "0.5,?,0,1"): "the rectangle 0.5, ?, 0, 1, expected four numbers",
    }
    list_file = by_hand / "faceexp-comparison-data-train-public.csv"
    list_file.write_text("\n".join([TRAIN[0], *bad, *TRAIN[1:]]))
    (by_hand / "fetched" / "3.png").unlink()
    with pytest.warns(UserWarning, match="9 could not be read"):
        faces = load_faces(by_hand)
    assert greys(faces) == [10, 20, 60, 40]
    for number, (said, why) in enumerate(zip(faces.skipped, bad.values(), strict=False), start=2):
        assert said.startswith(f"{list_file.name} row {number}: ") and why in said
    assert faces.skipped[6] == "faceexp-comparison-data-test-public.csv row 1: 3.png: there is no such file"
    assert len(read_triplets(by_hand, faces)) == 2
    with pytest.raises(FacesError, match="row 2: 10 columns.*strict"):
        load_faces(by_hand, strict=True)


def test_the_manifest(by_hand):
    """Without one, and with a row that is none, it is said what is needed; its header is not."""
    manifest = by_hand / "fetched" / "manifest.csv"
    manifest.write_text(manifest.read_text().removeprefix("url,path\n"))
    assert len(load_faces(by_hand)) == 7
    manifest.write_text(f"url,path\n{A}\n")
    with pytest.raises(FacesError, match=r"manifest\.csv row 2: 1 columns, expected url,path"):
        load_faces(by_hand)
    manifest.unlink()
    with pytest.raises(FacesError, match=r"has no manifest\.csv; write one with the columns url,path"):
        load_faces(by_hand)


def test_nothing_was_fetched(by_hand):
    """All links are dead: said as such."""
    (by_hand / "fetched" / "manifest.csv").write_text("url,path\n")
    with pytest.raises(FacesError, match=r"manifest\.csv has none of the 4 links; fetch pictures first"):
        load_faces(by_hand)


def test_what_is_no_fec(tmp_path):
    """Another list; votes. A list under a name of one's own is read, and is a split of that name."""
    (tmp_path / "mine.csv").write_text("a,b,c\n")
    assert not recognises(tmp_path)
    with pytest.raises(FacesError, match="votes belong"):
        read(tmp_path, votes=tmp_path)
    (tmp_path / "mine.csv").write_text(f"{TEST[1]}\n")
    picture(tmp_path / "c.png", 1, 2, 3)
    (tmp_path / "manifest.csv").write_text(f"{C},c.png\n")
    assert load_faces(tmp_path / "mine.csv").split.tolist() == ["mine"] * 3


def test_drawn_triplets_are_read_back(tmp_path):
    """Pictures, splits, triplets of all three types, and the odd one out by what the faces show."""
    drawn = fp.draw_faces(5, 24, seed=6)
    back = load_faces(write(drawn, tmp_path / "out"))
    pictures = np.asarray(back.pixels[:]).astype(int)
    order = [int(np.abs(pictures - drawn.pixels[i]).max((1, 2, 3)).argmin()) for i in range(len(drawn))]
    assert sorted(order) == list(range(35))
    assert np.abs(pictures[order] - drawn.pixels).max() <= 1
    assert np.array_equal(back.split[order] == "test", drawn.subject == sorted(set(drawn.subject))[4])
    triplets = read_triplets(tmp_path / "out")
    assert set(triplets.type) == set(TYPES) and triplets.incomplete == 0
    assert set(triplets.faces.ravel().tolist()) == set(range(35))
    whose = np.argsort(order)  # which drawn face each that was read is
    for three, kind, votes in zip(whose[triplets.faces], triplets.type, triplets.votes, strict=True):
        assert len(set(drawn.expression[three].tolist())) == 1 + TYPES.index(kind)
        shown = drawn.action_units[three]
        apart = [np.abs(shown[i] - np.delete(shown, i, 0)).sum() for i in range(3)]
        assert votes.tolist().count(6) == 1
        if kind == "TWO_CLASS_TRIPLET":
            names = drawn.expression[three].tolist()
            assert names.count(names[votes.argmax()]) == 1
        elif kind == "ONE_CLASS_TRIPLET":
            assert apart[votes.argmax()] == max(apart)


def test_what_the_layout_cannot_hold(tmp_path):
    """Fewer than three faces of a split, a validation set, a folder with something in it."""
    drawn = fp.draw_faces(1, 24)
    with pytest.raises(FacesError, match="compares three faces, here are 2"):
        write(drawn.select(slice(2)), tmp_path / "out")
    with pytest.raises(FacesError, match="no split 'validation'"):
        write(replace(drawn, split=np.full(7, "validation")), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(FacesError, match="is not empty"):
        write(drawn, tmp_path.parent)
