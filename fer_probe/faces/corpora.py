"""Corpora: one door to all of them. What lies at a path is recognised, or named by the user."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fer_probe.faces.action_unit_tables import ActionUnitTable, join_action_units, load_action_units
from fer_probe.faces.face_images import FaceImages, FacesError
from fer_probe.faces.layouts import (
    affectnet,
    affectnet_kaggle,
    affectnet_npy,
    bu_4dfe,
    ck_extended,
    ck_plus,
    ck_plus_48,
    face_table,
    fec,
    fer2013,
    fer2013_folders,
    ferplus,
    folder,
    jaffe,
    mmi,
    oulu_casia,
    raf_db,
)
from fer_probe.faces.skipped import tell_skipped


@dataclass(frozen=True)
class Reader:
    """How one corpus is read.

    Attributes:
        layout: what its owner or Kaggle hands out, in words.
        recognises: whether a path is this corpus; looks at names and headers only.
        read: ``read(path, votes=None, check=False)``; whatever cannot be read is named in ``skipped``. With
            ``check`` every picture is decoded at once.
        splits: ``"train"``, ``"validation"``, ``"test"`` → the owner's names in ``.split``.
        write: ``write(faces, folder)`` writes drawn faces exactly so; None where that is not known yet.
        drawn: which drawn pictures the layout is made for, ``"expressions"`` or ``"sequences"``.
    """

    layout: str
    recognises: Callable[[Path], bool]
    read: Callable[..., FaceImages]
    splits: Mapping[str, tuple[str, ...]]
    write: Callable[[FaceImages, Path], object] | None = None
    drawn: str = "expressions"


#: Every corpus that can be read, in the order in which they are tried.
READERS: dict[str, Reader] = {
    "ck_plus": Reader(
        "cohn-kanade-images/S010/002/S010_002_00000012.png with Emotion, FACS and Landmarks",
        ck_plus.recognises,
        ck_plus.read,
        ck_plus.SPLITS,
        ck_plus.write,
        "sequences",
    ),
    "ck_plus_48": Reader(
        "{anger,contempt,…}/S010_002_00000012.png",
        ck_plus_48.recognises,
        ck_plus_48.read,
        ck_plus_48.SPLITS,
        ck_plus_48.write,
    ),
    "ck_extended": Reader(
        "ckextended.csv",
        ck_extended.recognises,
        ck_extended.read,
        ck_extended.SPLITS,
        ck_extended.write,
    ),
    "raf_db": Reader(
        "EmoLabel/list_patition_label.txt with Image/aligned/train_00001_aligned.jpg",
        raf_db.recognises,
        raf_db.read,
        raf_db.SPLITS,
        raf_db.write,
    ),
    "jaffe": Reader(
        "KA.AN1.39.tiff",
        jaffe.recognises,
        jaffe.read,
        jaffe.SPLITS,
        jaffe.write,
    ),
    "mmi": Reader(
        "Sessions/1/{session.xml,S001-001.xml,S001-001-oao_aucs.xml,S001-001_0001.jpg}",
        mmi.recognises,
        mmi.read,
        mmi.SPLITS,
        mmi.write,
        "sequences",
    ),
    "oulu_casia": Reader(
        "{OriginalImg,PreProcess_Img}/{VL,NI}/{Strong,Weak,Dark}/P001/Anger/000.jpeg",
        oulu_casia.recognises,
        oulu_casia.read,
        oulu_casia.SPLITS,
        oulu_casia.write,
        "sequences",
    ),
    "bu_4dfe": Reader(
        "F001/Angry/000.jpg", bu_4dfe.recognises, bu_4dfe.read, bu_4dfe.SPLITS, bu_4dfe.write, "sequences"
    ),
    "affectnet": Reader(
        "training.csv and validation.csv (subDirectory_filePath,face_x,…) with 1/0a1b2c.jpg",
        affectnet.recognises,
        affectnet.read,
        affectnet.SPLITS,
        affectnet.write,
    ),
    "affectnet_npy": Reader(
        "{train_set,val_set}/images/0.jpg with annotations/0_{exp,val,aro,lnd}.npy",
        affectnet_npy.recognises,
        affectnet_npy.read,
        affectnet_npy.SPLITS,
        affectnet_npy.write,
    ),
    "affectnet_kaggle": Reader(
        "labels.csv (pth,label,relFCs) with {Train,Test}/anger/image0000006.jpg",
        affectnet_kaggle.recognises,
        affectnet_kaggle.read,
        affectnet_kaggle.SPLITS,
        affectnet_kaggle.write,
    ),
    "fec": Reader(
        "faceexp-comparison-data-{train,test}-public.csv with pictures and manifest.csv (url,path)",
        fec.recognises,
        fec.read,
        fec.SPLITS,
        fec.write,
    ),
    "ferplus": Reader(
        "FER2013{Train,Valid,Test}/label.csv with fer0000000.png",
        ferplus.recognises,
        ferplus.read,
        ferplus.SPLITS,
        ferplus.write,
    ),
    "fer2013": Reader(
        "fer2013.csv, icml_face_data.csv, train.csv or test.csv, also .xz, .gz, .bz2, .zip",
        fer2013.recognises,
        fer2013.read,
        fer2013.SPLITS,
        fer2013.write,
    ),
    "fer2013_folders": Reader(
        "{train,test}/{angry,disgust,…}/Training_123.jpg",
        fer2013_folders.recognises,
        fer2013_folders.read,
        fer2013.SPLITS,
        fer2013_folders.write,
    ),
    "csv": Reader(
        "faces.csv with columns path,expression,subject,AU01,… and pictures beside it",
        face_table.recognises,
        face_table.read,
        face_table.SPLITS,
        face_table.write_face_table,
    ),
    "folder": Reader(
        "{train,val,test}/happy/anything.jpg, or happy/anything.jpg",
        folder.recognises,
        folder.read,
        folder.SPLITS,
        folder.write,
    ),
}


def load_faces(
    path: Path | str,
    corpus: str | None = None,
    *,
    split: str | None = None,
    votes: Path | str | None = None,
    action_units: ActionUnitTable | Path | str | None = None,
    presence_threshold: float | None = None,
    strict: bool = False,
    check: bool = False,
) -> FaceImages:
    """Read a corpus as people have it.

    Args:
        path: a file or a folder.
        corpus: a key of :data:`READERS`; None recognises it.
        split: ``"train"``, ``"validation"``, ``"test"`` or the owner's own name, such as ``"PublicTest"``; None
            reads all.
        votes: FERPlus's ``fer2013new.csv``, joined to FER2013's table row by row.
        action_units: what another program or corpus says, joined by picture: a path, or what
            :func:`~fer_probe.faces.action_unit_tables.load_action_units` gives.
        presence_threshold: intensity from which on such a unit is present, in the table's scale.
        strict: stop at the first row or picture that cannot be read, instead of naming them all in ``.skipped``
            and warning once.
        check: decode every picture now, so that none turns out to be damaged later.

    Raises:
        FacesError: nothing there, nothing known, an unknown split, or (``strict``) something unreadable.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FacesError(f"nothing at {path}")
    reader = READERS[corpus or recognised_corpus(path)] if corpus in (None, *READERS) else _unknown(corpus)
    faces = reader.read(path, votes=None if votes is None else Path(votes).expanduser(), check=check)
    tell_skipped(faces.skipped, path, strict)
    if not len(faces):
        raise FacesError(f"{path} holds no face that can be read")
    if action_units is not None or presence_threshold is not None:
        faces = _with_action_units(faces, action_units, presence_threshold, strict)
    return faces if split is None else _of_split(faces, split, reader.splits, path)


def _with_action_units(
    faces: FaceImages, action_units: ActionUnitTable | Path | str | None, threshold: float | None, strict: bool
) -> FaceImages:
    if action_units is None:
        raise FacesError(f"a presence threshold ({threshold:g}) belongs to an action-unit table; give one, or neither")
    if not isinstance(action_units, ActionUnitTable):
        action_units = load_action_units(action_units, strict=strict)
    return join_action_units(faces, action_units, presence_threshold=threshold)


def recognised_corpus(path: Path) -> str:
    """Which corpus lies at a path: a key of :data:`READERS`.

    Raises:
        FacesError: none that is known; the message says what is seen there.
    """
    for name, reader in READERS.items():
        if reader.recognises(path):
            return name
    known = "; ".join(f"{name}: {reader.layout}" for name, reader in READERS.items())
    seen = _folder_seen(path) if path.is_dir() else _file_seen(path)
    raise FacesError(f"{path} is {seen}: no corpus that is known here. Known are {known}; or name the corpus yourself")


def _folder_seen(path: Path) -> str:
    """What lies in a folder itself, in words."""
    children = [child for child in sorted(path.iterdir()) if not child.name.startswith(".")]
    folders = [child.name for child in children if child.is_dir()]
    files = [child for child in children if child.is_file()]
    tables = [file for file in files if file.suffix.lower() == ".csv"]
    parts = [f"folders such as {', '.join(folders[:3])}"] if folders else []
    counts = Counter(file.suffix.lower() for file in files if file not in tables).most_common(3)
    parts += [f"{count} {kind or 'nameless'} file{'s' * (count != 1)}" for kind, count in counts]
    parts += [f"{table.name}, {_file_seen(table)}," for table in tables[:3]] or ["no table"]
    return f"a folder with {' and '.join(parts).rstrip(',')}" if children else "an empty folder"


def _file_seen(path: Path) -> str:
    """What a file looks like, in words; of a table its columns."""
    if not path.stat().st_size:
        return "an empty file"
    if cv2.haveImageReader(str(path)):
        return "a single picture"
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return f"a {path.suffix or 'nameless'} file"
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        columns = next(csv.reader([file.readline(2000)]), [])
    return f"a table with the columns {', '.join(name.strip() for name in columns[:12])}"


def _unknown(corpus: str | None) -> Reader:
    raise FacesError(f"no corpus {corpus!r}; known are {', '.join(READERS)}")


def _of_split(faces: FaceImages, split: str, names: Mapping[str, tuple[str, ...]], path: Path) -> FaceImages:
    if faces.split is None:
        raise FacesError(f"{path} has no splits of its own")
    chosen = np.isin(faces.split, names.get(split, (split,)))
    if not chosen.any():
        present = ", ".join(np.unique(faces.split).tolist())
        raise FacesError(f"{path} has no split {split!r}; it has {present}, and {', '.join(names)} mean its own")
    return faces.select(chosen)
