"""The console: a bar while a reading is long, and words as they are."""

import io

import pytest
from rich.console import Console

from fer_probe import console
from fer_probe.evidence.au_evidence import measure_evidence
from fer_probe.faces.face_images import FacesError
from fer_probe.faces.reading_progress import STEP, told_progress
from fer_probe.study import Study
from tests.planted_evidence import planted_faces, planted_harvest


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


def test_detectors_are_printed_with_what_they_rest_on(monkeypatch, tmp_path):
    """A detector, none, too few, not testable: each unit's row; then how it was tested."""
    kept = io.StringIO()
    monkeypatch.setattr(console, "console", Console(file=kept, width=140, highlight=False))
    faces = planted_faces()
    study = Study.create(tmp_path / "s", {"main_layer": "deep"}).add_faces("some", faces, {})
    evidence = measure_evidence(planted_harvest(faces), faces, permutations=100)
    for record in evidence.records:
        study.add(record, "some", {})
    console.print_detectors(study)
    rows = {line.split("│")[1].split()[0]: line for line in kept.getvalue().splitlines() if line.startswith("│")}
    assert [cell.strip() for cell in rows["AU12"].split("│")[3:5]] == ["map 4", "map 4"]
    assert f"{evidence.unit(12).q_value:.2g}" in rows["AU12"]
    for au, verdict in (("AU1", "none"), ("AU28", "too few"), ("AU43", "not testable")):
        assert rows[au].split("│")[3].strip() == verdict
    assert "100 times within each person" in kept.getvalue()
