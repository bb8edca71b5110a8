"""The maps of each part of the face in a report: the planted ones, over their projections; nothing without records."""

from fer_probe.report.regions import ReportRegions
from fer_probe.study import Study
from tests.dashboards.conftest import planted_faces, planted_study


def test_each_part_shows_its_maps(tmp_path):
    """Map 3 of the eyes and map 7 of the mouth, with their shares; parts without a map are left out."""
    told = ReportRegions(planted_study(tmp_path / "s"), "unseen", "conv")
    galleries = told.galleries(planted_faces(), (20, 20))
    assert [(one["region"], [m["number"] for m in one["maps"]]) for one in galleries] == [("eyes", [3]), ("mouth", [7])]
    assert galleries[1]["maps"][0]["share"] == "90 % of faces (88–92)"
    assert galleries[1]["maps"][0]["pairs"].shape[2] == 4 and "mouth 1" in told.words
    assert told.figure is not None


def test_without_records_there_is_nothing(tmp_path):
    """The page leaves the section out."""
    told = ReportRegions(Study.create(tmp_path / "s", {"name": "s"}), "unseen", "conv")
    assert (told.figure, told.words, told.galleries(planted_faces(), (20, 20))) == (None, "", [])
