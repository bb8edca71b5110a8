"""A cache of parsed corpora: a table of text that took long to read once is not parsed again.

One ``.npz`` a table under ``$XDG_CACHE_HOME/fer_probe`` (else ``~/.cache/fer_probe``), safe to delete at any time.
"""

import hashlib
import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_probe.records import appearing_file

Arrays = dict[str, np.ndarray]

#: Smaller files are parsed faster than looked up.
SMALLEST = 2**20
_VERSION = "1"
_FINGERPRINT = "fingerprint"


def parsed(path: Path, parse: Callable[[Path], Arrays], kind: str = "") -> Arrays:
    """What ``parse(path)`` gives, from the cache where the file is still the one that was parsed.

    A file is known by its place, size, time of change and both ends. A damaged cache is made anew; where none
    can be written, the file is parsed each time, and that is said.

    Args:
        path: the file.
        parse: reads it.
        kind: what it is parsed as, where the same file can be parsed as something else.
    """
    if path.stat().st_size < SMALLEST:
        return parse(path)
    kept, fingerprint = _place(path), _fingerprint(path, kind)
    try:
        with np.load(kept, allow_pickle=False) as file:
            if str(file[_FINGERPRINT]) == fingerprint:
                return {name: file[name] for name in file.files if name != _FINGERPRINT}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # not there, or damaged: parsed below
    arrays = parse(path)
    try:
        with appearing_file(kept) as partial:
            np.savez(partial, allow_pickle=False, **{_FINGERPRINT: np.array(fingerprint), **arrays})
    except OSError as error:
        warnings.warn(f"{path} will be parsed again next time: no cache at {kept} ({error})", stacklevel=2)
    return arrays


def _place(path: Path) -> Path:
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return root / "fer_probe" / f"{path.name.split('.')[0]}-{name}.npz"


def _fingerprint(path: Path, kind: str) -> str:
    stat = path.stat()
    digest = hashlib.sha256(f"{_VERSION} {kind} {stat.st_size} {stat.st_mtime_ns}".encode())
    with path.open("rb") as file:
        digest.update(file.read(2**16))
        file.seek(max(0, stat.st_size - 2**16))
        digest.update(file.read())
    return digest.hexdigest()
