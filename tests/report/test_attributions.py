"""Attributions and concepts in a report: of the set that has them, and nothing where there are none."""

from fer_probe.report.attributions import ReportAttributions
from fer_probe.study import DRAWN_PEOPLE, Study
from tests.figures.test_attributions import attributions, fired, regions
from tests.figures.test_au_concepts import concepts
from tests.planted_evidence import planted_faces


def test_what_was_found_is_drawn(tmp_path):
    """Faces with every method and the strongest map; regions and concepts with their words."""
    study = Study.create(tmp_path / "s", {"name": "s"})
    for name in ("other", "attributed"):
        study = study.add_faces(name, planted_faces(), {})
    for record in (attributions(), fired(), regions()):
        study.add(record, "attributed", {})
    study.add(concepts(), DRAWN_PEOPLE, {})
    told = ReportAttributions(study, "conv")
    figure, words = told.faces
    assert told.set_name == "attributed" and words.startswith("2 faces")
    assert figure.layout.yaxis.ticktext[-1] == "strongest map"
    assert "lands" in told.regions[1] and "happiness along AU12" in told.concepts[1]
    assert ReportAttributions(study, "another").concepts is None


def test_without_records_there_is_nothing(tmp_path):
    """The page leaves the sections out."""
    told = ReportAttributions(Study.create(tmp_path / "s", {"name": "s"}), "conv")
    assert (told.found, told.faces, told.regions, told.concepts) == (None, None, None, None)
