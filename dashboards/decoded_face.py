"""DecodedFaceView: the latent that an address asks for, and the face that a study's decoder makes of it.

/latent/variables?face=3&v0=1.25&v4=-0.5&told=0.5 names a face whose latent is the beginning (none: the mean of all),
the variables that are moved, and what the decoder is told beside the latent. The page and its picture read the same
query. The decoder is that of the study's own copy of the weights.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_probe.checkpoints import CheckpointError, load_checkpoint
from fer_probe.figures.picture_grid import decoded_picture
from fer_probe.figures.pictures import enlarged
from fer_probe.latents.codings import EMOTION, IDENTITY, Coding, coding_of
from fer_probe.latents.latent_functions import decoded
from fer_probe.latents.latent_variables import LatentDistributions, Latents
from fer_probe.latents.traversals import Traversals
from fer_probe.study import STUDY_FILE, Study

#: Decoded faces are enlarged to this many pixels.
SIZE = 256
LATENT = "latent"

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
_VARIABLE = re.compile(r"v([0-9]+)")


class DecodedFaceError(ValueError):
    """An address asks for a face that cannot be decoded; the message names the key and what was expected."""


@dataclass(frozen=True)
class DecodedFaceView:
    """Which latent is decoded.

    Attributes:
        face: whose latent is the beginning; None for the mean of all faces.
        moved: (variable, value) of those that are set, in the order of their numbers.
        told: what the decoder is told beside the latent: a person's number, or how much of an emotion; None where the
            address is silent.
    """

    face: int | None = None
    moved: tuple[tuple[int, float], ...] = ()
    told: float | None = None

    @staticmethod
    def of(query: Mapping[str, str]) -> "DecodedFaceView":
        """The latent that a query asks for; keys that are not of it are passed over.

        Raises:
            DecodedFaceError: a value that is no number.
        """
        moved = {
            int(found[1]): _number(key, text) for key, text in query.items() if (found := _VARIABLE.fullmatch(key))
        }
        face, told = query.get("face", ""), query.get("told", "")
        if face and not face.isdecimal():
            raise DecodedFaceError(f"face is {face!r}, expected a whole number")
        return DecodedFaceView(
            int(face) if face else None, tuple(sorted(moved.items())), _number("told", told) if told else None
        )

    def query(self) -> dict[str, str]:
        """The query that asks for this latent."""
        face = {} if self.face is None else {"face": str(self.face)}
        told = {} if self.told is None else {"told": f"{self.told:g}"}
        return {**face, **{f"v{number}": f"{value:.4g}" for number, value in self.moved}, **told}

    def at_rest(self) -> "DecodedFaceView":
        """The same beginning with nothing moved."""
        return replace(self, moved=())


@dataclass(frozen=True)
class Dial:
    """One latent variable that can be moved: what it is called, where it is, and between which observed values."""

    variable: int
    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Decoder:
    """What a study can decode: its model's coding, and the latents of a set of faces."""

    coding: Coding
    latents: NDArray[np.float32]

    @staticmethod
    def of(study: Study, faces: str) -> "Decoder":
        """The decoder of a study on a set of faces.

        Raises:
            DecodedFaceError: no weights of ours in the study, a model without a decoder, or faces without latents.
        """
        found = study.find(Latents, faces, LATENT)
        if found is None:
            raise DecodedFaceError(f"the latents of the faces {faces!r} are not in this study")
        return Decoder(_coding(study.folder, _written(study.folder)), found.values)

    def begin(self, view: DecodedFaceView) -> NDArray[np.float32]:
        """(L,) where the latent begins.

        Raises:
            DecodedFaceError: a face that is not there.
        """
        if view.face is None:
            return np.asarray(self.latents).mean(0)
        if view.face >= len(self.latents):
            raise DecodedFaceError(f"face is {view.face}; the faces are numbered 0 to {len(self.latents) - 1}")
        return np.array(self.latents[view.face])

    def picture(self, view: DecodedFaceView) -> NDArray[np.uint8]:
        """The decoded face, (H, W) or (H, W, 3).

        Raises:
            DecodedFaceError: a variable that the latent does not have, or a person that the decoder does not know.
        """
        latent = self.begin(view)
        for number, value in view.moved:
            if number >= len(latent):
                raise DecodedFaceError(f"v{number} is no variable; they are v0 to v{len(latent) - 1}")
            latent[number] = value
        assert self.coding.decode is not None  # only such a coding is given
        made = decoded(self.coding.decode, latent[None], beside=self._beside(view))
        return enlarged(decoded_picture(made[0]), SIZE)

    def _beside(self, view: DecodedFaceView) -> dict[str, Any]:
        told = view.told
        if self.coding.attribute == EMOTION:
            return {EMOTION: np.array([1.0 if told is None else told], np.float32)}
        if self.coding.attribute != IDENTITY:
            return {}
        person = 0 if told is None else int(told)
        if not 0 <= person < max(1, len(self.coding.people)):
            raise DecodedFaceError(f"told is {person}; people are numbered 0 to {len(self.coding.people) - 1}")
        return {IDENTITY: np.array([person], np.int64)}


def dials(study: Study, faces: str, view: DecodedFaceView) -> list[Dial]:
    """The variables that can be moved on these faces: those that separate expressions best, or that were traversed."""
    told, moved = study.find(LatentDistributions, faces, LATENT), study.find(Traversals, faces, LATENT)
    latents = study.find(Latents, faces, LATENT)
    if latents is None:
        return []
    variables = [] if moved is None else [int(number) for number in moved.dimensions]
    if told is not None:
        variables = [int(number) for number in told.variables]
    values = np.asarray(latents.values)
    begin = values.mean(0) if view.face is None or view.face >= len(values) else values[view.face]
    at = dict(view.moved)
    return [
        Dial(
            variable=number,
            name=latents.names[number] if latents.names else f"variable {number}",
            value=at.get(number, float(begin[number])),
            low=float(values[:, number].min()),
            high=float(values[:, number].max()),
        )
        for number in variables
    ]


def decoded_face(study: Study, faces: str, view: DecodedFaceView) -> NDArray[np.uint8]:
    """The face that a study's decoder makes of a latent, for the eye.

    Raises:
        DecodedFaceError: what cannot be decoded.
    """
    return Decoder.of(study, faces).picture(view)


@lru_cache(maxsize=4)
def _coding(folder: Path, written: int) -> Coding:
    try:
        found = coding_of(load_checkpoint(Study(folder, {}).checkpoint_path))
    except CheckpointError as error:
        raise DecodedFaceError(f"nothing can be decoded from this study: {error}") from error
    if found is None or found.decode is None:
        raise DecodedFaceError("this study's model has no decoder")
    return found


def _written(folder: Path) -> int:
    return (folder / STUDY_FILE).stat().st_mtime_ns


def _number(key: str, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise DecodedFaceError(f"{key} is {text!r}, expected a number")
    return float(text)
