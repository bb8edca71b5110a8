import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fer_probe.checkpoints import Checkpoint
from fer_probe.evidence.au_evidence import find_evidence, measure_evidence
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.probe import probe_checkpoint
from fer_probe.probe_settings import ProbeSettings
from fer_probe.report.causes import ReportCauses
from fer_probe.report.report_page import exemplars, write_report
from fer_probe.study import Study, StudyError
from tests.planted_evidence import planted_faces, planted_harvest

SETTINGS = ProbeSettings(layers=["0"], k=4, n=4, permutations=30, maximized=3, steps=3)


def _checkpoint() -> Checkpoint:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 5, 7), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5 * 81, 12), nn.Linear(12, 7)
        )
    return Checkpoint(
        model=model.eval(), preprocessing=Preprocessing(24), architecture={"class": "somewhere:Net"}, recipe={},
        class_names=("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"), metrics={},
        curves={"train_loss": [2.0, 1.0]}, data={}, path=Path("net.pth"), sha256="0" * 64,
    )  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    """A small untrained network on three drawn people; one expression is spelled so that it must be escaped."""
    faces = draw_faces(3, 32)
    named = dataclasses.replace(
        FaceImages(
            faces.pixels, faces.expression, faces.expression_names, faces.action_units, faces.action_unit_numbers
        ),
        subject=faces.subject, source="faces <drawn> & found",
    )  # fmt: skip
    return probe_checkpoint(_checkpoint(), {"unseen": named}, tmp_path_factory.mktemp("study"), SETTINGS, name="tiny")


@pytest.fixture(scope="module")
def page(study) -> str:
    return write_report(study).read_text(encoding="utf-8")


class _Checked(HTMLParser):
    """Collects what a check of the page needs: tags that were opened, those left open, words outside scripts."""

    VOID = ("meta", "img", "br", "link", "input", "hr")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open):
            self.words.append(data)


def test_projections_stand_beside_those_of_shuffled_networks(study, page):
    """Below every strip the same map's own numbers and verdict; where none was checked that is said."""
    strips = page.count('<article class="strip"')
    assert strips > 0 and page.count("From left, faces ‘unseen’, rank correlation") == strips
    assert page.count("trained; 0 shuffled ") == strips and "Not projected from" not in page
    bare = ReportCauses(study, "none", "unseen", None).sanity_of(3)
    assert bare["picture"] is None and bare["words"].startswith("Not projected from shuffled networks: what")


def test_the_page_is_well_formed_and_needs_nothing_else(page):
    """All elements are closed; no file or address is loaded; it stays below 15 MB."""
    checked = _Checked(page)
    assert checked.open == []
    for _, attributes in checked.seen:
        assert (attributes.get("src") or "data:").startswith("data:image/webp;base64,") or "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert len(page) < 15e6


def test_the_page_can_be_read_without_seeing_it(page):
    """A language, words for every picture and figure, scopes on every head of a table."""
    seen = _Checked(page).seen
    assert ("html", {"lang": "en"}) in seen
    assert all(attributes.get("alt") for tag, attributes in seen if tag == "img")
    assert all(attributes.get("aria-label") for _, attributes in seen if attributes.get("class") == "plot")
    assert all("scope" in attributes for tag, attributes in seen if tag == "th")


def test_every_action_unit_has_its_detector_or_none(study, page):
    """The table says for each coded unit what the evidence says: a detector only where there is one."""
    words = re.sub(r"\s+", " ", " ".join(_Checked(page).words))
    evidence = find_evidence(study, "unseen", "0")
    assert {unit.verdict for unit in evidence.units()} >= {"none", "too few"}
    for unit in evidence.units():
        verdict = unit.verdict if unit.detector is None else f"map {unit.detector}"
        best = "–" if unit.map is None else f"map {unit.map}"
        assert re.search(rf"AU{unit.au} [a-z ]+? {verdict} {best} ", words), (unit.au, verdict)


def test_how_it_was_tested_is_said(page):
    """n, permutations, both corrections and their authors stand above the table, and no detector is claimed."""
    words = re.sub(r"\s+", " ", " ".join(_Checked(page).words))
    for part in (
        "n = 4",
        "30 times within each person",
        "5 maps",
        "Westfall & Young 1993",
        "Benjamini & Hochberg 1995",
    ):
        assert part in words
    assert "Which map do other measures rank first?" in words


def test_a_planted_detector_is_named(tmp_path):
    """A map that one unit raises is the report's detector, with its numbers, and its strip says so."""
    faces = planted_faces()
    study = Study.create(tmp_path / "s", {"main_layer": "deep"}).add_faces("some", faces, {})
    for record in measure_evidence(planted_harvest(faces), faces, permutations=100).records:
        study.add(record, "some", {})
    words = re.sub(r"\s+", " ", " ".join(_Checked(write_report(study).read_text(encoding="utf-8")).words))
    assert "1 of 2 action units have a detector among the maps of deep" in words
    assert "Too few faces for AU28" in words and "Not testable: AU43" in words and "None for AU1" in words
    assert re.search(r"AU12 lip corner puller map 4 map 4 [\d.]+ [\d.]+ 0.0099 0.02 map 4 ", words)


def test_what_comes_from_outside_is_escaped(page):
    """A source with < and & is text, not markup."""
    assert "faces &lt;drawn&gt; &amp; found" in page
    assert "<drawn>" not in page


def test_the_papers_figures_are_there(page):
    """Confusion, distances, heat map, two embeddings, counts and curves; strips with projections; maximised maps."""
    assert page.count('class="plot"') >= 7
    assert "Confusion matrix on the faces unseen" in page
    assert re.search(r"strongest pictures from 1 on: receptive fields above", page)
    assert page.count("Picture that maximises map") == 3
    assert "6×18×18" not in page
    assert "5×18×18" in page


def test_the_lead_says_network_faces_and_accuracy(page):
    """The first paragraphs answer in words."""
    lead = re.sub(r"\s+", " ", " ".join(_Checked(page).words)).split("Action units and their detectors")[0]
    assert "The network is somewhere:Net" in lead
    assert "21 pictures of 3 subjects" in lead
    assert re.search(r"[\d.]+% of the 21 labelled faces of ‘unseen’", lead)


def test_faces_without_labels_leave_sections_out_and_say_so(tmp_path):
    """Neither action units nor expressions: no table, no accuracy, a sentence each, and the rest stands."""
    pixels = np.random.default_rng(0).integers(0, 256, (6, 1, 24, 24), dtype=np.uint8)
    faces = FaceImages(pixels, np.full(6, -1), ("neutral",), np.empty((6, 0), np.float32), np.empty(0, int))
    study = probe_checkpoint(_checkpoint(), {"plain": faces}, tmp_path / "study", SETTINGS)
    page = write_report(study, tmp_path / "out.html").read_text(encoding="utf-8")
    assert "no distances to action units" in page
    assert "no accuracy" in page
    assert 'id="detectors"' not in page
    assert 'id="maximised"' in page


def test_a_study_with_nothing_known_of_its_model_is_reported(study, tmp_path):
    """A study.json with the least in it, and no record at all, still gives a page."""
    bare = Study.create(tmp_path / "bare", {}).add_faces("some", study.faces("unseen"), {})
    page = write_report(bare).read_text(encoding="utf-8")
    assert "The network is <strong>network</strong>" in page
    assert "no projections of a best map" in page


def test_unknown_faces_are_an_error_and_leave_the_old_page(study, page):
    """The study's sets are named; what stood there stays."""
    with pytest.raises(StudyError, match="unseen"):
        write_report(study, faces="others")
    assert (study.folder / "report.html").read_text(encoding="utf-8") == page
    with pytest.raises(StudyError, match="no faces"):
        write_report(Study(study.folder, {}))


def test_the_same_study_gives_the_same_page(study, page, tmp_path):
    """Nothing random and no date in it."""
    assert write_report(study, tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_an_exemplar_differs_from_rest_in_its_unit_only():
    """Left half at rest, right half with the unit; a unit that cannot be drawn is left out."""
    drawn = exemplars([12, 99], size=48)
    assert list(drawn) == [12]
    rest, moved = drawn[12][:, :48, 0].astype(int), drawn[12][:, 51:, 0].astype(int)
    change = np.abs(rest - moved)
    assert change[24:].max() > 20
    assert change[:12].max() <= 2
