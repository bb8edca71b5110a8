"""Field windows: the crops of a picture on which a unit is computed exactly as on the whole of it.

Padding happens at every layer, so a crop is the same computation only where it lies on the grid of the layer's
total stride, contains the unit's receptive field, and touches the picture's true border where the field does.
"""

from dataclasses import dataclass

import numpy as np

from fer_probe.projections.receptive_fields import ReceptiveField


@dataclass(frozen=True)
class FieldWindow:
    """Windows of one size, on the grid of a layer's stride, of which each contains one unit's field.

    Attributes:
        size: height and width of the window, in pixels.
        stride: of the grid that windows begin on.
        start: where the first unit's field begins; negative where padding lets it leave the picture.
        picture: height and width of the picture.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    start: tuple[int, int]
    picture: tuple[int, int]

    @staticmethod
    def whole(field: ReceptiveField) -> "FieldWindow":
        """The one window that is the whole picture, for units that see all of it."""
        return FieldWindow(field.picture, (1, 1), (0, 0), field.picture)

    @staticmethod
    def around(field: ReceptiveField) -> "FieldWindow":
        """The smallest window that contains any unit's field, as far as that lies in the picture.

        As tall as the field plus the grid's slack, and congruent to the picture modulo the stride, so that a window
        can begin on the grid and end at the true border: padding happens there, and only there.
        """
        if field.is_whole_picture:
            return FieldWindow.whole(field)
        size = [
            needed + (height - needed) % stride
            for needed, height, stride in zip(
                (field.size[0] + field.stride[0] - 1, field.size[1] + field.stride[1] - 1),
                field.picture,
                field.stride,
                strict=True,
            )
        ]
        if size[0] >= field.picture[0] or size[1] >= field.picture[1]:
            return FieldWindow.whole(field)
        return FieldWindow((size[0], size[1]), field.stride, field.start, field.picture)

    def whole_picture(self) -> "FieldWindow":
        """The window that is the whole picture."""
        return FieldWindow(self.picture, (1, 1), (0, 0), self.picture)

    def origins(self, positions: np.ndarray) -> np.ndarray:
        """(U, 2) top and left of the window for units at (U, 2) row, column of the layer."""
        if self.size == self.picture:
            return np.zeros_like(positions)
        stride, last = np.array(self.stride), np.array(self.picture) - np.array(self.size)
        top_left = np.array(self.start) + positions * stride
        return np.clip(top_left // stride * stride, 0, last)
