"""View: which study and faces a page looks at, and the links that keep both.

Every state a reader can reach is a link: what was chosen stands in the query of the address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

from flask import current_app

from dashboards.studies import Studies
from fer_probe.records import Record
from fer_probe.study import Study, StudyError


@dataclass(frozen=True)
class View:
    """What a page looks at.

    Attributes:
        study: the study.
        faces: the name of the set of faces.
        study_names: every study that the dashboard was opened on.
        query: the rest of the address, as it came.
    """

    study: Study
    faces: str
    study_names: tuple[str, ...]
    query: Mapping[str, str]

    @staticmethod
    def of(query: Mapping[str, object]) -> "View":
        """The view that an address asks for.

        Raises:
            StudyError: no such study or faces, or a study without faces.
        """
        asked = {name: _last(value) for name, value in query.items()}
        studies: Studies = current_app.config["STUDIES"]
        study = studies.open(asked.pop("study", ""))
        if not study.face_sets:
            raise StudyError(f"study {study.name!r} holds no faces yet; run `fer-probe probe` on it")
        faces = asked.pop("faces", "") or study.face_sets[0]
        if faces not in study.face_sets:
            raise StudyError(f"study {study.name!r} has no faces {faces!r}; it has {', '.join(study.face_sets)}")
        return View(study, faces, studies.names, asked)

    def on(self, faces: str) -> "View":
        """The same view on another set of faces."""
        return replace(self, faces=faces)

    def where(self, kind: type[Record], layer: str = "") -> "View | None":
        """These faces, or the first others with a record of a kind, of a layer where one is named; else None."""
        have = {entry.faces for entry in self.study.entries(kind.kind()) if layer in ("", entry.layer)}
        return next((self.on(name) for name in (self.faces, *self.study.face_sets) if name in have), None)

    @property
    def study_name(self) -> str:
        """The study's name in links; empty where there is only one."""
        return self.study.folder.name if len(self.study_names) > 1 else ""

    def link(self, path: str, **state: object) -> str:
        """The address of a page in a state, on the same study and faces; what is None or empty is left out."""
        faces = "" if self.faces == self.study.face_sets[0] else self.faces
        return address(path, study=self.study_name, **{"faces": faces, **state})

    def picture(self, *parts: object) -> str:
        """The address of a picture of these faces, such as ``picture("conv3", 113, "originals")``."""
        path = "/".join(quote(str(part), safe="") for part in (self.faces, *parts))
        return address(f"/pictures/{path}.png", study=self.study_name)

    def choice(self, name: str, choices: Sequence[str], default: str = "") -> str:
        """Which of ``choices`` the address names; ``default``, or the first, where it names none.

        Raises:
            StudyError: it names something else.
        """
        chosen = self.query.get(name) or default or (choices[0] if choices else "")
        if chosen and chosen not in choices:
            raise StudyError(f"there is no {name} {chosen!r} here; there are {', '.join(choices) or 'none'}")
        return chosen

    def number(self, name: str, stop: int) -> int | None:
        """The whole number below ``stop`` that the address gives, or None where it gives none.

        Raises:
            StudyError: it gives something else.
        """
        text = self.query.get(name, "")
        if not text:
            return None
        if not text.isdecimal() or int(text) >= stop:
            raise StudyError(f"there is no {name} {text!r} here; they are numbered 0 to {stop - 1}")
        return int(text)


def address(path: str, **state: object) -> str:
    """A path with its state as a query; what is None or empty is left out."""
    query = urlencode({name: str(value) for name, value in state.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def query_of(search: str | None) -> dict[str, str]:
    """The state in a browser's ``?layer=conv3&map=113``."""
    return dict(parse_qsl((search or "").lstrip("?")))


def _last(value: object) -> str:
    """An address may name a thing twice; the last one counts."""
    return str(value[-1]) if isinstance(value, list) else str(value)
