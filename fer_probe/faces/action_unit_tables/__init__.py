"""Action-unit tables: what other programs and corpora say of pictures, to be joined to any faces by picture.

Each format is one file with ``recognises`` and ``read``; all of them give an :class:`ActionUnitTable`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fer_probe.faces.action_unit_tables import bp4d, disfa, libreface, openface, py_feat
from fer_probe.faces.action_unit_tables.action_unit_table import ActionUnitTable
from fer_probe.faces.action_unit_tables.joining import join_action_units
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.skipped import tell_skipped

__all__ = ["TABLES", "ActionUnitTable", "TableFormat", "join_action_units", "load_action_units"]


@dataclass(frozen=True)
class TableFormat:
    """How the tables of one program or corpus are read.

    Attributes:
        layout: what it writes or hands out, in words.
        recognises: whether a path is this format; looks at names and headers only.
        read: ``read(path)``, or ``read(path, scale)`` where ``scale`` is None.
        scale: of its values; None where the format itself does not tell.
    """

    layout: str
    recognises: Callable[[Path], bool]
    read: Callable[..., ActionUnitTable]
    scale: str | None


#: Every format that can be read, in the order in which they are tried.
TABLES: dict[str, TableFormat] = {
    "disfa": TableFormat("ActionUnit_Labels/SN001/SN001_au12.txt", disfa.recognises, disfa.read, "0-5"),
    "bp4d": TableFormat("AUCoding/AU_OCC/F001_T1.csv", bp4d.recognises, bp4d.read, "presence"),
    "openface": TableFormat("CSV files with AU01_r, AU01_c, …", openface.recognises, openface.read, "0-5"),
    "py_feat": TableFormat("a CSV with input and AU01, AU02, …", py_feat.recognises, py_feat.read, "0-1"),
    "libreface": TableFormat("a CSV with au_1, au_1_intensity, …", libreface.recognises, libreface.read, None),
}


def load_action_units(
    path: Path | str, format: str | None = None, *, scale: str | None = None, strict: bool = False
) -> ActionUnitTable:
    """Read action-unit labels that another program or a corpus has made.

    Args:
        path: a file, or a folder of them.
        format: a key of :data:`TABLES`; None recognises it.
        scale: of the intensities, ``"0-1"`` or ``"0-5"``, where the format does not tell it (LibreFace).
        strict: stop at the first file or row that cannot be read, instead of naming them all in ``.skipped`` and
            warning once.

    Raises:
        FacesError: nothing there, nothing known, no row that can be read, or a scale that is not known.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise FacesError(f"nothing at {path}")
    name = format or _recognised(path)
    if name not in TABLES:
        raise FacesError(f"no format {name!r} of action-unit tables; known are {', '.join(TABLES)}")
    table = _read(path, name, scale)
    tell_skipped(table.skipped, path, strict)
    return table


def _read(path: Path, name: str, scale: str | None) -> ActionUnitTable:
    own = TABLES[name].scale
    if own is None:
        return TABLES[name].read(path, scale)
    if scale not in (None, own):
        raise FacesError(f"{path} is {name}, whose scale is {own!r}, not {scale!r}")
    return TABLES[name].read(path)


def _recognised(path: Path) -> str:
    found = next((name for name, table in TABLES.items() if table.recognises(path)), None)
    if found is None:
        known = "; ".join(f"{name}: {table.layout}" for name, table in TABLES.items())
        raise FacesError(f"{path} is no action-unit table that is known here. Known are {known}; or name the format")
    return found
