"""Comparisons into a study: of two files into a new one, of a study into itself."""

import pytest

from fer_probe.checkpoints import save_checkpoint
from fer_probe.comparisons.answer_agreement import AnswerAgreement
from fer_probe.comparisons.checkpoint_comparison import find_comparison
from fer_probe.comparisons.comparison_probe import checkpoint_at, is_study, names_of
from fer_probe.comparisons.map_matches import MapMatches
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.harvesting import Harvest
from fer_probe.models import build_model
from fer_probe.study import Study, StudyError
from tests.test_cli import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two untrained networks for pictures of two sizes, and drawn faces."""
    folder = tmp_path_factory.mktemp("compared")
    for name, size in (("small", 48), ("large", 56)):
        names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
        model = build_model("jahromi_shallow", classes=7, size=size)
        path = folder / f"{name}.safetensors"
        save_checkpoint(path, model, preprocessing=Preprocessing(size=size), class_names=names)
    write_face_table(draw_faces(4, 56, 0), folder / "faces")
    return folder


@pytest.fixture(scope="module")
def compared(folder):
    told = ("--faces", folder / "faces", "--out", folder / "study", "--untrained", 2)
    code, output = run("compare", folder / "small.safetensors", folder / "large.safetensors", *told)
    assert code == 0
    return output


def test_two_files_make_a_study(folder, compared):
    """With maps, layers, answers and the first one's accuracy; the report has them, and the console says them."""
    study = Study.open(folder / "study")
    found = find_comparison(study, "faces", "large")
    assert (found.matches.one, found.matches.other, study.name) == ("small", "large", "small and large")
    assert found.answers.labelled == 28 and found.similarity.untrained_networks == 2
    assert study.find(Harvest, "faces", found.matches.layer) is not None
    assert "Both answer" in compared.replace("\n", " ")
    assert "small and large, faces ‘faces’" in (folder / "study" / "report.html").read_text(encoding="utf-8")


def test_a_study_keeps_its_comparisons(folder, compared):
    """On its own faces, a record for each other checkpoint; another study stands for its checkpoint."""
    again = folder / "again.safetensors"
    again.write_bytes((folder / "large.safetensors").read_bytes())
    code, _ = run("compare", folder / "study", again, "--untrained", 0)
    assert code == 0
    study = Study.open(folder / "study")
    assert study.layers(MapMatches, "faces") == ("again", "large")
    same = [study.load(AnswerAgreement, "faces", name).agreement for name in ("again", "large")]
    assert same[0] == same[1] and study.load(MapMatches, "faces", "again").one == "study"


def test_checkpoints_are_found_in_files_and_studies(folder, compared, tmp_path):
    """A study's own copy; one that keeps none says what to do."""
    assert is_study(folder / "study") and not is_study(folder)
    first = checkpoint_at(folder / "small.safetensors")
    assert checkpoint_at(folder / "study").sha256 == first.sha256
    Study.create(tmp_path / "strange", {})
    with pytest.raises(StudyError, match=r"fp\.compare_checkpoints"):
        checkpoint_at(tmp_path / "strange")


def test_names_are_two(tmp_path):
    """Files of one name are called by their folders too; one file twice is numbered."""
    a, b = tmp_path / "a" / "net.safetensors", tmp_path / "b" / "net.safetensors"
    assert names_of(a, tmp_path / "other.safetensors") == ("net", "other")
    assert names_of(a, b) == ("a-net", "b-net") and names_of(a, a) == ("net-1", "net-2")


def test_a_folder_with_other_things_is_left_alone(folder):
    """Said before anything is shown to anybody."""
    both = (folder / "small.safetensors", folder / "large.safetensors")
    code, _ = run("compare", *both, "--faces", folder / "faces", "--out", folder / "faces")
    assert code == 2 and not (folder / "faces" / "study.json").exists()
