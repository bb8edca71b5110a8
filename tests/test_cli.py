"""The command line: each verb does its part, errors are one sentence and exit code 2."""

import dataclasses
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fer_probe import cli
from fer_probe.checkpoints import save_checkpoint
from fer_probe.console import one_sentence
from fer_probe.evaluation import Evaluation
from fer_probe.evidence.au_distance import AUDistances
from fer_probe.faces.corpora import READERS, load_faces
from fer_probe.faces.drawn_faces import draw_faces
from fer_probe.faces.layouts.face_table import write_face_table
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.traversal_readings import TraversalReadings
from fer_probe.models import build_model
from fer_probe.study import Study
from tests.small_network import CLASSES, SmallNet

STRANGER = ["--model", "tests.small_network:SmallNet", "--size", "24", "--mean", "0", "--std", "1", "--classes"]


def run(*arguments):
    """Run the command line as a person would, errors turned into sentences."""
    try:
        with one_sentence():
            result = CliRunner().invoke(cli.app, [str(a) for a in arguments], catch_exceptions=False)
    except SystemExit as stopped:
        return stopped.code, ""
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "drawn"
    code, output = run("draw", folder, "--subjects", 3, "--size", 32)
    assert code == 0 and "21 faces of 3 subjects" in output.replace("\n", " ")
    return folder


def test_draw_writes_what_faces_reads(drawn, tmp_path):
    """Pictures with a table, which ``faces`` sums up and lays out on a sheet."""
    code, output = run("faces", drawn, "--sheet", tmp_path / "sheet.png")
    assert code == 0
    for words in ("21 of 32×32, grey", "happiness 3", "subjects     3", "AU12 lip corner puller"):
        assert words in output.replace("\n", " ")
    assert (tmp_path / "sheet.png").read_bytes()[:4] == b"\x89PNG"


@pytest.fixture
def damaged(tmp_path):
    """A folder of 60 pictures with a table; 25 of them are damaged inside, three are no pictures at all."""
    picture = cv2.imencode(".png", np.random.default_rng(0).integers(0, 256, (24, 24), np.uint8))[1].tobytes()
    torn = picture[:300] + bytes([picture[300] ^ 1]) + picture[301:]
    for i in range(60):
        (tmp_path / f"[{i}].png").write_bytes(torn if i in range(5, 30) else b"" if i >= 57 else picture)
    (tmp_path / "faces.csv").write_text("path\n" + "".join(f"[{i}].png\n" for i in range(60)))
    return tmp_path


def test_checking_lists_every_bad_picture(damaged):
    """More than twenty of them, each by its row and name; without --check those that show from outside."""
    code, output = run("faces", damaged, "--check")
    assert code == 0 and "32 of 24×24" in output
    assert "28: cannot be decoded; it is damaged, or no picture (25), an empty file (3)" in output
    for i in (*range(5, 30), 57, 58, 59):
        assert output.count(f"    faces.csv row {i + 2}: [{i}].png: ") == 1
    code, output = run("faces", damaged)
    assert code == 0 and "57 of 24×24" in output and "3: an empty file (3)" in output


def test_what_the_summary_lists_is_not_noted_besides(damaged, capfd):
    """Once is enough; --strict stops at the first."""
    run("faces", damaged)
    assert "Note" not in capfd.readouterr().err
    assert run("faces", damaged, "--strict", "--check")[0] == 2
    assert "row 7: [5].png: cannot be decoded" in capfd.readouterr().err


WRITABLE = [name for name, reader in READERS.items() if reader.write]


@pytest.mark.parametrize("name", WRITABLE)
def test_draw_writes_every_layout_that_faces_recognises(name, tmp_path):
    """Each corpus's layout is drawn in, recognised as that corpus without its name, and read without a loss."""
    code, output = run("draw", tmp_path / "drawn", "--as", name, "--subjects", 2, "--size", 24)
    assert code == 0 and f"as {name}: " in output
    assert next(key for key, reader in READERS.items() if reader.recognises(tmp_path / "drawn")) == name
    code, output = run("faces", tmp_path / "drawn", "--strict")
    assert code == 0 and "dropped      nothing" in output


def test_a_layout_that_cannot_be_drawn_in(tmp_path, capfd):
    """The sentence lists those that can; nothing is written."""
    assert run("draw", tmp_path / "drawn", "--as", "olivetti")[0] == 2
    told = capfd.readouterr().err
    assert "'olivetti'" in told and all(name in told for name in WRITABLE)
    assert not (tmp_path / "drawn").exists()


def test_draw_lays_out_contact_sheets_on_request(tmp_path):
    """One of the people, seven columns wide; one of every action unit."""
    people, units = tmp_path / "people.png", tmp_path / "units.png"
    asked = ("--subjects", 2, "--size", 24, "--sheet", people, "--action-unit-sheet", units)
    code, output = run("draw", tmp_path / "drawn", *asked)
    assert code == 0 and output.count("Contact sheet") == 2
    assert cv2.imread(str(people)).shape == (16 + 2 * 26 - 2, 7 * 26 - 2, 3)
    assert cv2.imread(str(units)).shape[1] == 9 * 98 - 2


@pytest.fixture
def graded(drawn, tmp_path):
    """LibreFace's intensities of the drawn faces but one, of which no value tells the scale."""
    paths = sorted(path.relative_to(drawn).as_posix() for path in drawn.rglob("*.png"))[1:]
    rows = [f"{path},{i % 2},{i % 2 * 0.8}\n" for i, path in enumerate(paths)]
    (tmp_path / "libre.csv").write_text("input_image_path,au_1,au_25_intensity\n" + "".join(rows))
    return tmp_path / "libre.csv"


def test_faces_with_another_programs_action_units(drawn, graded):
    """Joined by picture, counted; who is not in the table is named; intensities alone are no presence."""
    code, output = run("faces", drawn, "--action-units", graded, "--intensity-scale", "0-1")
    assert code == 0
    for words in (
        "action units from LibreFace (libre.csv)", "2 coded, intensities 0-1", "presence of 1 is not told",
        "AU1 inner brow raiser 10 of 20", "AU25 lips part 20 graded", "png: not in LibreFace (libre.csv)",
    ):  # fmt: skip
        assert words in output
    scale = ("--intensity-scale", "0-1", "--presence-threshold", 0.5)
    assert "AU25 lips part 10 of 20" in run("faces", drawn, "--action-units", graded, *scale)[1]


JOINED = ["faces", "{drawn}", "--action-units", "{table}"]
COMBINED = [
    "probe", "{weights}", "--out", "{table}.study", *STRANGER, ",".join(CLASSES), "--faces", "{drawn}", "--combine",
]  # fmt: skip


@pytest.mark.parametrize("arguments, sentence", [
    (JOINED, "tell it: scale="),
    ([*JOINED, "--intensity-scale", "0-5", "--presence-threshold", "9"], "at most 5"),
    (["faces", "{drawn}", "--presence-threshold", "1"], "belongs to an action-unit table"),
    (["faces", "{drawn}", "--intensity-scale", "0-5"], "belongs to --action-units"),
    (["probe", "{weights}", "--out", "{table}.study", *STRANGER, ",".join(CLASSES), *JOINED[2:]], "belong to --faces"),
    ([*COMBINED, "4;22"], "--combine takes"), ([*COMBINED, "26,27"], "exclude each other"),
    ([*COMBINED, "4"], "give two"),
])  # fmt: skip
def test_action_units_that_do_not_fit(arguments, sentence, drawn, graded, tmp_path, capfd):
    """A scale that is not told, a threshold outside it, options of which one needs another, impossible combinations."""
    torch.save(SmallNet().state_dict(), tmp_path / "w.pth")
    places = {"{drawn}": drawn, "{table}": graded, "{weights}": tmp_path / "w.pth"}
    for mark, place in places.items():
        arguments = [argument.replace(mark, str(place)) for argument in arguments]
    code, output = run(*arguments)
    assert code == 2 and sentence in (output + capfd.readouterr().err).replace("\n", " ")


def test_a_probe_takes_another_programs_action_units(drawn, graded, tmp_path):
    """The study's units are the table's."""
    torch.save(SmallNet().state_dict(), tmp_path / "w.pth")
    code, _ = run(
        "probe", tmp_path / "w.pth", *STRANGER, ",".join(CLASSES), "--faces", drawn, "--out", tmp_path / "s",
        "--layer", "deep", "--steps", 2, "--action-units", graded, "--intensity-scale", "0-1",
        "--presence-threshold", 0.5,
    )  # fmt: skip
    assert code == 0
    found = Study.open(tmp_path / "s").load(AUDistances, "faces", "deep")
    assert found.action_unit_numbers.tolist() == [1, 25] and found.with_count.tolist() == [10, 10]


@pytest.mark.parametrize("wrapped", ["bare", "module."])
def test_a_strangers_weights_are_probed(drawn, tmp_path, wrapped):
    """A state dict in any usual wrapper, with its scaling and classes by name; its accuracy is said at once."""
    weights = SmallNet().state_dict()
    content = {
        "bare": weights,
        "module.": {"state_dict": {f"module.{name}": value for name, value in weights.items()}},
    }
    torch.save(content[wrapped], tmp_path / "stranger.pth")
    code, output = run(
        "probe", tmp_path / "stranger.pth", *STRANGER, ",".join(CLASSES), "--faces", drawn, "--out", tmp_path / "s",
        "--layer", "deep", "--steps", 2,
    )  # fmt: skip
    assert code == 0
    assert "on 21 labelled faces" in output
    study = Study.open(tmp_path / "s")
    assert study.load(Evaluation, "faces").class_names == CLASSES
    assert study.layers(AUDistances, "faces") == ("deep",)
    assert (tmp_path / "s" / "report.html").exists()


def test_the_loaded_faces_are_those_that_were_drawn(drawn):
    """From the drawing to the study nothing is lost: labels and action units agree with the table."""
    faces = load_faces(drawn)
    assert len(faces) == 21
    assert set(np.unique(faces.action_units)) == {0.0, 1.0}


@pytest.mark.parametrize("arguments, sentence", [
    (["report", "{tmp}/nowhere"], "no study at"),
    (["faces", "{tmp}/nowhere"], "nothing at"),
    (["probe", "{tmp}/missing.pth", "--out", "{tmp}/s"], "no checkpoint at"),
    (["probe", "{tmp}/w.pth", "--out", "{tmp}/s"], "preprocessing"),
    (["probe", "{tmp}/w.pth", "--out", "{tmp}/s", "--size", "48"], "belong together"),
    (["probe", "{tmp}/w.pth", "--out", "{tmp}/s", "--model", "no.such:Net"], "expected package.module:Net"),
    (["draw", "{tmp}"], "not empty"),
    (["demo", "--out", "{tmp}"], "neither empty nor a study"),
])  # fmt: skip
def test_bad_input_is_one_sentence(arguments, sentence, tmp_path, capfd):
    """No traceback, exit code 2, and nothing is written."""
    torch.save(SmallNet().state_dict(), tmp_path / "w.pth")
    code, _ = run(*(a.replace("{tmp}", str(tmp_path)) for a in arguments))
    assert code == 2
    told = capfd.readouterr().err
    assert sentence in told and "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["w.pth"]


def test_our_checkpoint_needs_no_words(drawn, tmp_path):
    """A checkpoint of ours brings its preprocessing and classes; only the foreign module's class must be named."""
    path = save_checkpoint(
        tmp_path / "ours.safetensors", SmallNet(), preprocessing=Preprocessing(24), class_names=CLASSES
    )
    code, _ = run(
        "probe", path, "--model", "tests.small_network:SmallNet", "--faces", drawn, "--out", tmp_path / "s",
        "--layer", "deep", "--steps", 2,
    )  # fmt: skip
    assert code == 0
    assert Study.open(tmp_path / "s").about["class_names"] == list(CLASSES)


def test_a_judge_reads_what_a_probed_decoder_makes(drawn, tmp_path, capfd):
    """Told by its file; one that has nothing to read is one sentence, and nothing is written."""
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    models = {
        "fader": (build_model("barradas_fader", 7, size=16), 16),
        "judge": (build_model("jahromi_shallow", 7), 48),
    }
    for name, (model, size) in models.items():
        told = {"preprocessing": Preprocessing(size), "class_names": names}
        save_checkpoint(tmp_path / f"{name}.safetensors", model, **told)
    judge = tmp_path / "judge.safetensors"
    told = ("--faces", drawn, "--people", 0, "--steps", 1, "--judge", judge)
    assert run("probe", tmp_path / "fader.safetensors", "--out", tmp_path / "s", *told)[0] == 0
    (found,) = Study.open(tmp_path / "s").of_layer(TraversalReadings, "faces", "latent")
    assert found.read_by == "judge" and found.reading_names == names
    assert run("probe", judge, "--out", tmp_path / "t", *told)[0] == 2
    assert "judges read decoded faces" in capfd.readouterr().err and not (tmp_path / "t").exists()


def test_every_verb_has_help_with_an_example():
    """--help of each verb shows how it is called."""
    for command in cli.app.registered_commands:
        code, output = run(command.callback.__name__, "--help")
        assert code == 0 and "Example: fer-probe" in output


def test_help_is_quick_because_nothing_heavy_is_imported():
    """The command line loads torch, plotly and dash only in the verbs that need them."""
    code = "import fer_probe.cli, sys; print(sorted({'torch', 'plotly', 'cv2', 'dash'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_another_corpus_is_read_by_name_and_its_faces_cut_out(tmp_path):
    """Other expressions in another order: what each side lacks is said, on the screen and in the report; so is a crop
    that found no face."""
    drawn = draw_faces(2, 48, expressions=("surprise", "contempt", "anger"))
    pixels = drawn.pixels.copy()
    pixels[3] = 100
    write_face_table(dataclasses.replace(drawn, pixels=pixels), tmp_path / "other")
    path = save_checkpoint(
        tmp_path / "ours.safetensors", SmallNet(), preprocessing=Preprocessing(24), class_names=CLASSES
    )
    code, output = run(
        "probe", path, "--model", "tests.small_network:SmallNet", "--faces", tmp_path / "other",
        "--out", tmp_path / "s", "--layer", "deep", "--steps", 1, "--crop", "haar:0.1",
    )  # fmt: skip
    said, written = (" ".join(words.split()) for words in (output, (tmp_path / "s/report.html").read_text("utf-8")))
    assert code == 0
    for sentence in (
        "2 labelled contempt count neither for nor against the model",
        "none is labelled disgust, fear, happy, sad, neutral, which the model can still answer",
        "in 1 of 6 pictures HaarCrop(margin=0.1",
    ):
        assert sentence in said and sentence in written
    assert Study.open(tmp_path / "s").about["preprocessing"]["crop"]["margin"] == 0.1
