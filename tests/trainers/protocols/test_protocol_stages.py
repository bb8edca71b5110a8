"""A row's stages: each begins with the one before, none is trained twice, and what does not fit is refused."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import fer_probe as fp
from fer_probe.faces.face_images import FacesError
from fer_probe.records import RecordError
from trainers.protocols import loop as protocol_loop
from trainers.protocols import stages as protocol_stages
from trainers.protocols.divisions import subject_folds_of
from trainers.protocols.loop import run_protocol
from trainers.protocols.protocol import Protocol, ProtocolSettings, Row
from trainers.recipe import Recipe

FIRST = Recipe("first", "jahromi_medium", 16, optimizer="adam", epochs=1)
ALL = {"": ""}
RECIPES = {
    recipe.name: recipe
    for recipe in (FIRST, replace(FIRST, name="then", takes_over=ALL), replace(FIRST, name="last", takes_over=ALL))
}
STAGED = Protocol(
    "staged", "A paper, table 1", ("csv",), (Row("last", "Last", stages=("first",), pretrained=("first", "then")),),
    subject_folds_of(3), pretraining=("csv",),
)  # fmt: skip
OF_LAST = [f"fold-{fold}-seed-0" for fold in range(3)]
PRETRAINED = ["pretraining-seed-0-first", *(name for fold in OF_LAST for name in (f"{fold}-then", fold))]


@pytest.fixture(scope="module")
def faces():
    return fp.draw_faces(6, 24, seed=0, per_subject=2)


@pytest.fixture(scope="module")
def others():
    return fp.draw_faces(10, 24, seed=1)


@pytest.fixture(autouse=True)
def trained(monkeypatch):
    """The names of the checkpoints that were trained, in order; ``cut`` ends the training of that name."""
    names, train = Names(), protocol_loop.train

    def counted(*arguments, checkpoint, **options):
        if checkpoint.stem == names.cut:
            raise KeyboardInterrupt
        names.append(checkpoint.stem)
        return train(*arguments, checkpoint=checkpoint, **options)

    for module in (protocol_loop, protocol_stages):
        monkeypatch.setattr(module, "train", counted)
    return names


class Names(list):
    cut = ""


def run(faces, out, others=None, settings=None, recipes=RECIPES):
    return run_protocol(
        STAGED, faces, out, settings or ProtocolSettings(), pretraining=others, recipes=recipes, progress=False
    )


def test_each_stage_begins_with_the_one_before(faces, tmp_path, trained):
    """First on the fold's own training faces, then the row's; the run tells of both, in minutes and in words."""
    table = run(faces, tmp_path)
    assert trained == [name for fold in OF_LAST for name in (f"{fold}-first", fold)]
    folder = tmp_path / "runs" / "last"
    for fold in OF_LAST:
        first, last = (
            fp.load_checkpoint(folder / name) for name in (f"stages/{fold}-first.safetensors", f"{fold}.safetensors")
        )
        assert last.data["start"]["sha256"] == first.sha256
        assert all(first.data[part] == last.data[part] for part in ("training", "validation"))
        kept = json.loads((folder / f"{fold}.json").read_text())
        assert kept["minutes"] == pytest.approx(first.metrics["minutes"] + last.metrics["minutes"], abs=0.01)
        assert kept["about"]["stages"]["first"]["recipe"]["name"] == "first"
    assert table["stages"].tolist() == ["first → last"]
    told = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "Last (`first → last`)" in told and "- Pre-training: none, where the paper has csv." in told


def test_other_people_come_first_and_once(faces, others, tmp_path, trained):
    """One pre-training for all folds, on nine tenths of the others; every fold's stages go on from it."""
    table = run(faces, tmp_path, others)
    assert trained == PRETRAINED
    stages = tmp_path / "runs" / "last" / "stages"
    before = fp.load_checkpoint(stages / "pretraining-seed-0-first.safetensors")
    assert before.data["training"]["faces"] == len(others) * 9 // 10
    assert before.data["validation"]["faces"] == len(others) // 10
    for fold in OF_LAST:
        assert fp.load_checkpoint(stages / f"{fold}-then.safetensors").data["start"]["sha256"] == before.sha256
    assert table["stages"].tolist() == ["first → then → last"]
    assert table["pretraining"].tolist() == [
        f"{len(others)} of 10 people of {others.source}; every tenth person validates"
    ]
    with pytest.raises(RecordError, match=r"other .*stages\.then"):
        run(faces, tmp_path)


@pytest.mark.parametrize("place", [1, 2, 4])
def test_what_is_through_is_not_trained_again(faces, others, tmp_path, trained, place):
    """Ended between two stages, before a row's own, in the next fold: all goes on there, to the same table."""
    trained.cut = PRETRAINED[place]
    with pytest.raises(KeyboardInterrupt):
        run(faces, tmp_path / "cut", others)
    assert trained == PRETRAINED[:place]
    trained.cut = ""
    went_on = run(faces, tmp_path / "cut", others)
    assert trained == PRETRAINED
    if place == 1:
        numbers = ["test", "test_deviation", "validation"]
        pd.testing.assert_frame_equal(run(faces, tmp_path / "whole", others)[numbers], went_on[numbers])


def test_a_stage_out_of_time_is_through_and_told(faces, tmp_path, trained):
    """As a row's own training is; the table counts the run as stopped early."""
    table = run(faces, tmp_path, settings=ProtocolSettings(minutes=1e-9, epochs=2))
    assert table["stopped_early"].tolist() == [3]
    kept = json.loads((tmp_path / "runs" / "last" / "fold-0-seed-0.json").read_text())
    assert kept["stopped"].startswith("first: time over") and "; time over" in kept["stopped"]
    assert len(trained) == 6


def test_stages_have_their_own_number_of_epochs(faces, tmp_path, trained):
    """With a row's training shorter or longer than those before it, what is trained already is not trained again."""
    first = ProtocolSettings(stage_epochs=2)
    run(faces, tmp_path, settings=first)
    runs, stages = tmp_path / "runs" / "last", tmp_path / "runs" / "last" / "stages"
    note = json.loads((stages / "fold-0-seed-0-first.json").read_text())["about"]["recipe"]
    own = json.loads((runs / "fold-0-seed-0.json").read_text())["about"]["recipe"]
    assert (note["epochs"], own["epochs"]) == (2, 1)
    assert "epochs of each training before a row's own: 2" in (tmp_path / "table.md").read_text()
    for kept in runs.glob("fold-*"):
        kept.unlink()
    trained.clear()
    run(faces, tmp_path, settings=replace(first, epochs=3))
    assert trained == OF_LAST


def test_a_stage_that_does_not_fit_is_named(faces, tmp_path, trained):
    """Another recipe, another beginning, another checkpoint, half a note: refused, and nothing is trained."""
    run(faces, tmp_path)
    trained.clear()
    folder = tmp_path / "runs" / "last"
    (folder / "fold-0-seed-0.json").unlink()
    stage = folder / "stages" / "fold-0-seed-0-first.json"
    whole = stage.read_text()
    other = {**RECIPES, "first": replace(FIRST, weight_decay=0.5)}
    (folder / "fold-1-seed-0.json").rename(folder / "kept")
    (folder / "fold-2-seed-0.json").unlink()
    with pytest.raises(RecordError, match=r"first.json is a stage with other recipe.weight_decay; give another folder"):
        run(faces, tmp_path, recipes=other)
    stage.write_text(json.dumps({**json.loads(whole), "checkpoint": "0" * 64}))
    with pytest.raises(RecordError, match=r"first.safetensors is not the one that was trained\); delete"):
        run(faces, tmp_path)
    begun = json.loads(whole)
    begun["about"]["start"] = "0" * 64
    stage.write_text(json.dumps(begun))
    with pytest.raises(RecordError, match="a stage with other start"):
        run(faces, tmp_path)
    stage.write_text(whole[:50])
    with pytest.raises(RecordError, match=r"first.json cannot be used .*; delete"):
        run(faces, tmp_path)
    stage.write_text(whole)
    stage.with_suffix(".safetensors").unlink()
    with pytest.raises(RecordError, match=r"cannot be used \(no checkpoint at"):
        run(faces, tmp_path)
    assert not trained


def test_a_run_with_other_stages_is_refused(faces, tmp_path, trained):
    """It is through, but what it began with is not what is asked for."""
    run(faces, tmp_path)
    trained.clear()
    with pytest.raises(RecordError, match=r"run with other stages\.first\.recipe\.weight_decay"):
        run(faces, tmp_path, recipes={**RECIPES, "first": replace(FIRST, weight_decay=0.5)})
    assert not trained


def test_faces_that_nothing_begins_with_are_refused(faces, others, tmp_path, trained):
    """A protocol without pre-training, and fewer than ten people."""
    alone = replace(STAGED, pretraining=())
    with pytest.raises(FacesError, match="staged has no pre-training"):
        run_protocol(alone, faces, tmp_path, pretraining=others, recipes=RECIPES, progress=False)
    with pytest.raises(FacesError, match="6 subjects cannot be divided into 10 folds"):
        run(faces, tmp_path, faces)
    assert not trained and not list(tmp_path.iterdir())
