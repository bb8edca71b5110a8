"""The report's latent section: every record of a study is drawn, and a study without them has no such section."""

import re

import pytest

import fer_probe as fp
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.report.contents import ReportContents
from fer_probe.report.latents import ReportLatents
from fer_probe.report.report_page import write_report
from fer_probe.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A fader, untrained, on unlabelled and on labelled faces."""
    model = fp.build_model("barradas_fader", 7, size=16).eval()
    faces = {"switched": fp.draw_faces(6, 16, pictures="action_units", per_subject=4), "shown": fp.draw_faces(6, 16)}
    return fp.probe_functions(
        model.encode, model.decode, faces, tmp_path_factory.mktemp("r") / "s", preprocessing=Preprocessing(16),
        names=("anger", "disgust", "fear", "happiness", "sadness", "surprise"), attribute="emotion",
    )  # fmt: skip


def test_every_record_is_drawn(study):
    """Part by part, on the faces that have the most of them, each figure with words."""
    report = ReportLatents(study, "switched")
    assert report.set_name == "shown"
    drawn = {part.title: len(part.figures) for part in report.parts}
    assert drawn == {
        "Several perplexities": 1, "Distributions of latent variables": 2, "What the decoder makes": 4, "Clusters": 2,
        "Measures": 2,
    }  # fmt: skip
    assert all(words for part in report.parts for _, words in part.figures)


def test_the_page_has_the_section(study):
    """Its headings and figures; grids of pictures take the room that their width allows."""
    page = write_report(study).read_text(encoding="utf-8")
    assert "Distributions of latent variables" in page and 'href="#latent"' in page
    assert len(re.findall(r"aspect-ratio:\d", page)) == 4
    assert "Faces: ‘shown’" in page


def test_readings_that_were_added_are_drawn(study):
    """What another network read of moved latents stands beside the traversals once it is in the study."""
    latents = study.load(fp.Latents, "shown", "latent")
    model = fp.build_model("barradas_fader", 7, size=16).eval()

    def read(pixels):
        return pixels[:, 0, 0, :2]

    found = fp.read_traversals(model.decode, latents.values[:4], read, ("anger", "fear"), names=latents.names, steps=3)
    study.add(found, "shown", {})
    decoded = next(part for part in ReportLatents(study, "shown").parts if part.title == "What the decoder makes")
    assert any("another network reads" in words for _, words in decoded.figures)


def test_placed_faces_are_drawn(study):
    """First of all parts: each group beside its neighbours, and on the map itself as stars."""
    latents = study.load(fp.Latents, "shown", "latent").values
    found = study.load(fp.Embedding, "shown", "latent")
    study.add(fp.place_faces(found, latents[:3], study.faces("shown").select(slice(3)), name="mine"), "shown", {})
    assert ReportLatents(study, "shown").parts[0].title == "Faces placed on the map"
    assert "Placed faces, mine" in write_report(study, study.folder / "placed.html").read_text(encoding="utf-8")
    (figure, _), *_ = ReportContents(study, "shown").embeddings
    assert "placed: mine" in [one.name for one in figure.data]


def test_a_study_without_latents_has_no_parts(tmp_path, study):
    """Nothing is said of what is not there."""
    bare = Study.create(tmp_path / "bare", {}).add_faces("some", study.faces("shown"), {})
    assert ReportLatents(bare, "some").parts == []
    assert "Distributions of latent" not in write_report(bare).read_text(encoding="utf-8")
