"""The verb ``protocol``: as a person calls it, by either name, to the table and again."""

import shlex

import pandas as pd
import pytest
from typer.testing import CliRunner

from fer_probe import cli
from fer_probe.checkpoints import load_checkpoint
from fer_probe.console import one_sentence
from fer_probe.faces.corpora import READERS
from fer_probe.faces.drawn_faces import draw_faces
from tests.trainers.protocols.test_papers import TINY
from trainers.recipes import RECIPES


def run(*words):
    """Exit code and what was said; errors as sentences."""
    try:
        with one_sentence():
            result = CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False)
    except SystemExit as stopped:
        return stopped.code, ""
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def tiny_recipes(monkeypatch):
    for name, recipe in TINY.items():
        monkeypatch.setitem(RECIPES, name, recipe)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fer2013") / "faces"
    READERS["fer2013"].write(draw_faces(9, 48, seed=0), folder)
    return folder


def test_a_table_by_either_name(folder, tmp_path):
    """``train NAME --protocol`` makes the table; the command in it makes the same again, training nothing."""
    out = tmp_path / "a table"
    code, said = run("train", "jahromi_medium", "--protocol", "--faces", folder, "--out", out, "--seeds", 2)
    assert code == 0 and "jahromi_medium, seed-1: test " in said and "table.md" in said
    table = pd.read_csv(out / "table.csv").set_index("recipe")
    assert table["runs"].to_dict() == {name: 2 * (name == "jahromi_medium") for name in table.index}
    command = table.loc["jahromi_medium", "command"]
    for words in (
        f"fer-probe protocol jahromi --faces {folder}",
        f"--out '{out}'",
        "--row jahromi_medium",
        "--seeds 2",
    ):
        assert words in command
    before = {file: file.stat().st_mtime_ns for file in (out / "runs").rglob("*.safetensors")}
    assert run(*shlex.split(command)[1:])[0] == 0
    assert {file: file.stat().st_mtime_ns for file in (out / "runs").rglob("*.safetensors")} == before


def test_what_does_not_fit_is_one_sentence(folder, tmp_path, capsys):
    """Another paper's corpus, an unknown name: exit code 2, and nothing is written."""
    assert run("protocol", "zhu", "--faces", folder, "--out", tmp_path / "zhu")[0] == 2
    assert "the protocol of zhu is for ck_plus; these faces are fer2013" in capsys.readouterr().err.replace("\n", " ")
    assert run("protocol", "nobody", "--faces", folder, "--out", tmp_path / "nobody")[0] == 2
    assert "no protocol 'nobody'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_the_word_the_verb_train_is_itself():
    """Its help still tells of a checkpoint; with the word, of the tables' folder."""
    assert "--checkpoint" in run("train", "--help")[1]
    assert "--checkpoint" not in run("train", "--protocol", "--help")[1]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """CK+ and BU-4DFE, drawn."""
    folder = tmp_path_factory.mktemp("recordings")
    for corpus, count, seed in (("ck_plus", 12, 0), ("bu_4dfe", 10, 1)):
        drawn = draw_faces(count, 32, seed=seed, pictures=READERS[corpus].drawn)
        READERS[corpus].write(drawn, folder / corpus)
    return folder


@pytest.mark.filterwarnings("ignore:.* has no neutral", "ignore:.* found nothing but by its fallback")
def test_degans_row_by_way_of_bu_4dfe(recordings, tmp_path):
    """Pre-training once, then two stages a fold, each begun with the one before; the table and its command say so."""
    words = (
        "protocol",
        "ali",
        "--faces",
        recordings / "ck_plus",
        "--out",
        tmp_path,
        "--row",
        "ali_degan_fer",
        "--quick",
    )
    code, said = run(*words, "--pretraining", recordings / "bu_4dfe")
    assert code == 0 and "ali_degan_fer, fold-1-seed-0: test " in said
    folder = tmp_path / "runs" / "ali_degan_fer"
    stages = {file.stem: load_checkpoint(file) for file in (folder / "stages").glob("*.safetensors")}
    folds = [f"fold-{fold}-seed-0" for fold in (0, 1)]
    assert set(stages) == {"pretraining-seed-0-ali_degan", *(f"{fold}-ali_degan_pretrained" for fold in folds)}
    first = stages["pretraining-seed-0-ali_degan"]
    assert len(first.metrics["people"]) == 9 and all(name[0] in "FM" for name in first.metrics["people"])
    for fold in folds:
        second, last = stages[f"{fold}-ali_degan_pretrained"], load_checkpoint(folder / f"{fold}.safetensors")
        assert second.data["start"]["sha256"] == first.sha256
        assert last.data["start"]["sha256"] == second.sha256
        assert second.data["training"]["sha256"] == last.data["training"]["sha256"] != first.data["training"]["sha256"]
    row = pd.read_csv(tmp_path / "table.csv").set_index("recipe").loc["ali_degan_fer"]
    assert row["stages"] == "ali_degan → ali_degan_pretrained → ali_degan_fer"
    assert "of 10 people of BU-4DFE" in row["pretraining"]
    assert f"--pretraining {recordings / 'bu_4dfe'}" in row["command"]
    told = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "- Pre-training: " in told and f"(`{row['stages']}`)" in told
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.safetensors")}
    assert run(*shlex.split(row["command"])[1:])[0] == 0
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.safetensors")} == before
    assert run(*words)[0] == 2  # the same folder without pre-training
