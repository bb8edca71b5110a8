"""Studies: the one study, or the folder of studies, that the dashboard was opened on."""

from dataclasses import dataclass
from pathlib import Path

from fer_probe.study import STUDY_FILE, Study, StudyError


@dataclass(frozen=True)
class Studies:
    """One study's folder, or a folder that holds several.

    Attributes:
        folder: what was given on the command line.
    """

    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """The studies' folder names in alphabetical order; read anew each time, so that a new one appears."""
        if (self.folder / STUDY_FILE).exists():
            return (self.folder.resolve().name,)
        return tuple(sorted(path.parent.name for path in self.folder.glob(f"*/{STUDY_FILE}")))

    def open(self, name: str = "") -> Study:
        """The study of a name; the first where none is named.

        Raises:
            StudyError: there is none, or none of that name; the message says what there is.
        """
        names = self.names
        if name and names and name not in names:
            raise StudyError(f"there is no study {name!r} here; there are {', '.join(names)}")
        if not names or (self.folder / STUDY_FILE).exists():
            return Study.open(self.folder)
        return Study.open(self.folder / (name or names[0]))
