"""Make the contact sheets of drawn faces.

python docs/make_contact_sheets.py
"""

from pathlib import Path

import numpy as np

from fer_probe.action_units import ACTION_UNITS
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS, Identity, action_unit_sheet, expression_sheet
from fer_probe.figures.pictures import webp

PICTURES = Path(__file__).parent / "pictures"
SHOWN = Identity(
    sex="male", age=35, skin=0.25, face_width=0.3, jaw_width=0.4, hair_style="cropped", wrinkles=0.3, texture_seed=4
)


def main() -> None:
    upper = [au for au in DRAWN_ACTION_UNITS if ACTION_UNITS[au].region in ("brows", "eyes", "nose")]
    lower = [au for au in DRAWN_ACTION_UNITS if au not in upper]
    _write("drawn-expressions", expression_sheet(size=128))
    _write("drawn-expressions-colour", expression_sheet(size=128, seed=3, channels=3))
    _write("drawn-action-units-upper", action_unit_sheet(SHOWN, upper, size=168, columns=8))
    _write("drawn-action-units-lower", action_unit_sheet(SHOWN, lower, size=168, columns=9))


def _write(name: str, sheet: np.ndarray) -> None:
    (PICTURES / f"{name}.webp").write_bytes(webp(sheet, quality=92))


if __name__ == "__main__":
    main()
