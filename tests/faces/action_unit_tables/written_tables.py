"""Drawn faces' action units written as other programs and corpora write theirs; the layouts are of data-formats."""

from pathlib import Path, PurePosixPath

import numpy as np

from fer_probe.faces.face_images import FaceImages

OPENFACE_GRADED = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
PY_FEAT = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43)


def known(faces: FaceImages, numbers: tuple[int, ...]) -> list[int]:
    """Those of some units that the faces have."""
    return [number for number in numbers if number in faces.action_unit_numbers]


def column(faces: FaceImages, number: int, values: np.ndarray) -> np.ndarray:
    """One unit's values, 0 where the faces do not have it."""
    at = np.flatnonzero(faces.action_unit_numbers == number)
    return values[:, at[0]] if len(at) else np.zeros(len(faces))


def write_openface(faces: FaceImages, folder: Path, by: str) -> None:
    """One CSV a picture (``by="path"``) or a sequence, with ", " between columns."""
    graded = [column(faces, n, faces.action_unit_intensity) * 5 for n in OPENFACE_GRADED]
    present = [column(faces, n, faces.action_units) for n in (*OPENFACE_GRADED, 28)]
    units = [f"AU{n:02d}_r" for n in OPENFACE_GRADED] + [f"AU{n:02d}_c" for n in (*OPENFACE_GRADED, 28)]
    names = faces.path if by == "path" else faces.sequence
    for name in np.unique(names):
        lines = []
        for i in np.flatnonzero(names == name):
            cells = [f"{values[i]:.4f}" for values in graded] + [f"{values[i]:.2f}" for values in present]
            head = ["0", "0.98"] if by == "path" else [f"{faces.frame[i] + 1}", "0", "0.033", "0.98", "1"]
            lines.append(", ".join([*head, *cells]))
        columns = ["face", "confidence"] if by == "path" else ["frame", "face_id", "timestamp", "confidence", "success"]
        file = folder / PurePosixPath(name).with_suffix(".csv")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([", ".join([*columns, *units]), *lines]) + "\n")


def write_py_feat(faces: FaceImages, file: Path, root: str) -> None:
    """One CSV with the pictures as paths below ``root``."""
    lines = [",".join(["", "frame", "FaceScore", *(f"AU{n:02d}" for n in PY_FEAT), "input"])]
    for i, path in enumerate(faces.path):
        cells = [f"{column(faces, n, faces.action_unit_intensity)[i]:.5f}" for n in PY_FEAT]
        lines.append(",".join([str(i), str(i), "0.99", *cells, f"{root}/{path}"]))
    file.write_text("\n".join(lines) + "\n")


def write_libreface(faces: FaceImages, file: Path, scale: float) -> None:
    """One CSV: presence of some units, intensities of others."""
    lines = [",".join(["", "input_image_path", "au_1", "au_12", "au_1_intensity", "au_25_intensity"])]
    for i, path in enumerate(faces.path):
        presence = [f"{column(faces, n, faces.action_units)[i]:.0f}" for n in (1, 12)]
        graded = [f"{column(faces, n, faces.action_unit_intensity)[i] * scale:.4f}" for n in (1, 25)]
        lines.append(",".join([str(i), path, *presence, *graded]))
    file.write_text("\n".join(lines) + "\n")


def write_disfa(faces: FaceImages, folder: Path, people: dict[str, str]) -> None:
    """One file a person and unit, ``frame,intensity``, whole numbers from 0 to 5; ``people``: sequence → SN001."""
    for sequence, person in people.items():
        for number in (1, 12, 25):
            file = folder / "ActionUnit_Labels" / person / f"{person}_au{number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            values = np.round(column(faces, number, faces.action_unit_intensity) * 5)
            rows = np.flatnonzero(faces.sequence == sequence)
            file.write_text("".join(f"{faces.frame[i] + 1},{values[i]:.0f}\n" for i in rows))


def write_bp4d(faces: FaceImages, folder: Path, tasks: dict[str, str]) -> None:
    """One file a task, a row a frame: 1, 0, or 9 where a unit is not coded; ``tasks``: sequence → F001_T1."""
    (folder / "AUCoding" / "AU_OCC").mkdir(parents=True)
    for sequence, task in tasks.items():
        lines = [",".join(["0", *(str(number) for number in faces.action_unit_numbers)])]
        for i in np.flatnonzero(faces.sequence == sequence):
            codes = [f"{code:.0f}" for code in np.nan_to_num(faces.action_units[i], nan=9)]
            lines.append(",".join([str(faces.frame[i] + 1), *codes]))
        (folder / "AUCoding" / "AU_OCC" / f"{task}.csv").write_text("\n".join(lines) + "\n")
