"""Face images and all that is known of them: the one thing every loader gives and every analysis takes."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

import numpy as np

from fer_probe.records import Record


class FacesError(ValueError):
    """Faces cannot be read or are not fit for what was asked; the message names the file, row or face."""


@runtime_checkable
class PixelSource(Protocol):
    """Pixels that may be lazy: ``shape`` (N, C, H, W) and numpy-like indexing along N, giving uint8."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        ...

    def __getitem__(self, index: Any) -> np.ndarray:
        """The pictures of an integer, a slice or an index array."""
        ...


F = TypeVar("F", bound="FaceImages")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FaceImages(Record):
    """N pictures of faces with their labels. Whatever is not known is None, -1 or NaN; nothing is guessed.

    Attributes:
        pixels: (N, C, H, W) uint8; an array or anything lazy with ``shape`` and indexing.
        expression: (N,) int, index into ``expression_names``; -1 unknown.
        expression_names: names as in :mod:`fer_probe.expressions`, in the corpus's own order.
        action_units: (N, A) float32 presence: 1, 0, NaN = not coded. A may be 0.
        action_unit_numbers: (A,) int, FACS numbers.
        action_unit_intensity: (N, A) float32, in the units ``action_unit_scale`` names; NaN = not coded.
        action_unit_scale: ``"0-1"`` or ``"0-5"``.
        subject: (N,) str, who is seen.
        sequence: (N,) str, which recording.
        frame: (N,) int, position within the sequence.
        path: (N,) str, the file each picture came from.
        split: (N,) str, the corpus's own split.
        landmarks: (N, 68, 2) float32, x and y in pixels of this picture, in the iBUG 68-point order.
        votes: (N, V) annotators' votes.
        votes_names: what each vote column stands for.
        attributes: further known facts, name → (N,) array (sex, age, light …).
        source: which corpus, in words for people.
        skipped: one sentence for every row or picture that could not be read.
    """

    #: The fields with one entry a picture, which ``select`` picks from.
    PER_FACE: ClassVar[tuple[str, ...]] = (
        "pixels", "expression", "action_units", "action_unit_intensity", "subject", "sequence", "frame",
        "path", "split", "landmarks", "votes",
    )  # fmt: skip

    pixels: Any
    expression: np.ndarray
    expression_names: tuple[str, ...]
    action_units: np.ndarray
    action_unit_numbers: np.ndarray
    action_unit_intensity: np.ndarray | None = None
    action_unit_scale: str | None = None
    subject: np.ndarray | None = None
    sequence: np.ndarray | None = None
    frame: np.ndarray | None = None
    path: np.ndarray | None = None
    split: np.ndarray | None = None
    landmarks: np.ndarray | None = None
    votes: np.ndarray | None = None
    votes_names: tuple[str, ...] = ()
    attributes: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    source: str = ""
    skipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self)
        for name, value in self._per_face():
            if name != "pixels" and len(value) != count:
                raise FacesError(f"{name} has {len(value)} entries for {count} pictures")
        if self.action_units.shape != (count, len(self.action_unit_numbers)):
            raise FacesError(
                f"action_units has shape {self.action_units.shape}, expected "
                f"({count}, {len(self.action_unit_numbers)}): pictures × action units"
            )
        if count and self.expression.max() >= len(self.expression_names):
            raise FacesError(f"expression {self.expression.max()} has no name among {list(self.expression_names)}")

    def __len__(self) -> int:
        return int(self.pixels.shape[0])

    def __repr__(self) -> str:
        """One line: how many, how large, what is known. A dataclass derived from this one says ``repr=False``."""
        count, channels, height, width = self.pixels.shape
        labelled = np.unique(self.expression[self.expression >= 0])
        parts = [
            f"{count} of {width}×{height} {'grey' if channels == 1 else 'colour'}",
            _counted(len(labelled), "expression"),
            _counted(len(self.action_unit_numbers), "action unit"),
        ]
        if self.subject is not None:
            parts.append(_counted(len(np.unique(self.subject)), "subject"))
        return f"{type(self).__name__}({', '.join(parts)})"

    def select(self: F, condition: np.ndarray | slice | Callable[[F], np.ndarray]) -> F:
        """The faces that fulfil a condition, with all that is known of them.

        Args:
            condition: a boolean mask (N,), indices, a slice, or a function from these faces to any of them,
                such as ``lambda faces: faces.split == "test"``.
        """
        chosen: Any = condition(self) if callable(condition) else condition
        index = np.arange(len(self))[chosen]
        changed: dict[str, Any] = {name: _picked(value, index) for name, value in self._per_face() if "." not in name}
        changed["attributes"] = {name: value[index] for name, value in self.attributes.items()}
        return dataclasses.replace(self, **changed)

    def action_unit_mask(self, i: int, au: int) -> np.ndarray:
        """Which pixels action unit ``au`` moved in picture ``i``: (H, W) bool. Known for drawn faces only.

        Raises:
            FacesError: these faces were not drawn.
        """
        raise FacesError(f"only drawn faces know which pixels AU{au} moved; these are {self.source or 'not drawn'}")

    def _per_face(self) -> list[tuple[str, Any]]:
        """Every field with one entry a picture; the attributes as ``attributes.NAME``."""
        known = [(name, getattr(self, name)) for name in self.PER_FACE if getattr(self, name) is not None]
        return known + [(f"attributes.{name}", value) for name, value in self.attributes.items()]


def _picked(values: Any, index: np.ndarray) -> Any:
    """Some of the values; pictures that lie on the disk stay there."""
    return values.pick(index) if hasattr(values, "pick") else values[index]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
