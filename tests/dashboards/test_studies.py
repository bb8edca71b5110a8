import pytest

from dashboards.studies import Studies
from fer_probe.study import StudyError

from .conftest import planted_study


def test_one_study(study):
    """A study's own folder holds one study, opened with or without its name."""
    studies = Studies(study.folder)
    assert studies.names == ("planted",)
    assert studies.open().name == studies.open("planted").name == "planted"


def test_a_folder_of_studies(tmp_path):
    """A folder of studies lists them by name and opens the first where none is named."""
    for name in ("b", "a"):
        planted_study(tmp_path / name, name)
    studies = Studies(tmp_path)
    assert studies.names == ("a", "b")
    assert studies.open().name == "a"
    assert studies.open("b").name == "b"


def test_no_study_says_what_to_run(tmp_path):
    """An empty folder is an error that names the command."""
    with pytest.raises(StudyError, match="fer-probe demo"):
        Studies(tmp_path).open()


def test_unknown_study_lists_the_known(tmp_path):
    """A name that no study has, or that leads out of the folder, is refused with the names there are."""
    planted_study(tmp_path / "a", "a")
    for name in ("c", "../a"):
        with pytest.raises(StudyError, match="there are a"):
            Studies(tmp_path).open(name)
