"""Drawn faces are the same within a grey level on every machine: whatever the processor's vector units can do."""

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from fer_probe.faces.drawn_faces import draw_faces

#: Run as ``python -c``: draws faces on a processor that is said to have none of its vector units.
DRAW_WITHOUT = """
import ast, sys
import cv2
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__
from fer_probe.faces.drawn_faces import draw_faces

target, sets, *units = sys.argv[1:]
still_on = [unit for unit in units if __cpu_features__[unit]]
still_on += [unit for unit in cv2.getCPUFeaturesLine().split() if unit.startswith("*") and not unit.endswith("?")]
assert not still_on, still_on
cv2.setUseOptimized(False)
cv2.setNumThreads(1)
assert not cv2.useOptimized() and cv2.getNumThreads() == 1
np.savez(target, *(draw_faces(**arguments).pixels for arguments in ast.literal_eval(sets)))
"""
SETS = (
    {"subjects": 3, "size": 96, "seed": 20},
    {"subjects": 2, "size": 48, "seed": 4, "pictures": "action_units"},
    {"subjects": 2, "size": 128, "seed": 21, "channels": 3, "pictures": "action_units", "per_subject": 6},
)


def test_same_faces_without_vector_units(tmp_path) -> None:
    """With numpy's and OpenCV's vector units off and one thread, no pixel differs by more than one grey level."""
    of_numpy = [unit for unit in __cpu_dispatch__ if __cpu_features__[unit]]
    of_opencv = [unit[1:] for unit in cv2.getCPUFeaturesLine().split() if unit.startswith("*") and unit[-1] != "?"]
    if not of_numpy or not of_opencv:
        pytest.skip("numpy or OpenCV uses no vector unit of this machine that could be switched off")
    environment = os.environ | {
        "NPY_DISABLE_CPU_FEATURES": " ".join(of_numpy),
        "OPENCV_CPU_DISABLE": ",".join(of_opencv),
        "OPENCV_IPP": "disabled",
        "OPENBLAS_CORETYPE": "Prescott",
        "OMP_NUM_THREADS": "1",
    }
    target = tmp_path / "faces.npz"
    command = [sys.executable, "-c", DRAW_WITHOUT, str(target), repr(SETS), *of_numpy]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with np.load(target) as plain:
        for arguments, there in zip(SETS, plain.values(), strict=True):
            here = draw_faces(**arguments).pixels.astype(int)
            assert np.abs(here - there).max() <= 1, arguments
