"""The README tells what is there: every corpus, every program's action units, every verb."""

import re
from pathlib import Path

import pytest

from fer_probe import cli
from fer_probe.faces.action_unit_tables import TABLES
from fer_probe.faces.corpora import READERS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_corpus_stands_in_the_table():
    """One row each, and none of a corpus that cannot be read."""
    rows = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(READERS)


@pytest.mark.parametrize("name", TABLES)
def test_every_action_unit_table_is_named(name):
    """However its makers write it."""
    assert name in README.lower().replace("-", "_")


@pytest.mark.parametrize("command", cli.app.registered_commands, ids=lambda command: command.callback.__name__)
def test_every_verb_is_listed(command):
    """With what it does."""
    assert re.search(rf"^    fer-probe {command.callback.__name__} +\w", README, re.MULTILINE)
