"""Observations: responses and labels with who is seen in which recording, in an order of their own.

Whatever order pictures come in, what is drawn at random falls on the same ones.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from fer_probe.evidence.distance_null import positive_responses
from fer_probe.evidence.label_permutations import recorded_once


class Observations:
    """Responses of every map to every picture, with labels and persons.

    Attributes:
        strength: (N, M) positive responses.
        units: (N, A) labels.
        person: (N,) a number for each person.
        recording: (N,) a number for each recording, ascending; None where none are known.
    """

    def __init__(
        self,
        responses: np.ndarray,
        action_units: np.ndarray,
        subject: Sequence[str] | np.ndarray,
        sequence: Sequence[str] | np.ndarray | None,
        frame: Sequence[int] | np.ndarray | None,
        floor: float,
    ) -> None:
        person = _numbered("subject", subject, len(responses))
        if (nobody := np.asarray(subject) == "").any():
            raise ValueError(f"subject of picture {int(np.argmax(nobody))} is empty: who is seen must be known of all")
        recording = None if sequence is None else _recordings(person, sequence)
        strength = positive_responses(responses, floor)
        within = strength.sum(axis=1) if recording is None else _frames(frame, len(responses))
        order = np.lexsort((within, person if recording is None else recording))
        self.strength, self.units, self.person = strength[order], action_units[order], person[order]
        self.recording = None if recording is None else recording[order]
        self._ranked: tuple[bytes, np.ndarray] = (b"", np.empty(0))

    def rows(self, column: int) -> np.ndarray:
        """(R,) the observations of an action unit: its coded pictures, or one of each recording."""
        return recorded_once(self.units[:, column], self.recording)

    def ranks(self, rows: np.ndarray) -> np.ndarray:
        """(R, M) each map's ranks of these pictures; kept for the next unit, which is mostly coded on the same."""
        if self._ranked[0] != rows.tobytes():
            self._ranked = rows.tobytes(), rankdata(self.strength[rows], axis=0)
        return self._ranked[1]


def _numbered(name: str, values: Sequence[str] | np.ndarray | None, count: int) -> np.ndarray:
    """(N,) a number for each name, in the order of the names."""
    if values is None or len(values) != count:
        given = "missing" if values is None else f"given for {len(values)} pictures"
        raise ValueError(
            f"{name} is {given}, expected one for each of {count}: pictures of one person are not independent; "
            "where every picture is of another person, give subject=np.arange(len(responses))"
        )
    return np.unique(np.asarray(values), return_inverse=True)[1]


def _recordings(person: np.ndarray, sequence: Sequence[str] | np.ndarray) -> np.ndarray:
    """(N,) numbers of recordings: a name that two persons share is two; a picture without one is its own."""
    number, nameless = _numbered("sequence", sequence, len(person)), np.asarray(sequence) == ""
    own = np.where(nameless, 1 + np.arange(len(person)), 0)
    recording: np.ndarray = np.unique(np.stack([person, number, own]), axis=1, return_inverse=True)[1].ravel()
    return recording


def _frames(frame: Sequence[int] | np.ndarray | None, count: int) -> np.ndarray:
    """(N,) each picture's place in time, as they stand where it is not told."""
    if frame is None:
        return np.arange(count)
    if len(frame) != count:
        raise ValueError(f"frame is given for {len(frame)} pictures, expected one for each of {count}")
    return np.asarray(frame)
