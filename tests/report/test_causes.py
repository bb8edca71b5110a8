"""Causes in a report: the units that maps rise with most surely, and nothing without the record."""

from dataclasses import replace

from fer_probe.report.causes import ReportCauses
from fer_probe.report.report_page import write_report
from fer_probe.study import DRAWN_PEOPLE
from tests.dashboards.conftest import planted_study
from tests.figures.test_au_emergence import tuned


def test_tuning_is_drawn_the_surest_unit_first(tmp_path):
    """Response against intensity of the best map of each unit; of another layer there is none."""
    study = planted_study(tmp_path / "s")
    found = replace(tuned(), layer="conv")
    study.add(found, DRAWN_PEOPLE, {})
    drawn = ReportCauses(study, "conv", "unseen", None).tuning
    first = int(found.action_unit_numbers[1])  # its correlation is 0.9, the other's 0
    assert drawn[0][1].startswith(f"Response of AU{first}’s map") and len(drawn) == 2
    assert (drawn[0][0].data[0].y == found.response[1, :, 3]).all()
    assert ReportCauses(study, "another", "unseen", None).tuning == []


def test_the_page_shows_tuning_ordinary_faces_and_parts(tmp_path):
    """All of them where they were asked; none of the words where they were not."""
    study = planted_study(tmp_path / "s")
    study.add(replace(tuned(), layer="conv"), DRAWN_PEOPLE, {})
    page = write_report(study).read_text(encoding="utf-8")
    assert "If a unit grows" in page and "Maps of the mouth" in page
    assert "receptive fields on three random faces" in page and "receptive fields on three median faces" in page
    assert "on how many faces map 7 answers most" in page
    bare = write_report(study, tmp_path / "bare.html", faces="bare").read_text(encoding="utf-8")
    assert "Maps of the mouth" not in bare and "median faces" not in bare
