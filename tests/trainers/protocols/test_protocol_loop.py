"""The loop over a protocol's trainings: the table is what the runs say, and nothing is trained twice or unsaid."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import fer_probe as fp
from fer_probe.faces.face_images import FacesError
from fer_probe.records import RecordError
from trainers.augmentation import Flip
from trainers.protocols import loop as protocol_loop
from trainers.protocols.divisions import random_pictures, subject_folds_of
from trainers.protocols.loop import run_protocol
from trainers.protocols.protocol import Protocol, ProtocolSettings, Row
from trainers.protocols.tables import SHARED_WARNING
from trainers.recipe import Recipe

RECIPES = {
    name: Recipe(name, "jahromi_medium", 16, optimizer="adam", epochs=1, learning_rate=rate, augmentation=(Flip(),))
    for name, rate in (("fast", 1e-2), ("slow", 1e-4))
}
ROWS = (Row("fast", "Fast", 50.0, 40.0), Row("slow", "Slow", always=False))
FOLDS = Protocol("folds", "A paper, table 1", ("csv",), ROWS, subject_folds_of(3))
PICTURES = replace(FOLDS, name="pictures", division=random_pictures(0.2, 0.2, "so"))
AS_TOLD = ProtocolSettings()


@pytest.fixture(scope="module")
def faces():
    return fp.draw_faces(6, 24, seed=0, per_subject=2)


@pytest.fixture(autouse=True)
def trained(monkeypatch):
    """The names of the checkpoints that were trained, in order."""
    names = []
    train = protocol_loop.train

    def counted(*arguments, checkpoint, **options):
        names.append(f"{checkpoint.parent.name}/{checkpoint.stem}")
        return train(*arguments, checkpoint=checkpoint, **options)

    monkeypatch.setattr(protocol_loop, "train", counted)
    return names


def run(protocol, faces, out, settings=AS_TOLD, recipes=RECIPES, command=""):
    return run_protocol(protocol, faces, out, settings, recipes=recipes, command=command, progress=False)


def test_the_table_is_what_the_runs_say(faces, tmp_path):
    """Mean and deviation by hand from the run files; two seeds of three folds, counted; the other row is open."""
    run(FOLDS, faces, tmp_path, ProtocolSettings(seeds=2), command="fer-probe protocol folds")
    table = pd.read_csv(tmp_path / "table.csv").set_index("recipe")
    kept = [json.loads(file.read_text()) for file in (tmp_path / "runs" / "fast").glob("*.json")]
    accuracy, validation = ([100 * one[name] for one in kept] for name in ("accuracy", "validation_accuracy"))
    mean = sum(accuracy) / 6
    assert len(set(accuracy)) > 1 and len(kept) == 6
    assert table.loc["fast", "test"] == pytest.approx(mean)
    assert table.loc["fast", "test_deviation"] == pytest.approx((sum((one - mean) ** 2 for one in accuracy) / 5) ** 0.5)
    assert table.loc["fast", "validation"] == pytest.approx(sum(validation) / 6)
    assert table.loc["fast", ["paper_test", "paper_validation", "runs", "of_runs"]].tolist() == [50, 40, 6, 6]
    assert table.loc["fast", "over"] == "3 folds, 2 seeds"
    assert table.loc["fast", "test_faces"] == 2 * len(faces)
    assert np.isnan(table.loc["slow", "test"]) and table.loc["slow", "over"] == "open: 0 of 6 runs done"
    assert table.loc["slow", "command"] == "fer-probe protocol folds --row slow"
    told = (tmp_path / "table.md").read_text(encoding="utf-8")
    for words in ("# A paper, table 1", f"{mean:.2f} ± ", "| 50.00 % |", "3 folds, to which", "no subjects on"):
        assert words in told
    assert SHARED_WARNING not in told


def test_a_row_is_told_in_full(faces, tmp_path):
    """Its confusion is the sum of its runs', every mistake is the corpus's own face, and the surest come first."""
    run(FOLDS, faces, tmp_path)
    kept = [json.loads(file.read_text()) for file in (tmp_path / "runs" / "fast").glob("*.json")]
    confusion = pd.read_csv(tmp_path / "confusion_fast.csv", index_col=0)
    assert confusion.to_numpy().tolist() == np.sum([one["confusion"] for one in kept], 0).tolist()
    assert confusion.index.tolist() == confusion.columns.tolist() == kept[0]["class_names"]
    assert confusion.to_numpy().sum() == len(faces)
    assert "% of each row" in (tmp_path / "confusion_fast.html").read_text(encoding="utf-8")
    wrong = pd.read_csv(tmp_path / "misclassified_fast.csv")
    assert len(wrong) == len(faces) - np.trace(confusion.to_numpy())
    assert wrong["index"].is_unique and wrong["probability"].is_monotonic_decreasing
    assert wrong["labelled"].tolist() == [faces.expression_names[faces.expression[i]] for i in wrong["index"]]
    assert (wrong["labelled"] != wrong["read_as"]).all()


def test_what_the_test_faces_are_read_with_is_what_validated_best(faces, tmp_path):
    """Each run's test accuracy is its checkpoint's, read anew on its fold; no fold's face trained or chose."""
    run(FOLDS, faces, tmp_path)
    folds = fp.subject_folds(faces, 3, habit="every_kth")
    for fold in range(3):
        checkpoint = fp.load_checkpoint(tmp_path / "runs" / "fast" / f"fold-{fold}-seed-0.safetensors")
        test = faces.select(folds == fold)
        found = fp.evaluate(checkpoint.model, checkpoint.preprocessing(test), test, checkpoint.class_names)
        kept = json.loads((tmp_path / "runs" / "fast" / f"fold-{fold}-seed-0.json").read_text())
        assert kept["accuracy"] == pytest.approx(found.accuracy)
        assert kept["confusion"] == found.confusion.tolist()
        assert [checkpoint.data[part]["faces"] for part in ("training", "validation")] == [
            (folds == (fold + 2) % 3).sum(), (folds == (fold + 1) % 3).sum()
        ]  # fmt: skip


def test_an_interrupted_protocol_trains_what_is_missing(faces, tmp_path, trained, monkeypatch):
    """Stopped in the second training, it goes on with that one; called a third time, it trains nothing."""
    counted = protocol_loop.train

    def interrupted(*arguments, checkpoint, **options):
        if checkpoint.stem.startswith("fold-1"):
            raise KeyboardInterrupt
        return counted(*arguments, checkpoint=checkpoint, **options)

    monkeypatch.setattr(protocol_loop, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(FOLDS, faces, tmp_path)
    assert trained == ["fast/fold-0-seed-0"] and not (tmp_path / "table.csv").exists()
    monkeypatch.setattr(protocol_loop, "train", counted)
    first = run(FOLDS, faces, tmp_path)
    assert trained == [f"fast/fold-{i}-seed-0" for i in range(3)]
    again = run(FOLDS, faces, tmp_path)
    assert len(trained) == 3
    pd.testing.assert_frame_equal(first, again)


def test_a_row_asked_for_later_joins_the_others(faces, tmp_path, trained):
    """Asked for by name it is trained alone, and the table keeps what it had; an unknown one is named."""
    before = run(FOLDS, faces, tmp_path)
    table = run(FOLDS, faces, tmp_path, ProtocolSettings(rows=("slow",)))
    assert trained == [f"{name}/fold-{i}-seed-0" for name in ("fast", "slow") for i in range(3)]
    assert table["test"].notna().all() and table["test"][0] == before["test"][0]
    with pytest.raises(FacesError, match="folds has no row medium; it has fast, slow"):
        run(FOLDS, faces, tmp_path, ProtocolSettings(rows=("medium",)))


def test_foreign_and_torn_runs_are_refused(faces, tmp_path, trained):
    """Another recipe, other faces, another number of epochs, half a file: named, and nothing is trained."""
    run(FOLDS, faces, tmp_path)
    trained.clear()
    file = tmp_path / "runs" / "fast" / "fold-0-seed-0.json"
    other = {**RECIPES, "fast": replace(RECIPES["fast"], weight_decay=0.5)}
    with pytest.raises(RecordError, match=r"fold-0-seed-0.json is a run with other recipe.weight_decay; give another"):
        run(FOLDS, faces, tmp_path, recipes=other)
    with pytest.raises(RecordError, match=r"other recipe\.epochs"):
        run(FOLDS, faces, tmp_path, ProtocolSettings(epochs=2))
    with pytest.raises(RecordError, match="other augmented_evaluation"):
        run(FOLDS, faces, tmp_path, ProtocolSettings(augment_evaluation=True))
    changed = np.array(faces.pixels)
    changed[0, 0, 0, 0] ^= 1
    with pytest.raises(RecordError, match="other faces;"):
        run(FOLDS, replace(faces, pixels=changed), tmp_path)
    file.write_text(file.read_text()[:200])
    with pytest.raises(RecordError, match=r"fold-0-seed-0.json cannot be read .*; delete it"):
        run(FOLDS, faces, tmp_path)
    file.write_text('{"format": "another"}')
    with pytest.raises(RecordError, match="it is no run of a protocol"):
        run(FOLDS, faces, tmp_path)
    assert not trained


def test_one_person_on_two_sides_only_by_name(faces, tmp_path, trained):
    """Refused without the word; with it, the tables carry the stamp and the number of people."""
    with pytest.raises(FacesError, match="6 subjects on more than one side.*--allow-shared-subjects"):
        run(PICTURES, faces, tmp_path)
    assert not trained and not list(tmp_path.iterdir())
    run(PICTURES, faces, tmp_path, ProtocolSettings(allow_shared_subjects=True))
    stamp = f"6 subjects on more than one side: {SHARED_WARNING}"
    assert f"**{stamp}**" in (tmp_path / "table.md").read_text(encoding="utf-8")
    assert set(pd.read_csv(tmp_path / "table.csv")["people"]) == {stamp}


def test_the_papers_own_division_is_taken_only_by_name(faces, tmp_path, trained):
    """Where one person is on two sides of it, folds of subjects stand in until the word is said."""
    both = replace(FOLDS, shared=random_pictures(0.2, 0.2, "so"))
    run(both, faces, tmp_path / "folds")
    assert len(trained) == 3
    run(both, faces, tmp_path / "pictures", ProtocolSettings(allow_shared_subjects=True))
    assert trained[3:] == ["fast/seed-0"]


def test_augmented_evaluation_is_another_one_and_is_said(faces, tmp_path):
    """The same training reads mirrored faces, not the same ones; the table says so."""
    mirrored = {name: replace(recipe, augmentation=(Flip(1.0),)) for name, recipe in RECIPES.items()}
    whole = replace(FOLDS, division=lambda faces, seed: subject_folds_of(3)(faces, seed)[:1])
    run(whole, faces, tmp_path / "plain", recipes=mirrored)
    run(whole, faces, tmp_path / "augmented", ProtocolSettings(augment_evaluation=True), recipes=mirrored)
    checkpoint = fp.load_checkpoint(tmp_path / "augmented" / "runs" / "fast" / "fold-0-seed-0.safetensors")
    test = faces.select(fp.subject_folds(faces, 3, habit="every_kth") == 0)
    flipped = replace(test, pixels=np.ascontiguousarray(checkpoint.preprocessing(test).all_resized()[..., ::-1]))
    found = fp.evaluate(checkpoint.model, checkpoint.preprocessing(flipped), flipped, checkpoint.class_names)
    kept = json.loads((tmp_path / "augmented" / "runs" / "fast" / "fold-0-seed-0.json").read_text())
    assert kept["confusion"] == found.confusion.tolist()
    hashes = [
        fp.load_checkpoint(tmp_path / name / "runs" / "fast" / "fold-0-seed-0.safetensors").data["validation"]["sha256"]
        for name in ("plain", "augmented")
    ]
    assert hashes[0] != hashes[1]
    words = "validated and tested on pictures augmented once"
    told = [(tmp_path / name / "table.md").read_text(encoding="utf-8") for name in ("plain", "augmented")]
    assert [words in one for one in told] == [False, True]


def test_an_expression_that_nobody_in_training_shows_is_named(faces, tmp_path):
    """A network without such a class could not be held to it."""
    fear = faces.expression_names.index("fear")
    lonely = faces.select((faces.expression != fear) | (faces.subject == faces.subject[0]))
    with pytest.raises(FacesError, match="no training face shows fear"):
        run(FOLDS, lonely, tmp_path)


def test_a_reduced_table_goes_through_all(faces, tmp_path, trained):
    """Every training of the quick recipe, all its epochs, under the row's own name, and the table says so."""
    recipes = {**RECIPES, "fast_quick": replace(RECIPES["fast"], name="fast_quick", size=12, epochs=3)}
    run(FOLDS, faces, tmp_path, ProtocolSettings(reduced=True), recipes=recipes)
    assert trained == [f"fast/fold-{fold}-seed-0" for fold in range(len(trained))] and len(trained) > 2
    checkpoint = fp.load_checkpoint(tmp_path / "runs" / "fast" / "fold-0-seed-0.safetensors")
    assert checkpoint.preprocessing.size == (12, 12) and len(checkpoint.curves["loss"]) == 3
    assert "reduced: by the quick recipes" in (tmp_path / "table.md").read_text(encoding="utf-8")


def test_a_quick_look_is_no_result(faces, tmp_path, trained):
    """Two trainings of the quick recipe's first epochs under the row's own name, and the table says so."""
    recipes = {**RECIPES, "fast_quick": replace(RECIPES["fast"], name="fast_quick", size=12, epochs=3)}
    run(FOLDS, faces, tmp_path, ProtocolSettings(quick=True), recipes=recipes)
    assert trained == ["fast/fold-0-seed-0", "fast/fold-1-seed-0"]
    checkpoint = fp.load_checkpoint(tmp_path / "runs" / "fast" / "fold-0-seed-0.safetensors")
    assert checkpoint.preprocessing.size == (12, 12) and len(checkpoint.curves["loss"]) == 2
    assert "a quick look, no result" in (tmp_path / "table.md").read_text(encoding="utf-8")
