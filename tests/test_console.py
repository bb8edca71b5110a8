"""The console: a bar while a reading is long, and words as they are."""

import io

import pytest
from rich.console import Console

from fer_probe import console
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.reading_progress import STEP, told_progress


def printed(monkeypatch, terminal):
    kept = io.StringIO()
    monkeypatch.setattr(console, "errors", Console(file=kept, force_terminal=terminal, width=100, highlight=False))
    return kept


def test_a_long_reading_shows_a_bar(monkeypatch):
    """How many of how many; gone when the block ends."""
    kept = printed(monkeypatch, terminal=True)
    with console.reading_bar():
        assert len(list(told_progress(range(4 * STEP), "looking at pictures", 4 * STEP))) == 4 * STEP
    assert "looking at pictures" in kept.getvalue() and f"{4 * STEP}/{4 * STEP}" in kept.getvalue()
    assert kept.getvalue().endswith("\x1b[2K")


def test_no_bar_where_nobody_looks(monkeypatch):
    """A pipe or a file gets nothing."""
    kept = printed(monkeypatch, terminal=False)
    with console.reading_bar():
        assert len(list(told_progress(range(4 * STEP), "reading rows"))) == 4 * STEP
    assert kept.getvalue() == ""


def test_names_in_brackets_stay_whole(monkeypatch):
    """A path such as "[old] faces" is no markup."""
    kept = printed(monkeypatch, terminal=False)
    with pytest.raises(SystemExit) as stopped, console.one_sentence():
        raise FacesError("nothing at [old]/[red]faces")
    assert stopped.value.code == 2 and kept.getvalue() == "Error: nothing at [old]/[red]faces\n"


def test_our_own_mistakes_keep_their_traceback():
    """Only errors of the user's input are sentences."""
    with pytest.raises(ZeroDivisionError), console.one_sentence():
        raise ZeroDivisionError
