"""Google's facial expression comparison, FEC (Vemulapalli & Agarwala 2019): of three faces, which is the odd one out?

    faceexp-comparison-data-{train,test}-public.csv   three times url,left,right,top,bottom; ONE_, TWO_ or
                                                      THREE_CLASS_TRIPLET; pairs annotator,label; no header
    pictures/manifest.csv                             url,path: what of the links could be fetched
    pictures/0001.jpg …

The rectangles are shares of width and height; one link can carry several faces. Many links are dead: their faces are
not there, and the triplets that need them are left out and counted. Nobody says what expression a face shows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from fer_probe.faces.corpus_folders import folders_below, new_folder, write_picture
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.found_faces import FoundFace, gather
from fer_probe.faces.numbered_rows import first_row, numbered_rows
from fer_probe.faces.reading_progress import told_progress
from fer_probe.faces.written_faces import expression_words, split_words

EXPRESSIONS: tuple[str, ...] = ()
SPLITS: dict[str, tuple[str, ...]] = {"train": ("train",), "test": ("test",)}
#: How many expressions the three faces of a triplet show between them.
TYPES = ("ONE_CLASS_TRIPLET", "TWO_CLASS_TRIPLET", "THREE_CLASS_TRIPLET")
MANIFEST = "manifest.csv"

_ANNOTATORS = 6
#: A link and a rectangle (left, right, top, bottom): what makes a face this face.
_Key = tuple[str, tuple[float, float, float, float]]


@dataclass(frozen=True, eq=False)
class Triplets:
    """T triplets of faces, and what the annotators say of them.

    Attributes:
        faces: (T, 3) int, indices into the faces they were read for.
        type: (T,) str, one of :data:`TYPES`.
        votes: (T, 3) int, how many annotators took each face for the odd one out.
        split: (T,) str, ``"train"`` or ``"test"``.
        incomplete: how many more triplets there are, of which a face is missing.
    """

    faces: np.ndarray
    type: np.ndarray
    votes: np.ndarray
    split: np.ndarray
    incomplete: int

    def __len__(self) -> int:
        return len(self.faces)


@dataclass(frozen=True)
class _Row:
    """A triplet as its list has it."""

    keys: tuple[_Key, _Key, _Key]
    type: str
    votes: tuple[int, int, int]


def recognises(path: Path) -> bool:
    """Whether this is such a list, or a folder with one."""
    return any(True for _ in _lists(path))


def read(path: Path, votes: Path | None = None, check: bool = False) -> FaceImages:
    """Read every face of every triplet whose link could be fetched; what else cannot be used is named in ``skipped``.

    ``attributes["url"]`` and ``["rectangle"]`` tell which face it is; :func:`read_triplets` which three are compared.
    How many faces are missing because their link is dead is told in ``source``.

    Args:
        path: a list, or the folder that holds lists, pictures and ``manifest.csv``.
        votes: not known for this layout.
        check: decode every picture now.

    Raises:
        FacesError: no list, no manifest, no picture that can be read, or votes.
    """
    if votes is not None:
        raise FacesError(f"votes belong to FER2013's table; {path} is FEC")
    root, skipped = path if path.is_dir() else path.parent, list[str]()
    files, dead = _manifest(root), Counter[str]()
    found = list(_found(path, files, skipped, dead))
    if dead and not found:
        raise FacesError(f"{root}: {MANIFEST} has none of the {len(dead):,} links; fetch pictures first")
    faces = gather(root, found, source="FEC", expression_names=EXPRESSIONS, skipped=skipped, check=check)
    return replace(faces, source=f"FEC; dead links: {len(dead):,}, with {dead.total():,} faces") if dead else faces


def read_triplets(path: Path | str, faces: FaceImages | None = None) -> Triplets:
    """Which three faces are compared, and how the annotators see them.

    A label is taken as the number of the odd one out: the other two are the most similar pair.

    Args:
        path: as for :func:`read`.
        faces: the faces to point to, as read from there; some of them will do. None reads all.

    Raises:
        FacesError: no list, or faces that are not FEC's.
    """
    path = Path(path).expanduser()
    faces = read(path) if faces is None else faces
    if not {"url", "rectangle"} <= set(faces.attributes):
        raise FacesError(f"{faces.source or 'these faces'} are no faces of FEC, which have a url and a rectangle")
    keys = zip(faces.attributes["url"].tolist(), faces.attributes["rectangle"].tolist(), strict=True)
    place = {key: i for i, key in enumerate(keys)}
    rows = [(table, row) for table in _lists(path) for _, row in _rows(table, [])]
    indices = np.array([[place.get(_told(key), -1) for key in row.keys] for _, row in rows], np.int64).reshape(-1, 3)
    whole = np.all(indices >= 0, axis=1)
    kept = [row for row, there in zip(rows, whole.tolist(), strict=True) if there]
    return Triplets(
        faces=indices[whole],
        type=np.array([row.type for _, row in kept], np.str_),
        votes=np.array([row.votes for _, row in kept], np.int64).reshape(-1, 3),
        split=np.array([_split(table) for table, _ in kept], np.str_),
        incomplete=int((~whole).sum()),
    )


def _lists(path: Path) -> list[Path]:
    folders = folders_below(path)
    tables = [path] if path.is_file() else [table for folder in folders for table in folder.glob("*.csv")]
    lists = [table for table in tables if table.suffix.lower() == ".csv" and _is_triplet(first_row(table))]
    return sorted(lists, key=lambda table: (_split(table) != "train", table))


def _is_triplet(cells: Sequence[str]) -> bool:
    return len(cells) > 15 and cells[15] in TYPES


def _split(table: Path) -> str:
    """The split that a list's name tells, else its own name."""
    return next((split for split in SPLITS if split in table.stem.lower()), table.stem)


def _manifest(root: Path) -> dict[str, Path]:
    """Each link that could be fetched → its file."""
    manifests = [folder / MANIFEST for folder in folders_below(root) if (folder / MANIFEST).is_file()]
    if not manifests:
        raise FacesError(f"{root} has no {MANIFEST}; write one with the columns url,path beside the pictures")
    files: dict[str, Path] = {}
    for manifest in manifests:
        for number, cells in numbered_rows(manifest):
            if len(cells) != 2:
                raise FacesError(f"{manifest} row {number}: {len(cells)} columns, expected url,path")
            if cells[1] and cells != ["url", "path"]:
                files.setdefault(cells[0], manifest.parent / cells[1])
    return files


def _found(path: Path, files: dict[str, Path], skipped: list[str], dead: Counter[str]) -> Iterator[FoundFace]:
    """Every face once, where its link could be fetched; the faces of the others are counted by their link."""
    seen: set[_Key] = set()
    for table in _lists(path):
        for number, row in told_progress(_rows(table, skipped), "reading triplets"):
            for key in row.keys:
                if key not in seen and key[0] in files:
                    yield _face(key, files[key[0]], _split(table), f"{table.name} row {number}")
                elif key not in seen:
                    dead[key[0]] += 1
                seen.add(key)


def _face(key: _Key, file: Path, split: str, told: str) -> FoundFace:
    left, right, top, bottom = key[1]
    url, rectangle = _told(key)
    return FoundFace(
        file, split=split, box=(top, left, bottom, right), told=f"{told}: {file.name}",
        attributes={"url": url, "rectangle": rectangle},
    )  # fmt: skip


def _told(key: _Key) -> tuple[str, str]:
    """A link and its rectangle in words, left, right, top and bottom."""
    return key[0], " ".join(map(repr, key[1]))


def _rows(table: Path, skipped: list[str]) -> Iterator[tuple[int, _Row]]:
    for number, cells in numbered_rows(table):
        try:
            yield number, _row(cells)
        except ValueError as error:
            skipped.append(f"{table.name} row {number}: {error}")


def _row(cells: list[str]) -> _Row:
    while cells and not cells[-1]:  # spreadsheets fill ragged rows up
        cells = cells[:-1]
    if len(cells) < 18 or len(cells) % 2:
        raise ValueError(f"{len(cells)} columns, expected three faces, a type and pairs of annotator and label")
    if cells[15] not in TYPES:
        raise ValueError(f"type {cells[15]!r}, expected {', '.join(TYPES)}")
    if wrong := [label for label in cells[17::2] if label not in ("1", "2", "3")]:
        raise ValueError(f"label {wrong[0]!r}, expected 1 to 3")
    first, second, third = (_key(cells[start : start + 5]) for start in (0, 5, 10))
    labels = cells[17::2]
    return _Row((first, second, third), cells[15], (labels.count("1"), labels.count("2"), labels.count("3")))


def _key(cells: Sequence[str]) -> _Key:
    try:
        left, right, top, bottom = map(float, cells[1:])
    except ValueError:
        raise ValueError(f"the rectangle {', '.join(cells[1:])}, expected four numbers") from None
    if not (max(left, 0) < min(right, 1) and max(top, 0) < min(bottom, 1)):
        raise ValueError(f"the rectangle {', '.join(cells[1:])}, expected left, right, top and bottom from 0 to 1")
    return cells[0], (left, right, top, bottom)


def write(faces: FaceImages, folder: Path | str) -> Path:
    """Write faces as FEC's pictures, manifest and triplets; the folder is returned.

    Every face is compared with its neighbours; then triplets of one expression and of two are added. Six annotators
    vote, all for the face whose action units differ most from the other two's. The layout holds splits and triplets,
    and nothing else.

    Args:
        faces: with expressions, three or more of each split; where they have no splits, each fifth subject is tested.
        folder: a new or empty folder.

    Raises:
        FacesError: too few faces, a split other than train and test, or a folder that holds something; nothing is
            written then.
    """
    splits = split_words(faces, {split: split for split in SPLITS})
    lists = {split: _written_rows(faces, np.flatnonzero(splits == split)) for split in np.unique(splits).tolist()}
    with new_folder(folder) as made:
        for i in range(len(faces)):
            write_picture(made / "pictures" / _name(i), faces.pixels[i])
        manifest = ["url,path", *(f"{_url(i)},{_name(i)}" for i in range(len(faces)))]
        (made / "pictures" / MANIFEST).write_text("\n".join(manifest) + "\n", encoding="utf-8")
        for split, rows in lists.items():
            (made / f"faceexp-comparison-data-{split}-public.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return made


def _name(i: int) -> str:
    return f"{i:06d}.jpg"


def _url(i: int) -> str:
    return f"https://drawn.example/{_name(i)}"


def _written_rows(faces: FaceImages, which: np.ndarray) -> list[str]:
    """The lines of one split's list."""
    if len(which) < 3:
        raise FacesError(f"a list of FEC compares three faces, here are {len(which)}; draw more subjects")
    starts = [*range(0, len(which) - 3, 3), len(which) - 3]
    words = expression_words(faces)
    classes = [which[words[which] == word] for word in np.unique(words[which])]
    one = [members[:3] for members in classes]
    two = [np.append(members[:2], other[:1]) for members, other in pairwise(classes)]
    triplets = [which[start : start + 3] for start in starts] + [three for three in one + two if len(three) == 3]
    return [_written_row(faces, words, triplet) for triplet in triplets]


def _written_row(faces: FaceImages, words: np.ndarray, triplet: np.ndarray) -> str:
    shown = np.nan_to_num(faces.action_units[triplet])
    odd = np.abs(shown[:, None] - shown[None]).sum((1, 2)) + (words[triplet][:, None] != words[triplet][None]).sum(1)
    cells = [cell for i in triplet.tolist() for cell in (_url(i), "0", "1", "0", "1")]
    votes = [cell for annotator in range(_ANNOTATORS) for cell in (f"A{annotator}", str(1 + int(odd.argmax())))]
    return ",".join([*cells, TYPES[len(set(words[triplet].tolist())) - 1], *votes])
