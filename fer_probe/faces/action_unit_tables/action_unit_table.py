"""An action-unit table: what somebody else coded, in one form whoever it was."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fer_probe.faces.face_images import FacesError
from fer_probe.records import Record

#: Scale → its largest value. ``"presence"`` has no intensities.
SCALES = {"presence": 1.0, "0-1": 1.0, "0-5": 5.0}
NO_FRAME = -1


@dataclasses.dataclass(frozen=True, eq=False)
class ActionUnitTable(Record):
    """R rows, each of one face in a picture or in a frame of a sequence. Whatever is not coded is NaN.

    Attributes:
        image: (R,) str, the picture as the table names it, a path or a name with or without its ending; else empty.
        sequence: (R,) str, the recording; empty where there is none.
        frame: (R,) int, number within the recording; -1 where there is none.
        numbers: (A,) int, FACS numbers of all units that are coded anywhere.
        presence: (R, A) float32: 1, 0, NaN = not coded.
        intensity: (R, A) float32 in units of ``scale``, NaN = not coded; None for ``"presence"``.
        scale: ``"presence"``, ``"0-1"`` or ``"0-5"``.
        first_frame: the number that a recording's first frame has; None where that is not known.
        numbered: whether pictures of a recording are named by the table's frame numbers.
        source: the program or corpus, in words for people.
        skipped: one sentence for every file or row that could not be read.
    """

    image: np.ndarray
    sequence: np.ndarray
    frame: np.ndarray
    numbers: np.ndarray
    presence: np.ndarray
    intensity: np.ndarray | None
    scale: str
    first_frame: int | None = None
    numbered: bool = False
    source: str = ""
    skipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise FacesError(f"scale {self.scale!r} of {self.source}: expected one of {', '.join(SCALES)}")
        if (self.intensity is None) != (self.scale == "presence"):
            raise FacesError(f"scale {self.scale!r} of {self.source}: intensities belong to '0-1' and '0-5' only")

    def __len__(self) -> int:
        return len(self.image)

    def row_name(self, row: int) -> str:
        """A row as people find it: its picture, or its sequence and frame."""
        return str(self.image[row]) or f"{self.sequence[row]} frame {self.frame[row]}"


@dataclasses.dataclass(frozen=True)
class CodedRow:
    """What a table says of one face; a unit that a mapping lacks is not coded."""

    image: str = ""
    sequence: str = ""
    frame: int = NO_FRAME
    presence: Mapping[int, float] = dataclasses.field(default_factory=dict)
    intensity: Mapping[int, float] = dataclasses.field(default_factory=dict)


def gather_rows(
    rows: Iterable[CodedRow],
    numbers: Sequence[int],
    *,
    scale: str,
    source: str,
    skipped: Sequence[str],
    first_frame: int | None = None,
    numbered: bool = False,
) -> ActionUnitTable:
    """A table of rows; of ``numbers`` those that are coded anywhere. ``skipped`` may grow while the rows are read.

    Raises:
        FacesError: there is no row.
    """
    names: list[tuple[str, str, int]] = []
    values: list[np.ndarray] = []
    for row in rows:
        names.append((row.image, row.sequence, row.frame))
        kinds = (row.presence, row.intensity)
        values.append(np.array([[kind.get(number, np.nan) for number in numbers] for kind in kinds], np.float32))
    if not names:
        raise FacesError(f"{source} has no row that can be read; {'; '.join(skipped[:3]) or 'there is none'}")
    coded = np.stack(values)
    known = ~np.isnan(coded).all((0, 1))
    image, sequence, frame = zip(*names, strict=True)
    return ActionUnitTable(
        image=np.array(image, np.str_),
        sequence=np.array(sequence, np.str_),
        frame=np.array(frame, np.int64),
        numbers=np.array(numbers, np.int64)[known],
        presence=coded[:, 0, known],
        intensity=None if scale == "presence" else coded[:, 1, known],
        scale=scale,
        first_frame=first_frame,
        numbered=numbered,
        source=source,
        skipped=tuple(skipped),
    )
