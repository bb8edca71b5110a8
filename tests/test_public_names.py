"""The public names: all there, cheap to import, and never hidden by a module of the same name."""

import pkgutil
import subprocess
import sys

import fer_probe as fp


def test_every_public_name_is_there():
    """Each name that ``__all__`` promises can be had."""
    for name in fp.__all__:
        assert getattr(fp, name) is not None


def test_no_public_name_is_a_modules_name():
    """Importing a module sets an attribute of the package: it must not hide a function."""
    modules = {module.name for module in pkgutil.iter_modules(fp.__path__)}
    assert not modules & set(fp.__all__)


def test_importing_costs_next_to_nothing():
    """``import fer_probe`` loads neither torch nor plotly."""
    code = "import fer_probe, sys; print(sorted({'torch', 'plotly', 'cv2', 'dash'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
