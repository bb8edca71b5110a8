"""How a face is seen: its pose, the light on it, and the camera."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pose:
    """Where the head is and where it looks.

    Attributes:
        yaw: degrees, positive to the right of the picture.
        pitch: degrees, positive upward.
        roll: degrees, positive clockwise in the picture.
        scale: size of the head against the usual, which has the face fill four fifths of the height.
        shift: right and down, as fractions of the picture's side.
        gaze: of the eyes, right and down, −1 to 1.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Light:
    """One distant light and the light from all around.

    Attributes:
        azimuth: degrees, where the light stands: 0 in front, positive to the right of the picture.
        elevation: degrees above the face.
        strength: of the light; with ``ambient`` 1 in all, the face is well exposed.
        ambient: of the light from all around.
    """

    azimuth: float = 15.0
    elevation: float = 35.0
    strength: float = 0.75
    ambient: float = 0.35

    @property
    def direction(self) -> np.ndarray:
        """Unit vector towards the light: right, down, towards the viewer."""
        a, e = np.deg2rad(self.azimuth), np.deg2rad(self.elevation)
        return np.array([np.sin(a) * np.cos(e), -np.sin(e), np.cos(a) * np.cos(e)])


@dataclass(frozen=True)
class Camera:
    """What stands behind the face, and what the camera adds.

    Attributes:
        background: brightness, 0–1 as the picture shows it.
        gradient: how much brighter the background is on the right and at the bottom.
        clutter: how uneven it is, 0–1.
        exposure: factor on all light.
        blur: deviation of the blur, as a fraction of the picture's side.
        noise: deviation of the noise, in grey levels of 0–255.
        contrast: 0 soft, 1 hard.
        backdrop: the seed of the background's pattern.
    """

    background: float = 0.45
    gradient: tuple[float, float] = (0.0, 0.0)
    clutter: float = 0.2
    exposure: float = 1.0
    blur: float = 0.003
    noise: float = 2.0
    contrast: float = 0.4
    backdrop: int = 0
