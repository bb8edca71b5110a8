"""A study: the folder that holds the records of one checkpoint on one or more named sets of faces.

    studies/demo/
      study.json                        the checkpoint, its classes and preprocessing, the sets of faces
      checkpoint.safetensors            a copy of the weights, where they are ours
      faces/NAME/                       the faces of one set, as a record
      records/NAME/KIND[-LAYER]/        what an analysis found on them

``probe`` writes it, report and dashboard read it. It stores and finds, and nothing else.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from fer_probe.faces.face_images import FaceImages
from fer_probe.records import (
    RECORD_FILE,
    Record,
    appearing_file,
    load_provenance,
    load_record,
    save_record,
)

R = TypeVar("R", bound=Record)

STUDY_FILE = "study.json"
#: In the place of a set of faces: what was found on people drawn for an experiment.
DRAWN_PEOPLE = "drawn-people"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class StudyError(ValueError):
    """A study, a set of faces or a record is missing; the message names it and what to do."""


@dataclass(frozen=True)
class RecordEntry:
    """Where one record of a study lies, and what it is of."""

    kind: str
    faces: str
    layer: str
    folder: Path

    def provenance(self) -> dict[str, Any]:
        """Where the record came from, as it was saved."""
        return load_provenance(self.folder)


@dataclass(frozen=True)
class Study:
    """One checkpoint's records on named sets of faces.

    Attributes:
        folder: where it lies.
        about: the content of ``study.json``: ``name``, ``model``, ``class_names``, ``metrics``, ``curves`` …
    """

    folder: Path
    about: Mapping[str, Any]

    @staticmethod
    def create(folder: Path | str, about: Mapping[str, Any], checkpoint: Path | None = None) -> "Study":
        """Begin a study in an empty folder, or begin again where one stands.

        Args:
            folder: a new folder, or one that holds a study.
            about: what is known of the model; JSON values.
            checkpoint: weights to keep beside the records.

        Raises:
            StudyError: the folder holds other things than a study; nothing is touched.
        """
        folder = Path(folder)
        Study.check_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        study = Study(folder, dict(about))
        for part in (folder / "faces", folder / "records"):
            if part.exists():  # before the new study.json: old records never stand under a new checkpoint
                shutil.rmtree(part)
        study._write_about()
        if checkpoint is not None:
            with appearing_file(study.checkpoint_path) as partial:
                shutil.copyfile(checkpoint, partial)
        return study

    @staticmethod
    def check_folder(folder: Path | str) -> None:
        """Say before the work begins that a study could not be written.

        Raises:
            StudyError: the folder holds other things than a study, or is a file.
        """
        folder = Path(folder)
        if folder.is_file() or (folder.exists() and any(folder.iterdir()) and not (folder / STUDY_FILE).exists()):
            raise StudyError(f"{folder} is neither empty nor a study; give another folder with --out")

    @staticmethod
    def open(folder: Path | str) -> "Study":
        """Open the study in a folder.

        Raises:
            StudyError: there is none, or its ``study.json`` is torn.
        """
        folder = Path(folder)
        try:
            about = json.loads((folder / STUDY_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StudyError(f"no study at {folder}; make one with `fer-probe demo` or `fer-probe probe`") from None
        except json.JSONDecodeError as error:
            raise StudyError(f"{folder / STUDY_FILE} is not readable JSON ({error}); probe again") from error
        return Study(folder, about)

    @property
    def name(self) -> str:
        """The study's name: its folder's, unless it was given another."""
        return str(self.about.get("name") or self.folder.name)

    @property
    def checkpoint_path(self) -> Path:
        """Where the copy of the weights lies, if there is one."""
        return self.folder / "checkpoint.safetensors"

    @property
    def face_sets(self) -> tuple[str, ...]:
        """The names of the sets of faces, in the order they were added."""
        return tuple(self.about.get("face_sets", ()))

    def add_faces(self, name: str, faces: FaceImages, provenance: Mapping[str, Any]) -> "Study":
        """Keep a set of faces under a name; the study that knows it is returned."""
        check_name(name)
        plain = FaceImages(**{field.name: getattr(faces, field.name) for field in fields(FaceImages)})
        save_record(plain, self.folder / "faces" / name, provenance)
        sets = (*(other for other in self.face_sets if other != name), name)
        study = Study(self.folder, {**self.about, "face_sets": sets})
        study._write_about()
        return study

    def with_note(self, sentence: str) -> "Study":
        """Add a sentence on what was left out, for report and dashboard to show; the study with it is returned."""
        study = Study(self.folder, {**self.about, "notes": [*self.about.get("notes", ()), sentence]})
        study._write_about()
        return study

    def faces(self, name: str) -> FaceImages:
        """A set of faces, its pixels memory-mapped.

        Raises:
            StudyError: no set of that name.
        """
        if name not in self.face_sets:
            raise StudyError(f"study {self.name!r} has no faces {name!r}; it has {', '.join(self.face_sets)}")
        return load_record(self.folder / "faces" / name, FaceImages)

    def add(self, record: Record, faces: str, provenance: Mapping[str, Any]) -> RecordEntry:
        """Keep what an analysis found on a set of faces; a record of the same kind and layer is replaced."""
        layer = record.variant()
        folder = self._record_folder(record.kind(), faces, layer)
        save_record(record, folder, {**provenance, "faces": faces, "layer": layer})
        return RecordEntry(record.kind(), faces, layer, folder)

    def load(self, kind: type[R], faces: str, layer: str = "") -> R:
        """The record of a kind on a set of faces, of a layer where the kind has one.

        Raises:
            StudyError: there is none; the message lists what there is.
        """
        folder = self._record_folder(kind.kind(), faces, layer)
        if not (folder / RECORD_FILE).exists():
            there = sorted({f"{e.kind} {e.layer}".strip() for e in self.entries(faces=faces)})
            raise StudyError(
                f"study {self.name!r} has no {kind.kind()} {layer} on faces {faces!r}; it has {', '.join(there)}"
            )
        return load_record(folder, kind)

    def find(self, kind: type[R], faces: str, layer: str = "") -> R | None:
        """As :meth:`load`, but None where there is no such record."""
        try:
            return self.load(kind, faces, layer)
        except StudyError:
            return None

    def of_layer(self, kind: type[R], faces: str, layer: str) -> list[R]:
        """Every record of a kind that is of a layer, where there may be several: groups of faces, other readers."""
        found = [self.load(kind, faces, variant) for variant in self.layers(kind, faces)]
        return [record for record in found if getattr(record, "layer", "") == layer]

    def layers(self, kind: type[Record], faces: str) -> tuple[str, ...]:
        """The layers that have a record of a kind, in the order of the model."""
        known = {entry.layer for entry in self.entries(kind.kind(), faces)}
        order = {name: place for place, name in enumerate(self.about.get("layers", ()))}
        return tuple(sorted(known, key=lambda layer: (order.get(layer, len(order)), layer)))

    def entries(self, kind: str | None = None, faces: str | None = None) -> list[RecordEntry]:
        """Every record, or those of a kind, or of a set of faces."""
        found = []
        for path in sorted((self.folder / "records").glob(f"*/*/{RECORD_FILE}")):
            if path.parent.name.startswith("."):
                continue  # a folder that is just appearing
            its_kind, _, layer = path.parent.name.partition("-")
            found.append(RecordEntry(its_kind, path.parent.parent.name, unquote(layer), path.parent))
        return [e for e in found if kind in (None, e.kind) and faces in (None, e.faces)]

    def _record_folder(self, kind: str, faces: str, layer: str) -> Path:
        # A layer's name may hold what a folder's may not.
        return self.folder / "records" / faces / (f"{kind}-{quote(layer, safe='')}" if layer else kind)

    def _write_about(self) -> None:
        with appearing_file(self.folder / STUDY_FILE) as partial:
            partial.write_text(json.dumps(self.about, indent=1), encoding="utf-8")


def check_name(name: str) -> None:
    """Say that a name cannot be a set's.

    Raises:
        StudyError: other than letters, digits, ``_``, ``.`` and ``-``.
    """
    if not _NAME.fullmatch(name):
        raise StudyError(f"{name!r} cannot name a set of faces: letters, digits, '_', '.' and '-' only")
